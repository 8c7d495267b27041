"""The plain-SQL truth: the product's bundle equals it, in odd districts too; it follows the tables."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from psconnect.demo.district import build_district
from tests.judges.good_bundle import Files, encoded, files_of, pack
from tests.judges.oneroster11 import check_bundle
from tests.judges.oneroster11_catalogue import FILES, ONE_ONE
from tests.judges.sql_truth import FILE_OF, Truth, compare, counts, counts_per_school, truth
from tests.support.demo import DISTRICT, TODAY, Connect, Connected

DAYS = {
    "first weeks": date(2026, 9, 3),
    "autumn": TODAY,
    "after the first quarter": date(2026, 10, 17),
    "second semester": date(2027, 2, 10),
    "last day": date(2027, 6, 11),
    "summer, still the old year": date(2027, 7, 10),
    "summer, the day before the next year": date(2027, 8, 15),
    "the first day of the next year": date(2027, 8, 16),
}
SUMMER = date(2027, 6, 20)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A district as the demo makes it."""
    return build_district(tmp_path_factory.mktemp("district"), 300, 1, TODAY)


@pytest.fixture(scope="module")
def expected(database: Path) -> Truth:
    return truth(database, TODAY, DISTRICT)


def deliver(connected: Connected, day: date = TODAY) -> Path:
    """The bundle of a first delivery on that day."""
    connected.clock.time = datetime(day.year, day.month, day.day, 17, 30, tzinfo=UTC)
    run = connected.service.sync(connected.name)
    assert run.state == "held", run
    run = connected.service.approve(run.id, "test")
    assert run.state in ("finished", "finished_with_problems"), run
    return connected.bundle


def assert_right(connected: Connected, day: date = TODAY) -> None:
    bundle = deliver(connected, day)
    assert check_bundle(bundle) == []
    assert compare(bundle, connected.server.database, day, DISTRICT) == []


@pytest.mark.parametrize("day", DAYS)
def test_the_product_delivers_the_truth_on_any_day(connect: Connect, day: str) -> None:
    assert_right(connect(), DAYS[day])


@pytest.mark.parametrize(("students", "seed"), [(200, 7), (1_000, 2)])
def test_the_product_delivers_the_truth_of_other_districts(connect: Connect, students: int, seed: int) -> None:
    assert_right(connect(students, seed))


def test_the_product_delivers_the_truth_read_by_tables(connect: Connect) -> None:
    assert_right(connect(settings={"source": {"read": "tables"}}))


