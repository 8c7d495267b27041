"""Rows of classes and of students' enrollments in them (CC)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from psconnect.model.problems import Fate, goes_along
from psconnect.powerschool.streams import GRADUATES
from psconnect.roster.terms import DateCheck
from psconnect.sources.base import Intake, SourceRow, Verdict
from psconnect.sources.powerschool.district import District
from psconnect.sources.powerschool.lead_teachers import teacher_named
from psconnect.sources.powerschool.people import Page
from psconnect.sources.powerschool.read_plan import ReadPlan
from psconnect.sources.powerschool.section_moves import SectionMoves
from psconnect.sources.powerschool.unresolved import unresolved

NEVER = "9999-12-31"
_Judge = Callable[[str, str, str, str], Verdict]
"""From begin, end (exclusive), section id and the class's last school day to a verdict; None if it is included."""


@dataclass(frozen=True, slots=True)
class ClassInfo:
    """What an enrollment needs to know about its class: its school, last school day, and whether the school is chosen.

    ``own_id`` and ``school`` are own ids; ``school`` is empty if there is no such school. ``doubtful_from`` is that of
    the class's term. For a moved section, this is its target class with the section's own last school day.
    """

    own_id: str
    school: str
    natural_end: str
    chosen: bool
    doubtful_from: str = ""


@dataclass
class Classes:
    """The classes of the chosen year, by own id of the section; ``moves`` says where sections are moved to.

    ``delivered`` holds the classes that no class rule leaves out; ``teachers`` the SCHOOLSTAFF.ID of the lead each
    section names, with the number of the section's school.
    """

    info: dict[str, ClassInfo] = field(default_factory=dict)
    moves: SectionMoves = field(default_factory=SectionMoves)
    delivered: set[str] = field(default_factory=set)
    teachers: dict[str, tuple[str, str]] = field(default_factory=dict)

    def forget(self) -> None:
        """Forget all classes because they are read again."""
        self.info.clear()
        self.delivered.clear()
        self.teachers.clear()

    def settle(self) -> None:
        """Point moved sections to their target class; call once all classes are known."""
        for own_id, into in self.moves.into.items():
            there, ends = self.info[into], self.info[own_id]
            self.info[own_id] = replace(there, natural_end=ends.natural_end, doubtful_from=ends.doubtful_from)

    def hand_over(self, rows: list[SourceRow], intake: Intake) -> None:
        """Hand over rows of classes and note which are delivered."""
        for (own_id, *_row), (_key, fate, *_others) in zip(rows, intake.rows(rows), strict=True):
            if fate != Fate.LEFT_OUT:
                self.delivered.add(own_id)


def class_rows(plan: ReadPlan, district: District, classes: Classes, intake: Intake) -> Page:
    """A function from a page of sections to rows of classes; it also fills ``classes`` for enrollments."""
    named: dict[tuple[str, str], tuple[str, str]] = {}
    delivered = district.delivered

    def page(rows: list[Any]) -> list[SourceRow]:
        found: list[SourceRow] = []
        for row in rows:
            own_id, school = row.dcid, district.schools.get(row.schoolid, "")
            term = district.terms.get((row.schoolid, row.termid))
            choice = plan.included.courses.of_class(row.schoolid, row.course_number)
            verdict: Verdict = None
            if not (school and term and row.course_dcid):
                lacking = ("orphan", "school" if not school else "calendar")
                rule, lacks = lacking if row.course_dcid else unresolved(row, "course")
                verdict = Fate.KEPT, rule
                intake.problem(rule, own_id, school, lacks)
            elif classes.moves.of(own_id) != own_id:
                verdict = Fate.LEFT_OUT, "section-moved"
            elif choice is None:
                verdict = Fate.LEFT_OUT, "course-not-chosen"
            ends, doubtful = (term.natural_end, term.doubtful_from) if term else (NEVER, "")
            classes.info[own_id] = ClassInfo(own_id, school, ends, school in delivered, doubtful)
            teacher = teacher_named(row)
            if teacher:
                classes.teachers[own_id] = named.setdefault((teacher, row.schoolid), (teacher, row.schoolid))
            as_what = (choice.deliver_as, choice.category) if choice else ("class", "")
            found.append((own_id, verdict, row, row.course_dcid, school, term.own_id if term else "", *as_what))
        return found

    return page


