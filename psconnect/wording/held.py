"""A waiting run in one headline, one cause and one way on; everything else about it is a table."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from psconnect.model.care import BY_CARE, cared_about
from psconnect.model.causes import Cause
from psconnect.model.runs import ChangeCounts, Hold, Run
from psconnect.wording.catalogue import Plural, counted, number, plural, tr, translated
from psconnect.wording.causes import word_cause
from psconnect.wording.holds import word_hold
from psconnect.wording.records import record_label, records_label
from psconnect.wording.systems import system_words

_ANEW = "plan-changed"
_USUAL = ("first-run", "preview")
"""Rules of holds that every run, or every first run, has: they tell nothing new."""
_PAGES = {
    "folder-owned": "destination",
    "freeze": "safety",
    "rekey": "ids",
    "rekey/setting": "ids",
    "rekey/setting-in-year": "ids",
    "rules-changed/adopted": "ids",
    "rules-changed/place": "destination",
    "rules-changed/place-before": "destination",
    "short-read/not-asked": "who",
    "short-read": "credentials",
    "field-emptied": "plugin",
}
_TELLING = ("remove-student", "remove-", "create-", "update-", "rejected-", "short-read")
_STAFF_ROLES = {
    "teacher": plural("1 teacher would become other staff", "{count} teachers would become other staff"),
    "admin": plural(
        "1 member of other staff would become a teacher", "{count} members of other staff would become teachers"
    ),
}
_WOULD = {
    "remove": plural("1 {record} would be removed", "{count} {records} would be removed"),
    "create": plural("1 {record} would be added", "{count} {records} would be added"),
    "update": plural("1 {record} would be changed", "{count} {records} would be changed"),
    "identity": plural(
        "1 {record} would get another id, user name, number or email",
        "{count} {records} would get another id, user name, number or email",
    ),
}


@dataclass(frozen=True)
class Story:
    """Why a run waits.

    Attributes:
        headline: what would happen, to those a person cares about most; without a full stop.
        code: of the cause, or the rule of the hold that is told; empty if it has no single one.
        cause: why, in one sentence; empty where there is nothing to explain.
        way: the one way on.
        where: the page where that is done (wording.window); may be empty.
        setting: ``STEP.CONTROL`` of what is changed there, or ``where``.
        more: further reasons to wait, a sentence or two each. Limits are none of them: they are a table.
    """

    headline: str
    code: str = ""
    cause: str = ""
    way: str = ""
    where: str = ""
    setting: str = ""
    more: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """Cause, way on and further reasons, as sentences."""
        return " ".join(filter(None, [self.cause, self.way, *self.more]))


def story_of(run: Run, now: datetime | None = None, *, window: bool = False) -> Story:
    """Why a run waits; ``now`` and ``window`` for a person at the window (times and advice as they are there)."""
    others = [hold for hold in sorted(run.holds, key=lambda one: one.rule in _USUAL) if not _is_limit(hold)]
    told = word_cause(run.cause, now) if run.cause else None
    if told and run.cause:
        if run.cause.settings:
            # The cause names the setting, or shows that it is another one: "settings were changed" adds nothing.
            others = [hold for hold in others if hold.rule != "rules-changed" or hold.case]
        # That the plan is another one than was looked at comes before why.
        anew = [word_hold(hold).reason for hold in others if hold.rule == _ANEW]
        rest = [hold for hold in others if hold.rule != _ANEW and not _is_same(hold, run.cause)]
        sentence = " ".join([*anew, told.sentence])
        more = _further(rest, window=window)
        return Story(headline_of(run), told.code, sentence, told.way, told.where, told.setting, more)
    first = others[0] if others else next(iter(run.holds), None)
    if first is None:
        return Story(headline_of(run))
    worded = word_hold(first, window=window)
    where = _PAGES.get(first.case) or _PAGES.get(first.rule, "findings" if first.rule.startswith("rejected") else "")
    more = _further(others[1:], window=window)
    return Story(headline_of(run), first.rule, worded.reason, worded.to_do, where, where, more)


def _is_same(hold: Hold, cause: Cause) -> bool:
    """Whether a hold tells what the cause has told already."""
    main = cause.main
    if main is None or hold.rule not in ("short-read", "field-emptied"):
        return False
    if hold.rule == "field-emptied":
        return main.code == hold.rule
    if hold.case == "short-read/not-asked":
        return main.code in ("not-read", "new-year")
    return main.code == "new-year" or main.values.get("stream") == hold.values.get("stream")


def _further(holds: Sequence[Hold], *, window: bool) -> tuple[str, ...]:
    """Further reasons, each thing to do once, after what it is about."""
    paragraphs: dict[str, list[str]] = {}
    for hold in holds:
        if hold.rule not in _USUAL:
            told = word_hold(hold, window=window)
            paragraphs.setdefault(told.to_do, []).append(told.reason)
    return tuple(" ".join([*reasons, to_do]).strip() for to_do, reasons in paragraphs.items())


def _is_limit(hold: Hold) -> bool:
    return "kind" in hold.values and "limit" in hold.values


def headline_of(run: Run) -> str:
    """What a waiting run would do, in the order a person cares: students first; without a full stop."""
    entity, kind = (run.cause.entity, run.cause.kind) if run.cause else cared_about(run.holds, run.planned_changes)
    if entity:
        return _limit(run, entity, kind)
    # Those of limits are of versions that stored sentences.
    telling = [hold for prefix in _TELLING for hold in run.holds if hold.rule.startswith(prefix)]
    if telling:
        return _told(run, telling[0])
    removed = [entity for entity in BY_CARE if run.changes.get(entity, ChangeCounts()).remove]
    if removed and not any(hold.rule == "first-run" for hold in run.holds):
        return _would("remove", removed[0], run.changes[removed[0]].remove, _system(run))
    return _altogether(run)


def _told(run: Run, hold: Hold) -> str:
    """A hold's own headline; of removals the number alone, but for staff, which may only change role."""
    entity = hold.rule.removeprefix("remove-")
    if hold.rule.startswith("remove-") and entity in run.planned_changes and entity not in _STAFF_ROLES:
        return _would("remove", entity, run.planned_changes[entity].remove, _system(run))
    return _without_share(word_hold(hold).headline)


