"""docs/powerschool.md 9.3, 9.4 and 11: the PowerQueries that the server has of its own."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import ExitStack, closing

import pytest

from psconnect.demo import DemoOptions, DemoServer, PluginRefused, Quirks
from tests.demo.conftest import PLAIN, STUDENTS, TODAY
from tests.demo.support import Caller, Query, package

CORE = "com.pearson.core."
GUARDIANS = CORE + "guardian.student_guardian_detail"
MAP = CORE + "student.student_dcid_id_map"
SECTIONS = CORE + "student.student_sections"
CODES = CORE + "attendance.attendance_code_by_school_date"
ATTENDANCE = CORE + "attendance.student_attendance_detail"
CYCLE_DAYS = CORE + "calendar.district_cycle_days"
GRADES = CORE + "schools.grade_levels"
SCHOOL = CORE + "school.school_detail"
ENROLLMENTS = CORE + "teachers.sectionEnrollments"
YEAR = CORE + "terms.yearid"
TERMS = CORE + "terms.year_terms"
CONFIRMED = {GUARDIANS, MAP, CODES, GRADES}
SINGLE_SOURCE = {SECTIONS, ATTENDANCE, CYCLE_DAYS, SCHOOL, ENROLLMENTS, YEAR, TERMS}
#: What 9.4 names without arguments or columns.
UNKNOWN = (
    CORE + "student.search.get_student_basic_info",
    CORE + "attendance.time_attendance_template",
    CORE + "attendance.special_program",
)

FIELDS = {
    GUARDIANS: "STUDENTS.DCID GUARDIAN.GUARDIANID GUARDIAN.FIRSTNAME GUARDIAN.LASTNAME",
    MAP: "STUDENTS.DCID STUDENTS.ID",
    SECTIONS: "CC.DCID CC.DATEENROLLED CC.DATELEFT STUDENTS.DCID SECTIONS.DCID SECTIONS.ID SECTIONS.COURSE_NUMBER "
    "SECTIONS.SECTION_NUMBER SECTIONS.TERMID SECTIONS.SCHOOLID",
    CODES: "ATTENDANCE_CODE.YEARID ATTENDANCE_CODE.ATT_CODE ATTENDANCE_CODE.ID",
    ATTENDANCE: "ATTENDANCE.DCID ATTENDANCE.ID ATTENDANCE.STUDENTID ATTENDANCE.SCHOOLID ATTENDANCE.YEARID "
    "ATTENDANCE.ATT_DATE ATTENDANCE.ATT_MODE_CODE ATTENDANCE.ATTENDANCE_CODEID ATTENDANCE.CALENDAR_DAYID "
    "ATTENDANCE.CCID ATTENDANCE.PERIODID ATTENDANCE.ATT_COMMENT ATTENDANCE.TOTAL_MINUTES ATTENDANCE.PROGRAMID "
    "ATTENDANCE_CODE.ATT_CODE ATTENDANCE_CODE.DESCRIPTION",
    CYCLE_DAYS: "CYCLE_DAY.DCID CYCLE_DAY.ID CYCLE_DAY.SCHOOLID CYCLE_DAY.YEAR_ID CYCLE_DAY.DAY_NUMBER "
    "CYCLE_DAY.LETTER CYCLE_DAY.DAY_NAME CYCLE_DAY.ABBREVIATION",
    GRADES: "SCHOOLS.LOW_GRADE SCHOOLS.HIGH_GRADE",
    SCHOOL: "SCHOOLS.DCID SCHOOLS.SCHOOL_NUMBER SCHOOLS.NAME SCHOOLS.ABBREVIATION SCHOOLS.LOW_GRADE SCHOOLS.HIGH_GRADE "
    "SCHOOLS.ALTERNATE_SCHOOL_NUMBER",
    ENROLLMENTS: "CC.DCID CC.DATEENROLLED CC.DATELEFT SECTIONS.DCID STUDENTS.DCID STUDENTS.STUDENT_NUMBER "
    "STUDENTS.FIRST_NAME STUDENTS.LAST_NAME",
    YEAR: "TERMS.YEARID",
    TERMS: "TERMS.DCID TERMS.ID TERMS.NAME TERMS.ABBREVIATION TERMS.FIRSTDAY TERMS.LASTDAY TERMS.PORTION "
    "TERMS.ISYEARREC",
}
#: Some call that each query takes.
CALLS = {
    GUARDIANS: {}, MAP: {}, SECTIONS: {}, CODES: {"schoolid": "110", "att_date": "2026-11-20"}, ATTENDANCE: {},
    CYCLE_DAYS: {"yearid": "36"}, GRADES: {}, SCHOOL: {"school_number": ["110"]}, ENROLLMENTS: {"section_dcid": ["1"]},
    YEAR: {"schoolid": "0", "currentdate": "2026-11-20"}, TERMS: {"schoolid": "0", "yearid": "36"},
}  # fmt: skip
ALL_FIELDS = sorted({field for fields in FIELDS.values() for field in fields.split()})


@pytest.fixture(scope="module")
def served(district, tmp_path_factory):
    """One server for the module, whose district has some attendance."""
    folder = tmp_path_factory.mktemp("served")
    shutil.copy(district, folder)
    with DemoServer(DemoOptions(folder=folder, students=STUDENTS, today=TODAY, quirks=Quirks(**PLAIN))) as server:
        with closing(sqlite3.connect(server.database)) as database, database:
            database.execute(
                """INSERT INTO Attendance (DCID, ID, StudentID, SchoolID, YearID, Att_Date, Att_Mode_Code,
                    Attendance_CodeID, CCID, PeriodID, Att_Comment)
                SELECT 5000 + s.DCID * 10 + n.day, 7000 + s.DCID * 10 + n.day, s.ID, s.SchoolID, 36,
                    '2026-11-1' || n.day,
                    CASE n.day WHEN 8 THEN 'ATT_ModeMeeting' ELSE 'ATT_ModeDaily' END,
                    (SELECT max(ID) FROM Attendance_Code c WHERE c.SchoolID = s.SchoolID AND c.YearID = 36),
                    NULL, NULL,
                    CASE n.day WHEN 6 THEN 'kiosk 08:41' END
                FROM Students s CROSS JOIN (SELECT 6 AS day UNION SELECT 7 UNION SELECT 8) n WHERE s.DCID < 440"""
            )
        yield server


@pytest.fixture(scope="module")
def callers(served):
    """Signs in plugins that have no queries: ``callers(fields)``."""
    with ExitStack() as stack:

        def make(fields):
            name = f"Caller {len(served.plugins())}"
            plugin = served.enable(served.install(package((), fields, name=name)).name)
            return stack.enter_context(Caller(served)).sign_in(plugin)

        yield make


@pytest.fixture(scope="module")
def caller(callers):
    return callers(ALL_FIELDS)


@pytest.fixture
def switched(served):
    """Changes switches of the module's server for one test."""
    yield served.set_quirks
    served.set_quirks(**{name: getattr(Quirks(**PLAIN), name) for name in Quirks.__dataclass_fields__})


