"""The rows of each OneRoster 1.1 file, made from the roster's records (columns in order, for a bulk delivery).

In a bulk delivery, ``status`` and ``dateLastModified`` stay blank. Users are students, teachers, other staff and
contacts; ``agentSourcedIds`` holds relationships in both directions.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from itertools import islice
from operator import itemgetter

import msgspec

from psconnect.destinations.family import ROLES, Family
from psconnect.destinations.snapshot import Roster
from psconnect.model.entities import (
    ADMIN,
    CALENDAR,
    CLASS,
    CONTACT,
    COURSE,
    SCHOOL,
    STUDENT,
    TEACHER,
    Entity,
)

BASE = ("sourcedId", "status", "dateLastModified")
COLUMNS: dict[str, tuple[str, ...]] = {
    "academicSessions": (*BASE, "title", "type", "startDate", "endDate", "parentSourcedId", "schoolYear"),
    "orgs": (*BASE, "name", "type", "identifier", "parentSourcedId"),
    "courses": (
        *BASE,
        "schoolYearSourcedId",
        "title",
        "courseCode",
        "grades",
        "orgSourcedId",
        "subjects",
        "subjectCodes",
    ),
    "classes": (
        *BASE,
        "title",
        "grades",
        "courseSourcedId",
        "classCode",
        "classType",
        "location",
        "schoolSourcedId",
        "termSourcedIds",
        "subjects",
        "subjectCodes",
        "periods",
    ),
    "users": (
        *BASE,
        "enabledUser",
        "orgSourcedIds",
        "role",
        "username",
        "userIds",
        "givenName",
        "familyName",
        "middleName",
        "identifier",
        "email",
        "sms",
        "phone",
        "agentSourcedIds",
        "grades",
        "password",
    ),
    "enrollments": (
        *BASE,
        "classSourcedId",
        "schoolSourcedId",
        "userSourcedId",
        "role",
        "primary",
        "beginDate",
        "endDate",
    ),
}
METADATA = "metadata."
_EXTENDED = {"orgs": (SCHOOL,), "courses": (COURSE,), "classes": (CLASS,), "users": (STUDENT, TEACHER, ADMIN, CONTACT)}
_RENAMED = {"academicSessions": {}, "classes": {"termSourcedIds": "termSourcedId"}, "users": {"grades": "grade"}}
_AT_A_TIME = 1_000
_PLAIN_ID = re.compile(r"[A-Za-z0-9._-]+")


def labels_of(name: str, roster: Roster) -> list[str]:
    """The labels of a file's extra columns: those of all its entities, each once."""
    found = (label for entity in _EXTENDED.get(name, ()) for label in roster.labels(entity))
    return list(dict.fromkeys(found))


def header(name: str, roster: Roster) -> tuple[str, ...]:
    """The columns of a file: the standard ones, then ``metadata.`` and each label."""
    return (*COLUMNS[name], *(f"{METADATA}{label}" for label in labels_of(name, roster)))


def _further(labels: list[str]) -> Callable[[str], list[str]]:
    """A function from a record's ``extra`` to the values of the extra columns."""

    def values(extra: str) -> list[str]:
        if not extra:
            return [""] * len(labels)
        given = _decode(extra)
        return [given.get(label, "") for label in labels]

    return values


_decode = msgspec.json.Decoder(dict[str, str]).decode


def _plain(name: str, entity: Entity, roster: Roster) -> Iterator[Sequence[str]]:
    """Rows of a file whose columns are one entity's attributes; other columns stay blank."""
    pick = _picked(name, (*entity.attributes, ""))
    labels = labels_of(name, roster)
    if not labels:
        return (pick([*record, ""]) for record in roster.records(entity))
    further = _further(labels)
    return ([*pick([*record, ""]), *further(record[-1])] for record in roster.records(entity))


def academic_sessions(roster: Roster) -> Iterator[Sequence[str]]:
    """Rows of academicSessions.csv."""
    return _plain("academicSessions", CALENDAR, roster)


def orgs(roster: Roster) -> Iterator[Sequence[str]]:
    """Rows of orgs.csv: the district and its schools."""
    return _plain("orgs", SCHOOL, roster)


def courses(roster: Roster) -> Iterator[Sequence[str]]:
    """Rows of courses.csv."""
    return _plain("courses", COURSE, roster)


def classes(roster: Roster) -> Iterator[Sequence[str]]:
    """Rows of classes.csv."""
    return _plain("classes", CLASS, roster)


def users(roster: Roster) -> Iterator[Sequence[str]]:
    """Rows of users.csv."""
    labels = labels_of("users", roster)
    with closing(Family(roster)) as family:
        yield from _students(roster, family, labels)
        for entity, role in ((TEACHER, "teacher"), (ADMIN, "administrator")):
            user, schools = _user(entity, role, labels), entity.attributes.index("schoolSourcedIds")
            for record in roster.records(entity):
                yield user(record, record[schools], "", "")
        yield from _contacts(roster, family, labels)


def _students(roster: Roster, family: Family, labels: list[str]) -> Iterator[Sequence[str]]:
    user = _user(STUDENT, "student", labels)
    school, state = STUDENT.attributes.index("schoolSourcedIds"), STUDENT.attributes.index("stateId")
    for some in _together(roster.records(STUDENT)):
        family.attend((record[0], record[school]) for record in some)
        for record, contacts in zip(some, family.contacts_of([record[0] for record in some]), strict=True):
            state_id = record[state]
            user_ids = f"{{StateID:{state_id}}}" if _PLAIN_ID.fullmatch(state_id) else ""
            yield user(record, record[school], ",".join(contacts), user_ids)


def _contacts(roster: Roster, family: Family, labels: list[str]) -> Iterator[Sequence[str]]:
    users = {role: _user(CONTACT, role, labels) for role in ROLES}
    for some in _together(roster.records(CONTACT)):
        for record, its in zip(some, family.relatives_of([record[0] for record in some]), strict=True):
            yield users[its.role](record, ",".join(its.schools), ",".join(its.students), "")


def _together(records: Iterator[list[str]]) -> Iterator[list[list[str]]]:
    """Records in groups, so that related data is queried for many at once."""
    while some := list(islice(records, _AT_A_TIME)):
        yield some


def _user(entity: Entity, role: str, labels: list[str]) -> Callable[[list[str], str, str, str], Sequence[str]]:
    """A function that makes a users.csv row from a record, its schools, its agents and its extra ids."""
    names = (*entity.attributes, "orgSourcedIds", "agentSourcedIds", "userIds", "enabledUser", "role", "")
    pick = _picked("users", names)
    same = ("true", role, "")

    def row(record: list[str], orgs: str, agents: str, user_ids: str) -> Sequence[str]:
        return pick([*record, orgs, agents, user_ids, *same])

    if not labels:
        return row
    further = _further(labels)
    return lambda record, *others: [*row(record, *others), *further(record[-1])]


def _picked(file: str, names: Sequence[str]) -> Callable[[list[str]], Sequence[str]]:
    """A function from values with these names to the columns of a file; the last value is that of all other columns."""
    places, renamed = {name: place for place, name in enumerate(names)}, _RENAMED.get(file, {})
    return itemgetter(*(places.get(renamed.get(column, column), len(names) - 1) for column in COLUMNS[file]))
