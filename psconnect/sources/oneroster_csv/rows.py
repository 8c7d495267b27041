"""Turns bundle rows into source rows: references, verdicts and findings."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

from psconnect.model.entities import ADMIN, CONTACT, RELATIONSHIP, STUDENT, TEACHER, Entity
from psconnect.model.errors import BadRecord
from psconnect.model.ids import is_fit
from psconnect.model.problems import NOT_CHOSEN, Fate, Tally
from psconnect.roster.terms import DateCheck
from psconnect.sources.base import Intake, SourceRow, Verdict
from psconnect.sources.oneroster_csv.columns import own_ids

_DELETED, _ACTIVE = ("tobedeleted", "inactive"), ("", "active")
"""OneRoster 1.0 used ``inactive`` for removed records."""
_MARKED: Verdict = (Fate.LEFT_OUT, "marked-deleted")
_UNREADABLE: Verdict = (Fate.KEPT, "unreadable")
_STAFF = {"teacher": TEACHER, "administrator": ADMIN, "aide": ADMIN, "proctor": ADMIN}
_RELATIVES = ("parent", "guardian", "relative")
_DISABLED = {
    STUDENT: "student-inactive",
    TEACHER: "staff-inactive",
    ADMIN: "staff-inactive",
    CONTACT: "contact-inactive",
}
BETWEEN = "|"
"""Separates the ids of student and contact in a relationship's own id; no other id contains it."""


class Judged:
    """Judges what all rows have: a valid id, unique in its file, and a status."""

    def __init__(self, name: str) -> None:
        """Start the file of that name."""
        self._name = name
        self._seen: dict[str, int] = {}

    def is_new(self, row: Any, intake: Intake) -> bool:
        """Whether the row is new; raises BadRecord for a different row with the same id."""
        own_id, content = row.c_sourcedId, hash(row)
        if own_id not in self._seen:
            self._seen[own_id] = content
            return True
        if self._seen[own_id] != content:
            raise BadRecord("PSC-BUNDLE-DOUBLE", where=f"{self._name}.csv", name=self._name)
        intake.problem("duplicate-row", own_id)
        return False

    @staticmethod
    def verdict(row: Any, intake: Intake) -> Verdict:
        """The verdict by id and status; None if the row is good."""
        status = row.c_status.casefold()
        if status in _DELETED:
            return _MARKED
        if status not in _ACTIVE or not is_fit(row.c_sourcedId) or BETWEEN in row.c_sourcedId:
            intake.problem("unreadable", row.c_sourcedId, detail="sourcedId" if status in _ACTIVE else "status")
            return _UNREADABLE
        return None


@dataclass
class BundleSchools:
    """The district, as the bundle describes it.

    Attributes:
        chosen: own ids of the chosen schools.
        district: own id of the org above all others.
    """

    chosen: set[str] = field(default_factory=set)
    district: str = ""

    def not_chosen(self, schools: Collection[str]) -> bool:
        """Whether there are schools, but none of them is chosen."""
        return bool(schools) and self.chosen.isdisjoint(schools)


_OUTSIDE: Verdict = (Fate.LEFT_OUT, NOT_CHOSEN)


def org_row(row: Any, verdict: Verdict, place: BundleSchools) -> SourceRow:
    """A school, or an org above schools."""
    if verdict is None and row.c_sourcedId not in place.chosen:
        verdict = _OUTSIDE
    parent = "" if row.c_parentSourcedId == row.c_sourcedId else row.c_parentSourcedId
    return row.c_sourcedId, verdict, row, row.c_type.casefold(), parent


def term_row(row: Any, verdict: Verdict, place: BundleSchools, is_date: DateCheck, intake: Intake) -> SourceRow:
    """A term. OneRoster's terms have no school, so they belong to the district."""
    dates = (row.c_startDate, row.c_endDate)
    if verdict is None and not all(is_date(text) for text in dates if text):
        intake.problem("unreadable", row.c_sourcedId, detail="startDate")
        verdict = _UNREADABLE
    elif verdict is None and all(dates) and dates[1] < dates[0]:
        intake.problem("ends-before-it-begins", row.c_sourcedId, detail="endDate")
        verdict = Fate.LEFT_OUT, "ends-before-it-begins"
    parent = "" if row.c_parentSourcedId == row.c_sourcedId else row.c_parentSourcedId
    return row.c_sourcedId, verdict, row, place.district, parent, row.c_schoolYear


