"""The findings of this kind."""

from __future__ import annotations

from collections.abc import Iterator

from psconnect.destinations.canvas_csv import closed as c
from psconnect.destinations.canvas_csv.rows import EXTENDED_FILES, OPTIONAL_COLUMNS
from psconnect.destinations.snapshot import Roster
from psconnect.model.clock import CancelToken
from psconnect.model.entities import (
    ADMIN,
    CALENDAR,
    CLASS,
    CONTACT,
    COURSE,
    SCHOOL,
    SIGN_IN_TYPE,
    STUDENT,
    TEACHER,
    Entity,
)
from psconnect.model.ids import kind_of
from psconnect.model.problems import Problem, Rule, Tally
from psconnect.wording.catalogue import marked
from psconnect.wording.rules.texts import RuleTexts

NO_COLUMN, _KEPT, PASSED_ON = "custom-field-without-column", "removed-but-kept", "login-passed-on"
CANVAS_RULES = {
    Rule(NO_COLUMN, "warning", counted=True): RuleTexts(
        marked("Custom field is not delivered"),
        marked("Canvas’s files have no column of that name"),
        marked(
            "Give the custom field the name of an optional column under Attributes, such as sortable_name or "
            "integration_id, or remove it."
        ),
    ),
    Rule(_KEPT, "warning", counted=True, left_out=True): RuleTexts(
        marked("Removed here, kept in Canvas"),
        marked("Canvas keeps what a file no longer names, and nothing is said of the removed record"),
        marked(
            "Remove it in Canvas if it is in the way, or choose under Settings, Destination what is said of removals."
        ),
    ),
    Rule(PASSED_ON, "warning"): RuleTexts(
        marked("User has the login that another one had"),
        marked("until now, another person had this user name, so Canvas can refuse it as claimed"),
        marked("If Canvas’s import reports it, delete or rename the other login there and import the files again."),
    ),
}
_PEOPLE = (STUDENT, TEACHER, ADMIN, CONTACT)
_FILE_OF: dict[Entity, str] = {
    **dict.fromkeys(_PEOPLE, "users"),
    CLASS: "courses",
    SCHOOL: "accounts",
    CALENDAR: "terms",
}


def canvas_findings(roster: Roster, removed: str, cancel: CancelToken, *, by_course: bool) -> Iterator[Problem]:
    """What doesn't come into the files, and what Canvas keeps although it was removed.

    ``by_course``: whether a Canvas course is made of a course; else it is made of a class, and has only the custom
    fields of classes.
    """
    for entity in (*_PEOPLE, CLASS, COURSE, SCHOOL):
        cancel.check()
        file = next((name for name, entities in EXTENDED_FILES.items() if entity in entities), "")
        if entity is (CLASS if by_course else COURSE):
            file = ""
        for label in roster.labels(entity):
            if label not in OPTIONAL_COLUMNS.get(file, ()) and label != SIGN_IN_TYPE:
                yield from _counted(
                    NO_COLUMN,
                    entity,
                    label,
                    (key for key, record in roster.keyed(entity) if f'"{label}"' in record[-1]),
                )
    said = c.statuses(removed)
    yield from _passed_on(roster, users_deleted="users" in said)
    for entity, file in _FILE_OF.items():
        cancel.check()
        if file not in said:
            keys = (change.key for change in roster.changes(entity) if change.after is None)
            yield from _counted(_KEPT, entity, file, keys)


def _passed_on(roster: Roster, *, users_deleted: bool) -> Iterator[Problem]:
    """People with a user name that another person had until now and may still have in Canvas.

    A public tool exists only to repair the refusals that follow ("has already claimed … login information").
    """
    given_up: dict[str, tuple[str, int]] = {}
    taken: list[tuple[str, Entity, int]] = []
    for entity in _PEOPLE:
        for change in roster.changes(entity):
            before, after = ((one or {}).get("username", "").casefold() for one in (change.before, change.after))
            if before and before != after and not (change.after is None and users_deleted):
                given_up[before] = kind_of(entity), change.key
            if after and before != after:
                taken.append((after, entity, change.key))
    for login, entity, key in taken:
        if given_up.get(login, (kind_of(entity), key)) != (kind_of(entity), key):
            yield Problem(PASSED_ON, entity.key, key)


def _counted(rule: str, entity: Entity, detail: str, keys: Iterator[int]) -> Iterator[Problem]:
    first = next(keys, None)
    if first is not None:
        yield Problem(rule, entity.key, first, detail=detail, tally=Tally(1 + sum(1 for _ in keys)))
