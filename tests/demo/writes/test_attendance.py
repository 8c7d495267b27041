"""docs/powerschool.md 13.3: attendance writes."""

from __future__ import annotations

import pytest

from tests.demo.writes.conftest import fields_of

BATCH, DAILY, MEETING = (f"/ws/attendance/{name}" for name in ("batch_daily_time", "daily_time", "meeting_interval"))
DAY = "2026-11-18"
HOLIDAY = "2026-11-26"
YEAR = 36
_MISSING = object()


@pytest.fixture(scope="module")
def api(clients):
    return clients(fields_of("Attendance"), level="FullAccess", name="Kiosk")


@pytest.fixture(scope="module")
def student(rows):
    """(ID, DCID, school number) of an active student of a school with a timetable."""
    return rows(
        """SELECT s.ID, s.DCID, s.SchoolID FROM Students s WHERE s.Enroll_Status = 0
        AND EXISTS (SELECT 1 FROM CC WHERE CC.StudentID = s.ID AND CC.SectionID > 0) ORDER BY s.DCID LIMIT 1"""
    )[0]


@pytest.fixture(scope="module")
def code(rows, student):
    """The attendance code ``A`` of the student's school and year."""
    return rows(
        "SELECT ID FROM Attendance_Code WHERE SchoolID = ? AND YearID = ? AND Att_Code = 'A'", student[2], YEAR
    )[0][0]


@pytest.fixture
def record(student, code):
    """Makes the values of a record, with some of them changed or left out (_MISSING)."""

    def make(**changes):
        values = {
            "studentid": str(student[0]),
            "att_date": DAY,
            "schoolid": str(student[2]),
            "yearid": str(YEAR),
            "att_mode_code": "ATT_ModeDaily",
            "attendance_codeid": str(code),
            "programid": "0",
            **changes,
        }
        return {key: value for key, value in values.items() if value is not _MISSING}

    return make


def body(*records):
    return {
        "name": "Attendance",
        "record": [{"name": "attendance", "tables": {"attendance": record}} for record in records],
    }


@pytest.fixture(autouse=True)
def empty(served):
    """Every test begins without attendance."""
    with served._district.transaction() as database:
        database.execute("DELETE FROM Attendance")


def test_a_record_is_inserted_then_updated_and_read_back(api, rows, record, student, code):
    first = api.post(DAILY, json=body(record(att_comment="kiosk 08:41")))
    assert first.status_code == 200
    answer = first.json()
    dcid = answer["result"][0]["success_message"]["id"]
    ref = str(api.base_url.join(f"/ws/schema/table/attendance/{dcid}"))
    assert answer == {
        "insert_count": 1,
        "update_count": 0,
        "result": [{"status": "SUCCESS", "action": "INSERT", "success_message": {"id": dcid, "ref": ref}}],
    }
    second = api.post(DAILY, json=body(record(att_comment="left early"))).json()
    assert (second["update_count"], second["result"][0]["success_message"]["id"]) == (1, dcid)
    read = api.get(f"{ref}?projection=studentid,att_date,attendance_codeid,att_comment,calendar_dayid").json()
    (day,) = rows("SELECT ID FROM Calendar_Day WHERE SchoolID = ? AND Date_Value = ?", student[2], DAY)[0]
    assert read["tables"]["attendance"] == {
        "studentid": str(student[0]), "att_date": DAY, "attendance_codeid": str(code), "att_comment": "left early",
        "calendar_dayid": str(day),
    }  # fmt: skip


@pytest.mark.parametrize(("rule", "status"), [("update", 200), ("conflict", 409)])
def test_the_same_attendance_twice(api, rows, switched, record, rule, status):
    switched(attendance_twice=rule)
    dcid = api.post(DAILY, json=body(record())).json()["result"][0]["success_message"]["id"]
    assert api.post(DAILY, json=body(record(att_comment="again"))).status_code == status
    assert rows("SELECT Att_Comment FROM Attendance") == [("again" if status == 200 else None,)]
    named = api.post(DAILY, json=body(record(dcid=str(dcid), att_comment="by its key")))
    assert (named.status_code, rows("SELECT Att_Comment FROM Attendance")) == (200, [("by its key",)])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"studentid": "99999999"},
         "STUDENTID is not the ID of a student; mind that Students.ID is not Students.DCID"),
        ({"studentid": _MISSING}, "STUDENTID is required"),
        ({"attendance_codeid": ""}, "ATTENDANCE_CODEID is required"),
        ({"att_date": HOLIDAY}, "ATT_DATE is not a day in session at this school"),
        ({"att_date": "2026-11-21"}, "ATT_DATE is not a day in session at this school"),
        ({"att_date": "11/18/2026"}, "Invalid date for field Att_Date; dates are YYYY-MM-DD"),
        ({"yearid": "35"}, "YEARID is not the school year of ATT_DATE at this school"),
        ({"schoolid": "3"}, "SCHOOLID is not the number of a school"),
        ({"att_mode_code": "ATT_ModeMeeting"}, "CCID is required"),
        ({"att_mode_code": "ATT_ModeInterval", "att_interval": "1"},
         "ATT_MODE_CODE must be one of ATT_ModeDaily, ATT_ModeTime here"),
        ({"att_mode_code": "ATT_ModeTime"}, "TOTAL_MINUTES is required"),
        ({"calendar_dayid": "1"}, "CALENDAR_DAYID is not the day of ATT_DATE at this school"),
        ({"dcid": "77"}, "DCID is no attendance of this student"),
        ({"color": "red"}, "Invalid field specified: color"),
        ({"studentid": 398}, "The value of StudentID must be a text"),
    ],
)  # fmt: skip
def test_what_is_refused(api, rows, record, change, message):
    answer = api.post(DAILY, json=body(record(**change)))
    assert (answer.status_code, answer.json()) == (400, {"message": message})
    assert rows("SELECT count(*) FROM Attendance") == [(0,)]