def enrollment_rows(plan: ReadPlan, classes: Classes, intake: Intake) -> Page:
    """A function from a page of CC to rows of students' enrollments (docs/powerschool.md 16.5).

    This is by far the longest loop of a reading.
    """
    info_of, judge = classes.info, _enrollment_judge(plan.today.isoformat())

    def page(rows: list[Any]) -> list[SourceRow]:
        found: list[SourceRow] = []
        for row in rows:
            info, student = info_of.get(row.section_dcid), row.student_dcid
            if info is None or not student or row.student_school == GRADUATES:
                verdict, place = _apart(row, intake, info, judge), (info.own_id, info.school) if info else ("", "")
                found.append((row.dcid, verdict, row, *place, student, "student", "false"))
                continue
            verdict = judge(row.dateenrolled, row.dateleft, row.sectionid, info.natural_end)
            if verdict is not None:
                verdict = _told(row, info, verdict, intake)
            found.append((row.dcid, verdict, row, info.own_id, info.school, student, "student", "false"))
        return found

    return page


def _told(row: Any, info: ClassInfo, verdict: tuple[int, str | None], intake: Intake) -> Verdict:
    """Report what is wrong with an enrollment's dates."""
    fate, rule = verdict
    if info.doubtful_from and rule in _BY_CALENDAR and info.doubtful_from <= row.dateleft <= info.natural_end:
        intake.problem("calendar-unknown", row.dcid, info.school)
        return _KEPT, "calendar-unknown"
    if fate == _KEPT:
        intake.problem("unreadable", row.dcid, info.school, "beginDate")
    elif rule == BACKWARDS:
        intake.problem(BACKWARDS, row.dcid, info.school, "endDate")
    return verdict


_OF_GRADUATE = goes_along("student", "student-graduated")


def _apart(row: Any, intake: Intake, info: ClassInfo | None, judge: _Judge) -> Verdict:
    """The verdict on an enrollment whose student has graduated, or whose student or class doesn't exist."""
    if row.student_school == GRADUATES:
        return _LEFT_OUT, _OF_GRADUATE
    if info:
        verdict = judge(row.dateenrolled, row.dateleft, row.sectionid, info.natural_end)
        if verdict and verdict[0] == _LEFT_OUT:
            return verdict
    of_class = info is None and not row.section_dcid
    rule, lacks = unresolved(row, "section" if of_class else "student" if info else "class")
    intake.problem(rule, row.dcid, info.school if info else "", lacks)
    return _KEPT, rule


_LEFT_OUT, _KEPT = int(Fate.LEFT_OUT), int(Fate.KEPT)
BACKWARDS = "ends-before-it-begins"
_BY_CALENDAR = ("enrollment-ended", "enrollment-dropped")
"""Rules that depend on when the class ended."""


def _enrollment_judge(today: str) -> _Judge:
    """A function that judges an enrollment by its dates."""
    is_date = DateCheck()
    dates: set[str] = {""}

    def judge(begin: str, end: str, section_id: str, natural_end: str) -> Verdict:
        if not begin or begin not in dates or end not in dates:
            if not is_date(begin) or (end and not is_date(end)):
                return _KEPT, "unreadable"
            dates.update((begin, end))
        if not end:
            return (_LEFT_OUT, "enrollment-dropped") if section_id[:1] == "-" else None
        if end <= begin:
            # A class dropped before it began was never attended; if it was not dropped, the date is wrong.
            wrong = end < begin and section_id[:1] != "-"
            return _LEFT_OUT, BACKWARDS if wrong else "enrollment-never-attended"
        # A student who left after the last school day completed the class, whatever the sign.
        over = end > natural_end
        if section_id[:1] == "-":
            return None if over and end <= today else (_LEFT_OUT, "enrollment-dropped")
        return (_LEFT_OUT, "enrollment-ended") if end <= today and not over else None

    return judge
