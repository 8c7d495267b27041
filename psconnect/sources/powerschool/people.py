"""Shaping of people: students page by page, staff as one person per USERS.DCID, contacts and relationships."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from psconnect.model.entities import (
    ADMIN,
    CONTACT,
    DISTRICT_KEY,
    RELATIONSHIP,
    SCHOOL,
    STUDENT,
    TEACHER,
    Entity,
)
from psconnect.model.problems import NOT_CHOSEN, Fate, Problem, goes_along, no_teacher, not_chosen
from psconnect.powerschool.streams import GRADUATES
from psconnect.sources.base import StagedRow
from psconnect.sources.powerschool.district import District
from psconnect.sources.powerschool.logins import username_of
from psconnect.sources.powerschool.read_plan import OnProblem, ReadPlan, encode

_CURRENT_POSITION = "1"
_YES, _NO = ("1", "true"), ("0", "false")


_INACTIVE_ELSEWHERE = not_chosen("student-inactive")


def student_shaper(
    plan: ReadPlan, district: District, on_problem: OnProblem, guests: Collection[int] = ()
) -> Callable[[list[Any]], list[StagedRow]]:
    """A function from a page of student rows to shaped records.

    ``guests`` are keys of students who are treated alike whether their school is chosen or not.
    """
    shape, judge = plan.shaping(STUDENT, on_problem)
    schools, chosen, active = district.schools, district.chosen, plan.included.enroll_status
    id_of = plan.ids.by_key(STUDENT)
    school_ids = {key: plan.ids.of(SCHOOL, key) for key in schools.values()}

    def page(rows: list[Any]) -> list[StagedRow]:
        shaped: list[StagedRow] = []
        plan.learn(STUDENT, rows)
        for row in rows:
            key, school = int(row.dcid), schools.get(row.schoolid)
            values = shape(row)
            fate: Fate
            rule: str | None
            if school is not None and school not in chosen and key not in guests:
                fate, rule = Fate.LEFT_OUT, NOT_CHOSEN if row.enroll_status in active else _INACTIVE_ELSEWHERE
            elif row.enroll_status not in active:
                fate, rule = _not_active(row.enroll_status)
                if fate == Fate.KEPT:
                    on_problem(Problem(rule, "student", key, school, "status"))
            elif school is None:
                fate, rule = Fate.KEPT, "orphan"
                on_problem(Problem("orphan", "student", key, school, "school"))
            else:
                fate, rule = judge(key, school, values, row)
            school_id = school_ids[school] if school is not None else ""
            shaped.append((key, fate, rule, encode((id_of(key), school_id, *values)), school))
        return shaped

    return page


def _not_active(status: str) -> tuple[Fate, str]:
    if status.removeprefix("-").isdigit():
        return Fate.LEFT_OUT, "student-inactive"
    return Fate.KEPT, "unreadable"


def staff_rows(
    plan: ReadPlan,
    district: District,
    users: Iterable[Any],
    positions: Iterable[Any],
    teaching: set[int],
    on_problem: OnProblem,
    why_not: Mapping[int, str] | None = None,
) -> tuple[list[StagedRow], list[StagedRow]]:
    """Shaped teachers and other staff: one record a person, the schools of current positions as memberships.

    ``teaching`` are the keys of people with a class of this school year at a chosen school; ``why_not`` gives the rule
    by which others who are in a class don't teach it.
    """
    schools_of: dict[int, set[int]] = {}
    for row in positions:
        school = DISTRICT_KEY if row.schoolid == "0" else district.schools.get(row.schoolid)
        in_scope = school in district.delivered or (school == DISTRICT_KEY and plan.schools == "all")
        if row.status == _CURRENT_POSITION and school is not None and in_scope and row.users_dcid:
            schools_of.setdefault(int(row.users_dcid), set()).add(school)
    # Where other staff is off, the fields that only they are mapped from are not read.
    shaped_as = {TEACHER: TEACHER, ADMIN: ADMIN if plan.included.admins else TEACHER}
    shapes = {entity: plan.shaping(like, on_problem) for entity, like in shaped_as.items()}
    names = {entity: username_of(plan, like) for entity, like in shaped_as.items()}
    place = TEACHER.shaped.index("username")
    found: dict[Entity, list[StagedRow]] = {TEACHER: [], ADMIN: []}
    users = list(users)
    plan.learn(TEACHER, users)
    for row in users:
        key = int(row.dcid)
        entity = TEACHER if key in teaching else ADMIN
        shape, judge = shapes[entity]
        values = shape(row)
        values = (*values[:place], names[entity](key, row, values[place]), *values[place + 1 :])
        members = _home_first(schools_of.get(key, set()), district.schools.get(row.homeschoolid))
        fate: Fate
        rule: str | None
        if not members:
            fate, rule = Fate.LEFT_OUT, "staff-inactive"
        elif entity is ADMIN and not plan.included.admins:
            because = (why_not or {}).get(key)
            fate, rule = Fate.LEFT_OUT, no_teacher(because) if because else "admins-off"
        else:
            fate, rule = judge(key, members[0], values, row)
        orgs = ",".join(plan.ids.of(SCHOOL, school) for school in members)
        found[entity].append((key, fate, rule, encode((plan.ids.of(entity, key), orgs, *values))))
    return found[TEACHER], found[ADMIN]


def _home_first(schools: set[int], home: int | None) -> list[int]:
    return sorted(schools, key=lambda school: (school != home, school))


class PortalAccounts:
    """Whose portal account can be used, by Person.ID, from rows of the portal accounts page by page."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self.people: set[int] = set()

    def extend(self, rows: Iterable[Any]) -> None:
        """Take rows."""
        self.people.update(int(row.personid) for row in rows if row.personid and row.enabled in _YES)

    def clear(self) -> None:
        """Forget all: they are read again."""
        self.people.clear()