@pytest.fixture(scope="module")
def rows(served):
    """Reads the district's file: the rows of a statement, as objects without nulls and with texts alone."""

    def read(sql, *values):
        with closing(sqlite3.connect(served.database)) as database:
            found = database.execute(sql, values)
            names = [one[0] for one in found.description]
            return [
                {name: str(value) for name, value in zip(names, row, strict=True) if value is not None} for row in found
            ]

    return read


def everything(caller, name, body):
    """All records of a query in one answer."""
    answer = caller.query(name, body, parameters="?pagesize=0")
    assert answer.status == 200, answer.body
    return answer.records


def flat(records):
    return [{key: value for key, value in record.items() if key != "_name"} for record in records]


# -- the confirmed ones ------------------------------------------------------------------------------------------------

SEEN = """SELECT s.DCID AS dcid, g.GuardianID AS guardianid, g.FirstName AS firstname, g.LastName AS lastname
    FROM GuardianStudent l, Students s, Guardian g WHERE s.DCID = l.StudentsDCID AND g.GuardianID = l.GuardianID"""


def guardian_records(found):
    return [
        {
            "id": int(row["dcid"]),
            "name": "Students",
            "tables": {
                "students": {"dcid": row["dcid"]},
                "guardian": {key: row[key] for key in ("guardianid", "firstname", "lastname")},
            },
        }
        for row in found
    ]


def test_guardians_of_everybody(caller, rows):
    expected = rows(f"{SEEN} ORDER BY 1, 2")
    assert len(expected) > 400
    answer = caller.query(GUARDIANS, parameters="?count=true").json
    assert (answer["name"], answer["count"]) == ("Students", len(expected))
    assert answer["@extensions"] == "studentcorefields,u_students_extension"
    assert answer["record"] == guardian_records(expected[:100])
    assert everything(caller, GUARDIANS, {}) == guardian_records(expected)


