"""The findings of this kind."""

from __future__ import annotations

from collections.abc import Iterator

from psconnect.destinations.canvas_csv import closed as c
from psconnect.destinations.canvas_csv.rows import EXTENDED, OPTIONAL
from psconnect.destinations.snapshot import Roster
from psconnect.model.clock import CancelToken
from psconnect.model.entities import ADMIN, CALENDAR, CLASS, CONTACT, COURSE, SCHOOL, STUDENT, TEACHER, Entity
from psconnect.model.problems import Problem, Rule, Tally
from psconnect.wording.catalogue import marked
from psconnect.wording.rules.texts import RuleTexts

NO_COLUMN, KEPT = "custom-field-without-column", "removed-but-kept"
RULES = {
    Rule(NO_COLUMN, "warning", counted=True): RuleTexts(
        marked("Custom field is not delivered"),
        marked("Canvas’s files have no column of that name"),
        marked(
            "Give the custom field the name of an optional column under Attributes, such as sortable_name or "
            "integration_id, or remove it."
        ),
    ),
    Rule(KEPT, "warning", counted=True): RuleTexts(
        marked("Removed here, kept in Canvas"),
        marked("Canvas keeps what a file no longer names, and nothing is said of the removed record"),
        marked(
            "Remove it in Canvas if it is in the way, or choose under Settings, Destination what is said of removals."
        ),
    ),
}
_FILE_OF: dict[Entity, str] = {
    **dict.fromkeys((STUDENT, TEACHER, ADMIN, CONTACT), "users"),
    CLASS: "courses",
    SCHOOL: "accounts",
    CALENDAR: "terms",
}


def find(roster: Roster, removed: str, cancel: CancelToken) -> Iterator[Problem]:
    """What doesn't come into the files, and what Canvas keeps although it was removed."""
    for entity in (STUDENT, TEACHER, ADMIN, CONTACT, CLASS, COURSE, SCHOOL):
        cancel.check()
        file = next((name for name, entities in EXTENDED.items() if entity in entities), "")
        for label in roster.labels(entity):
            if label not in OPTIONAL.get(file, ()) and label != _OWN:
                yield from _counted(
                    NO_COLUMN,
                    entity,
                    label,
                    (key for key, record in roster.keyed(entity) if f'"{label}"' in record[-1]),
                )
    said = c.statuses(removed)
    for entity, file in _FILE_OF.items():
        cancel.check()
        if file not in said:
            keys = (change.key for change in roster.changes(entity) if change.after is None)
            yield from _counted(KEPT, entity, file, keys)


_OWN = "signInType"
"""psconnect's own value, which no file has to have."""


def _counted(rule: str, entity: Entity, detail: str, keys: Iterator[int]) -> Iterator[Problem]:
    first = next(keys, None)
    if first is not None:
        yield Problem(rule, entity.key, first, detail=detail, tally=Tally(1 + sum(1 for _ in keys)))