def contact_shaper(
    plan: ReadPlan, accounts: PortalAccounts, on_problem: OnProblem
) -> Callable[[list[Any]], list[StagedRow]]:
    """A function from a page of contact rows to shaped records.

    ``accounts`` have been read where only contacts with a portal account are wanted.
    """
    shape, judge = plan.shaping(CONTACT, on_problem)
    portal_only, id_of = plan.included.portal_only, plan.ids.by_key(CONTACT)

    def page(rows: list[Any]) -> list[StagedRow]:
        shaped: list[StagedRow] = []
        for row in rows:
            key, values = int(row.id), shape(row)
            fate: Fate
            rule: str | None
            if row.isactive in _NO:
                fate, rule = Fate.LEFT_OUT, "contact-inactive"
            elif portal_only and key not in accounts.people:
                fate, rule = Fate.LEFT_OUT, "contact-without-account"
            else:
                fate, rule = judge(key, None, values, row)
            shaped.append((key, fate, rule, encode((id_of(key), *values))))
        return shaped

    return page


_OF_GRADUATE = goes_along("student", "student-graduated")


def relationship_shaper(plan: ReadPlan, on_problem: OnProblem) -> Callable[[list[Any]], list[StagedRow]]:
    """A function from a page of relationship rows to shaped records."""
    shape, judge = plan.shaping(RELATIONSHIP, on_problem)
    id_of, student_id_of, contact_id_of = map(plan.ids.by_key, (RELATIONSHIP, STUDENT, CONTACT))

    def page(rows: list[Any]) -> list[StagedRow]:
        shaped: list[StagedRow] = []
        for row in rows:
            key = int(row.studentcontactassocid)
            student = int(row.studentdcid) if row.studentdcid else None
            contact = int(row.personid) if row.personid else None
            values = shape(row)
            fate: Fate
            rule: str | None
            if row.student_school == GRADUATES:
                fate, rule = Fate.LEFT_OUT, _OF_GRADUATE
            elif not row.detail_id:
                fate, rule = Fate.LEFT_OUT, "relationship-ended"
            elif student is None or contact is None:
                fate, rule = Fate.KEPT, "orphan"
                lacks = "student" if student is None else "contact"
                on_problem(Problem("orphan", "relationship", key, None, lacks))
            else:
                fate, rule = judge(key, None, values, row)
            student_id = student_id_of(student) if student is not None else ""
            contact_id = contact_id_of(contact) if contact is not None else ""
            record = encode((id_of(key), student_id, contact_id, *values))
            shaped.append((key, fate, rule, record, student, contact))
        return shaped

    return page
