"""Attendance codes, fees, and the categories of each gradebook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from psconnect.demo.district.people import ACTIVE
from psconnect.demo.district.staff import CURRENT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from psconnect.demo.district.people import Student
    from psconnect.demo.district.rows import Row, RowWriter
    from psconnect.demo.district.schools import School
    from psconnect.demo.district.staff import Staff
    from psconnect.demo.district.years import SchoolYear

#: Code, meaning, presence, whether the day counts for average daily attendance, category. Present has no code (9.3).
_CODES: Final = (
    (None, "Present", "Present", 1, None),
    ("A", "Absent Unexcused", "Absent", 0, 1),
    ("E", "Absent Excused", "Absent", 0, 0),
    ("T", "Tardy", "Present", 1, 2),
)
_ENTITIES: Final = ("Excused", "Unexcused", "Tardy")
FIRST_CODE: Final = 2201
_FIRST_ENTITY: Final = 3301
_FIRST_CATEGORY: Final = 9
_FIRST_FEE: Final = 501
_CATEGORIES: Final = (("Homework", "1"), ("Quiz", "2"), ("Test", "3"))


def write_attendance_codes(writer: RowWriter, schools: list[School], years: list[SchoolYear]) -> None:
    """Write four codes and three categories of codes for every school with lessons and year."""
    places = [(school.number, year.year_id) for year in years for school in schools if school.level != "graduated"]
    writer.write(
        "Attendance_Code",
        "ID SchoolID YearID Att_Code Description Presence_Status_CD Calculate_ADA_YN SortOrder",
        (
            (FIRST_CODE + len(_CODES) * at + order, number, year_id, code, meaning, presence, counts, order + 1)
            for at, (number, year_id) in enumerate(places)
            for order, (code, meaning, presence, counts, _) in enumerate(_CODES)
        ),
    )
    writer.write(
        "Code_Entity",
        "ID SchoolID YearID Name",
        (
            (_FIRST_ENTITY + len(_ENTITIES) * at + order, number, year_id, name)
            for at, (number, year_id) in enumerate(places)
            for order, name in enumerate(_ENTITIES)
        ),
    )
    writer.write("Att_Code_Code_Entity", "ID Attendance_CodeID Code_EntityID", _numbered(_links(len(places))))


def _numbered(rows: Iterator[Row]) -> Iterator[Row]:
    """Prefix each row with a key, counted from 1."""
    return ((key, *row) for key, row in enumerate(rows, start=1))


def write_fees(writer: RowWriter, students: list[Student], year: SchoolYear) -> None:
    """Write an unpaid fee for some of the active students."""
    payers = [one for one in students if one.status == ACTIVE and one.dcid % 17 == 9]
    day = year.first_day.isoformat()
    writer.write(
        "Fee",
        """ID StudentID SchoolID YearID Fee_Amount Fee_Balance Description Category_Name Fee_Type_Name Date_Created
        Date_Modified Priority""",
        (
            (_FIRST_FEE + at, one.id, one.school.number, year.year_id, 12.5 + at % 3, 12.5 + at % 3, "Lab materials",
             "Materials", "Course Fee", day, day, 1)
            for at, one in enumerate(payers)
        ),
    )  # fmt: skip


def _links(places: int) -> Iterator[Row]:
    for at in range(places):
        for order, (*_, entity) in enumerate(_CODES):
            if entity is not None:
                yield FIRST_CODE + len(_CODES) * at + order, _FIRST_ENTITY + len(_ENTITIES) * at + entity


def write_categories(writer: RowWriter, staff: Staff, year: SchoolYear) -> None:
    """Write three gradebook categories for each teacher with a post in a school, for this school year."""
    teachers = sorted(
        {post.users_dcid for posts in staff.teachers.values() for post in posts if post.status == CURRENT}
    )
    writer.write(
        "TeacherCategory",
        """TeacherCategoryID UsersDCID YearID Name CategoryType Color DisplayPosition IsActive IsInFinalGrades
        IsUserModifiable DefaultPublishOption DefaultTotalValue IsDefaultPublishScores DistrictTeacherCategoryID
        TeacherModified""",
        (
            (_FIRST_CATEGORY + len(_CATEGORIES) * at + order, users_dcid, year.year_id, name, "user", color, order + 1,
             1, 1, 1, "Immediately", 10, 1, None, 0)
            for at, users_dcid in enumerate(teachers)
            for order, (name, color) in enumerate(_CATEGORIES)
        ),
    )  # fmt: skip
