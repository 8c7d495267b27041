"""Shaping of classes, and of who is in them: students from CC, teachers from SectionTeacher."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from psconnect.model.entities import CALENDAR, CLASS, COURSE, ENROLLMENT, SCHOOL, STUDENT
from psconnect.model.problems import Fate, Problem, goes_along
from psconnect.powerschool.streams import GRADUATES
from psconnect.roster.terms import DateCheck
from psconnect.sources.base import StagedRow
from psconnect.sources.powerschool.district import District
from psconnect.sources.powerschool.leads import teacher_named
from psconnect.sources.powerschool.read_plan import OnProblem, ReadPlan, encode
from psconnect.sources.powerschool.section_moves import SectionMoves
from psconnect.sources.powerschool.unresolved import unresolved

NEVER = "9999-12-31"
_Judge = Callable[[str, str, str, str], tuple[int, str | None]]
"""From begin, end (exclusive), section id and the class's last school day to fate and rule."""


@dataclass(frozen=True, slots=True)
class ClassInfo:
    """What an enrollment needs to know of its class: ids, its last school day, whether its school is chosen.

    ``doubtful_from`` is that of the class's term. Of a section that is moved it is the class that it is moved to, with
    the last school day of the section itself.
    """

    key: int
    sourced_id: str
    school: int
    school_id: str
    natural_end: str
    chosen: bool
    doubtful_from: str = ""


@dataclass
class Classes:
    """The classes of the chosen year, by the key of the section; ``moves`` says where sections are moved to.

    ``delivered`` holds the classes that no rule of their own leaves out, ``teachers`` the SCHOOLSTAFF.ID that a section
    names as its lead, with the number of the section's school.
    """

    info: dict[int, ClassInfo] = field(default_factory=dict)
    moves: SectionMoves = field(default_factory=SectionMoves)
    delivered: set[int] = field(default_factory=set)
    teachers: dict[int, tuple[str, str]] = field(default_factory=dict)

    def forget(self) -> None:
        """Forget all classes: they are read again."""
        self.info.clear()
        self.delivered.clear()
        self.teachers.clear()

    def settle(self) -> None:
        """Let the sections that are moved lead to their class; to be called once all classes are known."""
        for key, into in self.moves.into.items():
            there, ends = self.info[into], self.info[key]
            self.info[key] = replace(there, natural_end=ends.natural_end, doubtful_from=ends.doubtful_from)


def class_shaper(
    plan: ReadPlan, district: District, classes: Classes, on_problem: OnProblem
) -> Callable[[list[Any]], list[StagedRow]]:
    """A function from a page of section rows to shaped classes; it also fills ``classes``."""
    shape, judge = plan.shaping(CLASS, on_problem)
    courses, ids = plan.included.courses, plan.ids
    # The same text for all classes of a school: there may be hundreds of thousands.
    school_ids = {key: ids.of(SCHOOL, key) for key in district.schools.values()}
    id_of, course_id_of = ids.by_key(CLASS), ids.by_key(COURSE)
    named: dict[tuple[str, str], tuple[str, str]] = {}

    def page(rows: list[Any]) -> list[StagedRow]:
        shaped: list[StagedRow] = []
        plan.learn(CLASS, rows)
        for row in rows:
            key, school, values = int(row.dcid), district.schools.get(row.schoolid), shape(row)
            term = district.terms.get((row.schoolid, row.termid))
            course = int(row.course_dcid) if row.course_dcid else None
            choice = courses.of_class(row.schoolid, row.course_number)
            fate: Fate
            rule: str | None
            if school is None or term is None or course is None:
                fate = Fate.KEPT
                rule, lacks = unresolved(row, "course") if course is None else ("orphan", _lacking(school, term))
                on_problem(Problem(rule, "class", key, school, lacks))
            elif classes.moves.of(key) != key:
                fate, rule = Fate.LEFT_OUT, "section-moved"
            elif choice is None:
                fate, rule = Fate.LEFT_OUT, "course-not-chosen"
            else:
                fate, rule = judge(key, school, values, row)
            school_id = school_ids[school] if school is not None else ""
            sourced_id = id_of(key)
            classes.info[key] = ClassInfo(
                key,
                sourced_id,
                school or 0,
                school_id,
                term.natural_end if term else NEVER,
                school in district.delivered,
                term.doubtful_from if term else "",
            )
            teacher = teacher_named(row)
            if teacher:
                classes.teachers[key] = named.setdefault((teacher, row.schoolid), (teacher, row.schoolid))
            course_id = course_id_of(course) if course is not None else ""
            term_id = ids.of(CALENDAR, term.key) if term else ""
            if fate != Fate.LEFT_OUT:
                classes.delivered.add(key)
            delivered = (choice.deliver_as, choice.category) if choice else ("class", "")
            record = encode((sourced_id, course_id, school_id, term_id, *delivered, *values))
            shaped.append((key, fate, rule, record, course, school, term.key if term else None))
        return shaped

    return page