_OF_THIS_YEAR = "YearID = 36"
_LEADS = "(SELECT TeacherID FROM SectionTeacher WHERE RoleID = 25 AND TeacherID % 5 = "
STRANGE: dict[str, tuple[str, ...]] = {
    "school without a name": ("UPDATE Schools SET Name = NULL WHERE School_Number = 120",),
    "term without a name": (f"UPDATE Terms SET Name = NULL WHERE {_OF_THIS_YEAR} AND Portion = 4 AND SchoolID = 110",),
    "term without a start": (
        f"UPDATE Terms SET FirstDay = NULL WHERE {_OF_THIS_YEAR} AND Portion = 4 AND SchoolID = 110",
    ),
    "term of an unknown school": (
        f"UPDATE Terms SET SchoolID = 777 WHERE {_OF_THIS_YEAR} AND Portion = 4 AND SchoolID = 110",
    ),
    "courses": (
        "UPDATE Courses SET Course_Name = NULL WHERE DCID % 11 = 0",
        "UPDATE Courses SET Course_Name = char(8203, 32) WHERE DCID % 11 = 1",
        "UPDATE Courses SET SchoolID = 777 WHERE DCID % 11 = 2",
        "UPDATE Courses SET SchoolID = NULL WHERE DCID % 11 = 3",
        (
            "INSERT INTO Courses (DCID, ID, Course_Number, Course_Name, SchoolID) "
            "SELECT DCID + 5000, ID + 5000, Course_Number, 'The same again', 0 FROM Courses WHERE DCID % 11 = 4"
        ),
        (
            "INSERT INTO Courses (DCID, ID, Course_Number, SchoolID) "
            "SELECT DCID - 84, ID - 84, Course_Number, 0 FROM Courses WHERE DCID < 160 AND DCID % 11 = 5"
        ),
    ),
    "sections": (
        "UPDATE Sections SET Course_Number = 'NONE' WHERE DCID % 11 = 0",
        "UPDATE Sections SET SchoolID = 777 WHERE DCID % 11 = 1",
        "UPDATE Sections SET TermID = 3699 WHERE DCID % 11 = 2",
        "UPDATE Sections SET Section_Number = NULL WHERE DCID % 11 = 3",
        "UPDATE Sections SET Expression = NULL WHERE DCID % 11 = 4",
        "UPDATE Sections SET Room = '1' || char(13, 10) || '2' WHERE DCID % 11 = 5",
        "UPDATE Sections SET Room = NULL WHERE DCID % 11 = 6",
    ),
    "line breaks in names": (
        "UPDATE Students SET Last_Name = 'A' || char(10) || 'B' WHERE DCID % 11 = 0",
        "UPDATE Students SET Last_Name = 'A' || char(13) || 'B' WHERE DCID % 11 = 1",
        "UPDATE Students SET Last_Name = 'A' || char(13, 10) WHERE DCID % 11 = 2",
        "UPDATE Students SET Last_Name = char(10) || 'A' || char(10, 10) || 'B' WHERE DCID % 11 = 3",
    ),
    "middle name with nothing visible": ("UPDATE Students SET Middle_Name = ' ' WHERE DCID % 7 = 0",),
    "the same enrollment twice": (
        (
            "INSERT INTO CC (DCID, ID, StudentID, SectionID, TermID, SchoolID, DateEnrolled, DateLeft) "
            "SELECT DCID + 500000, ID + 500000, StudentID, SectionID, TermID, SchoolID, date(DateEnrolled, '+9 days'), "
            "date(DateLeft, CASE WHEN DCID % 2 THEN '+3 days' ELSE '-30 days' END) "
            "FROM CC WHERE SectionID > 0 AND DCID % 11 = 0"
        ),
        (
            "INSERT INTO SectionTeacher (ID, SectionID, TeacherID, RoleID, Start_Date, End_Date) "
            "SELECT ID + 500000, SectionID, TeacherID, RoleID, date(End_Date, '+1 day'), date(End_Date, '+5 days') "
            "FROM SectionTeacher WHERE ID % 5 = 0"
        ),
    ),
    "left and came back": (
        "UPDATE CC SET DateLeft = '2026-11-30' WHERE SectionID > 0 AND DCID % 11 = 0",
        (
            "INSERT INTO CC (DCID, ID, StudentID, SectionID, TermID, SchoolID, DateEnrolled, DateLeft) "
            "SELECT DCID + 500000, ID + 500000, StudentID, SectionID, TermID, SchoolID, '2026-12-15', '2027-06-12' "
            "FROM CC WHERE SectionID > 0 AND DCID % 11 = 0"
        ),
    ),
    "dates the wrong way round": (
        "UPDATE CC SET DateLeft = date(DateEnrolled, '-1 day') WHERE DCID % 11 = 0",
        "UPDATE SectionTeacher SET End_Date = '2027-01-01', Start_Date = '2027-01-02' WHERE ID % 11 = 0",
        f"UPDATE Terms SET LastDay = date(FirstDay, '-1 day') WHERE {_OF_THIS_YEAR} AND Portion = 2 AND SchoolID = 110",
    ),
    "graduates": (
        "UPDATE Students SET SchoolID = 999999, Enroll_Status = 3 WHERE Grade_Level = 12",
        "UPDATE Terms SET SchoolID = 999999 WHERE YearID = 36 AND Portion = 4 AND SchoolID = 110",
        "UPDATE Courses SET SchoolID = 999999 WHERE DCID % 11 = 2",
    ),
    "students": (
        "UPDATE Students SET SchoolID = 777 WHERE DCID % 11 = 0",
        "UPDATE Students SET Grade_Level = DCID % 25 - 6 WHERE DCID % 11 > 5",
        "UPDATE Students SET Grade_Level = NULL WHERE DCID % 11 = 1",
        "UPDATE Students SET State_StudentNumber = ' IL ' || DCID WHERE DCID % 11 = 2",
        "UPDATE Students SET State_StudentNumber = NULL WHERE DCID % 11 = 3",
        "UPDATE Students SET Student_Web_ID = char(8203) WHERE DCID % 11 = 4",
        "UPDATE Students SET Person_ID = NULL WHERE DCID % 11 = 5",
    ),
    "enrollments": (
        "UPDATE CC SET DateEnrolled = NULL WHERE DCID % 11 = 0",
        "UPDATE CC SET DateLeft = NULL WHERE DCID % 11 = 1",
        f"UPDATE CC SET DateLeft = '{TODAY}' WHERE DCID % 11 = 2",
        "UPDATE CC SET DateLeft = '2026-11-19' WHERE DCID % 11 = 3",
        "UPDATE CC SET SectionID = -SectionID, TermID = -TermID WHERE SectionID > 0 AND DCID % 11 = 4",
        "UPDATE CC SET SectionID = -abs(SectionID), DateLeft = NULL WHERE DCID % 11 = 5",
        "UPDATE CC SET TermID = -abs(TermID) WHERE DCID % 11 = 6",
        "UPDATE CC SET SectionID = 0 WHERE DCID % 110 = 7",
        "UPDATE CC SET DateLeft = '2026-01-01' WHERE DCID % 11 = 8",
        "UPDATE CC SET DateEnrolled = '2027-02-01', DateLeft = '2027-02-01' WHERE SectionID > 0 AND DCID % 11 = 9",
    ),
    "enrollments in summer": (
        "UPDATE CC SET DateLeft = '2027-06-11' WHERE SectionID > 0 AND DCID % 11 < 2",
        "UPDATE CC SET DateLeft = '2027-06-12' WHERE SectionID > 0 AND DCID % 11 IN (2, 3)",
        "UPDATE CC SET SectionID = -abs(SectionID), TermID = -abs(TermID) WHERE DCID % 11 IN (1, 3)",
    ),
    "two lead teachers, the first one gone": (
        (
            "INSERT INTO SectionTeacher (ID, SectionID, TeacherID, RoleID, Start_Date) SELECT 1, SectionID, "
            "(SELECT ID FROM SchoolStaff WHERE Status = 2 LIMIT 1), 25, '2026-08-17' FROM SectionTeacher WHERE ID = "
            "(SELECT min(ID) FROM SectionTeacher WHERE End_Date > '2027-06-01' AND RoleID = 25)"
        ),
    ),
    "staff": (
        f"UPDATE SchoolStaff SET Status = 2 WHERE ID IN {_LEADS} 0)",
        (
            "UPDATE Users SET TeacherLoginID = NULL "
            f"WHERE DCID IN (SELECT Users_DCID FROM SchoolStaff WHERE ID IN {_LEADS} 1))"
        ),
        "UPDATE Users SET HomeSchoolId = 100 WHERE DCID % 3 = 0",
        "UPDATE Users SET HomeSchoolId = NULL WHERE DCID % 3 = 1",
        "UPDATE Users SET LoginID = NULL WHERE DCID % 7 = 0",
        "UPDATE SchoolStaff SET SchoolID = 777 WHERE DCID % 11 = 5",
    ),
    "assignments": (
        "UPDATE SectionTeacher SET RoleID = 27 WHERE SectionID % 11 = 0",
        "UPDATE SectionTeacher SET End_Date = NULL WHERE ID % 3 = 1",
        "UPDATE SectionTeacher SET TeacherID = 999999 WHERE ID % 11 = 2",
        "UPDATE SectionTeacher SET SectionID = 999999 WHERE ID % 11 = 3",
    ),
    "contacts": (
        "UPDATE Person SET LastName = NULL WHERE ID % 11 = 0",
        "UPDATE StudentContactAssoc SET StudentDCID = 99 WHERE StudentContactAssocID % 11 = 1",
        "UPDATE StudentContactAssoc SET PersonID = 99 WHERE StudentContactAssocID % 11 = 2",
        "UPDATE StudentContactAssoc SET CurrRelTypeCodeSetID = NULL WHERE StudentContactAssocID % 11 = 3",
        (
            "INSERT INTO StudentContactAssoc SELECT StudentContactAssocID + 100000, StudentDCID, PersonID, "
            "CurrRelTypeCodeSetID, 9 FROM StudentContactAssoc WHERE StudentContactAssocID % 11 = 4"
        ),
        "UPDATE PersonEmailAddressAssoc SET IsPrimaryEmailAddress = 0 WHERE PersonID % 3 = 0",
    ),
    "no days in session": ("DELETE FROM Calendar_Day",),
    "days in session that end early, in summer": (
        "DELETE FROM Calendar_Day WHERE Date_Value BETWEEN '2027-06-05' AND '2027-06-30'",
        "UPDATE CC SET DateLeft = '2027-06-04' WHERE SectionID > 0 AND DCID % 11 = 0",
        "UPDATE CC SET DateLeft = '2027-06-05' WHERE SectionID > 0 AND DCID % 11 = 1",
    ),
}


