"""Why a run waits for an approval: what would happen, and what to do, by the rule of the hold (model.runs.Hold)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from psconnect.model.runs import Hold
from psconnect.wording.catalogue import Plural, marked, plural, tr
from psconnect.wording.filled import filled
from psconnect.wording.limits import LIMITS, LIMITS_ELSE, limit_in_numbers
from psconnect.wording.window import in_window

_CHECK_READ = marked(
    "Check in PowerSchool that they are all there, and that the plugin may view them. Then start again."
)
_CHECK_IDS = marked(
    "Check with the administrator of the destination that it knows the new ids (psconnect connection rekey NAME --plan "
    "FILE.csv writes the list). Then approve; they arrive as changes of the records that are there."
)
_CHECK_IDS_WINDOW = marked(
    "Check with the administrator of the destination that it knows the new ids (Settings, Ids writes the list). Then "
    "approve; they arrive as changes of the records that are there."
)

_RECEIVER = marked(
    "Check that all of them have to go. If so, tell the administrator of the other system that it has to let the "
    "delivery through, then approve."
)
_CHECK_SETTING = marked(
    "Check with the administrator of the destination that it can take the new ids. Then approve. Otherwise put the "
    "setting back under Settings, Ids."
)


@dataclass(frozen=True)
class _HoldTexts:
    """The reason of a hold and what to do; ``window`` is what to do there, where that differs."""

    reason: str | Plural
    to_do: str = ""
    window: str = ""


_TEXTS = {
    "folder-owned": _HoldTexts(
        "{owner}",
        marked(
            "Approve to deliver there from now on; the other one then waits. Otherwise discard the run, and choose "
            "another folder under Destination."
        ),
    ),
    "freeze": _HoldTexts(
        marked("Deliveries wait from {first} until {until}; today is {today}."),
        marked("Approve if this delivery is right in spite of the season, or let it wait until the season is over."),
    ),
    "after-undo": _HoldTexts(
        marked("The last delivery undid an earlier one (run {undone}); this one may do again what was undone."),
        marked("Correct the cause in PowerSchool or in the settings first. Then approve."),
    ),
    "after-undo/unchanged": _HoldTexts(
        marked("The last delivery undid an earlier one (run {undone})."),
        marked("Correct the cause in PowerSchool or in the settings first. Then approve."),
    ),
    "rekey": _HoldTexts(
        marked("Records get other ids at the destination, as chosen in the re-key assistant."),
        _CHECK_IDS,
        _CHECK_IDS_WINDOW,
    ),
    "rekey/setting": _HoldTexts(
        marked("Ids or names are made otherwise than in the last delivery: {settings} changed."),
        _CHECK_SETTING,
    ),
    "rekey/setting-in-year": _HoldTexts(
        marked("Ids or names are made otherwise than in the last delivery: {settings} changed. {warning}"),
        _CHECK_SETTING,
    ),
    "rules-changed/adopted": _HoldTexts(
        marked("Ids that records already have at the destination were adopted since the last delivery."),
        marked("Check that the changed ids are those you adopted. Then approve."),
    ),
    "rules-changed/place": _HoldTexts(
        marked("The roster goes to another place than last time: {now} (before: {before})."),
        marked("Check that it is the place you meant, and that the other system reads there. Then approve."),
    ),
    "rules-changed/place-before": _HoldTexts(
        marked("Last time the roster went to another place: {before}."),
        marked("Check that it is the place you meant, and that the other system reads there. Then approve."),
    ),
    "rules-changed/form": _HoldTexts(
        plural(
            "The files travel otherwise than last time: {now} (before: {before}). {goes} is deleted there, so that "
            "the roster is not there twice.",
            "The files travel otherwise than last time: {now} (before: {before}). What was delivered before is deleted "
            "there ({count} files: {goes} …), so that the roster is not there twice.",
        ),
        marked("Check that the other system reads the files so. Then approve."),
    ),
    "rules-changed": _HoldTexts(
        marked("Settings that decide who is delivered, or where to, were changed since the last delivery."),
        marked("Check that the changes are those you meant. Then approve."),
    ),
    "first-run": _HoldTexts(marked("This is the first delivery. Look at what would be created, then approve.")),
    "preview": _HoldTexts(
        marked("Every delivery of this connection is looked at first."), marked("Look at it, then approve.")
    ),
    "short-read": _HoldTexts(
        marked("Only {read} {stream:rows} were read; last time there were {before}."), _CHECK_READ
    ),
    "short-read/none": _HoldTexts(marked("No {stream:rows} were read; last time there were {before}."), _CHECK_READ),
    "short-read/not-asked": _HoldTexts(
        marked("No {stream:rows} are read any more; last time there were {before}."),
        marked("If that was not meant, change the settings back, then run again. Else look at it, then approve."),
    ),
    "field-emptied": _HoldTexts(
        marked("{fields}: empty in all {count} {stream:rows}; at the last delivery some had a value."),
        marked(
            "Check in PowerSchool that the plugin may still view the field, and that it is meant to be empty. Then "
            "approve; what depends on it changes at the destination."
        ),
    ),
    "returned": _HoldTexts(
        marked(
            "{entity:Records} that were removed come back under the same id with another name and number: {ids}. At "
            "the destination they would take over the accounts of those who had left."
        ),
        marked("Check in PowerSchool who they are. Exclude them if they are not the same, or approve."),
    ),
    "receiver": _HoldTexts(
        marked(
            "The other system would hold this delivery: {count} of {base} {entity:records} are removed "
            "({share:.1f} %; it lets about {most} % through)."
        ),
        _RECEIVER,
    ),
    "receiver/too": _HoldTexts(
        marked("The other system’s limit is crossed for {count} of {base} {entity:records}, too ({share:.1f} %)."),
        _RECEIVER,
    ),
    "receiver/named": _HoldTexts(
        marked(
            "{system} would hold this delivery: {count} of {base} {entity:records} are removed "
            "({share:.1f} %; it lets about {most} % through)."
        ),
        _RECEIVER,
    ),
    "rejected": _HoldTexts(
        marked("{more} of {read} {entity:records} can’t be used ({share:.1f} %); the limit is {limit}."),
        marked("See the problems of this run, and correct the records in PowerSchool first."),
    ),
    "rejected/more": _HoldTexts(
        marked(
            "{more} of {read} {entity:records} can’t be used besides the {before} of the last delivery ({share:.1f} "
            "%); the limit is {limit}."
        ),
        marked("See the problems of this run, and correct the records in PowerSchool first."),
    ),
    "redelivery": _HoldTexts(
        plural(
            "No record changes, but the roster (1 record) is not in {place} yet.",
            "No record changes, but the whole roster ({count} records) is not in {place} yet.",
        )
    ),
    "redelivery/otherwise": _HoldTexts(
        plural(
            "No record changes, but the roster (1 record) is written otherwise to {place}: a setting changed.",
            "No record changes, but the whole roster ({count} records) is written otherwise to {place}: a setting "
            "changed.",
        )
    ),
    "undo": _HoldTexts(
        plural(
            "This undoes the run {undone} with 1 of its changes.",
            "This undoes the run {undone} with {count} of its changes.",
        ),
        marked(
            "Look at what would change. Then approve. The next sync then waits for your approval, too, because it "
            "would do again what was undone."
        ),
    ),
    "undo/partly": _HoldTexts(
        plural(
            "This undoes the run {undone} with 1 of its changes. {left} of its changes are left as they are: the "
            "records were changed since, or others need them.",
            "This undoes the run {undone} with {count} of its changes. {left} of its changes are left as they are: the "
            "records were changed since, or others need them.",
        ),
        marked(
            "Look at what would change. Then approve. The next sync then waits for your approval, too, because it "
            "would do again what was undone."
        ),
    ),
    "plan-changed/records": _HoldTexts(
        marked("The plan has changed since it was looked at: records changed in the meantime."),
        marked("Look at the changes again. Then approve."),
    ),
    "plan-changed/settings": _HoldTexts(
        marked("The plan has changed since it was looked at: the settings of the connection changed in the meantime."),
        marked("Look at the changes again. Then approve."),
    ),
}


@dataclass(frozen=True)
class WordedHold:
    """A hold as a person reads it.

    Attributes:
        rule: stable name of what held the run.
        reason: what happened, with numbers, limit and the school’s or class’s name.
        to_do: what to do about it; may be empty.
        headline: the reason without its limit and without a full stop.
    """

    rule: str
    reason: str
    to_do: str
    headline: str


def word_hold(hold: Hold, *, window: bool = False) -> WordedHold:
    """The words of a hold; ``window``: what to do as it is done there. One that was stored as sentences keeps them."""
    if hold.reason:
        to_do = in_window(hold.to_do) if window else hold.to_do
        return WordedHold(hold.rule, hold.reason, to_do, hold.reason.partition(";")[0].removesuffix("."))
    if "limit" in hold.values:
        hold = replace(hold, values={**hold.values, "limit": limit_in_numbers(str(hold.values["limit"]))})
    if "limit" in hold.values and "kind" in hold.values:
        return _limit(hold)
    texts = _TEXTS[hold.case or hold.rule]
    reason = filled(texts.reason, hold.values)
    to_do = filled((texts.window if window else "") or texts.to_do, hold.values) if texts.to_do else ""
    return WordedHold(hold.rule, reason, to_do, reason.partition(";")[0].removesuffix("."))


def _limit(hold: Hold) -> WordedHold:
    """A crossed limit: where, what would happen, how much that is, and the limit."""
    entity, kind = str(hold.values["entity"]), str(hold.values["kind"])
    texts = LIMITS_ELSE.get((entity, kind), LIMITS[kind])
    to_do = filled(texts.to_do, hold.values)
    if hold.case == "places":
        more = texts.classes if kind == "remove_per_class" else texts.schools
        reason = filled(more, hold.values)
        return WordedHold(hold.rule, reason, to_do, reason.removesuffix("."))
    what = filled(texts.would, hold.values)
    if hold.values.get("moved"):
        what = filled(texts.roles[entity], {**hold.values, "what": what})
    if hold.values.get("base"):
        what = filled(marked("{what} ({share:.1f} %)"), {**hold.values, "what": what})
    if hold.values.get("place"):
        what = filled(marked("{place}: {what}"), {**hold.values, "what": what})
    return WordedHold(
        hold.rule, tr("{what}; the limit is {limit}.", what=what, limit=hold.values["limit"]), to_do, what
    )