def class_row(row: Any, verdict: Verdict, tally: Callable[[str], None]) -> SourceRow:
    """A class; if it has several terms, the first one counts."""
    terms = own_ids(row.c_termSourcedIds)
    if len(terms) > 1 and verdict is None:
        tally(row.c_sourcedId)
    term = terms[0] if terms else ""
    return row.c_sourcedId, verdict, row, row.c_courseSourcedId, row.c_schoolSourcedId, term, "class", ""


@dataclass
class People:
    """Sorts users by kind and remembers who is whose agent.

    Attributes:
        teaching: own ids of users who teach a class.
        admins: whether other staff are delivered.
        contacts: role of each contact. students: own ids of the students. agents: pairs of users, one being the other's
            agent.
    """

    teaching: set[str]
    place: BundleSchools
    admins: bool
    contacts: dict[str, str] = field(default_factory=dict)
    students: set[str] = field(default_factory=set)
    agents: set[tuple[str, str]] = field(default_factory=set)

    def entity(self, row: Any) -> Entity | None:
        """The entity a user belongs to; None for a role that OneRoster 1.1 doesn't have."""
        role = row.c_role.casefold()
        if role == "student":
            return STUDENT
        if role in _RELATIVES:
            return CONTACT
        if role in _STAFF:
            return TEACHER if row.c_sourcedId in self.teaching else _STAFF[role]
        return None

    def row(self, entity: Entity, row: Any, verdict: Verdict) -> SourceRow:
        """A user's row."""
        own_id, schools = row.c_sourcedId, own_ids(row.c_orgSourcedIds)
        if verdict is None and row.c_enabledUser.casefold() == "false":
            verdict = Fate.LEFT_OUT, _DISABLED[entity]
        if verdict is None and entity is not CONTACT and self.place.not_chosen(schools[:1]):
            verdict = _OUTSIDE
        if verdict is None and entity is ADMIN and not self.admins:
            verdict = Fate.LEFT_OUT, "admins-off"
        if entity is STUDENT:
            self.students.add(own_id)
            self.agents.update((own_id, agent) for agent in own_ids(row.c_agentSourcedIds))
        elif entity is CONTACT:
            self.contacts[own_id] = row.c_role.casefold()
            self.agents.update((child, own_id) for child in own_ids(row.c_agentSourcedIds))
            return own_id, verdict, row
        return own_id, verdict, row, schools

    def relationships(self, intake: Intake) -> list[SourceRow]:
        """Students' relationships with their contacts, with given attributes; other agents have none."""
        found: list[SourceRow] = []
        for student, contact in sorted(self.agents):
            own_id, role = f"{student}{BETWEEN}{contact}", self.contacts.get(contact, "")
            if student not in self.students or not role:
                lacks = "contact" if student in self.students else "student"
                intake.problem("orphan", own_id, detail=lacks)
                continue
            given = {"relation": role.capitalize(), "role": role}
            values = tuple(given.get(attribute, "") for attribute in RELATIONSHIP.shaped)
            found.append((own_id, None, values, student, contact))
        return found


def enrollment_row(row: Any, verdict: Verdict, is_date: DateCheck, intake: Intake) -> SourceRow:
    """An enrollment; the system that wrote the bundle decides whether it has ended."""
    begin, end = row.c_beginDate, row.c_endDate
    role = row.c_role.casefold()
    if verdict is None and role not in ("student", "teacher"):
        verdict = Fate.LEFT_OUT, "assignment-role"
    elif verdict is None and not all(is_date(text) for text in (begin, end) if text):
        intake.problem("unreadable", row.c_sourcedId, row.c_schoolSourcedId, "beginDate")
        verdict = _UNREADABLE
    elif verdict is None and begin and end and end < begin:
        intake.problem("ends-before-it-begins", row.c_sourcedId, row.c_schoolSourcedId, "endDate")
        verdict = Fate.LEFT_OUT, "ends-before-it-begins"
    primary = "true" if row.c_primary.casefold() == "true" else "false"
    place = (row.c_classSourcedId, row.c_schoolSourcedId, row.c_userSourcedId)
    return row.c_sourcedId, verdict, row, *place, "student" if role == "student" else "teacher", primary


def counting(rule: str, intake: Intake) -> Callable[[str], None]:
    """A function that counts records in one finding."""
    tallies: list[Tally] = []

    def count(own_id: str) -> None:
        if tallies:
            tallies[0].records += 1
        else:
            tallies.append(Tally())
            intake.problem(rule, own_id, tally=tallies[0])

    return count
