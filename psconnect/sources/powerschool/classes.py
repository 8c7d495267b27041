"""Shaping of classes, and of who is in them: students from CC, teachers from SectionTeacher."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from psconnect.model.entities import CALENDAR, CLASS, COURSE, ENROLLMENT, SCHOOL
from psconnect.model.problems import Fate, Problem
from psconnect.roster.terms import DateCheck
from psconnect.sources.base import StagedRow
from psconnect.sources.powerschool.district import District
from psconnect.sources.powerschool.plan import OnProblem, ReadPlan, encode

NEVER = "9999-12-31"


@dataclass(frozen=True)
class ClassInfo:
    """What an enrollment needs to know of its class: ids, its last school day, whether its school is chosen."""

    sourced_id: str
    school: int
    school_id: str
    natural_end: str
    chosen: bool


@dataclass
class Classes:
    """The classes of the chosen year, by key."""

    info: dict[int, ClassInfo] = field(default_factory=dict)


def class_shaper(
    plan: ReadPlan, district: District, classes: Classes, on_problem: OnProblem
) -> Callable[[list[Any]], list[StagedRow]]:
    """A function from a page of section rows to shaped classes; it also fills ``classes``."""
    shape, judge = plan.shape(CLASS), plan.judge(CLASS, on_problem)

    def page(rows: list[Any]) -> list[StagedRow]:
        shaped: list[StagedRow] = []
        for row in rows:
            key, school, values = int(row.dcid), district.schools.get(row.schoolid), shape(row)
            term = district.terms.get((row.schoolid, row.termid))
            course = int(row.course_dcid) if row.course_dcid else None
            fate: Fate
            rule: str | None
            if school is None or term is None or course is None:
                fate, rule = Fate.KEPT, "orphan"
                on_problem(Problem("orphan", "class", key, school, _lacking(school, term, course)))
            else:
                fate, rule = judge(key, school, values)
            school_id = SCHOOL.sourced_id(school) if school is not None else ""
            classes.info[key] = ClassInfo(
                CLASS.sourced_id(key),
                school or 0,
                school_id,
                term.natural_end if term else NEVER,
                school in district.delivered,
            )
            course_id = COURSE.sourced_id(course) if course is not None else ""
            term_id = CALENDAR.sourced_id(term.key) if term else ""
            record = encode((CLASS.sourced_id(key), course_id, school_id, term_id, *values))
            shaped.append((key, fate, rule, record, course, school, term.key if term else None))
        return shaped

    return page


def _lacking(school: object, term: object, course: object) -> str:
    return "course" if course is None else "school" if school is None else "calendar" if term is None else ""


def enrollment_shaper(
    plan: ReadPlan, classes: Classes, on_problem: OnProblem
) -> Callable[[list[Any]], list[StagedRow]]:
    """A function from a page of CC rows to shaped students' enrollments (powerschool-api.md 16.5).

    This is by far the longest loop of a reading, so keys stay the texts they came as: SQLite makes numbers of them.
    """
    shape, required = plan.shape(ENROLLMENT), plan.judge(ENROLLMENT, on_problem)
    info_of = {str(key): info for key, info in classes.info.items()}
    judge = _enrollment_judge(plan.today.isoformat())

    def page(rows: list[Any]) -> list[StagedRow]:
        shaped: list[StagedRow] = []
        for row in rows:
            key, section, student = row.dcid, row.section_dcid, row.student_dcid
            info = info_of.get(section)
            if info is None or not student:
                lacks = "class" if info is None else "student"
                on_problem(Problem("orphan", "enrollment", int(key), info.school if info else None, lacks))
                record = encode((key, "", "", student, "student", "false", *shape(row)))
                shaped.append((key, Fate.KEPT, "orphan", record, section if info else None, student or None, None))
                continue
            fate, rule = judge(row.dateenrolled, row.dateleft, row.sectionid, info.natural_end)
            if fate == _KEPT:
                on_problem(Problem("unreadable", "enrollment", int(key), info.school, "beginDate"))
            values = shape(row)
            if fate == _IN and required.active:
                fate, rule = required(int(key), info.school, values)
            record = encode((key, info.sourced_id, info.school_id, student, "student", "false", *values))
            shaped.append((key, fate, rule, record, section, student, None))
        return shaped

    return page


_IN, _LEFT_OUT, _KEPT = int(Fate.IN), int(Fate.LEFT_OUT), int(Fate.KEPT)


def _enrollment_judge(today: str) -> Callable[[str, str, str, str], tuple[int, str | None]]:
    """A function from begin, end (exclusive), section id and the class's last school day to fate and rule."""
    is_date = DateCheck()
    dates: set[str] = {""}

    def judge(begin: str, end: str, section_id: str, natural_end: str) -> tuple[int, str | None]:
        if not begin or begin not in dates or end not in dates:
            if not is_date(begin) or (end and not is_date(end)):
                return _KEPT, "unreadable"
            dates.update((begin, end))
        if not end:
            return (_LEFT_OUT, "enrollment-dropped") if section_id[:1] == "-" else (_IN, None)
        if end <= begin:
            return _LEFT_OUT, "enrollment-never-attended"
        # Who left after the last school day saw the class through, whatever the sign (faults.md 1, row 6).
        over = end > natural_end
        if section_id[:1] == "-":
            return (_IN, None) if over and end <= today else (_LEFT_OUT, "enrollment-dropped")
        return (_LEFT_OUT, "enrollment-ended") if end <= today and not over else (_IN, None)

    return judge