def test_guardians_by_account_and_by_student(caller, rows):
    accounts = rows("SELECT GuardianID FROM GuardianStudent GROUP BY 1 HAVING count(*) > 1 ORDER BY 1 LIMIT 2")
    keys = [row["GuardianID"] for row in accounts]
    expected = rows(f"{SEEN} AND g.GuardianID IN (?, ?) ORDER BY 1, 2", *keys)
    assert len(expected) > 3
    assert everything(caller, GUARDIANS, {"guardian_id": keys}) == guardian_records(expected)
    children = sorted({int(row["dcid"]) for row in expected})[:2]
    of_children = rows(f"{SEEN} AND s.DCID IN (?, ?) ORDER BY 1, 2", *children)
    assert everything(caller, GUARDIANS, {"students_dcid": children}) == guardian_records(of_children)
    both = {"students_dcid": children[:1], "guardian_id": keys[:1]}
    of_both = rows(f"{SEEN} AND s.DCID = ? AND g.GuardianID = ?", children[0], keys[0])
    assert everything(caller, GUARDIANS, both) == guardian_records(of_both)
    assert caller.query(f"{GUARDIANS}/count", {"guardian_id": keys}).json == {"count": len(expected)}


def test_guardians_with_extensions(served, callers, rows):
    able = callers([*FIELDS[GUARDIANS].split(), "STUDENTCOREFIELDS.PRIMARYLANGUAGE"])
    answer = able.query(GUARDIANS, {}, parameters="?pagesize=0&extensions=studentcorefields").records
    expected = {
        row["StudentsDCID"]: row["PrimaryLanguage"]
        for row in rows("SELECT * FROM StudentCoreFields WHERE PrimaryLanguage IS NOT NULL")
    }
    found = {
        one["tables"]["students"]["dcid"]: one["tables"]["studentcorefields"]["primarylanguage"]
        for one in answer
        if "studentcorefields" in one["tables"]
    }
    assert found
    assert found == {dcid: expected[dcid] for dcid in found}
    assert {one["tables"]["students"]["dcid"] for one in answer} & set(expected) == set(found)


@pytest.mark.parametrize(
    ("body", "condition"),
    [
        ({}, "1"),
        ({"students_dcid": ["431", "440"]}, "DCID IN (431, 440)"),
        ({"students_dcid": [431]}, "DCID = 431"),
        ({"students_dcid": "431"}, "DCID = 431"),
        ({"students_id": ["398", "401", "999999"]}, "ID IN (398, 401, 999999)"),
        ({"students_dcid": ["431", "440"], "students_id": ["398"]}, "DCID IN (431, 440) AND ID = 398"),
        ({"students_dcid": []}, "0"),
        ({"students_dcid": None}, "1"),
        ({"students_dcid_given": 0, "students_dcid": ["431"]}, "DCID = 431"),
    ],
)
def test_ids_of_students(caller, rows, body, condition):
    expected = rows(f"SELECT DCID AS dcid, ID AS id FROM Students WHERE {condition} ORDER BY DCID")
    records = everything(caller, MAP, body)
    assert flat(records) == expected
    assert all(record["_name"] == "students" for record in records)
    assert caller.query(f"{MAP}/count", body).json == {"count": len(expected)}


@pytest.mark.parametrize("value", [[{}], {"a": 1}, [None]])
def test_lists_of_what_is_no_value_are_refused(caller, value):
    answer = caller.query(MAP, {"students_dcid": value})
    assert (answer.status, answer.message) == (400, "Invalid value for argument students_dcid")


@pytest.mark.parametrize(("present", "codes"), [(True, [None, "A", "E", "T"]), (False, ["A", "E", "T"])])
def test_attendance_codes_of_a_school_and_date(caller, rows, switched, present, codes):
    switched(builtin_present_code=present)
    answer = caller.query(CODES, {"schoolid": "110", "att_date": "2026-11-20"}).json
    assert answer["name"] == "Attendance_Code"
    assert [one["tables"]["attendance_code"].get("att_code") for one in answer["record"]] == codes
    expected = rows(
        """SELECT YearID AS yearid, Att_Code AS att_code, ID AS attendance_codeid FROM Attendance_Code
        WHERE SchoolID = 110 AND YearID = 36 AND (Att_Code IS NOT NULL OR ?) ORDER BY SortOrder""",
        present,
    )
    assert answer["record"] == [{"name": "Attendance_Code", "tables": {"attendance_code": row}} for row in expected]


