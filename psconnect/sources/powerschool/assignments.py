"""Shaping of teaching assignments: who teaches what, as teachers' enrollments (powerschool-api.md 9.1).

Twofold, because each needs the other: who teaches decides who is a teacher, and which teachers are delivered decides
who is a class's primary one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from psconnect.model.entities import ENROLLMENT, TEACHER
from psconnect.model.problems import Fate, Problem
from psconnect.roster.terms import DateCheck
from psconnect.sources.base import StagedRow
from psconnect.sources.powerschool.classes import Classes, ClassInfo
from psconnect.sources.powerschool.plan import OnProblem, ReadPlan, encode

LEAD, CO_TEACHER = "lead", "co-teacher"


@dataclass(frozen=True, slots=True)
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


class Assignments:
    """The assignments of SectionTeacher rows, judged page by page: in are current lead teachers and wanted co-teachers.

    The rows themselves are not kept: a large district has hundreds of thousands.
    """

    def __init__(self, plan: ReadPlan, classes: Classes, rows: Iterable[Any] = ()) -> None:
        """Begin with these rows; the classes of the chosen year have to be known by the time rows come."""
        self._plan, self._classes = plan, classes
        self._found: list[Assignment] = []
        self._same: dict[str, str] = {}
        self.extend(rows)

    def extend(self, rows: Iterable[Any]) -> None:
        """Take rows."""
        self._found += _judged(self._plan, self._classes, rows, self._same)

    def clear(self) -> None:
        """Forget all rows: they are read again."""
        self._found.clear()

    def settled(self) -> list[Assignment]:
        """All assignments, in the order in which they came, or by row number where co-teachers have a limit."""
        return _within_limit(self._found, self._plan.included.co_teacher_classes)


def _judged(plan: ReadPlan, classes: Classes, rows: Iterable[Any], same: dict[str, str]) -> Iterator[Assignment]:
    """The assignments of rows; ``same`` gives one text for each date, because few dates repeat many times."""
    today, is_date = plan.today.isoformat(), DateCheck()
    for row in rows:
        class_key = int(row.section_dcid) if row.section_dcid else None
        person = int(row.users_dcid) if row.users_dcid else None
        info = classes.info.get(class_key) if class_key is not None else None
        role = _role(row.role_name)
        fate, rule = Fate.KEPT, "orphan"
        if info is not None and person is not None:
            fate, rule = _judge(plan, role, row.end_date if is_date(row.end_date) else "", info, today)  # type: ignore[assignment]
            if fate == Fate.IN and not all(is_date(text) for text in (row.start_date, row.end_date) if text):
                fate, rule = Fate.KEPT, "unreadable"
        class_key = info.key if info else class_key
        begin, end = (same.setdefault(text, text) for text in (row.start_date, row.end_date))
        yield Assignment(int(row.id), class_key, person, info, role, fate, rule, begin, end)


def _within_limit(assignments: list[Assignment], limit: int | None) -> list[Assignment]:
    """The assignments with those of co-teachers left out that are more than ``limit`` classes each, the newest first.

    Classes that somebody leads don't count, nor are they ever left out.
    """
    if limit is None:
        return assignments
    taken: dict[int | None, set[int | None]] = {}
    within: list[Assignment] = []
    for one in sorted(assignments, key=lambda a: a.key):
        counts = one.role == CO_TEACHER and one.fate == Fate.IN and one.info is not None and one.info.chosen
        classes = taken.setdefault(one.person, set()) if counts else set()
        if counts and one.class_key not in classes and len(classes) >= limit:
            within.append(replace(one, fate=Fate.LEFT_OUT, rule="co-teacher-limit"))
            continue
        classes.add(one.class_key)
        within.append(one)
    return within


def _role(name: str) -> str:
    words = name.lower().replace("-", " ")
    if "lead" in words.split():
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
    return {
        a.person for a in assignments if a.fate != Fate.LEFT_OUT and a.person is not None and a.info and a.info.chosen
    }


def assignment_rows(
    plan: ReadPlan,
    classes: Classes,
    assignments: Iterable[Assignment],
    delivered: set[int],
    on_problem: OnProblem,
) -> Iterator[StagedRow]:
    """Teachers' enrollments. The first lead teacher of a class who is ``delivered`` is its primary one."""
    led: set[int | None] = set()
    taught: set[int | None] = set()
    id_of, person_id_of = plan.ids.by_key(ENROLLMENT), plan.ids.by_key(TEACHER)
    for a in assignments:
        there = a.fate == Fate.IN and a.person in delivered
        leads = there and a.role == LEAD
        primary = leads and a.class_key not in led
        school = a.info.school if a.info else None
        if leads and not primary and a.class_key is not None:
            on_problem(Problem("second-lead-teacher", "class", a.class_key, school))
        if a.fate == Fate.KEPT and a.rule:
            detail = "beginDate" if a.rule == "unreadable" else "teacher" if a.info else "class"
            on_problem(Problem(a.rule, "enrollment", -a.key, school, detail))
        if leads:
            led.add(a.class_key)
        if a.fate != Fate.LEFT_OUT and a.person in delivered:
            taught.add(a.class_key)
        ids = (a.info.sourced_id, a.info.school_id) if a.info else ("", "")
        user_id = person_id_of(a.person) if a.person is not None else ""
        flags = ("teacher", "true" if primary else "false")
        record = encode((id_of(-a.key), *ids, user_id, *flags, a.begin, a.end))
        yield -a.key, a.fate, a.rule, record, a.class_key if a.info else None, None, a.person
    for key, info in classes.info.items():
        if info.chosen and info.key == key and key not in taught and key in classes.delivered:
            on_problem(Problem("class-without-teacher", "class", key, info.school))