def _without_share(text: str) -> str:
    return re.sub(r" \([\d.,]+ %\)$", "", text)


def _limit(run: Run, entity: str, kind: str) -> str:
    hold = next((one for one in run.holds if _is_limit(one) and _of(one) == (entity, kind)), None)
    if hold is None:
        return _would(kind, entity, getattr(run.planned_changes[entity], kind), _system(run))
    values = hold.values
    count, moved = int(str(values["count"])), int(str(values.get("moved") or 0))
    if hold.case == "places":
        return word_hold(hold).headline
    if entity in _STAFF_ROLES and (kind == "role" or (kind == "remove" and moved == count)):
        return translated(_STAFF_ROLES[entity], count)
    if (entity, kind) in (("calendar", "update"), ("calendar", "remove")) or kind not in _WOULD or moved:
        return _without_share(word_hold(hold).headline)
    place = values.get("place")
    if place:
        return tr("{what} at {place}", what=_would(kind, entity, count), place=place)
    return _would(kind, entity, count, _system(run))


def _of(hold: Hold) -> tuple[object, object]:
    return hold.values.get("entity"), hold.values.get("kind")


def _system(run: Run) -> str:
    return system_words(run.cause.system) if run.cause else ""


def _would(kind: str, entity: str, count: int, system: str = "") -> str:
    """What would happen to how many records; of removals, from where, if that is known."""
    # "3 other staff" is what a column is called, not what is said of three people.
    many = tr("other staff members") if entity == "admin" else records_label(entity)
    one = tr("other staff member") if entity == "admin" else record_label(entity)
    told = translated(_WOULD[kind], count, records=many, record=one)
    return tr("{what} from {system}", what=told, system=system) if system and kind == "remove" else told


def _altogether(run: Run) -> str:
    created, total = _sum(run.changes, "create"), _sum(run.changes, "total")
    if not total:
        again = tr("The whole roster would be delivered again, without a change")
        return again if run.redelivers_to else tr("Nothing would change")
    students = run.changes.get("student", ChangeCounts()).create
    if total == created == students:
        return counted(students, "1 student would be created", "{count} students would be created")
    if total == created and students:
        return tr(
            "{students} and {count} other records would be created",
            students=_people(students),
            count=number(total - students),
        )
    if total == created:
        return counted(created, "1 record would be created", "{count} records would be created")
    return counted(total, "1 record would change", "{count} records would change")


def _people(count: int) -> str:
    return translated(_STUDENTS, count)


_STUDENTS: Plural = plural("1 student", "{count} students")


def _sum(changes: Mapping[str, ChangeCounts], name: str) -> int:
    return sum(getattr(counts, name) for counts in changes.values())