@pytest.mark.parametrize("what", STRANGE)
def test_the_product_delivers_the_truth_of_a_strange_district(connect: Connect, what: str) -> None:
    connected = connect()
    with closing(sqlite3.connect(connected.server.database)) as db, db:
        for statement in STRANGE[what]:
            assert db.execute(statement).rowcount > 0, statement

    assert_right(connected, SUMMER if what.endswith("in summer") else TODAY)


# --- the truth itself ------------------------------------------------------------------------------------------------


@pytest.fixture
def changed_truth(database: Path, tmp_path: Path) -> Callable[..., Truth]:
    """The truth of the district after statements in plain SQL."""

    def change(*statements: str, day: date = TODAY) -> Truth:
        copy = tmp_path / "district.sqlite"
        copy.write_bytes(database.read_bytes())
        with closing(sqlite3.connect(copy)) as db, db:
            assert all(db.execute(statement).rowcount > 0 for statement in statements)
        return truth(copy, day, DISTRICT)

    return change


def gone(before: Truth, after: Truth) -> dict[str, int]:
    """How many records of each entity are not there any more."""
    missing = {entity: len(before[entity].keys() - after[entity].keys()) for entity in before}
    return {entity: count for entity, count in missing.items() if count}


def of_user(expected: Truth, user: str) -> list[str]:
    return [key for key, record in expected["enrollment"].items() if record["userSourcedId"] == user]


