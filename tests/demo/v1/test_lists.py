"""Lists, counts and paging of ``/ws/v1`` (docs/powerschool.md 5.1, 5.4, 6.1, 7)."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from tests.demo.support import NAME

#: Path, wrapper, and the statement that gives the ids in their order. Schools: 3 has exactly 100 students, 4 more.
LISTS = [
    ("district/school", "schools", "SELECT DCID FROM Schools WHERE School_Number <> 999999 ORDER BY DCID"),
    ("district/student", "students", "SELECT DCID FROM Students ORDER BY DCID"),
    ("school/4/student", "students", "SELECT DCID FROM Students WHERE SchoolID = 110 ORDER BY DCID"),
    ("school/4/staff", "staffs", "SELECT DCID FROM SchoolStaff WHERE SchoolID = 110 AND Status = 1 ORDER BY DCID"),
    ("school/4/course", "courses", "SELECT DCID FROM Courses WHERE SchoolID IN (0, 110) ORDER BY Course_Number"),
    ("school/4/section", "sections", "SELECT DCID FROM Sections WHERE SchoolID = 110 ORDER BY DCID"),
    ("school/4/term", "terms", "SELECT DCID FROM Terms WHERE SchoolID = 110 ORDER BY Portion, FirstDay, DCID"),
    (
        "section/{section}/section_enrollment",
        "section_enrollments",
        """SELECT c.DCID FROM CC c JOIN Students s ON s.ID = c.StudentID WHERE abs(c.SectionID) =
        (SELECT ID FROM Sections WHERE DCID = {section}) ORDER BY s.DCID, c.DateEnrolled, c.DCID""",
    ),
]


@pytest.fixture(scope="session")
def section(rows):
    """The section with the most rows of CC, some of them dropped."""
    [(dcid,)] = rows(
        """SELECT s.DCID FROM Sections s JOIN CC c ON abs(c.SectionID) = s.ID GROUP BY s.DCID
        HAVING min(c.SectionID) < 0 ORDER BY count(*) DESC, s.DCID LIMIT 1"""
    )
    return dcid


def items(answer, wrapper):
    """The objects of a list: none, the one, or all."""
    found = answer[wrapper].get(wrapper[:-1], [])
    return found if isinstance(found, list) else [found]


@pytest.mark.parametrize(("path", "wrapper", "sql"), LISTS, ids=[one[0] for one in LISTS])
def test_pages_of_a_list_together_are_all_of_it_in_order(read, rows, v1_server, section, path, wrapper, sql):
    path = path.format(section=section)
    expected = [dcid for (dcid,) in rows(sql.format(section=section))]
    assert expected, "there is something to list"
    assert read(f"{path}/count") == {"resource": {"count": len(expected)}}
    size = max(2, len(expected) // 3)
    v1_server.set_page_size(NAME, size, wrapper[:-1])
    ids = []
    for page in range(1, -(-len(expected) // size) + 1):
        ids += [one["id"] for one in items(read(f"{path}?page={page}"), wrapper)]
    assert ids == expected
    assert items(read(f"{path}?page={page + 1}"), wrapper) == []


def test_each_resource_has_its_own_page_size(read, v1_server):
    v1_server.set_page_size(NAME, 7, "student")
    v1_server.set_page_size(NAME, 3, "course")
    assert len(read("district/student")["students"]["student"]) == 7
    assert len(read("school/4/course")["courses"]["course"]) == 3
    assert len(read("district/student?pagesize=5")["students"]["student"]) == 5
    metadata = read("metadata")["metadata"]
    assert [metadata[f"{name}_max_page_size"] for name in ("student", "course", "section")] == [7, 3, 100]


def test_a_page_size_beyond_the_maximum(read, get, v1_server):
    assert len(read("district/student?pagesize=1000")["students"]["student"]) == 100
    v1_server.set_quirks(oversize_page="refuse")
    refused = get("district/student?pagesize=1000")
    assert (refused.status, refused.json) == (
        400,
        {"errorMessage": {"message": "Invalid pagesize: the maximum is 100"}},
    )


@pytest.mark.parametrize("query", ["page=0", "page=x", "pagesize=-1"])
def test_what_is_no_page(get, query):
    answer = get(f"district/student?{query}")
    assert answer.status == 400
    assert answer.json["errorMessage"]["message"].startswith("Invalid page")


def test_one_object_in_a_list_is_no_list(read):
    term = read("school/3/term?q=start_year==2026")["terms"]["term"]
    assert (term["local_id"], term["portion"], term["school_id"]) == (3600, 1, 3), "this school has one term a year"


@pytest.mark.parametrize(("switch", "kind"), [("keys", dict), ("blank", str)])
@pytest.mark.parametrize("path", ["district/student?page=99", "school/6/student", "district/student?q=id==1"])
def test_a_list_without_objects(read, v1_server, switch, kind, path):
    v1_server.set_quirks(v1_past_end=switch)
    students = read(path)["students"]
    assert type(students) is kind
    assert list(students) == (["@expansions", "@extensions"] if kind is dict else [])


def test_exactly_one_page_full(read):
    assert len(read("school/3/student")["students"]["student"]) == 100
    assert "student" not in read("school/3/student?page=2")["students"]


@pytest.mark.parametrize("path", ["district/school", "school"])
def test_the_graduated_school_is_in_no_list(read, v1_server, path):
    v1_server.set_quirks(v1_school_list=True)
    assert 2 not in [one["id"] for one in read(path)["schools"]["school"]]
    assert read(f"{path}/count")["resource"]["count"] == 5
    assert read("school/2")["school"]["school_number"] == 999999


def test_the_school_list_may_not_be_routed(get):
    assert [get(path).status for path in ("school", "school/count", "district/school")] == [404, 404, 200]


def test_whose_students_a_school_lists(read, rows, v1_server):
    [(every, active)] = rows("SELECT count(*), sum(Enroll_Status = 0) FROM Students WHERE SchoolID = 110")
    assert active < every
    assert read("school/4/student/count")["resource"]["count"] == every
    v1_server.set_quirks(school_students="active")
    assert read("school/4/student/count")["resource"]["count"] == active
    gone = read("school/4/student/count?q=school_enrollment.enroll_status_code==2")["resource"]["count"]
    assert gone == rows("SELECT count(*) FROM Students WHERE SchoolID = 110 AND Enroll_Status = 2")[0][0] > 0
    assert read("district/student/count")["resource"]["count"] == 500, "the district's list has no such default"


def test_which_years_sections_a_school_lists(read, rows, v1_server):
    by_year = dict(rows("SELECT YearID, count(*) FROM Sections WHERE SchoolID = 110 GROUP BY 1"))
    assert set(by_year) == {35, 36, 37}
    assert read("school/4/section/count")["resource"]["count"] == sum(by_year.values())
    v1_server.set_quirks(school_sections="current")
    assert read("school/4/section/count")["resource"]["count"] == by_year[36]
    assert read("school/4/section/count?q=term.start_year==2025")["resource"]["count"] == by_year[35]


@pytest.mark.parametrize(
    "path",
    ["school/999/student", "school/x/student", "school/999/term/count", "section/1/section_enrollment", "student/1",
     "student/x", "student/-431", "staff/1", "course/1", "section/1", "section_enrollment/1", "term/999999", "school/1",
     f"student/{'9' * 30}", "guardian/1", "section/5445/student", "school/4/bell_schedule"],
)  # fmt: skip
def test_what_is_not_there(get, path):
    answer = get(path)
    assert (answer.status, answer.json) == (404, {"errorMessage": {"message": "Resource not found"}})


def test_lists_take_get_alone(v1):
    answer = v1.get("/ws/v1/district/school", "POST")
    assert (answer.status, answer.headers["allow"]) == (405, "GET")


def test_a_course_number_given_twice_lists_its_sections_once(read, v1_server):
    before = read("school/4/section/count"), read("school/4/section?pagesize=5")
    columns = "DCID, ID, Course_Number, Course_Name, SchoolID"
    copied = "SELECT 90001, 90002, Course_Number, 'Again', 110 FROM Courses WHERE DCID = 85"
    with closing(sqlite3.connect(v1_server.database, isolation_level=None)) as database:
        database.execute(f"INSERT INTO Courses ({columns}) {copied}")
        try:
            assert (read("school/4/section/count"), read("school/4/section?pagesize=5")) == before
        finally:
            database.execute("DELETE FROM Courses WHERE DCID = 90001")
