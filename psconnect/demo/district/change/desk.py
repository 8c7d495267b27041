"""What every change of the district needs: its rows, keys that are free, and the classes of a student."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from psconnect.demo.district.names import AWKWARD
from psconnect.demo.district.people import ACTIVE, FIRST_DCID
from psconnect.demo.district.rows import RowWriter
from psconnect.demo.district.schools import GRADUATED_NUMBER, School, read_schools
from psconnect.demo.district.years import SchoolYear, school_year

if TYPE_CHECKING:
    import random
    import sqlite3
    from collections.abc import Iterable

#: The first students carry the names that readers have to survive, and stay as they are.
FIRST_ORDINARY: Final = FIRST_DCID + len(AWKWARD)
CC_COLUMNS: Final = """DCID ID StudentID SectionID OrigSectionID TermID SchoolID Course_Number Section_Number Expression
TeacherID DateEnrolled DateLeft"""
_CC_ID_OFFSET: Final = 7


@dataclass(slots=True)
class Class_:  # noqa: N801 - the word of the field is taken by Python
    """A section that can be joined; ``first`` is its first day, ``leaving`` the day after its last one, as ISO text."""

    id: int
    term_id: int
    school: int
    course: str
    number: str
    expression: str | None
    teacher: int | None
    size: int
    first: str
    leaving: str


@dataclass(slots=True)
class Desk:
    """The district on one day, while it is being changed inside one transaction."""

    database: sqlite3.Connection
    rng: random.Random
    today: date
    year: SchoolYear = field(init=False)
    schools: list[School] = field(init=False)
    writer: RowWriter = field(init=False)
    _offers: dict[tuple[int, int, int], dict[str, list[Class_]]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.year = school_year(self.today)
        self.schools = [one for one in read_schools(self.database) if one.number != GRADUATED_NUMBER]
        self.writer = RowWriter(self.database)

    # -- rows ------------------------------------------------------------------------------------------------------

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """All rows of a SELECT."""
        return self.database.execute(sql, values).fetchall()

    def run(self, sql: str, *values: object) -> int:
        """Change rows; returns how many."""
        return self.database.execute(sql, values).rowcount

    def next_key(self, table: str, column: str, below: int | None = None) -> int:
        """A number that is free: one more than the highest (of those below a limit, where ranges have a meaning)."""
        limit = "" if below is None else f" WHERE {column} < {int(below)}"
        # The names come from this package alone.
        highest = self.rows(f"SELECT max({column}) FROM {table}{limit}")[0][0]  # noqa: S608
        return int(highest or 0) + 1

    def pick(self, rows: Iterable[tuple[Any, ...]], count: int) -> list[tuple[Any, ...]]:
        """Draw at most ``count`` of these rows, in their own order."""
        found = list(rows)
        chosen = sorted(self.rng.sample(range(len(found)), min(count, len(found))))
        return [found[at] for at in chosen]

    def active_students(self) -> list[tuple[int, int, int, int]]:
        """DCID, ID, SchoolID and Grade_Level of active students with ordinary names."""
        return self.rows(
            "SELECT DCID, ID, SchoolID, Grade_Level FROM Students WHERE Enroll_Status = ? AND DCID >= ? ORDER BY DCID",
            ACTIVE,
            FIRST_ORDINARY,
        )

    # -- classes ---------------------------------------------------------------------------------------------------

    def offers(self, school: int, grade: int, year: SchoolYear | None = None) -> dict[str, list[Class_]]:
        """The sections of a school for a grade in a year (this one), by Course_Number."""
        year_id = (year or self.year).year_id
        key = school, grade, year_id
        if key not in self._offers:
            offered: dict[str, list[Class_]] = {}
            for row in self.rows(
                """SELECT s.ID, s.TermID, s.SchoolID, s.Course_Number, s.Section_Number, s.Expression, s.Teacher,
                coalesce(s.No_of_Students, 0), t.FirstDay, date(t.LastDay, '+1 day')
                FROM Sections s JOIN Terms t ON t.ID = s.TermID AND t.SchoolID = s.SchoolID
                WHERE s.SchoolID = ? AND s.Grade_Level = ? AND s.YearID = ? ORDER BY s.DCID""",
                school,
                grade,
                year_id,
            ):
                one = Class_(*row)
                offered.setdefault(one.course, []).append(one)
            self._offers[key] = offered
        return self._offers[key]

    def schools_for(self, grade: int, *, but: int | None = None) -> list[School]:
        """The schools with students that teach a grade this year, except one."""
        return [one for one in self.schools if one.number != but and one.students and self.offers(one.number, grade)]

    def join(self, student_id: int, one: Class_, start: str) -> None:
        """Enroll a student (Students.ID) in a section from this day on, or from the section's first day."""
        key = self.next_key("CC", "DCID")
        self.writer.write("CC", CC_COLUMNS, [cc_row(key, student_id, one, max(start, one.first))])
        self.grow(one)

    def grow(self, one: Class_, by: int = 1) -> None:
        """Count a student who comes to a section (or goes)."""
        one.size += by
        self.run("UPDATE Sections SET No_of_Students = ? WHERE ID = ?", one.size, one.id)

    def join_all(self, student_id: int, school: int, grade: int, start: str) -> int:
        """Enroll a student in one section of each course of the grade that isn't over yet; returns how many."""
        joined = 0
        for parallel in self.offers(school, grade).values():
            open_ones = [one for one in parallel if one.leaving > start]
            if open_ones:
                self.join(student_id, min(open_ones, key=lambda one: (one.size, one.id)), start)
                joined += 1
        return joined

    def leave_all(self, student_id: int, day: str) -> int:
        """End every class of a student that goes on beyond this day; returns how many."""
        rows = self.rows(
            "SELECT DCID FROM CC WHERE StudentID = ? AND SectionID > 0 AND (DateLeft > ? OR DateLeft IS NULL)",
            student_id,
            day,
        )
        for (dcid,) in rows:
            self.drop(dcid, day)
        return len(rows)

    def drop(self, cc_dcid: int, day: str) -> None:
        """Drop a class: section and term go negative; one that has not begun ends on the day it would begin (16.5)."""
        self.run(
            """UPDATE CC SET OrigSectionID = SectionID, SectionID = -SectionID, TermID = -TermID,
            DateLeft = max(DateEnrolled, ?) WHERE DCID = ?""",
            day,
            cc_dcid,
        )
        self.run(
            """UPDATE Sections SET No_of_Students = max(0, No_of_Students - 1)
            WHERE ID = (SELECT OrigSectionID FROM CC WHERE DCID = ?)""",
            cc_dcid,
        )
        # The sizes kept here are no longer those of the table.
        self._offers.clear()


def cc_row(key: int, student_id: int, one: Class_, start: str) -> tuple[Any, ...]:
    """The CC row of a student in a section, in the order of ``CC_COLUMNS``."""
    return (
        key, key + _CC_ID_OFFSET, student_id, one.id, 0, one.term_id, one.school, one.course, one.number,
        one.expression, one.teacher or None, start, one.leaving,
    )  # fmt: skip