def a_student(expected: Truth) -> str:
    """A student without contacts of their own alone, to keep the counting simple: one with a sibling's contacts."""
    shared = {r["contactSourcedId"] for r in expected["relationship"].values()}
    for contact in sorted(shared):
        students = [
            r["studentSourcedId"] for r in expected["relationship"].values() if r["contactSourcedId"] == contact
        ]
        if len(set(students)) > 1:
            return students[0]
    raise AssertionError("No two students share a contact.")


@pytest.mark.parametrize(
    "change",
    [
        "Enroll_Status = 1",
        "Enroll_Status = -1",
        "SchoolID = 999999",
        "Student_Web_ID = NULL",
        "First_Name = char(32, 8203, 9)",
        "Last_Name = ' '",
    ],
)
def test_a_student_who_goes_takes_enrollments_and_relationships_along(
    expected: Truth, changed_truth: Callable[..., Truth], change: str
) -> None:
    student = a_student(expected)
    relationships = [r for r in expected["relationship"].values() if r["studentSourcedId"] == student]

    after = changed_truth(f"UPDATE Students SET {change} WHERE DCID = {student}")

    lost = gone(expected, after)
    assert lost.pop("student") == 1
    assert lost.pop("enrollment") == len(of_user(expected, student))
    assert lost.pop("relationship") == len(relationships)
    assert lost.keys() <= {"contact"}
    assert all(student not in record["agentSourcedIds"].split(",") for record in after["contact"].values())


def test_a_course_that_goes_takes_classes_and_enrollments_along(
    expected: Truth, changed_truth: Callable[..., Truth]
) -> None:
    course = next(iter(expected["class"].values()))["courseSourcedId"]
    classes = {key for key, record in expected["class"].items() if record["courseSourcedId"] == course}
    enrollments = [r for r in expected["enrollment"].values() if r["classSourcedId"] in classes]

    lost = gone(expected, changed_truth(f"UPDATE Courses SET Course_Name = NULL WHERE DCID = {course}"))

    assert (lost["course"], lost["class"], lost["enrollment"]) == (1, len(classes), len(enrollments))


def an_enrollment(expected: Truth) -> str:
    """A student's enrollment that lasts to the end of the year."""
    return next(
        key for key, r in expected["enrollment"].items() if r["role"] == "student" and r["endDate"] == "2027-06-12"
    )


_DROPPED = "SectionID = -SectionID, TermID = -TermID"


