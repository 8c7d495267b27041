"""What a person reads of a limit that is crossed: what would happen, how much that is, and what to do."""

from __future__ import annotations

from psconnect.model.entities import BY_KEY
from psconnect.model.runs import Hold
from psconnect.store.plan.change_groups import MOVED_DAYS
from psconnect.sync.measures import ALL_STAFF, PER_CLASS, ROLE, Measure
from psconnect.wording.catalogue import counted

REJECTED_TO_DO = "See the problems of this run, and correct the records in PowerSchool first."
_WOULD = {
    "create": "{count} would be added to the {base} {records} that are there",
    "update": "{count} of {base} {records} would be changed",
    "remove": "{count} of {base} {records} would be removed",
    "identity": "{count} of {base} {records} would get another id, username, number or email",
    PER_CLASS: "{count} of {base} {records} would be removed",
    ROLE: "{count} of {base} {records} would become the other kind of staff",
}
_WOULD_ELSE = {
    ("teacher", ROLE): "{count} of {base} teachers would become other staff",
    ("admin", ROLE): "{count} of {base} members of other staff would become teachers",
    ("calendar", "update"): f"{{count}} of {{base}} {{records}} would begin or end more than {MOVED_DAYS} days earlier "
    "or later",
    ("calendar", "remove"): "{count} of {base} {records} would be removed although classes or other terms are in them",
    ("school", "identity"): "{count} of {base} {records} would get another number",
    ("course", "identity"): "{count} of {base} {records} would get another number",
    ("class", "identity"): "{count} of {base} {records} would get another number",
}
_TO_DO = {
    "create": "Many at once can mean a wrong school year, filter or list of schools. Check that they belong there. "
    "Then approve.",
    "update": "Many at once can mean that a field was emptied or is mapped anew. Look at what changes. Then approve.",
    "remove": "Check in PowerSchool that they really left. Then approve, or exclude those that should stay.",
    "identity": "At the destination another id or username can make a second account. Check who changed them, and why. "
    "Then approve, or exclude them.",
    ROLE: "Who teaches follows from the classes of the school year. Check that their classes are right in PowerSchool. "
    "Then approve, or exclude them.",
}
_OTHER_ROLE = {
    ("teacher", "remove"): ", {moved} of them because they become other staff",
    ("admin", "remove"): ", {moved} of them because they become teachers",
    ("teacher", "create"): ", {moved} of them were other staff",
    ("admin", "create"): ", {moved} of them were teachers",
}
"""What is said of those who stay, but as the other kind of staff."""
_TO_DO[PER_CLASS] = _TO_DO["remove"]
_TO_DO_ELSE = {
    ("school", "create"): "Check that the school belongs there, and that it is not one you have under another number. "
    "Then approve.",
    ("calendar", "update"): "Check the years and terms: Start Page > School > Years & Terms. Then approve.",
    ("calendar", "remove"): "Check the years and terms: Start Page > School > Years & Terms. Then approve.",
}


def crossed(measure: Measure) -> Hold:
    """The reason to wait that a crossed limit is."""
    key, label = (measure.entity, measure.kind), _label(measure.entity)
    text = _WOULD_ELSE.get(key, _WOULD[measure.kind])
    what = text.format(count=f"{measure.count:,}", base=f"{measure.base:,}", records=label)
    if measure.other_role:
        what += _OTHER_ROLE[key].format(moved=f"{measure.other_role:,}")
    share = f" ({measure.count * 100 / measure.base:.1f} %)" if measure.base else ""
    at = f"{measure.place}: " if measure.place else ""
    reason = f"{at}{what}{share}; the limit is {measure.threshold.text}."
    return Hold(_rule(*key, in_place=bool(measure.place)), reason, _TO_DO_ELSE.get(key, _TO_DO[measure.kind]))


def redelivery(records: int, place: str) -> Hold:
    """What is delivered when no record changes; it stands before the reasons for which that waits."""
    return Hold(
        "redelivery",
        counted(
            records,
            "No record changes, but the roster (1 record) is not in {place} yet.",
            "No record changes, but the whole roster ({count} records) is not in {place} yet.",
            place=place,
        ),
    )


def more_places(entity: str, kind: str, count: int) -> Hold:
    """The places with crossed limits that are not named singly."""
    where = "classes" if kind == PER_CLASS else "schools"
    what = f"The same limit on {_label(entity)} is reached at {count:,} more {where}."
    return Hold(_rule(entity, kind, in_place=True), what, _TO_DO_ELSE.get((entity, kind), _TO_DO[kind]))


def _label(entity: str) -> str:
    return "members of staff" if entity == ALL_STAFF else BY_KEY[entity].label.lower()


def _rule(entity: str, kind: str, *, in_place: bool) -> str:
    if kind == PER_CLASS:
        return f"class-remove-{entity}"
    return f"school-{kind}-{entity}" if in_place else f"{kind}-{entity}"