@pytest.mark.parametrize(
    ("school", "day", "year"),
    [("110", "2026-08-17", 36), ("110", "2027-06-11", 36), ("110", "2026-03-02", 35), ("110", "2026-07-15", None),
     ("7", "2026-11-20", None)],
)  # fmt: skip
def test_attendance_codes_are_those_of_the_year(caller, school, day, year):
    records = everything(caller, CODES, {"schoolid": school, "att_date": day})
    assert {one["tables"]["attendance_code"]["yearid"] for one in records} == ({str(year)} if year else set())


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [("letters", [("-1", "PK"), ("0", "K"), ("1", "1")], ("12", "12")),
     ("number", [("-1", "-1"), ("0", "0"), ("1", "1")], ("12", "12"))],
)  # fmt: skip
def test_grade_levels(caller, switched, text, first, last):
    switched(builtin_grade_text=text)
    answer = caller.query(GRADES).json
    assert answer["@extensions"] == ""
    assert set(answer) == {"record", "@extensions"}
    found = [(one["grade_level"], one["grade_text"]) for one in answer["record"]]
    assert [set(one) for one in answer["record"]] == [{"grade_level", "grade_text"}] * 14
    assert found[:3] == first
    assert found[-1] == last
    assert [int(level) for level, _ in found] == list(range(-1, 13))


# -- those of a single source ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "condition"),
    [
        ({}, "1"),
        ({"students_dcid": ["431", "433"]}, "s.DCID IN (431, 433)"),
        ({"attendance_att_mode_code": ["ATT_ModeMeeting"]}, "a.Att_Mode_Code = 'ATT_ModeMeeting'"),
        (
            {"attendance_att_date_start": "2026-11-17", "attendance_att_date_end": "2026-11-17"},
            "a.Att_Date = '2026-11-17'",
        ),
        ({"attendance_att_date_start": "2026-11-17"}, "a.Att_Date >= '2026-11-17'"),
        (
            {"students_dcid": ["431"], "attendance_att_mode_code": ["ATT_ModeDaily", "ATT_ModeMeeting"],
             "attendance_att_date_end": "2026-11-16"},
            "s.DCID = 431 AND a.Att_Date <= '2026-11-16'",
        ),
    ],
)  # fmt: skip
def test_attendance_of_students(caller, rows, body, condition):
    expected = rows(
        f"""SELECT a.DCID, a.ID, a.StudentID, a.SchoolID, a.YearID, a.Att_Date, a.Att_Mode_Code, a.Attendance_CodeID,
        a.Calendar_DayID, a.CCID, a.PeriodID, a.Att_Comment, a.Total_Minutes, a.ProgramID, c.Att_Code AS code,
        c.Description AS meaning FROM Attendance a, Students s, Attendance_Code c
        WHERE s.ID = a.StudentID AND c.ID = a.Attendance_CodeID AND {condition} ORDER BY a.DCID"""
    )
    assert expected
    assert everything(caller, ATTENDANCE, body) == [
        {
            "id": int(row["DCID"]),
            "name": "Attendance",
            "tables": {
                "attendance_code": {"att_code": row.pop("code"), "description": row.pop("meaning")},
                "attendance": {key.lower(): value for key, value in row.items()},
            },
        }
        for row in expected
    ]


def test_year_of_a_day(caller):
    for day, school, years in (
        ("2026-11-20", 0, ["36"]),
        ("2026-03-02", "110", ["35"]),
        ("2026-07-15", 0, []),
        ("2026-11-20", "7", []),
    ):
        records = everything(caller, YEAR, {"schoolid": school, "currentdate": day})
        assert flat(records) == [{"yearid": year} for year in years]


def test_terms_of_a_year(caller, rows):
    expected = rows(
        """SELECT DCID AS dcid, ID AS id, Name AS name, Abbreviation AS abbreviation, FirstDay AS firstday,
        LastDay AS lastday, Portion AS portion, IsYearRec AS isyearrec FROM Terms
        WHERE SchoolID = 110 AND YearID = 36 ORDER BY ID"""
    )
    assert len(expected) == 7
    assert flat(everything(caller, TERMS, {"schoolid": "110", "yearid": "36"})) == expected


