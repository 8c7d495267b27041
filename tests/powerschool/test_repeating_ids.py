"""IDs and course numbers that repeat never multiply or mix rows (docs/powerschool.md 19): by queries and by tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.powerschool.conftest import Open, Reading

WAYS = ["queries", "tables"]
YEAR = "ABS(termid) BETWEEN 3600 AND 3699"


def rows(reading: Reading, name: str, way: str) -> list[dict[str, str]]:
    """The rows of a stream, as columns by name."""
    names = [column.name for column in reading.streams[name].columns]
    return [dict(zip(names, row, strict=True)) for row in reading.read(name, getattr(reading, way)()).rows]


def doubled(reading: Reading, table: str, dcid: int, **changes: object) -> int:
    """Another row of a table with the same ID and another DCID; returns that."""
    sql: Callable[..., list[Any]] = reading.connected.sql
    columns = [name for _place, name, *_ in sql(f"PRAGMA table_info({table})")]
    new = sql(f"SELECT max(dcid) + 1000 FROM {table}")[0][0]
    given = {"dcid": new, **changes}
    taken = ["?" if name.lower() in given else f'"{name}"' for name in columns]
    values = [given[name.lower()] for name in columns if name.lower() in given]
    sql(f"INSERT INTO {table} SELECT {', '.join(taken)} FROM {table} WHERE dcid = ?", *values, dcid)
    return int(new)


@pytest.fixture
def reading(open_reading: Open) -> Reading:
    return open_reading(students=60)


def enrolled(reading: Reading) -> tuple[int, int, int, int]:
    """DCIDs of an enrollment, of its section and of its student, and the school's number."""
    found = reading.connected.sql(
        "SELECT cc.dcid, s.dcid, st.dcid, cc.schoolid FROM cc JOIN sections s ON s.id = cc.sectionid "
        "JOIN students st ON st.id = cc.studentid WHERE cc.sectionid > 0 AND cc.termid BETWEEN 3600 AND 3699 "
        "AND st.schoolid = cc.schoolid ORDER BY cc.dcid LIMIT 1"
    )
    return found[0]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("changes", [{"termid": 3500}, {"schoolid": 99}, {"termid": 3500, "schoolid": 99}])
def test_a_section_of_the_same_id_in_another_term_or_school_changes_nothing(
    reading: Reading, way: str, changes: dict[str, int]
) -> None:
    before = rows(reading, "enrollments", way)
    _enrollment, section, _student, _school = enrolled(reading)
    new = doubled(reading, "sections", section, **changes)
    after = rows(reading, "enrollments", way)
    told = {"section_lowest": str(section), "section_highest": str(new)}
    assert [{**row, "section_lowest": "", "section_highest": ""} for row in after] == before
    assert any(row.items() >= told.items() for row in after)


@pytest.mark.parametrize("way", WAYS)
def test_of_two_sections_alike_none_is_picked_and_both_are_named(reading: Reading, way: str) -> None:
    before = rows(reading, "enrollments", way)
    enrollment, section, _student, _school = enrolled(reading)
    new = doubled(reading, "sections", section)
    after = rows(reading, "enrollments", way)
    assert [row["dcid"] for row in after] == [row["dcid"] for row in before]
    (row,) = (row for row in after if row["dcid"] == str(enrollment))
    assert (row["section_dcid"], row["section_lowest"], row["section_highest"]) == ("", str(section), str(new))
    others = {row["dcid"]: row["section_dcid"] for row in after if row["section_dcid"]}
    assert others.items() <= {row["dcid"]: row["section_dcid"] for row in before}.items()
    assert len(others) < len(before)


@pytest.mark.parametrize("way", WAYS)
def test_a_dropped_class_is_found_by_its_term_without_the_sign(reading: Reading, way: str) -> None:
    enrollment, section, _student, _school = enrolled(reading)
    reading.connected.sql("UPDATE cc SET sectionid = -sectionid, termid = -termid WHERE dcid = ?", enrollment)
    doubled(reading, "sections", section, termid=3500)
    (row,) = (row for row in rows(reading, "enrollments", way) if row["dcid"] == str(enrollment))
    assert (row["section_dcid"], row["sectionid"][0]) == (str(section), "-")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("elsewhere", [True, False], ids=["another school", "the same school"])
def test_a_student_of_the_same_id_is_told_by_the_school_of_the_enrollment(
    reading: Reading, way: str, elsewhere: bool
) -> None:
    enrollment, _section, student, school = enrolled(reading)
    new = doubled(reading, "students", student, schoolid=school + 7 if elsewhere else school)
    (row,) = (row for row in rows(reading, "enrollments", way) if row["dcid"] == str(enrollment))
    assert row["student_dcid"] == (str(student) if elsewhere else "")
    assert (row["student_lowest"], row["student_highest"]) == (str(student), str(new))


@pytest.mark.parametrize("way", WAYS)
def test_a_student_who_changed_schools_is_found_where_only_one_has_the_id(reading: Reading, way: str) -> None:
    enrollment, _section, student, school = enrolled(reading)
    reading.connected.sql("UPDATE students SET schoolid = ? WHERE dcid = ?", school + 7, student)
    (row,) = (row for row in rows(reading, "enrollments", way) if row["dcid"] == str(enrollment))
    assert (row["student_dcid"], row["student_lowest"]) == (str(student), "")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("elsewhere", [True, False], ids=["another school", "the same school"])