def test_the_highest_dcid_is_nobodys_id(api, rows, record):
    """A caller that sends Students.DCID is told so as far as the number is not by chance somebody's ID."""
    highest = rows("SELECT max(DCID) FROM Students")[0][0]
    assert rows("SELECT count(*) FROM Students WHERE ID = ?", highest) == [(0,)]
    assert api.post(DAILY, json=body(record(studentid=str(highest)))).status_code == 400


@pytest.mark.parametrize("other", ["school", "year"])
def test_a_code_of_another_school_or_year(api, rows, record, student, other):
    sql = "SELECT ID FROM Attendance_Code WHERE (SchoolID = ?) = ? AND (YearID = ?) = ? LIMIT 1"
    foreign = rows(sql, student[2], other != "school", YEAR, other != "year")[0][0]
    answer = api.post(DAILY, json=body(record(attendance_codeid=str(foreign))))
    assert answer.json() == {"message": "ATTENDANCE_CODEID is no attendance code of this school and year"}


@pytest.mark.parametrize(("errors", "status", "stored"), [("record", 200, 2), ("refuse", 400, 0)])
def test_a_batch_with_one_bad_record(api, rows, switched, record, errors, status, stored):
    switched(attendance_errors=errors)
    minutes = {"att_mode_code": "ATT_ModeTime", "total_minutes": "95"}
    answer = api.post(BATCH, json=body(record(), record(yearid="1"), record(**minutes)))
    assert answer.status_code == status
    assert rows("SELECT count(*) FROM Attendance") == [(stored,)]
    if status == 200:
        assert [one["status"] for one in answer.json()["result"]] == ["SUCCESS", "ERROR", "SUCCESS"]
        assert answer.json()["insert_count"] == 2
        assert "YEARID" in answer.json()["result"][1]["error_message"]["message"]
        assert rows("SELECT Total_Minutes FROM Attendance WHERE Att_Mode_Code = 'ATT_ModeTime'") == [(95,)]


@pytest.mark.parametrize(("path", "count", "status"), [(BATCH, 200, 200), (BATCH, 201, 400), (DAILY, 2, 400)])
def test_how_many_records_a_call_takes(api, rows, record, path, count, status):
    assert api.post(path, json=body(*[record()] * count)).status_code == status
    assert rows("SELECT count(*) FROM Attendance") == [(1 if status == 200 else 0,)]


@pytest.mark.parametrize(("version", "status"), [("25.2.0", 404), ("25.3.0.0", 200)])
def test_the_batch_came_with_25_3(api, switched, record, version, status):
    switched(server_version=version)
    assert api.post(BATCH, json=body(record())).status_code == status


def test_meetings_of_one_student_and_day(api, rows, record, student):
    classes = rows("SELECT ID FROM CC WHERE StudentID = ? AND SectionID > 0 ORDER BY ID LIMIT 2", student[0])
    period = rows("SELECT ID FROM Period WHERE SchoolID = ? AND YearID = ? LIMIT 1", student[2], YEAR)[0][0]
    meetings = [
        record(att_mode_code="ATT_ModeMeeting", ccid=str(key), periodid=str(period), start_time=28_800, end_time=31_500)
        for (key,) in classes
    ]
    assert api.post(MEETING, json=body(*meetings)).json()["insert_count"] == 2
    assert api.post(MEETING, json=body(meetings[0])).json()["update_count"] == 1
    assert rows("SELECT CCID, Start_Time, End_Time FROM Attendance ORDER BY CCID") == [
        (key, 28_800, 31_500) for (key,) in classes
    ]
    interval = record(att_mode_code="ATT_ModeInterval", att_interval="3")
    assert api.post(MEETING, json=body(interval)).json()["insert_count"] == 1
    two_days = api.post(MEETING, json=body(meetings[0], {**meetings[1], "att_date": "2026-11-17"}))
    assert two_days.json() == {"message": "All records have to be of one student and one day"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"ccid": "1"}, "CCID is no enrollment of this student"),
        ({"periodid": "1"}, "PERIODID is no period of this school and year"),
        ({"end_time": 28_800}, "START_TIME and END_TIME must be seconds since midnight, the end after the start"),
        ({"start_time": "28800"}, "Start_Time must be a number of seconds since midnight"),
    ],
)
def test_meetings_that_are_refused(api, rows, switched, record, student, change, message):
    switched(attendance_errors="refuse")
    key = rows("SELECT ID FROM CC WHERE StudentID = ? AND SectionID > 0 LIMIT 1", student[0])[0][0]
    good = record(att_mode_code="ATT_ModeMeeting", ccid=str(key), start_time=28_800, end_time=31_500)
    assert api.post(MEETING, json=body({**good, **change})).json() == {"message": message}
    switched(write_values="any")
    assert api.post(MEETING, json=body({**good, "start_time": "28800"})).status_code == 200


def test_full_access_to_each_field_is_needed(clients, record, rows):
    fields = [name for name in fields_of("Attendance") if not name.endswith((".StudentID", ".Att_Comment"))]
    some = clients(fields, level="FullAccess", name="Half a kiosk")
    answer = some.post(DAILY, json=body(record(att_comment="x")))
    assert answer.status_code == 403
    assert {error["field"] for error in answer.json()["errors"]} == {"StudentID", "Att_Comment"}
    assert rows("SELECT count(*) FROM Attendance") == [(0,)]


@pytest.mark.parametrize("sent", [{}, {"record": []}, {"record": {}}, {"record": [{}]}, {"record": ["x"]}])
def test_bodies_without_records(api, sent):
    assert api.post(DAILY, json=sent).status_code == 400