def test_cycle_days_of_the_district(caller, rows):
    expected = rows(
        """SELECT DCID AS dcid, ID AS id, SchoolID AS schoolid, Year_ID AS year_id, Day_Number AS day_number,
        Letter AS letter, Day_Name AS day_name, Abbreviation AS abbreviation FROM Cycle_Day WHERE Year_ID = 36
        ORDER BY DCID"""
    )
    assert len({row["schoolid"] for row in expected}) > 1
    assert flat(everything(caller, CYCLE_DAYS, {"yearid": "36"})) == expected


def test_details_of_schools(caller, rows):
    expected = rows(
        """SELECT DCID AS dcid, School_Number AS school_number, Name AS name, Abbreviation AS abbreviation,
        Low_Grade AS low_grade, High_Grade AS high_grade, Alternate_School_Number AS alternate_school_number
        FROM Schools WHERE School_Number IN (110, 140) ORDER BY DCID"""
    )
    assert len(expected) == 2
    assert flat(everything(caller, SCHOOL, {"school_number": [140, "110"]})) == expected
    assert everything(caller, SCHOOL, {"school_number": []}) == []


def test_sections_of_students(caller, rows):
    expected = rows(
        """SELECT CC.DCID AS cc_dcid, CC.DateEnrolled AS dateenrolled, CC.DateLeft AS dateleft,
        s.DCID AS students_dcid, n.DCID AS sections_dcid, n.ID AS id, n.Course_Number AS course_number,
        n.Section_Number AS section_number, n.TermID AS termid, n.SchoolID AS schoolid
        FROM CC, Students s, Sections n WHERE s.ID = CC.StudentID AND n.ID = CC.SectionID AND s.DCID IN (431, 700)
        ORDER BY CC.DCID"""
    )
    assert len(expected) > 5
    assert flat(everything(caller, SECTIONS, {"students_dcid": ["431", "700"]})) == expected
    every = rows(
        """SELECT count(*) AS number FROM CC WHERE StudentID IN (SELECT ID FROM Students)
        AND SectionID IN (SELECT ID FROM Sections)"""
    )[0]["number"]
    assert caller.query(f"{SECTIONS}/count").json == {"count": int(every)}


def test_enrollments_of_sections_leave_out_dropped_ones(caller, rows):
    dropped = rows(
        """SELECT n.DCID AS dcid FROM CC JOIN Sections n ON n.ID = -CC.SectionID
        WHERE EXISTS (SELECT 1 FROM CC other WHERE other.SectionID = n.ID) ORDER BY 1 LIMIT 1"""
    )[0]["dcid"]
    expected = rows(
        """SELECT CC.DCID AS cc_dcid, CC.DateEnrolled AS dateenrolled, CC.DateLeft AS dateleft,
        n.DCID AS sections_dcid, s.DCID AS students_dcid, s.Student_Number AS student_number,
        s.First_Name AS first_name, s.Last_Name AS last_name
        FROM CC, Students s, Sections n WHERE s.ID = CC.StudentID AND n.ID = CC.SectionID AND n.DCID = ?
        ORDER BY CC.DCID""",
        dropped,
    )
    assert expected
    assert flat(everything(caller, ENROLLMENTS, {"section_dcid": [dropped]})) == expected


@pytest.mark.parametrize("shape", ["flat", "grouped"])
def test_shapes_that_are_not_known(caller, switched, shape):
    switched(builtin_shape=shape)
    school = caller.query(SCHOOL, {"school_number": ["110"]}).records[0]
    enrollment = caller.query(SECTIONS, {"students_dcid": ["431"]}).records[0]
    if shape == "flat":
        assert (school["_name"], school["school_number"]) == ("schools", "110")
        assert set(enrollment) >= {"_name", "cc_dcid", "students_dcid", "sections_dcid", "dateenrolled"}
    else:
        assert (school["id"], school["name"], school["tables"]["schools"]["school_number"]) == (4, "Schools", "110")
        assert enrollment["id"] == int(enrollment["tables"]["cc"]["dcid"])
        assert enrollment["tables"]["students"] == {"dcid": "431"}
        assert set(enrollment["tables"]["sections"]) == {
            "dcid", "id", "course_number", "section_number", "termid", "schoolid"}  # fmt: skip
    unknown = (CYCLE_DAYS, SCHOOL, SECTIONS)
    assert ["tables" in everything(caller, name, CALLS[name])[0] for name in unknown] == [shape == "grouped"] * 3
    shapes = {
        name: "tables" if "tables" in everything(caller, name, CALLS[name])[0] else "flat"
        for name in (GUARDIANS, MAP, CODES, GRADES, ATTENDANCE, YEAR, TERMS)
    }
    assert shapes == {GUARDIANS: "tables", MAP: "flat", CODES: "tables", GRADES: "flat", ATTENDANCE: "tables",
                      YEAR: "flat", TERMS: "flat"}  # fmt: skip


