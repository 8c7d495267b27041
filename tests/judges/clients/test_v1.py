"""What clients by others get from ``/ws/v1`` equals plain SQL, value for value (sections 4 to 7 and 19)."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from tests.demo.support import plugin_xml
from tests.judges.clients.conftest import STUDENTS, Seat
from tests.judges.clients.judge import ClientError, Judge, Row, Truth

STUDENT_SQL = """SELECT s.DCID AS id, s.Student_Number AS local_id, s.State_StudentNumber AS state_province_id,
    s.Student_Web_ID AS student_username, s.First_Name AS "name.first_name", s.Middle_Name AS "name.middle_name",
    s.Last_Name AS "name.last_name" {more} FROM Students s {where} ORDER BY s.DCID"""
ENROLLED = """, s.Enroll_Status AS "school_enrollment.enroll_status_code",
    s.Grade_Level AS "school_enrollment.grade_level", s.SchoolID AS "school_enrollment.school_number",
    s.EntryDate AS "school_enrollment.entry_date",
    s.ExitDate AS "school_enrollment.exit_date", s.EntryCode AS "school_enrollment.entry_code",
    s.Home_Phone AS "phones.main.number", s.Zip AS "addresses.physical.postal_code",
    s.City AS "addresses.physical.city",
    s.DOB AS "demographics.birth_date", s.Gender AS "demographics.gender" """
EXPANSIONS = "school_enrollment,phones,addresses,demographics"
SECTION_SQL = """SELECT n.DCID AS id, c.DCID AS school_id, t.DCID AS term_id, f.DCID AS staff_id,
    (SELECT min(o.DCID) FROM Courses o WHERE o.Course_Number = n.Course_Number) AS course_id,
    n.Section_Number AS section_number, n.Expression AS expression, n.External_Expression AS external_expression
    FROM Sections n JOIN Schools c ON c.School_Number = n.SchoolID
    JOIN Terms t ON t.ID = n.TermID AND t.SchoolID = n.SchoolID LEFT JOIN SchoolStaff f ON f.ID = n.Teacher
    WHERE {where} ORDER BY n.DCID"""
TERM_SQL = """SELECT t.DCID AS id, t.ID AS local_id, c.DCID AS school_id, t.YearID + 1990 AS start_year,
    t.Portion AS portion,
    t.FirstDay AS start_date, t.LastDay AS end_date, t.Abbreviation AS abbreviation, t.Name AS name
    FROM Terms t JOIN Schools c ON c.School_Number = t.SchoolID WHERE {where}"""
COURSE_SQL = "SELECT DCID AS id, Course_Number AS course_number, Course_Name AS course_name FROM Courses"
STAFF_SQL = """SELECT f.DCID AS id, u.DCID AS users_dcid, u.Last_Name AS "name.last_name"
    FROM SchoolStaff f JOIN Users u ON u.DCID = f.Users_DCID ORDER BY f.DCID LIMIT 1"""
ENROLLMENT_SQL = """SELECT e.DCID AS id, n.DCID AS section_id, s.DCID AS student_id, e.DateEnrolled AS entry_date,
    e.DateLeft AS exit_date, CASE WHEN e.SectionID < 0 THEN 'true' ELSE 'false' END AS dropped
    FROM CC e JOIN Sections n ON n.ID = abs(e.SectionID) JOIN Students s ON s.ID = e.StudentID WHERE n.DCID = ?
    ORDER BY s.DCID, e.DateEnrolled, e.DCID"""


@pytest.fixture(scope="module")
def pypowerschool(seat: Seat) -> Judge:
    return seat("pypowerschool")


@pytest.fixture(scope="module")
def adapter(seat: Seat, pypowerschool: Judge) -> Judge:
    """On the same server as the other client."""
    return seat("powerschool-adapter", server=pypowerschool.server)


@pytest.fixture(scope="module")
def truth(pypowerschool: Judge) -> Truth:
    return Truth(pypowerschool.server.database)


@pytest.fixture(scope="module")
def schools(truth: Truth) -> list[int]:
    rows = truth.rows("SELECT DCID FROM Schools WHERE School_Number <> 999999 ORDER BY DCID")
    return [row["dcid"] for row in rows]


def flat(item: Row, path: str = "") -> dict[str, str]:
    """The texts of an item by dotted path, however the wire typed them (5.3); blocks without content say nothing."""
    found: dict[str, str] = {}
    for name, value in item.items():
        if isinstance(value, dict):
            found |= flat(value, f"{path}{name}.")
        elif not isinstance(value, list) and not name.startswith("@") and value != "":
            found[path + name] = {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)
    return found


def of(items: Iterable[Row], names: Iterable[str]) -> list[dict[str, str]]:
    """Items as texts, cut to these paths."""
    wanted = set(names)
    return [{name: value for name, value in flat(item).items() if name in wanted} for item in items]


def assert_same(items: list[Row], expected: list[dict[str, str]]) -> None:
    """Same items in the same order, same values in every column the SQL has (a blank is no value)."""
    names = {name for row in expected for name in row}
    assert of(items, names) == [{name: value for name, value in row.items() if value != ""} for row in expected]


# --- pypowerschool: every call of its own ----------------------------------------------------------------------------


def test_the_district_and_its_schools(pypowerschool: Judge, truth: Truth, schools: list[int]) -> None:
    expected = truth.texts(
        "SELECT DCID AS id, School_Number AS school_number, Name AS name, Low_Grade AS low_grade, "
        "High_Grade AS high_grade FROM Schools WHERE School_Number <> 999999 ORDER BY DCID"
    )
    assert_same(pypowerschool.call("schools_in_district"), expected)
    assert pypowerschool.call("resource_count", f"{pypowerschool.server.url}/ws/v1/district/school") == len(schools)
    for row in expected:
        assert_same([pypowerschool.call("school_for_id", int(row["id"]))], [row])
    district = pypowerschool.call("current_district")
    [row] = truth.texts("SELECT Value AS name FROM Prefs WHERE lower(Name) = 'districtname'")
    assert_same([district], [row])


def test_all_students_with_what_was_asked_for(pypowerschool: Judge, truth: Truth) -> None:
    bare = pypowerschool.call("students_in_district")
    assert_same(bare, truth.texts(STUDENT_SQL.format(more="", where="")))
    assert len(bare) == STUDENTS
    assert not any("school_enrollment" in item or "phones" in item for item in bare), "nobody asked for these"
    asked = pypowerschool.call("students_in_district", EXPANSIONS)
    assert_same(asked, truth.texts(STUDENT_SQL.format(more=ENROLLED, where="")))
    assert any(item["phones"] == "" for item in asked), "an empty container is an empty text"
    assert all(isinstance(item["local_id"], int) for item in asked), "digits are numbers"
    zips = [item["addresses"]["physical"]["postal_code"] for item in asked if item["addresses"]]
    assert all(isinstance(zip_code, str) == str(zip_code).startswith("0") for zip_code in zips)
    assert {type(zip_code) for zip_code in zips} == {str, int}, "but not with a zero in front"


@pytest.mark.parametrize(
    ("query", "where"),
    [
        ("school_enrollment.enroll_status==A", "s.Enroll_Status = 0"),
        ("school_enrollment.enroll_status==(A,P)", "s.Enroll_Status IN (0, -1)"),
        ("school_enrollment.enroll_status_code==2", "s.Enroll_Status = 2"),
        ("id=gt=500;id=le=520", "s.DCID > 500 AND s.DCID <= 520"),
        ("school_enrollment.entry_date=lt=2026-09-01", "s.EntryDate < '2026-09-01'"),
        ("local_id==204003", "s.Student_Number = 204003"),
    ],
)
def test_filters_of_students(pypowerschool: Judge, truth: Truth, query: str, where: str) -> None:
    expected = truth.texts(STUDENT_SQL.format(more="", where=f"WHERE {where}"))
    assert_same(pypowerschool.call("students_in_district", None, query), expected)
    assert expected
    assert pypowerschool.logged == []


def test_a_name_that_begins_so(pypowerschool: Judge, truth: Truth) -> None:
    letter = truth.one(
        "SELECT substr(Last_Name, 1, 2) FROM Students WHERE Last_Name GLOB '[A-Z][a-z]*' ORDER BY DCID LIMIT 1"
    )
    expected = truth.texts(STUDENT_SQL.format(more="", where=f"WHERE s.Last_Name LIKE '{letter}%'"))
    assert_same(pypowerschool.call("students_in_district", None, f"name.last_name=={letter}*"), expected)


def test_what_hangs_below_a_school(pypowerschool: Judge, truth: Truth, schools: list[int]) -> None:
    for school in schools:
        number = truth.one("SELECT School_Number FROM Schools WHERE DCID = ?", school)
        where = f"WHERE s.SchoolID = {number}"
        assert_same(
            pypowerschool.call("students_for_school", school), truth.texts(STUDENT_SQL.format(more="", where=where))
        )
        expected = truth.texts(
            f"{COURSE_SQL} WHERE SchoolID IN (?, 0) ORDER BY Course_Number, DCID",
            number,
        )
        assert_same(pypowerschool.call("courses_for_school", school), expected)
        of_year = f"n.SchoolID = {number} AND n.TermID BETWEEN 3600 AND 3699"
        sections = pypowerschool.call("sections_for_school", school, None, "term.start_year==2026")
        assert_same(sections, truth.texts(SECTION_SQL.format(where=of_year)))
        assert sections
        every = pypowerschool.call("sections_for_school", school)
        assert_same(every, truth.texts(SECTION_SQL.format(where=f"n.SchoolID = {number}")))
        assert len(every) > len(sections)
        terms = pypowerschool.call("fetch_items", f"ws/v1/school/{school}/term", None, None, "start_year==2026")
        expected = truth.texts(
            f"{TERM_SQL.format(where='c.DCID = ? AND t.YearID = 36')} ORDER BY t.Portion, t.FirstDay, t.DCID", school
        )
        assert_same(terms, expected)


def test_active_staff_of_a_school_with_all_their_schools(
    pypowerschool: Judge, truth: Truth, schools: list[int]
) -> None:
    sql = """SELECT f.DCID AS id, u.TeacherNumber AS local_id, u.LoginID AS admin_username,
        u.TeacherLoginID AS teacher_username, u.First_Name AS "name.first_name", u.Last_Name AS "name.last_name",
        u.DCID AS users_dcid, u.Email_Addr AS "emails.work_email"
        FROM SchoolStaff f JOIN Users u ON u.DCID = f.Users_DCID
        JOIN Schools c ON c.School_Number = f.SchoolID WHERE c.DCID = ? AND f.Status = 1 ORDER BY f.DCID"""
    places = """SELECT coalesce(c.DCID, 0) AS school_id, p.Status AS status FROM SchoolStaff p
        LEFT JOIN Schools c ON c.School_Number = p.SchoolID WHERE p.Users_DCID = ? ORDER BY p.DCID"""
    several = 0
    for school in schools:
        staff = pypowerschool.call("staff_for_school", school, "emails,school_affiliations")
        assert_same(staff, truth.texts(sql, school))
        for item in staff:
            told = item["school_affiliations"]["school_affiliation"]
            several += isinstance(told, list)
            told = told if isinstance(told, list) else [told]
            assert of(told, ("school_id", "status")) == truth.texts(places, item["users_dcid"])
    assert several > 0, "somebody works at two schools"


def test_enrollments_of_every_section_of_a_school(pypowerschool: Judge, truth: Truth, schools: list[int]) -> None:
    sections = [
        item["id"] for item in pypowerschool.call("sections_for_school", schools[0], None, "term.start_year==2026")
    ]
    dropped = 0
    for section in sections:
        found = pypowerschool.call("fetch_items", f"ws/v1/section/{section}/section_enrollment")
        assert_same(found, truth.texts(ENROLLMENT_SQL, section))
        dropped += sum(item["dropped"] is True for item in found)
    assert dropped > 0


def test_single_items(pypowerschool: Judge, truth: Truth) -> None:
    [student] = truth.texts(STUDENT_SQL.format(more=ENROLLED, where="WHERE s.DCID = 433"))
    assert_same([pypowerschool.call("student_for_dcid", 433, EXPANSIONS)], [student])
    [section] = truth.texts(SECTION_SQL.format(where="n.DCID = (SELECT max(DCID) FROM Sections)"))
    assert_same([pypowerschool.call("section_for_dcid", int(section["id"]))], [section])
    [course] = truth.texts(f"{COURSE_SQL} ORDER BY DCID LIMIT 1")
    assert_same([pypowerschool.call("course_for_dcid", int(course["id"]))], [course])
    [term] = truth.texts(TERM_SQL.format(where="t.DCID = (SELECT max(DCID) FROM Terms)"))
    assert_same([pypowerschool.call("term_for_dcid", int(term["id"]))], [term])
    [person] = truth.texts(STAFF_SQL)
    assert_same([pypowerschool.call("staff_for_dcid", int(person["id"]))], [person])
    assert pypowerschool.call("fetch_item", "ws/v1/student/999999999")["status"] == 404


def test_extension_data(pypowerschool: Judge, truth: Truth) -> None:
    expected = {
        row["studentsdcid"]: row.get("locker")
        for row in truth.texts("SELECT StudentsDCID, Locker FROM U_STUDENTS_EXTENSION")
    }
    items = pypowerschool.call("fetch_items", "ws/v1/district/student", None, "u_students_extension")
    found = {}
    for item in items:
        table = item["_extension_data"]["_table_extension"]
        fields = table["_field"] if isinstance(table["_field"], list) else [table["_field"]]
        if table["recordFound"]:
            [locker] = [field.get("value") for field in fields if field["name"] == "locker"]
            found[str(item["id"])] = str(locker) if locker not in (None, "") else None
    assert found == expected


# --- powerschool-adapter ---------------------------------------------------------------------------------------------


def test_it_pages_through_the_students(adapter: Judge, truth: Truth) -> None:
    adapter.ask(["to", ["/ws/v1/district/student"]], ["set_method", ["GET"]])
    found: list[Row] = []
    while page := adapter.call("paginate", 100):
        found += page
        assert len(found) <= STUDENTS
    assert_same(found, truth.texts(STUDENT_SQL.format(more="", where="")))


def test_one_item_is_an_object_and_none_is_empty(adapter: Judge, truth: Truth) -> None:
    one = adapter.ask(["to", ["/ws/v1/district/student"]], ["q", ["id==433"]], ["get", []])
    [expected] = truth.texts(STUDENT_SQL.format(more="", where="WHERE s.DCID = 433"))
    assert isinstance(one, dict)
    assert_same([one], [expected])
    assert adapter.ask(["to", ["/ws/v1/district/student"]], ["q", ["id==999999999"]], ["get", []]) == {}


def test_expansions_and_a_single_read(adapter: Judge, truth: Truth) -> None:
    [expected] = truth.texts(STUDENT_SQL.format(more=ENROLLED, where="WHERE s.DCID = 440"))
    item = adapter.ask(
        ["to", ["/ws/v1/student/440"]], ["with_expansions", [EXPANSIONS.split(",")]], ["get", []], ["to_dict", []]
    )
    assert_same([item.get("student", item)], [expected])


def test_a_blank_past_the_end_makes_it_read_on_for_ever(adapter: Judge) -> None:
    adapter.server.set_quirks(v1_past_end="blank")
    try:
        adapter.ask(["to", ["/ws/v1/district/student"]], ["set_method", ["GET"]])
        pages = [adapter.call("paginate", 100) for _ in range(6)]
    finally:
        adapter.server.set_quirks(v1_past_end="keys")
        adapter.call("reset")
    assert pages[3:] == [{"students": ""}] * 3


def test_contacts_of_a_student_break_it(adapter: Judge) -> None:
    """It takes a list at the top for an object (8): the same on a real server."""
    with pytest.raises(ClientError) as caught:
        adapter.ask(["to", ["/ws/contacts/student/431"]], ["get", []])
    assert caught.value.kind == "AttributeError"


def test_a_plugin_without_v1_is_asked_three_times_and_gives_up(seat: Seat, adapter: Judge) -> None:
    adapter.server.install(plugin_xml([], name="Closed", oauth="<oauth/>").encode())
    closed = adapter.server.enable("Closed")
    other = Judge("powerschool-adapter", adapter.python, adapter.server, closed, adapter.folder / "closed")
    other.folder.mkdir()
    with other:
        adapter.server.reset_calls()
        with pytest.raises(ClientError) as caught:
            other.ask(["to", ["/ws/v1/district/school"]], ["get", []])
    assert caught.value.text.startswith("401 ")
    assert adapter.server.calls.to("/ws/v1/district/school") == 3
