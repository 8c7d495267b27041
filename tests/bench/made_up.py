"""A district made up while it is read: typed rows at the seam of a reader, the same every time, none of them held.

It has 8 classes a student, two contacts that two students share, and what a real one has of trouble: people who have
left, dropped classes, students without a user name, records entered twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from psconnect.model.clock import Clock
from psconnect.powerschool.client import PowerSchoolClient
from psconnect.powerschool.reader import PAGE_ROWS, RowPage
from psconnect.powerschool.rows import row_type
from psconnect.powerschool.stream import Stream
from psconnect.roster.terms import FIRST_YEAR

CLASSES_A_STUDENT = 8
_SEATS, _CLASSES_A_TEACHER, _STUDENTS_A_SCHOOL, _DAYS = 25, 5, 500, 180
_OTHER_STAFF = 10  # of so many people one teaches nothing
_LEFT, _NAMELESS, _TWICE, _DROPPED = 25, 1_000, 5_000, 50  # one in so many
_FAMILY, _GIVEN = ("Nguyen", "O’Connor", "Martínez", "Smith", "Andersson"), ("Ana", "Liam", "Zoë", "Noah", "Aiko")
Values = Callable[[int], Mapping[str, str]]


@dataclass(frozen=True)
class MadeUpDistrict:
    """The rows of each stream by number, from 0 on; the row with number n has the key n + 1.

    Attributes:
        students: how many there are; everything else follows from that.
        year: the first calendar year of its school year.
    """

    students: int
    year: int

    @property
    def schools(self) -> int:
        return max(1, self.students // _STUDENTS_A_SCHOOL)

    @property
    def sections(self) -> int:
        return max(1, self.students * CLASSES_A_STUDENT // _SEATS)

    @property
    def users(self) -> int:
        teachers = max(1, self.sections // _CLASSES_A_TEACHER)
        return teachers + teachers // _OTHER_STAFF + 1

    @property
    def first_day(self) -> date:
        return date(self.year, 8, 17)

    @property
    def last_day(self) -> date:
        return date(self.year + 1, 6, 11)

    def streams(self) -> dict[str, tuple[int, Values]]:
        """Rows and their values, per name of the stream."""
        return {
            "schools": (self.schools, self._school),
            "terms": (self.schools, self._term),
            "calendar_days": (self.schools * _DAYS, self._day),
            "courses": (min(2_000, self.sections), self._course),
            "sections": (self.sections, self._section),
            "users": (self.users, self._user),
            "school_staff": (self.users, self._position),
            "section_teachers": (self.sections, self._assignment),
            "students": (self.students, self._student),
            "enrollments": (self.students * CLASSES_A_STUDENT, self._enrollment),
            "contacts": (self.students, self._contact),
            "relationships": (self.students * 2, self._relationship),
        }

    def _number(self, row: int) -> str:
        """The number of the school that something belongs to."""
        return str(100 + row % self.schools)

    def _school(self, row: int) -> dict[str, str]:
        number = self._number(row)
        return {"school_number": number, "name": f"School {number}", "low_grade": "0", "high_grade": "12"}

    def _term(self, row: int) -> dict[str, str]:
        year = self.year - FIRST_YEAR
        return {
            "id": str(year * 100),
            "schoolid": self._number(row),
            "yearid": str(year),
            "name": f"{self.year}-{self.year + 1}",
            "abbreviation": str(self.year % 100),
            "firstday": self.first_day.isoformat(),
            "lastday": self.last_day.isoformat(),
            "portion": "1",
            "isyearrec": "1",
        }

    def _day(self, row: int) -> dict[str, str]:
        day = self.first_day + timedelta(days=row // self.schools)
        return {"date_value": day.isoformat(), "schoolid": self._number(row), "insession": "1"}

    def _course(self, row: int) -> dict[str, str]:
        return {"course_number": f"{row:04}", "course_name": f"Course {row}", "schoolid": "0"}

    def _section(self, row: int) -> dict[str, str]:
        course = row % min(2_000, self.sections)
        return {
            "course_number": f"{course:04}",
            "section_number": str(row),
            "termid": str((self.year - FIRST_YEAR) * 100),
            "schoolid": self._number(row),
            "expression": f"{row % 8 + 1}(A-E)",
            "room": str(row % 300),
            "course_name": f"Course {course}",
            "course_dcid": str(course + 1),
        }

    def _user(self, row: int) -> dict[str, str]:
        return {
            "teachernumber": f"{row:05}",
            **_name("first_name", "last_name", row),
            "email_addr": f"staff{row}@schools.example.org",
            "loginid": f"staff{row}",
            "teacherloginid": f"staff{row}",
            "homeschoolid": self._number(row),
        }

    def _position(self, row: int) -> dict[str, str]:
        return {"users_dcid": str(row + 1), "schoolid": self._number(row), "status": "1", "staffstatus": "1"}

    def _assignment(self, row: int) -> dict[str, str]:
        return {
            "start_date": self.first_day.isoformat(),
            "end_date": (self.last_day + timedelta(days=1)).isoformat(),
            "section_dcid": str(row + 1),
            "users_dcid": str(row // _CLASSES_A_TEACHER % self.users + 1),
            "role_name": "Lead Teacher",
        }

    def _student(self, row: int) -> dict[str, str]:
        # Entered twice: the same name and mail as the one before, under a number of its own.
        person = row - 1 if row % _TWICE == _TWICE - 1 else row
        return {
            "student_number": str(200_000 + row),
            "schoolid": self._number(row),
            "enroll_status": "2" if row % _LEFT == 0 else "0",
            "grade_level": str(row % 13),
            **_name("first_name", "last_name", person),
            "student_web_id": "" if row % _NAMELESS == 1 else f"student{row}",
            "state_studentnumber": f"{7 * row:010}",
            "email": f"student{person}@students.example.org",
        }

    def _enrollment(self, row: int) -> dict[str, str]:
        section = row % self.sections + 1
        return {
            "sectionid": str(-section if row % _DROPPED == 0 else section),
            "dateenrolled": self.first_day.isoformat(),
            "dateleft": (self.last_day + timedelta(days=1)).isoformat(),
            "student_dcid": str(row // CLASSES_A_STUDENT + 1),
            "section_dcid": str(section),
        }

    def _contact(self, row: int) -> dict[str, str]:
        mail = {"email": f"contact{row}@mail.example.org", "phone": f"555{row:07}"}
        return {**_name("firstname", "lastname", row), **mail}

    def _relationship(self, row: int) -> dict[str, str]:
        student = row // 2
        # Two students who follow each other are a family of two contacts.
        contact = student // 2 * 2 + row % 2
        flags = dict.fromkeys(("custodial", "emergency", "lives_with", "school_pickup", "receives_mail"), "1")
        return {
            "studentdcid": str(student + 1),
            "personid": str(contact + 1),
            "relation": ("Mother", "Father")[row % 2],
            **flags,
            "detail_id": str(row + 1),
        }


def _name(given: str, family: str, row: int) -> dict[str, str]:
    return {given: f"{_GIVEN[row % 5]}{row}", family: _FAMILY[row // 5 % 5]}


@dataclass
class MadeUpReader:
    """Reads a made-up district (see powerschool.reader.Reader): each page is made when it is asked for."""

    client: PowerSchoolClient
    district: MadeUpDistrict
    way: str = "queries"
    _types: dict[str, Callable[..., Any]] = field(default_factory=dict)

    def count(self, stream: Stream, _arguments: Mapping[str, str]) -> int:
        """Rows of the stream."""
        return self.district.streams()[stream.name][0]

    def page(self, stream: Stream, _arguments: Mapping[str, str], after: int) -> RowPage:
        """The rows behind the key ``after``."""
        total, values = self.district.streams()[stream.name]
        make = self._types.setdefault(stream.name, row_type(stream))
        key, first = stream.columns[0].name, max(after, 0)
        end = min(first + PAGE_ROWS, total)
        rows = [make(**{key: str(number + 1)}, **values(number)) for number in range(first, end)]
        return RowPage(rows, len(rows), end, end >= total)


def this_year(clock: Clock) -> int:
    """The first calendar year of the school year that a made-up district is in today."""
    today = clock.now().date()
    return today.year if today >= date(today.year, 8, 1) else today.year - 1