# -- like any other query ----------------------------------------------------------------------------------------------


def test_pages_give_every_row_once(caller, rows):
    seen, page = [], 1
    while records := caller.query(MAP, parameters=f"?pagesize=90&page={page}").records:
        seen += [record["dcid"] for record in records]
        page += 1
    assert page == 7
    assert seen == [row["DCID"] for row in rows("SELECT DCID FROM Students ORDER BY DCID")]


def test_filter_order_and_projection(caller, rows):
    body = {"$q": "students.dcid=lt=460", "projection": "id"}
    found = caller.query(MAP, body, parameters="?order=students.dcid;desc&pagesize=5").records
    expected = rows("SELECT ID AS id FROM Students WHERE DCID < 460 ORDER BY DCID DESC LIMIT 5")
    assert [{"id": one["id"]} for one in found] == expected
    assert set(found[0]) == {"_name", "id"}


@pytest.mark.parametrize(
    ("name", "body", "missing"),
    [(CODES, {"schoolid": "110"}, "att_date"), (SCHOOL, {}, "school_number"), (CYCLE_DAYS, {}, "yearid"),
     (ENROLLMENTS, {}, "section_dcid"), (YEAR, {"schoolid": "0"}, "currentdate"),
     (TERMS, {"yearid": "36"}, "schoolid")],
)  # fmt: skip
def test_missing_arguments(caller, name, body, missing):
    answer = caller.query(name, body)
    assert (answer.status, answer.message) == (400, f"Missing required argument {missing}")


def test_what_oracle_refuses(caller):
    answer = caller.query(CODES, {"schoolid": "110", "att_date": "11/20/2026"})
    assert answer.status == 500
    assert "ORA-" in answer.message


@pytest.mark.parametrize("name", sorted(FIELDS))
def test_every_field_has_to_be_granted(callers, name):
    needed = FIELDS[name].split()
    poor = callers(needed[1:]).query(name, CALLS[name])
    assert poor.status == 403
    assert poor.json == {
        "message": "Validation Failed",
        "errors": [{"resource": name, "field": needed[0].lower(), "code": "No access to the field"}],
    }
    nobody = callers([])
    assert [one["field"].upper() for one in nobody.query(name, CALLS[name]).json["errors"]] == needed
    assert nobody.query(f"{name}/count", CALLS[name]).status == 403
    assert callers(needed).query(name, CALLS[name]).status == 200


@pytest.mark.parametrize(("which", "found"), [("all", CONFIRMED | SINGLE_SOURCE), ("confirmed", CONFIRMED)])
def test_which_queries_there_are(caller, switched, which, found):
    switched(builtin_queries=which)
    answers = {name: caller.query(name, CALLS[name]).status for name in FIELDS}
    assert answers == {name: 200 if name in found else 404 for name in FIELDS}
    listed = caller.get("/ws/schema/query/api").json
    assert set(listed["paths"]) == {f"/ws/schema/query/{name}" for name in found}
    assert f"powerquery.param.{MAP}" in listed["definitions"]


def test_queries_that_are_not_listed(caller, switched):
    switched(builtin_listed=False)
    assert caller.get("/ws/schema/query/api").json["paths"] == {}
    assert caller.query(GRADES).status == 200


@pytest.mark.parametrize("name", [*UNKNOWN, CORE + "student", MAP.upper(), MAP.removeprefix(CORE)])
def test_other_names_are_not_found(caller, name):
    answer = caller.query(name)
    assert (answer.status, answer.message) == (404, f"Query {name} was not found.")


def test_only_post_is_offered(caller):
    assert caller.get(f"/ws/schema/query/{GRADES}").status == 405


def test_a_plugin_can_not_define_them_anew(served, switched):
    content = package([Query(YEAR, ("STUDENTS.DCID dcid",), "SELECT dcid FROM students")], name="Usurper")
    with pytest.raises(PluginRefused, match="already defined by PowerSchool"):
        served.install(content)
    assert "Usurper" not in [one.name for one in served.plugins()]
    switched(builtin_queries="confirmed")
    assert served.install(content).name == "Usurper"
    served.delete("Usurper")
