"""What a held run's changes come from, in words: one sentence, one way on, or honestly several shares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from psconnect.model.causes import Cause, Share
from psconnect.model.phrases import Value
from psconnect.wording.attributes import attribute_word, setting_page, setting_words
from psconnect.wording.catalogue import Plural, marked, number, plural, tr, translated
from psconnect.wording.records import listed, records_label, rows_label
from psconnect.wording.rules import rule_of
from psconnect.wording.times import day, moment

_MOST_SHARES = 3


@dataclass(frozen=True)
class _Texts:
    """The texts of a cause.

    Attributes:
        sentence: the cause, of one change or of many; ``{who}`` is “All 447” or “440 of the 447”.
        changed: completes it where the setting behind it was changed; empty where the sentence says so.
        short: the cause as one share among others.
        way: what to do about it; a Plural by the number of schools.
        where: the page where that is done (wording.window); empty: that of the changed setting.
    """

    sentence: Plural
    short: str
    way: str | Plural
    where: str = ""
    changed: str = ""


_CHANGED = marked("{sentence}; in the settings, {setting} changed {when}")
_BY_SETTING = marked("If that was not meant, change it back and run again. Else look at the changes, then approve.")
_BY_SETTING_FIRST = ("attribute", "emptied")
"""Causes that data and settings can have: a changed setting leads to its own page."""
_TEXTS = {
    "school-off": _Texts(
        plural("It is at {schools}, which {switched}", "{who} are at {schools}, which {switched}"),
        marked("{count} at {schools}, which {switched}"),
        plural(
            "If it should stay, switch it on again and run again: then these {records} stay.",
            "If they should stay, switch them on again and run again: then these {records} stay.",
        ),
        "schools",
    ),
    "school-on": _Texts(
        plural("It is at {schools}, which {switched}", "{who} are at {schools}, which {switched}"),
        marked("{count} at {schools}, which {switched}"),
        plural(
            "If it should not be delivered, switch it off again and run again.",
            "If they should not be delivered, switch them off again and run again.",
        ),
        "schools",
    ),
    "moved-away": _Texts(
        plural(
            "It was at {schools} and is now at a school that is not chosen",
            "{who} were at {schools} and are now at a school that is not chosen",
        ),
        marked("{count} moved from {schools} to a school that is not chosen"),
        marked("If their new school should be delivered, too, switch it on and run again."),
        "schools",
    ),
    "filter": _Texts(
        plural(
            "It is left out, because it doesn’t pass the filter “{filter}”",
            "{who} are left out, because they don’t pass the filter “{filter}”",
        ),
        marked("{count} that don’t pass the filter “{filter}”"),
        marked("If that is not what the rule is for, correct it and run again: then these {records} stay."),
        "filters",
        marked("{sentence}, which was changed {when}"),
    ),
    "new-year": _Texts(
        plural(
            "The school year {year} is read now; the last delivery was of {year_before}",
            "The school year {year} is read now; the last delivery was of {year_before}",
        ),
        marked("{count} because the school year {year} is read now"),
        marked("At the start of a school year this is usual. Check that {year} is the right one. Then approve."),
        "schools",
        marked("{sentence}, because the school year was changed {when}"),
    ),
    "short-read": _Texts(
        plural("Only {read} of {before} {stream:rows} were read", "Only {read} of {before} {stream:rows} were read"),
        marked("{count} because only {read} of {before} {stream:rows} were read"),
        marked("Check in PowerSchool that they are all there, and that the plugin may view them. Then run again."),
        "credentials",
    ),
    "not-read": _Texts(
        plural("It is not read any more", "{who} are not read any more"),
        marked("{count} that are not read any more"),
        marked("Check the settings and the plugin: something that was read before is not asked for any more."),
    ),
    "missing": _Texts(
        plural("It has no {attribute} any more", "{who} have no {attribute} any more"),
        marked("{count} without {attribute}"),
        marked("Fill the field in PowerSchool, or map another one; {attribute} is required of {records}."),
        "attributes",
    ),
    "field-emptied": _Texts(
        plural("{fields} is empty everywhere now", "{fields} is empty everywhere now"),
        marked("{count} because {fields} is empty everywhere now"),
        marked("The plugin may not be allowed to view it any more. Check the plugin in PowerSchool, then run again."),
        "plugin",
    ),
    "emptied": _Texts(
        plural("It loses its {attribute}", "{who} lose their {attribute}"),
        marked("{count} lose their {attribute}"),
        marked("Check in PowerSchool that it was meant to be emptied. Then approve."),
        "attributes",
    ),
    "attribute": _Texts(
        plural("It gets another {attribute}", "{who} get another {attribute}"),
        marked("{count} get another {attribute}"),
        marked("Look at some of them. If it is right, approve; else correct it and run again."),
        "attributes",
    ),
    "settings": _Texts(
        plural("Since the last delivery, {settings} changed", "Since the last delivery, {settings} changed"),
        marked("{count} since {settings} changed"),
        _BY_SETTING,
        "",
        marked("{sentence} ({when})"),
    ),
    "added": _Texts(
        plural("It is new in PowerSchool", "{who} are new in PowerSchool; no setting was changed"),
        marked("{count} new in PowerSchool"),
        marked("Check that they belong there. Then approve, or exclude those that don’t."),
    ),
    "no-class": _Texts(
        plural(
            "The teacher has no class in this school year any more", "{who} have no class in this school year any more"
        ),
        marked("{count} without a class in this school year"),
        marked("Check in PowerSchool that their classes are right. Then approve, or exclude them."),
    ),
    "has-class": _Texts(
        plural("The staff member has a class in this school year now", "{who} have a class in this school year now"),
        marked("{count} with a class in this school year"),
        marked("Check in PowerSchool that their classes are right. Then approve, or exclude them."),
    ),
    "rule": _Texts(
        plural("It is left out, because {because}", "{who} are left out, because {because}"),
        marked("{count} because {because}"),
        marked("Check in PowerSchool that they really left. Then approve, or exclude those that should stay."),
    ),
}
_SWITCHED = {
    "school-off": (
        plural("was switched off {when}", "were switched off {when}"),
        plural("is not among the chosen schools", "are not among the chosen schools"),
    ),
    "school-on": (
        plural("was switched on {when}", "were switched on {when}"),
        plural("is new", "are new"),
    ),
}


@dataclass(frozen=True)
class WordedCause:
    """A cause as a person reads it.

    Attributes:
        code: of the one cause; empty where there is none that explains more than half.
        sentence: the cause, or the largest shares.
        way: what to do about it.
        where: the page where that is done (wording.window), of several shares that of the largest that has one; may
            be empty.
        setting: ``STEP.CONTROL`` of what is changed there; ``where`` alone if it is none in particular.
    """

    code: str
    sentence: str
    way: str
    where: str
    setting: str = ""


def word_cause(cause: Cause, now: datetime | None = None) -> WordedCause | None:
    """The words of a cause; None where nothing is known of it.

    With ``now``, times are told as people say them (today at 05:57); without, for what is kept, with their day.
    """
    if not cause.shares:
        return None
    main = cause.main
    if main is None:
        led = next((one for one in cause.shares if _page(one)), None)
        page, setting = (_page(led), _setting_at(_page(led), led, cause.entity)) if led else ("", "")
        return WordedCause("", _several(cause, now), _way_of_several(cause), page, setting)
    texts = _TEXTS[main.code]
    holes = _holes(main, cause, now)
    sentence = translated(texts.sentence, cause.total, **holes)
    place = main.values.get("place")
    if place and main.count > 1:
        sentence = (
            tr("{sentence}; all of them are at {place}", sentence=sentence, place=place)
            if main.values.get("there") == main.count
            else tr("{sentence}; {there} of them are at {place}", sentence=sentence, **_place(main))
        )
    setting = str(main.values.get("setting", ""))
    if setting and main.code not in _SWITCHED and (main.since or main.code != "settings"):
        sentence = translated(texts.changed or _CHANGED, sentence=sentence, **holes)
    way = _BY_SETTING if _is_by_setting(main) else texts.way
    where = _page(main)
    to_do = translated(way, _schools(main), **holes)
    return WordedCause(main.code, f"{sentence}.", to_do, where, _setting_at(where, main, cause.entity))


def _is_by_setting(share: Share) -> bool:
    """Whether a share is mended where its changed setting is."""
    return bool(share.values.get("setting")) and (not _TEXTS[share.code].where or share.code in _BY_SETTING_FIRST)


def _page(share: Share) -> str:
    """The page where the cause of a share is mended; empty if there is none."""
    setting = str(share.values.get("setting", ""))
    required = share.code == "missing" and setting.startswith(("requirements", "options", "preset"))
    return setting_page(setting) if required or _is_by_setting(share) else _TEXTS[share.code].where


def _setting_at(where: str, main: Share, entity: str) -> str:
    """What is changed on a page of the settings, as ``STEP.CONTROL``; the page alone where that is all of it."""
    page, control = where, ""
    entity, attribute = str(main.values.get("entity", entity)), str(main.values.get("attribute", ""))
    setting = str(main.values.get("setting", ""))
    if page == "attributes" and attribute:
        control = f"{entity}.{attribute}"
    elif page in ("filters", "requirements", "attributes"):
        control = setting.partition(".")[2] or entity
    elif main.code == "new-year":
        control = "start_year"
    elif setting_page(setting) == page:
        control = setting.partition(".")[2]
    return f"{page}.{control}" if page and control else page


def _several(cause: Cause, now: datetime | None) -> str:
    told = [translated(_TEXTS[one.code].short, **_holes(one, cause, now)) for one in cause.shares[:_MOST_SHARES]]
    rest = cause.total - sum(one.count for one in cause.shares[:_MOST_SHARES])
    if rest > 0 and cause.kind not in ("update", "identity"):
        told.append(tr("{count} for other reasons", count=number(rest)))
    return tr("No single cause explains most of them: {shares}.", shares=listed(told))


def _way_of_several(cause: Cause) -> str:
    if cause.settings:
        changed = listed([setting_words(part) for part in cause.settings[:_MOST_SHARES]])
        return tr(
            "Since the last delivery, {settings} changed. Approve, or exclude those that are not right.",
            settings=changed,
        )
    return tr("No setting was changed. Look at the changes. Then approve, or exclude those that are not right.")


def _schools(share: Share) -> int:
    return len(_names(share.values.get("schools"))) + int(str(share.values.get("more", 0) or 0))


def _place(share: Share) -> dict[str, str]:
    return {"there": number(int(str(share.values["there"]))), "place": str(share.values["place"])}


def _holes(share: Share, cause: Cause, now: datetime | None) -> dict[str, object]:
    values, entity = share.values, str(share.values.get("entity", cause.entity))
    when = _when(share.since, now)
    schools = _names(values.get("schools"))
    more = int(str(values.get("more", 0) or 0))
    shown = [*schools, *([tr("{count} more", count=number(more))] if more else [])]
    setting = str(values.get("setting", ""))
    return {
        "who": _who(share.count, cause.total),
        "count": number(share.count),
        "schools": listed(shown),
        "switched": _switched(share, len(shown), when),
        "when": when,
        "filter": values.get("filter", ""),
        "year": values.get("year", ""),
        "year_before": values.get("year_before", ""),
        "read": number(int(str(values.get("read", 0)))),
        "before": number(int(str(values.get("before", 0)))),
        "stream": _Rows(str(values.get("stream", ""))),
        "attribute": attribute_word(entity, str(values.get("attribute", ""))),
        "fields": ", ".join(_names(values.get("fields"))),
        "settings": listed([setting_words(part) for part in _names(values.get("settings"))]),
        "setting": setting_words(setting) if setting else "",
        "because": rule_of(str(values["rule"])).because if "rule" in values else "",
        "records": records_label(cause.entity) if cause.entity else "",
    }


class _Rows(str):
    """The name of a stream in a hole: ``{stream:rows}`` is what its rows are called."""

    __slots__ = ()

    def __format__(self, spec: str) -> str:
        return rows_label(self) if spec == "rows" else str(self)


def _who(count: int, total: int) -> str:
    if count >= total:
        return tr("All {count}", count=number(total))
    return tr("{count} of the {total}", count=number(count), total=number(total))


def _switched(share: Share, schools: int, when: str) -> str:
    if share.code not in _SWITCHED:
        return ""
    changed, unchanged = _SWITCHED[share.code]
    return translated(changed if share.values.get("setting") else unchanged, schools, when=when)


def _when(since: str, now: datetime | None) -> str:
    if not since:
        return tr("since the last delivery")
    then = datetime.fromisoformat(since)
    if now is not None:
        return moment(then, now)
    return tr("on {day} at {time}", day=day(then), time=f"{then.astimezone():%H:%M}")


def _names(value: Value | Mapping[str, Value]) -> Sequence[str]:
    return [str(one) for one in value] if isinstance(value, list | tuple) else [str(value)] if value else []
