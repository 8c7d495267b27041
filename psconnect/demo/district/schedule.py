"""Who learns what: sections of three years, their staff, and the students' class enrollments (CC)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from psconnect.demo.district.courses import course_number, subjects
from psconnect.demo.district.people import ACTIVE, PRE_REGISTERED, TRANSFERRED
from psconnect.demo.district.staff import AIDE, CO_TEACHER, LEAD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from psconnect.demo.district.courses import Subject
    from psconnect.demo.district.people import Student
    from psconnect.demo.district.rows import Row, RowWriter
    from psconnect.demo.district.schools import School
    from psconnect.demo.district.staff import Post, Staff
    from psconnect.demo.district.years import SchoolYear

CLASS_SIZE: Final = 25
FIRST_CC: Final = 10_001
_WITHOUT_TEACHER: Final = 190
_HISTORY_SUBJECTS: Final = 4


@dataclass(slots=True)
class Section:
    """One section and what its CC rows copy. Dates are ISO text; ``leaving`` is the day after the last one."""

    dcid: int
    school: School
    year: SchoolYear
    term_id: int
    grade: int
    course: str
    number: str
    expression: str
    first: str
    leaving: str
    period: int
    lead: Post | None = None
    size: int = 0

    @property
    def id(self) -> int:
        """Sections.ID, which CC and SectionTeacher use."""
        return self.dcid + 17


#: The sections of one school, year and grade: a tuple of parallel sections per subject.
Grade = list[tuple[Section, ...]]


class Timetable:
    """The sections of three years. Last and next year have only the students that ``takes_part`` selects."""

    def __init__(self, students: list[Student], year: SchoolYear) -> None:
        """Plan sections for the students' numbers in each school and grade."""
        self.sections: list[Section] = []
        self.year = year
        self._grades: dict[tuple[int, int, int], Grade] = {}
        self.members: dict[int, list[tuple[Student, Grade, int]]] = {}
        for shift in (-1, 0, 1):
            self._plan(students, year.shifted(shift), shift)

    def sections_a_school(self) -> dict[int, int]:
        """The number of this year's sections by School_Number."""
        counts: dict[int, int] = {}
        for section in self.sections:
            if section.year == self.year:
                counts[section.school.number] = counts.get(section.school.number, 0) + 1
        return counts

    def _plan(self, students: list[Student], year: SchoolYear, shift: int) -> None:
        seats: dict[tuple[School, int], list[Student]] = {}
        for student in students:
            grade = student.grade + shift
            if takes_part(student, shift) and grade in student.school.grades:
                seats.setdefault((student.school, grade), []).append(student)
        members = self.members[shift] = []
        for (school, grade), group in sorted(seats.items(), key=lambda item: (item[0][0].number, item[0][1])):
            parallel = -(-len(group) // CLASS_SIZE)
            taught = subjects(school)[: None if shift == 0 else _HISTORY_SUBJECTS]
            offered = [self._open(school, grade, year, subject, at, parallel) for at, subject in enumerate(taught)]
            members += [(student, offered, index) for index, student in enumerate(group)]
        members.sort(key=lambda member: member[0].dcid)

    def _open(
        self, school: School, grade: int, year: SchoolYear, subject: Subject, at: int, parallel: int
    ) -> tuple[Section, ...]:
        term = year.terms[0 if school.single_term else subject.term]
        course = course_number(subject, grade, school)
        opened = tuple(
            Section(
                dcid=5101 + len(self.sections) + group,
                school=school,
                year=year,
                term_id=year.term_id(term.number),
                grade=grade,
                course=course,
                number=f"{group + 1:02d}" if at % 2 else str(group + 1),
                expression=f"{at + 1}(A-E)" if at < 6 else f"{at + 1}(A,C,E)",
                first=term.first_day.isoformat(),
                leaving=(term.last_day + timedelta(days=1)).isoformat(),
                period=at + 1,
            )
            for group in range(parallel)
        )
        self.sections += opened
        return opened


def takes_part(student: Student, shift: int) -> bool:
    """Whether a student has classes in the year ``shift`` years from now."""
    if shift < 0:
        return student.status == ACTIVE and student.dcid % 5 == 0
    if shift > 0:
        return student.status == PRE_REGISTERED or (student.status == ACTIVE and student.dcid % 10 == 0)
    return student.status in (ACTIVE, TRANSFERRED)


def assign_teachers(timetable: Timetable, staff: Staff) -> None:
    """Give almost every section a lead; each visitor from another school leads one."""
    seen: dict[int, int] = {}
    visited: set[int] = set()
    for at, section in enumerate(timetable.sections):
        place = section.school.number
        teachers = staff.teachers.get(place)
        if not teachers or at % _WITHOUT_TEACHER == 7:
            continue
        index = seen.get(place, 0)
        seen[place] = index + 1
        visitor = staff.visitors.get(place)
        if visitor and place not in visited and section.year == timetable.year:
            visited.add(place)
            section.lead = visitor
        else:
            section.lead = teachers[index // 6 % len(teachers)]
        if section.year == timetable.year:
            section.lead.classes += 1


class Enrollments:
    """Makes the CC rows, among them dropped, zero-day, open-ended, overlapping and orphaned ones."""

    def __init__(self, timetable: Timetable) -> None:
        self._timetable = timetable
        self._next = FIRST_CC

    def rows(self) -> Iterator[Row]:
        """The CC rows of the three years in the order of CC.DCID; counts the members of each section on the way."""
        for shift in (-1, 0, 1):
            for student, offered, index in self._timetable.members[shift]:
                yield from self._student(student, offered, index, current=shift == 0)
        yield from self._oddities()

    def _student(self, student: Student, offered: Grade, index: int, *, current: bool) -> Iterator[Row]:
        transferred = current and student.status == TRANSFERRED
        moved = current and student.dcid % 67 == 20
        entry, leaving, student_id = student.entry, student.exit, student.id
        mixed = student.school.level != "elementary"
        for at, parallel in enumerate(offered):
            size = len(parallel)
            section = parallel[(index + at * (index // size)) % size if mixed else index % size]
            start = section.first if not current or entry < section.first else entry
            if transferred:
                yield self._left(section, student_id, start, leaving)
            elif moved and at == 1:
                yield from self._dropped(parallel[index % size - 1], section, student_id, start)
            else:
                section.size += 1
                end = None if self._next % 9973 == 701 else section.leaving
                yield self._row(section, student_id, start, end)

    def _row(self, section: Section, student_id: int, start: str, end: str | None, sign: int = 1) -> Row:
        dcid = self._next
        self._next += 1
        key = section.id
        lead = section.lead
        return (
            dcid, dcid + 7, student_id, key * sign, 0 if sign > 0 else key, section.term_id * sign,
            section.school.number, section.course, section.number, section.expression, lead.id if lead else None,
            start, end,
        )  # fmt: skip

    def _left(self, section: Section, student_id: int, start: str, leaving: str) -> Row:
        """A class of a student who left: ended that day, or never begun; half of them have negative keys."""
        sign = -1 if student_id % 2 else 1
        return self._row(section, student_id, start, max(start, leaving), sign)

    def _dropped(self, old: Section, new: Section, student_id: int, start: str) -> Iterator[Row]:
        """A change of section: the old row has negative keys (some lasted no day at all), the new one starts then."""
        days = 0 if student_id % 3 == 0 else 9
        change = (date.fromisoformat(start) + timedelta(days=days)).isoformat()
        yield self._row(old, student_id, start, change, -1)
        new.size += 1
        yield self._row(new, student_id, change, new.leaving)

    def _oddities(self) -> Iterator[Row]:
        """What old databases accumulate: orphans, overlaps, impossible dates."""
        current = [member for member in self._timetable.members[0] if member[0].status == ACTIVE][:3]
        section = current[0][1][0][0]
        for missing in (9_999_001, 9_999_002):
            yield self._row(section, missing, section.first, section.leaving)
        for student, offered, _ in current:
            row = list(self._row(offered[0][0], student.id, section.first, section.leaving))
            row[3] = 8_888_000 + student.dcid
            yield tuple(row)
        student, offered, index = current[1]
        same = offered[0][index % len(offered[0])]
        # The same student twice in the same section, with overlapping days.
        yield self._row(
            same, student.id, (date.fromisoformat(same.first) + timedelta(days=30)).isoformat(), same.leaving
        )
        yield self._row(same, student.id, "1899-12-30", "1899-12-30")
        strange = list(self._row(same, student.id, same.first, same.leaving, -1))
        strange[3:6] = [-100, 0, -100]
        yield tuple(strange)


def write_schedule(writer: RowWriter, timetable: Timetable, staff: Staff) -> None:
    """Write CC, Sections, Section_Meeting and SectionTeacher."""
    writer.write(
        "CC",
        """DCID ID StudentID SectionID OrigSectionID TermID SchoolID Course_Number Section_Number Expression
        TeacherID DateEnrolled DateLeft""",
        Enrollments(timetable).rows(),
    )
    writer.write(
        "Sections",
        """DCID ID Course_Number Section_Number TermID SchoolID YearID Teacher Expression External_Expression Room
        Grade_Level No_of_Students MaxEnrollment Att_Mode_Code Attendance_Type_Code Comment_Value""",
        map(_section_row, timetable.sections),
    )
    writer.write(
        "Section_Meeting",
        "DCID ID SectionID Cycle_Day_Letter Period_Number Meeting SchoolID Year_ID",
        (
            (2 * one.dcid + day, 2 * one.dcid + day + 5, one.id, letter, one.period, f"{one.period}({letter})",
             one.school.number, one.year.year_id)
            for one in timetable.sections
            for day, letter in enumerate("AB")
        ),
    )  # fmt: skip
    writer.write(
        "SectionTeacher",
        "ID SectionID TeacherID RoleID Start_Date End_Date Allocation PriorityOrder SectionNickname",
        (
        (5000 + at, *row) for at, row in enumerate(_staff_rows(timetable, staff))
    ))  # fmt: skip


def _section_row(one: Section) -> Row:
    # The two ways in which a section without a teacher is stored.
    teacher = one.lead.id if one.lead else (0 if one.dcid % 2 else None)
    meeting = "ATT_ModeMeeting" if one.school.level == "high" else "ATT_ModeDaily"
    comment = "Bring <b>paper</b> & pencil" if one.dcid % 97 == 5 else None
    return (
        one.dcid, one.id, one.course, one.number, one.term_id, one.school.number, one.year.year_id, teacher,
        one.expression, f"P{one.period}" if one.dcid % 2 else None, f"{100 + one.dcid % 80}", one.grade, one.size, 30,
        meeting, 0, comment,
    )  # fmt: skip


def _staff_rows(timetable: Timetable, staff: Staff) -> Iterator[Row]:
    """Lead, co-teacher and aide of each section; some leads are replaced during the year."""
    for at, section in enumerate(timetable.sections):
        lead = section.lead
        if lead is None:
            continue
        first, leaving = section.first, section.leaving
        colleagues = staff.teachers[section.school.number]
        other = colleagues[(at // 6 + 1) % len(colleagues)]
        nickname = f"{section.course} with {section.period}er Crew" if at % 31 == 4 else None
        start = first
        if at % 40 == 11 and other.id != lead.id:
            start = (date.fromisoformat(first) + timedelta(days=21)).isoformat()
            yield (section.id, other.id, LEAD, first, start, 100, 1, None)
        yield (section.id, lead.id, LEAD, start, leaving, 100, 1, nickname)
        if other.id == lead.id:
            continue
        if at % 10 == 3:
            ends = None if at % 20 == 3 else leaving
            yield (section.id, other.id, CO_TEACHER, first, ends, 50, 2, None)
        if at % 25 == 6:
            yield (section.id, other.id, AIDE, first, leaving, None, 3, None)
