"""The rows of each OneRoster 1.1 file from the roster's records (oneroster.md 1.4: columns in order; 1.3: bulk).

In a bulk delivery ``status`` and ``dateLastModified`` stay blank. Users are students, teachers, other staff and
contacts; who belongs to whom stands in ``agentSourcedIds`` in both directions.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from operator import itemgetter

from psconnect.destinations.base import Roster
from psconnect.model.entities import (
    ADMIN,
    CALENDAR,
    CLASS,
    CONTACT,
    COURSE,
    ENROLLMENT,
    RELATIONSHIP,
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
_RENAMED = {"academicSessions": {}, "classes": {"termSourcedIds": "termSourcedId"}}
_ROLE_ORDER = ("parent", "guardian", "relative")
_PLAIN_ID = re.compile(r"[A-Za-z0-9._-]+")


def _plain(name: str, entity: Entity, roster: Roster) -> Iterator[list[str]]:
    """Rows of a file whose columns are attributes of one entity; columns without an attribute stay blank."""
    renamed = _RENAMED.get(name, {})
    positions = {attribute: index for index, attribute in enumerate(entity.attributes)}
    blank = len(positions)
    pick = itemgetter(*(positions.get(renamed.get(column, column), blank) for column in COLUMNS[name]))
    return (pick([*record, ""]) for record in roster.records(entity))


def academic_sessions(roster: Roster) -> Iterator[list[str]]:
    """Rows of academicSessions.csv."""
    return _plain("academicSessions", CALENDAR, roster)


def orgs(roster: Roster) -> Iterator[list[str]]:
    """Rows of orgs.csv: the district and its schools."""
    return _plain("orgs", SCHOOL, roster)


def courses(roster: Roster) -> Iterator[list[str]]:
    """Rows of courses.csv."""
    return _plain("courses", COURSE, roster)


def classes(roster: Roster) -> Iterator[list[str]]:
    """Rows of classes.csv."""
    return _plain("classes", CLASS, roster)


def enrollments(roster: Roster) -> Iterator[list[str]]:
    """Rows of enrollments.csv: students' and teachers' enrollments."""
    return ([record[0], "", "", *record[1:]] for record in roster.records(ENROLLMENT))


def users(roster: Roster) -> Iterator[list[str]]:
    """Rows of users.csv."""
    family = _Family(roster)
    yield from _students(roster, family)
    for entity, role in ((TEACHER, "teacher"), (ADMIN, "administrator")):
        user, schools = _user(entity, role), entity.attributes.index("schoolSourcedIds")
        for record in roster.records(entity):
            yield user(record, record[schools], "", "")
    kinds = [_user(CONTACT, role) for role in _ROLE_ORDER]
    for record in roster.records(CONTACT):
        contact = record[0]
        schools_of = ",".join(sorted(family.schools.get(contact, ())))
        yield kinds[family.roles.get(contact, 2)](record, schools_of, ",".join(family.students.get(contact, ())), "")


class _Family:
    """Who belongs to whom, from the relationships: by student and by contact."""

    def __init__(self, roster: Roster) -> None:
        place = {attribute: index for index, attribute in enumerate(RELATIONSHIP.attributes)}
        pick = itemgetter(place["studentSourcedId"], place["contactSourcedId"], place["role"])
        ranks = {role: rank for rank, role in enumerate(_ROLE_ORDER)}
        self.contacts: dict[str, list[str]] = {}
        self.students: dict[str, list[str]] = {}
        self.roles: dict[str, int] = {}
        self.schools: dict[str, set[str]] = {}
        for student, contact, role in map(pick, roster.records(RELATIONSHIP)):
            contacts = self.contacts.setdefault(student, [])
            if contact not in contacts:
                contacts.append(contact)
                self.students.setdefault(contact, []).append(student)
            rank = ranks.get(role, 2)
            if rank < self.roles.get(contact, 3):
                self.roles[contact] = rank


def _students(roster: Roster, family: _Family) -> Iterator[list[str]]:
    user = _user(STUDENT, "student")
    school, state = STUDENT.attributes.index("schoolSourcedId"), STUDENT.attributes.index("stateId")
    for record in roster.records(STUDENT):
        contacts = family.contacts.get(record[0], ())
        for contact in contacts:
            family.schools.setdefault(contact, set()).add(record[school])
        state_id = record[state]
        user_ids = f"{{StateID:{state_id}}}" if _PLAIN_ID.fullmatch(state_id) else ""
        yield user(record, record[school], ",".join(contacts), user_ids)


def _user(entity: Entity, role: str) -> Callable[[list[str], str, str, str], list[str]]:
    """A function that makes a users.csv row of a record, its schools, its agents and its further ids."""
    positions = {attribute: index for index, attribute in enumerate(entity.attributes)}
    blank = len(positions)
    names = ("username", "givenName", "familyName", "middleName", "identifier", "email", "phone", "grade")
    pick = itemgetter(*(positions.get(name, blank) for name in names))

    def row(record: list[str], orgs: str, agents: str, user_ids: str) -> list[str]:
        username, given, family, middle, identifier, email, phone, grade = pick([*record, ""])
        person = [username, user_ids, given, family, middle, identifier, email]
        return [record[0], "", "", "true", orgs, role, *person, "", phone, agents, grade, ""]

    return row
