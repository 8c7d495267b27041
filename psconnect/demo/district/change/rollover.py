"""The rollover to the next school year: everybody moves up, the oldest graduate, and there are new sections."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING, Any, Final

from psconnect.demo.district.change.calendars import ensure_year
from psconnect.demo.district.change.desk import CC_COLUMNS, Class_, Desk, cc_row
from psconnect.demo.district.change.students import keep_enrollment, new_students
from psconnect.demo.district.courses import course_number, subjects
from psconnect.demo.district.people import GRADUATED, PRE_REGISTERED
from psconnect.demo.district.schedule import CLASS_SIZE
from psconnect.demo.district.schools import GRADUATED_NUMBER, School
from psconnect.demo.district.staff import LEAD, SECTIONS_A_TEACHER, TEACHER
from psconnect.demo.district.years import SchoolYear

if TYPE_CHECKING:
    from collections.abc import Iterator

_LAST_GRADE: Final = 12
_SECTION_ID_OFFSET: Final = 17
_ROOMS: Final = 80


def roll_over(desk: Desk) -> tuple[SchoolYear, dict[str, int]]:
    """Take the district to its next school year; returns that year and what was done.

    Everybody moves up a grade (to another school where theirs ends), grade 12 graduates, as many children begin in the
    lowest grade, every grade has sections again and everybody is enrolled in them. The year that ends stays as it is.
    """
    coming = desk.year.shifted(1)
    ensure_year(desk, coming)
    # Also the year after it, because offices plan ahead: the district always knows three years.
    ensure_year(desk, coming.shifted(1))
    graduates, moved = _move_up(desk, coming)
    beginners = _beginners(Desk(desk.database, desk.rng, coming.first_day), graduates)
    plan = _Plan(desk, coming)
    sections = plan.open_sections()
    enrolled = plan.enroll()
    desk.run(
        """UPDATE SchoolStaff SET NoOfCurClasses =
        (SELECT count(*) FROM Sections s WHERE s.Teacher = SchoolStaff.ID AND s.YearID = ?) WHERE Status = 1""",
        coming.year_id,
    )
    return coming, {
        "students": moved, "graduates": graduates, "new": beginners, "sections": sections, "classes": enrolled,
    }  # fmt: skip


def _beginners(after: Desk, wanted: int) -> int:
    """Enroll as many children as have graduated, in the lowest grade of the schools for the youngest."""
    places = [(one, one.grades[0]) for one in after.schools if one.students and one.level == "elementary"]
    return new_students(after, wanted, places)["students"] if places else 0


def _move_up(desk: Desk, coming: SchoolYear) -> tuple[int, int]:
    """Give every active or pre-registered student the next grade; returns how many graduate, and how many go on."""
    ends = (desk.year.last_day + timedelta(days=1)).isoformat()
    begins, leaves = coming.first_day.isoformat(), (coming.last_day + timedelta(days=1)).isoformat()
    students = desk.rows(
        "SELECT DCID, SchoolID, Grade_Level, Enroll_Status FROM Students WHERE Enroll_Status IN (0, ?) ORDER BY DCID",
        PRE_REGISTERED,
    )
    by_number = {one.number: one for one in desk.schools}
    graduates = moved = 0
    for dcid, number, grade, status in students:
        if status != PRE_REGISTERED:
            keep_enrollment(desk, dcid, ends, "EOY")
        if grade >= _LAST_GRADE:
            graduates += 1
            desk.run(
                """UPDATE Students SET Enroll_Status = ?, SchoolID = ?, Grade_Level = 99, ExitDate = ?, ExitCode = 'G1',
                Next_School = NULL, Sched_NextYearGrade = NULL, Sched_YearOfGraduation = NULL WHERE DCID = ?""",
                GRADUATED,
                GRADUATED_NUMBER,
                ends,
                dcid,
            )
            continue
        moved += 1
        school = _next_school(desk, by_number.get(number), grade + 1, dcid)
        desk.run(
            """UPDATE Students SET Enroll_Status = 0, Grade_Level = ?, SchoolID = ?, Next_School = ?,
            Sched_NextYearGrade = ?, EntryDate = ?, EntryCode = 'E1', ExitDate = ?, ExitCode = NULL,
            SchoolEntryDate = CASE WHEN SchoolID = ? THEN SchoolEntryDate ELSE ? END WHERE DCID = ?""",
            grade + 1,
            school,
            school,
            grade + 2 if grade + 1 < _LAST_GRADE else 99,
            begins,
            leaves,
            school,
            begins,
            dcid,
        )
    return graduates, moved


def _next_school(desk: Desk, now: School | None, grade: int, dcid: int) -> int:
    """The school for a grade: the present one while it teaches it, else one of those that do and have students."""
    if now is not None and grade in now.grades:
        return now.number
    teaching = [one for one in desk.schools if grade in one.grades]
    open_ones = [one for one in teaching if one.students] or teaching
    return open_ones[dcid % len(open_ones)].number


@dataclass
class _Plan:
    """The timetable of the coming year: who sits in which grade of which school, and the sections they need."""

    desk: Desk
    year: SchoolYear
    groups: dict[tuple[int, int], list[int]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        rows = self.desk.rows("SELECT ID, SchoolID, Grade_Level FROM Students WHERE Enroll_Status = 0 ORDER BY DCID")
        for student, school, grade in rows:
            self.groups.setdefault((school, grade), []).append(student)

    def open_sections(self) -> int:
        """Open what is missing: one section for 25 students in each subject; returns how many."""
        desk = self.desk
        schools = {one.number: one for one in desk.schools}
        known = {
            (school, course): existing
            for school, course, existing in desk.rows(
                "SELECT SchoolID, Course_Number, count(*) FROM Sections WHERE YearID = ? GROUP BY 1, 2",
                self.year.year_id,
            )
        }
        first = desk.next_key("Sections", "DCID")
        teachers = self._teachers()
        turn: dict[int, Iterator[int]] = {number: count() for number in schools}
        made: list[tuple[Any, ...]] = []
        for (number, grade), group in sorted(self.groups.items()):
            school = schools[number]
            wanted = -(-len(group) // CLASS_SIZE)
            for at, subject in enumerate(subjects(school)):
                course = course_number(subject, grade, school)
                term = self.year.terms[0 if school.single_term else subject.term]
                for parallel in range(known.get((number, course), 0), wanted):
                    dcid = first + len(made)
                    posts = teachers.get(number, [])
                    post = posts[next(turn[number]) // SECTIONS_A_TEACHER % len(posts)] if posts else None
                    made.append(
                        (dcid, dcid + _SECTION_ID_OFFSET, course,
                         f"{parallel + 1:02d}" if at % 2 else str(parallel + 1), self.year.term_id(term.number), number,
                         self.year.year_id, post, f"{at + 1}(A-E)", f"{100 + dcid % _ROOMS}", grade, 0, 30,
                         "ATT_ModeDaily", 0)
                    )  # fmt: skip
        self._write(made)
        return len(made)

    def _teachers(self) -> dict[int, list[int]]:
        posts: dict[int, list[int]] = {}
        for post, school in self.desk.rows(
            "SELECT ID, SchoolID FROM SchoolStaff WHERE Status = 1 AND StaffStatus = ? ORDER BY DCID", TEACHER
        ):
            posts.setdefault(school, []).append(post)
        return posts

    def _write(self, made: list[tuple[Any, ...]]) -> None:
        desk, writer = self.desk, self.desk.writer
        writer.write(
            "Sections",
            """DCID ID Course_Number Section_Number TermID SchoolID YearID Teacher Expression Room Grade_Level
            No_of_Students MaxEnrollment Att_Mode_Code Attendance_Type_Code""",
            made,
        )
        meeting = count(max(desk.next_key("Section_Meeting", "DCID"), desk.next_key("Section_Meeting", "ID")))
        writer.write(
            "Section_Meeting",
            "DCID ID SectionID Cycle_Day_Letter Period_Number Meeting SchoolID Year_ID",
            [
                (key, key, one[1], letter, int(one[8][0]), f"{one[8][0]}({letter})", one[5], one[6])
                for one in made
                for letter, key in zip("AB", meeting, strict=False)
            ],
        )
        spans = {self.year.term_id(term.number): term for term in self.year.terms}
        key = count(desk.next_key("SectionTeacher", "ID"))
        writer.write(
            "SectionTeacher",
            "ID SectionID TeacherID RoleID Start_Date End_Date Allocation PriorityOrder",
            [
                (next(key), one[1], one[7], LEAD, term.first_day.isoformat(),
                 (term.last_day + timedelta(days=1)).isoformat(), 100, 1)
                for one in made
                if one[7] is not None
                for term in (spans[one[4]],)
            ],
        )  # fmt: skip

    def enroll(self) -> int:
        """Enroll everybody in a section of each of their grade's courses, unless they are; returns how many."""
        desk = self.desk
        begins = self.year.first_day.isoformat()
        have = set(
            desk.rows(
                "SELECT StudentID, Course_Number FROM CC WHERE TermID BETWEEN ? AND ?",
                self.year.term_id(0),
                self.year.term_id(99),
            )
        )
        fresh = Desk(desk.database, desk.rng, desk.today)
        key = count(desk.next_key("CC", "DCID"))
        rows: list[tuple[Any, ...]] = []
        for (school, grade), group in sorted(self.groups.items()):
            for course, parallel in fresh.offers(school, grade, self.year).items():
                for student in group:
                    if (student, course) not in have:
                        one = min(parallel, key=_fewest)
                        one.size += 1
                        rows.append(cc_row(next(key), student, one, max(begins, one.first)))
        desk.writer.write("CC", CC_COLUMNS, rows)
        desk.run(
            """UPDATE Sections SET No_of_Students = (SELECT count(*) FROM CC WHERE CC.SectionID = Sections.ID)
            WHERE YearID = ?""",
            self.year.year_id,
        )
        return len(rows)


def _fewest(one: Class_) -> tuple[int, int]:
    return one.size, one.id
