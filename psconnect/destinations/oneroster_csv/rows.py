"""The rows of each OneRoster 1.1 file from the roster's records (oneroster.md 1.4: columns in order; 1.3: bulk).

In a bulk delivery ``status`` and ``dateLastModified`` stay blank. Users are students, teachers, other staff and
contacts; who belongs to whom stands in ``agentSourcedIds`` in both directions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
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
    for _key, record in roster.records(entity):
        yield pick([*record, ""])


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
    for _key, record in roster.records(ENROLLMENT):
        yield [record[0], "", "", *record[1:]]


def users(roster: Roster) -> Iterator[list[str]]:
    """Rows of users.csv."""
    family = _Family(roster)
    yield from _students(roster, family)
    for entity, role in ((TEACHER, "teacher"), (ADMIN, "administrator")):
        for _key, record in roster.records(entity):
            person = dict(zip(entity.attributes, record, strict=True))
            yield _user(person, orgs=person["schoolSourcedIds"], role=role)
    for _key, record in roster.records(CONTACT):
        person = dict(zip(CONTACT.attributes, record, strict=True))
        contact = person["sourcedId"]
        schools = ",".join(sorted(family.schools.get(contact, set())))
        students = ",".join(family.students.get(contact, []))
        yield _user(person, orgs=schools, role=_ROLE_ORDER[family.roles.get(contact, 2)], agents=students)


class _Family:
    """Who belongs to whom, from the relationships: by student and by contact."""

    def __init__(self, roster: Roster) -> None:
        place = {attribute: index for index, attribute in enumerate(RELATIONSHIP.attributes)}
        pick = itemgetter(place["studentSourcedId"], place["contactSourcedId"], place["role"])
        self.contacts: dict[str, list[str]] = {}
        self.students: dict[str, list[str]] = {}
        self.roles: dict[str, int] = {}
        self.schools: dict[str, set[str]] = {}
        for _key, record in roster.records(RELATIONSHIP):
            student, contact, role = pick(record)
            contacts = self.contacts.setdefault(student, [])
            if contact not in contacts:
                contacts.append(contact)
                self.students.setdefault(contact, []).append(student)
            rank = _ROLE_ORDER.index(role) if role in _ROLE_ORDER else 2
            self.roles[contact] = min(rank, self.roles.get(contact, 2))


def _students(roster: Roster, family: _Family) -> Iterator[list[str]]:
    for _key, record in roster.records(STUDENT):
        person = dict(zip(STUDENT.attributes, record, strict=True))
        contacts = family.contacts.get(person["sourcedId"], [])
        for contact in contacts:
            family.schools.setdefault(contact, set()).add(person["schoolSourcedId"])
        state_id = person["stateId"]
        user_ids = f"{{StateID:{state_id}}}" if _PLAIN_ID.fullmatch(state_id) else ""
        yield _user(
            person, orgs=person["schoolSourcedId"], role="student", agents=",".join(contacts), user_ids=user_ids
        )


def _user(person: dict[str, str], *, orgs: str, role: str, agents: str = "", user_ids: str = "") -> list[str]:
    return [
        person["sourcedId"],
        "",
        "",
        "true",
        orgs,
        role,
        person["username"],
        user_ids,
        person["givenName"],
        person["familyName"],
        person["middleName"],
        person["identifier"],
        person["email"],
        "",
        person.get("phone", ""),
        agents,
        person.get("grade", ""),
        "",
    ]