def test_staff_of_the_same_id_is_told_by_the_school_of_the_section(reading: Reading, way: str, elsewhere: bool) -> None:
    number, staff, school = reading.connected.sql(
        "SELECT x.id, ss.dcid, ss.schoolid FROM sectionteacher x JOIN sections s ON s.id = x.sectionid "
        f"JOIN schoolstaff ss ON ss.id = x.teacherid AND ss.schoolid = s.schoolid WHERE {YEAR} ORDER BY x.id LIMIT 1"
    )[0]
    other = reading.connected.sql("SELECT max(dcid) FROM users")[0][0]
    before = rows(reading, "section_teachers", way)
    new = doubled(reading, "schoolstaff", staff, schoolid=school + 7 if elsewhere else school, users_dcid=other)
    after = rows(reading, "section_teachers", way)
    assert len(after) == len(before)
    (row,) = (row for row in after if row["id"] == str(number))
    (earlier,) = (row for row in before if row["id"] == str(number))
    assert row["users_dcid"] == (earlier["users_dcid"] if elsewhere else "")
    assert (row["staff_lowest"], row["staff_highest"]) == (str(staff), str(new))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("elsewhere", [True, False])
def test_a_section_of_the_same_id_is_told_by_the_school_of_the_teachers_post(
    reading: Reading, way: str, elsewhere: bool
) -> None:
    section, school = reading.connected.sql(
        f"SELECT s.dcid, s.schoolid FROM sections s JOIN sectionteacher x ON x.sectionid = s.id WHERE {YEAR} LIMIT 1"
    )[0]
    before = rows(reading, "section_teachers", way)
    doubled(reading, "sections", section, schoolid=school + 7 if elsewhere else school)
    after = rows(reading, "section_teachers", way)
    taught = [row["id"] for row in before if row["section_dcid"] == str(section)]
    assert taught
    assert [row["section_dcid"] for row in after] == [
        "" if row["id"] in taught and not elsewhere else row["section_dcid"] for row in before
    ]


def course_of_a_section(reading: Reading) -> tuple[int, str, int]:
    """DCID and number of a course that has a section, and the section's DCID."""
    found = reading.connected.sql(
        "SELECT c.dcid, c.course_number, s.dcid FROM sections s JOIN courses c ON c.course_number = s.course_number "
        f"WHERE {YEAR} AND c.course_number <> lower(c.course_number) ORDER BY s.dcid LIMIT 1"
    )
    return found[0]


@pytest.mark.parametrize("way", WAYS)
def test_course_numbers_are_compared_without_capitals(reading: Reading, way: str) -> None:
    before = rows(reading, "sections", way)
    reading.connected.sql("UPDATE sections SET course_number = lower(course_number)")
    after = rows(reading, "sections", way)
    assert [row["course_dcid"] for row in after] == [row["course_dcid"] for row in before]
    assert all(row["course_dcid"] for row in after)


@pytest.mark.parametrize("way", WAYS)
def test_of_courses_that_differ_in_capitals_the_exact_one_counts_else_none(reading: Reading, way: str) -> None:
    course, number, section = course_of_a_section(reading)
    new = doubled(reading, "courses", course, course_number=number.lower())

    def found() -> tuple[str, str, str]:
        (row,) = (row for row in rows(reading, "sections", way) if row["dcid"] == str(section))
        return row["course_dcid"], row["course_lowest"], row["course_highest"]

    assert found() == (str(course), str(course), str(new))
    reading.connected.sql("UPDATE sections SET course_number = ? WHERE dcid = ?", number.lower(), section)
    assert found() == (str(new), str(course), str(new))
    mixed = number.capitalize() if number.capitalize() not in (number, number.lower()) else number.swapcase()
    reading.connected.sql("UPDATE sections SET course_number = ? WHERE dcid = ?", mixed, section)
    expected = "" if mixed not in (number, number.lower()) else str(new)
    assert found()[0] == expected


@pytest.mark.parametrize("way", WAYS)
def test_of_courses_of_one_number_that_of_the_school_counts_then_that_of_the_district(
    reading: Reading, way: str
) -> None:
    course, _number, section = course_of_a_section(reading)
    (school,) = reading.connected.sql("SELECT schoolid FROM sections WHERE dcid = ?", section)[0]
    new = doubled(reading, "courses", course, schoolid=school + 7)

    def found() -> str:
        (row,) = (row for row in rows(reading, "sections", way) if row["dcid"] == str(section))
        return row["course_dcid"]

    for of_first, of_second, expected in (
        (school, school + 7, course), (school + 7, school, new), (0, school + 7, course),
        (school + 7, 0, new), (0, school, new), (0, 0, ""), (school, school, ""), (school + 8, school + 9, ""),
    ):  # fmt: skip
        for dcid, number in ((course, of_first), (new, of_second)):
            reading.connected.sql("UPDATE courses SET schoolid = ? WHERE dcid = ?", number, dcid)
        assert found() == str(expected), (of_first, of_second)