def _lacking(school: object, term: object) -> str:
    return "school" if school is None else "calendar" if term is None else ""


def enrollment_shaper(
    plan: ReadPlan, classes: Classes, on_problem: OnProblem
) -> Callable[[list[Any]], list[StagedRow]]:
    """A function from a page of CC rows to shaped students' enrollments (docs/powerschool.md 16.5).

    This is by far the longest loop of a reading, so keys stay the texts they came as: SQLite makes numbers of them.
    """
    shape, required = plan.shaping(ENROLLMENT, on_problem)
    info_of, any_required = _by_text(classes.info), required.active
    judge = _enrollment_judge(plan.today.isoformat())
    id_of, student_id_of = plan.ids.by_text(ENROLLMENT), plan.ids.by_text(STUDENT)

    def page(rows: list[Any]) -> list[StagedRow]:
        shaped: list[StagedRow] = []
        rule: str | None
        for row in rows:
            key, section, student = row.dcid, row.section_dcid, row.student_dcid
            info = info_of.get(section)
            class_key = info.key if info else None
            if info is None or not student or row.student_school == GRADUATES:
                fate, rule = _apart(row, on_problem, info, judge)
                record = encode((id_of(key), "", "", student_id_of(student), "student", "false", *shape(row)))
                shaped.append((key, fate, rule, record, class_key, student or None, None))
                continue
            fate, rule = judge(row.dateenrolled, row.dateleft, row.sectionid, info.natural_end)
            if info.doubtful_from and rule in _BY_CALENDAR and info.doubtful_from <= row.dateleft <= info.natural_end:
                fate, rule = _KEPT, "calendar-unknown"
                on_problem(Problem(rule, "enrollment", int(key), info.school))
            elif fate == _KEPT:
                on_problem(Problem("unreadable", "enrollment", int(key), info.school, "beginDate"))
            elif rule == BACKWARDS:
                on_problem(Problem(BACKWARDS, "enrollment", int(key), info.school, "endDate"))
            values = shape(row)
            if fate == _IN and not info.school_id:
                fate, rule = _KEPT, WITHOUT_SCHOOL
                on_problem(Problem(rule, "enrollment", int(key)))
            elif fate == _IN and any_required:
                fate, rule = required(int(key), info.school, values, row)
            record = encode(
                (id_of(key), info.sourced_id, info.school_id, student_id_of(student), "student", "false", *values)
            )
            shaped.append((key, fate, rule, record, class_key, student, None))
        return shaped

    return page


_OF_GRADUATE = goes_along("student", "student-graduated")


def _apart(row: Any, on_problem: OnProblem, info: ClassInfo | None, judge: _Judge) -> tuple[int, str]:
    """Fate and rule of an enrollment whose student has graduated, or whose student or class does not exist."""
    if row.student_school == GRADUATES:
        return _LEFT_OUT, _OF_GRADUATE
    if info:
        fate, rule = judge(row.dateenrolled, row.dateleft, row.sectionid, info.natural_end)
        if fate == _LEFT_OUT and rule:
            return fate, rule
    of_class = info is None and not row.section_dcid
    rule, lacks = unresolved(row, "section" if of_class else "student" if info else "class")
    on_problem(Problem(rule, "enrollment", int(row.dcid), info.school if info else None, lacks))
    return _KEPT, rule


def _by_text(info: dict[int, ClassInfo]) -> dict[str, ClassInfo]:
    """The classes by the text of their section's key, as rows name them."""
    return {str(key): one for key, one in info.items()}


_IN, _LEFT_OUT, _KEPT = int(Fate.IN), int(Fate.LEFT_OUT), int(Fate.KEPT)
BACKWARDS = "ends-before-it-begins"
WITHOUT_SCHOOL = "enrollment-without-school"
_BY_CALENDAR = ("enrollment-ended", "enrollment-dropped")
"""What depends on when the class was over."""


def _enrollment_judge(today: str) -> _Judge:
    """What judges an enrollment by its dates."""
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
            # A class that was dropped before it began was never attended; one that was not has a date that is wrong.
            wrong = end < begin and section_id[:1] != "-"
            return _LEFT_OUT, BACKWARDS if wrong else "enrollment-never-attended"
        # Who left after the last school day saw the class through, whatever the sign.
        over = end > natural_end
        if section_id[:1] == "-":
            return (_IN, None) if over and end <= today else (_LEFT_OUT, "enrollment-dropped")
        return (_LEFT_OUT, "enrollment-ended") if end <= today and not over else (_IN, None)

    return judge
