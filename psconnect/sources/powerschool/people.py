"""Rows of people: students page by page, staff as one person per USERS.DCID, contacts and relationships."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from psconnect.model.problems import NOT_CHOSEN, Fate, goes_along, no_teacher, not_chosen
from psconnect.powerschool.streams import GRADUATES
from psconnect.sources.base import Intake, SourceRow, Verdict
from psconnect.sources.powerschool.district import DISTRICT, District
from psconnect.sources.powerschool.read_plan import ReadPlan

_CURRENT_POSITION = "1"
_YES, _NO = ("1", "true"), ("0", "false")
_NOT_CHOSEN, _INACTIVE_ELSEWHERE = (Fate.LEFT_OUT, NOT_CHOSEN), (Fate.LEFT_OUT, not_chosen("student-inactive"))
_GRADUATED, _ORPHAN = (Fate.LEFT_OUT, goes_along("student", "student-graduated")), (Fate.KEPT, "orphan")
Page = Callable[[list[Any]], list[SourceRow]]


def student_rows(plan: ReadPlan, district: District, intake: Intake, guests: Collection[str] = ()) -> Page:
    """A function from a page of students to their rows.

    ``guests`` are own ids of students who are included even if their school is not chosen.
    """
    schools, chosen, active = district.schools, district.chosen, plan.included.enroll_status
    at: dict[str, tuple[str, ...]] = {number: (own_id,) for number, own_id in schools.items()}

    def page(rows: list[Any]) -> list[SourceRow]:
        found: list[SourceRow] = []
        for row in rows:
            own_id, school, verdict = row.dcid, schools.get(row.schoolid, ""), None
            if school and school not in chosen and own_id not in guests:
                verdict = _NOT_CHOSEN if row.enroll_status in active else _INACTIVE_ELSEWHERE
            elif row.enroll_status not in active:
                verdict = _not_active(row.enroll_status)
                if verdict[0] == Fate.KEPT:
                    intake.problem(verdict[1], own_id, school, "status")
            elif not school:
                verdict = _ORPHAN
                intake.problem("orphan", own_id, detail="school")
            found.append((own_id, verdict, row, at.get(row.schoolid, ())))
        return found

    return page


def _not_active(status: str) -> tuple[Fate, str]:
    if status.removeprefix("-").isdigit():
        return Fate.LEFT_OUT, "student-inactive"
    return Fate.KEPT, "unreadable"


@dataclass(frozen=True)
class Staff:
    """Tells teachers and other staff apart.

    Attributes:
        teaching: own ids of people with a class of this school year at a chosen school.
        why_not: for other people in classes, the rule why they don't count as teaching, by own id.
    """

    teaching: Collection[str]
    why_not: Mapping[str, str]

    def rows(
        self, plan: ReadPlan, district: District, users: Iterable[Any], positions: Iterable[Any]
    ) -> tuple[list[SourceRow], list[SourceRow]]:
        """Rows of teachers and other staff: one per person, with the schools of current positions as memberships."""
        schools_of = _memberships(plan, district, positions)
        teachers: list[SourceRow] = []
        others: list[SourceRow] = []
        for row in users:
            own_id, teaches = row.dcid, row.dcid in self.teaching
            members = _home_first(schools_of.get(own_id, set()), district.schools.get(row.homeschoolid))
            verdict: Verdict = None
            if not members:
                verdict = Fate.LEFT_OUT, "staff-inactive"
            elif not teaches and not plan.included.admins:
                because = self.why_not.get(own_id)
                verdict = Fate.LEFT_OUT, no_teacher(because) if because else "admins-off"
            (teachers if teaches else others).append((own_id, verdict, row, members))
        return teachers, others


def _memberships(plan: ReadPlan, district: District, positions: Iterable[Any]) -> dict[str, set[str]]:
    """The schools of each person's current positions."""
    found: dict[str, set[str]] = {}
    for row in positions:
        school = DISTRICT if row.schoolid == "0" else district.schools.get(row.schoolid)
        in_scope = school in district.delivered or (school == DISTRICT and plan.schools == "all")
        if row.status == _CURRENT_POSITION and school is not None and in_scope and row.users_dcid:
            found.setdefault(row.users_dcid, set()).add(school)
    return found


def _home_first(schools: set[str], home: str | None) -> tuple[str, ...]:
    return tuple(sorted(schools, key=lambda school: (school != home, int(school))))


class PortalAccounts:
    """The people with a usable portal account, by Person.ID, from rows of portal accounts page by page."""

    def __init__(self) -> None:
        """Start empty."""
        self.people: set[str] = set()

    def extend(self, rows: Iterable[Any]) -> None:
        """Take rows."""
        self.people.update(row.personid for row in rows if row.personid and row.enabled in _YES)

    def clear(self) -> None:
        """Forget all: they are read again."""
        self.people.clear()


def contact_rows(plan: ReadPlan, accounts: PortalAccounts) -> Page:
    """A function from a page of contacts to their rows.

    ``accounts`` are read only if contacts need a portal account.
    """
    portal_only = plan.included.portal_only

    def verdict(row: Any) -> Verdict:
        if row.isactive in _NO:
            return Fate.LEFT_OUT, "contact-inactive"
        if portal_only and row.id not in accounts.people:
            return Fate.LEFT_OUT, "contact-without-account"
        return None

    return lambda rows: [(row.id, verdict(row), row) for row in rows]


def relationship_rows(intake: Intake) -> Page:
    """A function from a page of relationships to their rows."""

    def verdict(row: Any) -> Verdict:
        if row.student_school == GRADUATES:
            return _GRADUATED
        if not row.detail_id:
            return Fate.LEFT_OUT, "relationship-ended"
        if not (row.studentdcid and row.personid):
            intake.problem("orphan", row.studentcontactassocid, detail="contact" if row.studentdcid else "student")
            return _ORPHAN
        return None

    return lambda rows: [(row.studentcontactassocid, verdict(row), row, row.studentdcid, row.personid) for row in rows]
