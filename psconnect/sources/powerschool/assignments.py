"""Shaping of teaching assignments: who teaches what, as teachers' enrollments (powerschool-api.md 9.1).

Twofold, because each needs the other: who teaches decides who is a teacher, and which teachers are delivered decides
who is a class's primary one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from psconnect.model.entities import TEACHER
from psconnect.model.problems import Fate, Problem
from psconnect.sources.base import StagedRow
from psconnect.sources.powerschool.classes import Classes, ClassInfo
from psconnect.sources.powerschool.plan import OnProblem, ReadPlan, encode

LEAD, CO_TEACHER = "lead", "co-teacher"


@dataclass(frozen=True)
class Assignment:
    """One teaching assignment, judged: row number, class and person (None where there is none), role, fate, rule."""

    key: int
    class_key: int | None
    person: int | None
    info: ClassInfo | None
    role: str
    fate: Fate
    rule: str | None
    begin: str
    end: str


def judge_assignments(plan: ReadPlan, classes: Classes, rows: Iterable[Any]) -> list[Assignment]:
    """The assignments of SectionTeacher rows: in are current lead teachers and, if wanted, co-teachers."""
    today, found = plan.today.isoformat(), []
    for row in rows:
        class_key = int(row.section_dcid) if row.section_dcid else None
        person = int(row.users_dcid) if row.users_dcid else None
        info = classes.info.get(class_key) if class_key is not None else None
        role = _role(row.role_name)
        fate, rule = Fate.KEPT, "orphan"
        if info is not None and person is not None:
            fate, rule = _judge(plan, role, row.end_date, info, today)  # type: ignore[assignment]
        found.append(Assignment(int(row.id), class_key, person, info, role, fate, rule, row.start_date, row.end_date))
    return found


def _role(name: str) -> str:
    words = name.lower().replace("-", " ")
    if "lead" in words:
        return LEAD
    return CO_TEACHER if "co teacher" in words or "coteacher" in words else ""


def _judge(plan: ReadPlan, role: str, end: str, info: ClassInfo, today: str) -> tuple[Fate, str | None]:
    if not role:
        return Fate.LEFT_OUT, "assignment-role"
    if role == CO_TEACHER and not plan.co_teachers:
        return Fate.LEFT_OUT, "co-teacher-off"
    if end and end < today and end < info.natural_end:
        return Fate.LEFT_OUT, "assignment-ended"
    return Fate.IN, None


def teaching(assignments: Iterable[Assignment]) -> set[int]:
    """The keys of people who teach a current class at a chosen school."""
    return {a.person for a in assignments if a.fate == Fate.IN and a.person is not None and a.info and a.info.chosen}


def assignment_rows(
    classes: Classes, assignments: Iterable[Assignment], delivered: set[int], on_problem: OnProblem
) -> list[StagedRow]:
    """Teachers' enrollments. The first lead teacher of a class who is ``delivered`` is its primary one."""
    led: set[int | None] = set()
    taught: set[int | None] = set()
    shaped: list[StagedRow] = []
    for a in assignments:
        there = a.fate == Fate.IN and a.person in delivered
        leads = there and a.role == LEAD
        primary = leads and a.class_key not in led
        school = a.info.school if a.info else None
        if leads and not primary and a.class_key is not None:
            on_problem(Problem("second-lead-teacher", "class", a.class_key, school))
        if a.fate == Fate.KEPT:
            on_problem(Problem("orphan", "enrollment", -a.key, school, "teacher" if a.info else "class"))
        led |= {a.class_key} if leads else set()
        taught |= {a.class_key} if there else set()
        ids = (a.info.sourced_id, a.info.school_id) if a.info else ("", "")
        user_id = TEACHER.sourced_id(a.person) if a.person is not None else ""
        flags = ("teacher", "true" if primary else "false")
        record = encode((f"T{a.key}", *ids, user_id, *flags, a.begin, a.end))
        shaped.append((-a.key, a.fate, a.rule, record, a.class_key if a.info else None, None, a.person))
    for key, info in classes.info.items():
        if info.chosen and key not in taught:
            on_problem(Problem("class-without-teacher", "class", key, info.school))
    return shaped