@pytest.mark.parametrize(
    ("change", "day", "stays"),
    [
        ("DateLeft = '2026-11-18'", TODAY, False),
        ("DateLeft = '2026-11-19'", TODAY, True),
        ("DateLeft = DateEnrolled", TODAY, False),
        ("DateLeft = '1899-12-30', DateEnrolled = '1899-12-30'", TODAY, False),
        ("DateLeft = NULL", TODAY, True),
        (f"{_DROPPED}, DateLeft = NULL", TODAY, False),
        (f"{_DROPPED}, DateLeft = '2026-12-01'", TODAY, False),
        (f"{_DROPPED}, DateLeft = '2027-06-12'", TODAY, False),
        (f"{_DROPPED}, DateLeft = '2027-06-11'", SUMMER, False),
        (f"{_DROPPED}, DateLeft = '2027-06-12'", SUMMER, True),
        ("DateLeft = '2027-06-11'", SUMMER, False),
        ("DateLeft = '2027-06-12'", SUMMER, True),
        ("SectionID = 8888888", TODAY, False),
        ("StudentID = 9999999", TODAY, False),
        ("TermID = 3500", TODAY, False),
    ],
)
def test_when_an_enrollment_counts(
    database: Path, changed_truth: Callable[..., Truth], change: str, day: date, *, stays: bool
) -> None:
    before = truth(database, day, DISTRICT)
    enrollment = an_enrollment(before)

    after = changed_truth(f"UPDATE CC SET {change} WHERE DCID = {enrollment}", day=day)

    assert (enrollment in after["enrollment"]) is stays
    assert gone(before, after) == ({} if stays else {"enrollment": 1})


def test_a_quarter_that_is_over_keeps_its_enrollments(database: Path, expected: Truth) -> None:
    later = truth(database, date(2027, 5, 3), DISTRICT)
    quarters = {key for key, term in expected["calendar"].items() if term["title"] == "Quarter 2"}
    classes = {key for key, record in expected["class"].items() if record["termSourcedIds"] in quarters}
    assert classes
    before, after = (
        {key for key, r in each["enrollment"].items() if r["classSourcedId"] in classes} for each in (expected, later)
    )
    assert before
    assert after == before


def test_staff_by_position_and_assignment(expected: Truth, changed_truth: Callable[..., Truth]) -> None:
    teacher = min(expected["teacher"])
    dcid = teacher.removeprefix("T")

    left = changed_truth(f"UPDATE SchoolStaff SET Status = 2 WHERE Users_DCID = {dcid}")
    assert teacher not in left["teacher"] | left["admin"]
    assert not of_user(left, teacher)

    positions = f"(SELECT ID FROM SchoolStaff WHERE Users_DCID = {dcid})"
    named = changed_truth(f"DELETE FROM SectionTeacher WHERE TeacherID IN {positions}")
    assert of_user(named, teacher), "sections name who leads them"

    idle = changed_truth(
        f"DELETE FROM SectionTeacher WHERE TeacherID IN {positions}",
        f"UPDATE Sections SET Teacher = 0 WHERE Teacher IN {positions}",
    )
    assert teacher not in idle["teacher"]
    assert idle["admin"][teacher]["username"] == expected["teacher"][teacher]["username"], "nobody gets another account"

    ended = changed_truth(f"UPDATE SectionTeacher SET End_Date = '2026-09-30' WHERE TeacherID IN {positions}")
    assert teacher in ended["teacher"], "who taught this year is a teacher"
    assert not of_user(ended, teacher)

    both = changed_truth(f"UPDATE Users SET LoginID = 'office' WHERE DCID = {dcid}")
    assert both["teacher"][teacher]["username"] != "office"

    alone = changed_truth(f"UPDATE Users SET LoginID = 'office', TeacherLoginID = NULL WHERE DCID = {dcid}")
    assert alone["teacher"][teacher]["username"] == "office"


def test_each_class_has_at_most_one_primary_teacher_and_most_have_one(expected: Truth) -> None:
    primary = [r["classSourcedId"] for r in expected["enrollment"].values() if r["primary"] == "true"]
    assert len(primary) == len(set(primary))
    assert len(primary) > len(expected["class"]) * 0.9


def test_who_belongs_to_several_schools_counts_in_each(expected: Truth) -> None:
    per_school, total = counts_per_school(expected), counts(expected)
    assert per_school.keys() == expected["school"].keys()
    for entity in ("class", "student", "enrollment", "relationship"):
        assert sum(each.get(entity, 0) for each in per_school.values()) == total[entity]
    memberships = sum(len(r["orgSourcedIds"].split(",")) for r in expected["teacher"].values())
    assert sum(each.get("teacher", 0) for each in per_school.values()) == memberships > total["teacher"]


# --- compare ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def true_files(expected: Truth) -> Files:
    """A bundle made of the truth by the tests themselves."""
    modes = [["manifest.version", "1.0"], ["oneroster.version", "1.1"]]
    modes += [[f"file.{name}", "bulk" if name in FILE_OF.values() else "absent"] for name in FILES]
    files: Files = {"manifest.csv": [["propertyName", "value"], *modes]}
    for entity, name in FILE_OF.items():
        header = ONE_ONE.header_of(name)
        rows = files.setdefault(f"{name}.csv", [header])
        rows += [[record.get(column, "") for column in header] for record in expected[entity].values()]
    return files


def compared(folder: Path, files: Files, database: Path) -> list[str]:
    bundle = pack(folder / "bundle.zip", {name: encoded(cells) for name, cells in files.items()})
    return compare(bundle, database, TODAY, DISTRICT)


def test_the_truth_itself_is_a_conformant_bundle(true_files: Files, database: Path, tmp_path: Path) -> None:
    assert compared(tmp_path, true_files, database) == []
    assert check_bundle(tmp_path / "bundle.zip") == []


@pytest.mark.parametrize("file", sorted({f"{name}.csv" for name in FILE_OF.values()}))
def test_compare_notices_each_changed_value(true_files: Files, expected: Truth, file: str) -> None:
    from tests.judges.sql_truth import differences  # noqa: PLC0415 - the inner step alone, to stay quick

    def read(files: Files) -> dict[str, list[dict[str, str]]]:
        return {n.removesuffix(".csv"): [dict(zip(c[0], row, strict=True)) for row in c[1:]] for n, c in files.items()}

    for place, column in enumerate(true_files[file][0]):
        rows = [[*row] for row in true_files[file]]
        rows[2][place] += "x"
        found = differences(read({**true_files, file: rows}), expected)
        assert found, f"a change of {column} went unnoticed"
        assert all(line.startswith(f"{file}: ") for line in found)
        assert place == 0 or [column in line for line in found] == [True]


def test_compare_notices_rows_and_files(true_files: Files, database: Path, tmp_path: Path) -> None:
    rows = true_files["users.csv"]
    first = rows[1][0]

    def users(changed: list[list[str]]) -> list[str]:
        return compared(tmp_path, {**true_files, "users.csv": changed}, database)

    assert users([rows[0], *rows[2:]]) == [f"users.csv: {first} is missing"]
    assert users([*rows, rows[1]]) == [f"users.csv: {first} is there 2 times"]
    assert users([*rows, ["stranger", *rows[1][1:]]]) == ["users.csv: stranger should not be there"]
    assert len(users(rows[:1])) == 51
    more = {**true_files, "categories.csv": [ONE_ONE.header_of("categories"), ["g", "", "", "x"]]}
    assert compared(tmp_path, more, database) == ["categories.csv should not be there"]


def test_compare_takes_lists_without_an_order_in_any_order(true_files: Files, database: Path, tmp_path: Path) -> None:
    rows = [[*row] for row in true_files["users.csv"]]
    agents = rows[0].index("agentSourcedIds")
    row = next(row for row in rows if "," in row[agents])
    row[agents] = ",".join(reversed(row[agents].split(",")))
    assert compared(tmp_path, {**true_files, "users.csv": rows}, database) == []

    orgs = rows[0].index("orgSourcedIds")
    teacher = next(row for row in rows if row[5] == "teacher" and "," in row[orgs])
    teacher[orgs] = ",".join(reversed(teacher[orgs].split(",")))
    (difference,) = compared(tmp_path, {**true_files, "users.csv": rows}, database)
    assert "orgSourcedIds" in difference


def test_a_delivered_bundle_with_one_changed_value_is_noticed(connected: Connected, tmp_path: Path) -> None:
    files = files_of(deliver(connected))
    database = connected.server.database
    assert compared(tmp_path, files, database) == []

    row = files["users.csv"][7]
    row[8] = row[8].lower() + "’"
    (difference,) = compared(tmp_path, files, database)
    assert row[0] in difference
    assert "givenName" in difference
