"""docs/powerschool.md 13.1: inserting and updating students."""

from __future__ import annotations

from typing import Any

import pytest

from tests.demo.writes.conftest import FULL, fields_of

PATH = "/ws/v1/student"
TABLE = "/ws/schema/table"
BASE = "student/school_enrollment"
EXPANSIONS = "demographics,addresses,phones,school_enrollment,ethnicity_race,contact,contact_info,schedule_setup"


@pytest.fixture(scope="module")
def api(clients):
    fields = fields_of("U_STUDENTS_EXTENSION")
    return clients(fields, level="FullAccess", oauth=FULL, name="Admissions")


@pytest.fixture(scope="module")
def school(rows):
    """A school number."""
    return rows("SELECT School_Number FROM Schools WHERE School_Number <> 999999 ORDER BY 1 LIMIT 1")[0][0]


@pytest.fixture
def new(school):
    """Makes a record to insert; ``enrollment`` changes its enrollment, a None there leaves a key out."""

    def make(enrollment=None, **changes):
        values = {
            "enroll_status": "A", "grade_level": "5", "entry_date": "2026-08-17", "exit_date": "2027-06-12",
            "school_number": school, **(enrollment or {}),
        }  # fmt: skip
        record: dict[str, Any] = {
            "client_uid": "a-1",
            "action": "INSERT",
            "name": {"first_name": "Nx", "last_name": "Demo-Ñandú"},
            "school_enrollment": {key: value for key, value in values.items() if value is not None},
            **changes,
        }
        return record

    return make


def post(api, *records):
    answer = api.post(PATH, json={"students": {"student": list(records)}})
    assert answer.status_code == 200, answer.text
    return answer.json()["results"]


def errors_of(result):
    """The (field, code) pairs of a failed result; one error is an object."""
    errors = result["error_message"]["error"]
    return [(one["field"], one["error_code"]) for one in (errors if isinstance(errors, list) else [errors])]


def test_insert_then_read_by_every_way(api, rows, new, school):
    record = new(
        client_uid="1001",
        student_username="nx.demo",
        addresses={"physical": {"street": "1 Elm St", "city": "Testville", "state_province": "IL",
                                "postal_code": "05301", "grid_location": "41.1,-87.6"}},
        demographics={"gender": "F", "birth_date": "2016-03-09"},
        phones={"main": {"number": "5550100200"}},
        contact={"doctor_name": "Dr Test", "doctor_phone": "555-0100", "guardian_email": "p@mail.example.org"},
        contact_info={"email": "nx@students.example.org"},
        ethnicity_race={"federal_ethnicity": "YES", "races": [{"district_race_code": "WH"},
                                                              {"district_race_code": "AS"}]},
    )  # fmt: skip
    results = post(api, record)
    key = results["result"]["success_message"]["id"]
    assert results == {
        "insert_count": 1, "update_count": 0, "delete_count": 0,
        "result": {"client_uid": 1001, "status": "SUCCESS", "action": "INSERT",
                   "success_message": {"id": key, "ref": str(api.base_url.join(f"{PATH}/{key}"))}},
    }  # fmt: skip
    read = api.get(f"{PATH}/{key}?expansions={EXPANSIONS}").json()["student"]
    assert (read["name"], read["student_username"]) == (record["name"], "nx.demo")
    assert read["addresses"]["physical"] == record["addresses"]["physical"]
    enrolled = {"enroll_status": "A", "grade_level": 5, "entry_date": "2026-08-17", "school_number": school}
    assert read["school_enrollment"].items() >= enrolled.items()
    assert read["phones"] == {"main": {"number": 5550100200}}
    assert read["contact"] == record["contact"]
    assert read["contact_info"] == {"email": "nx@students.example.org"}
    races = read["ethnicity_race"]["races"]
    assert [race["district_race_code"] for race in races] == ["WH", "AS"]
    number, dcid, last_first = rows("SELECT ID, DCID, LastFirst FROM Students WHERE Student_Web_ID = 'nx.demo'")[0]
    assert (dcid, last_first) == (key, "Demo-Ñandú, Nx")
    assert number != dcid
    assert rows("SELECT count(*) FROM Students WHERE ID = ?", number) == [(1,)]
    assert rows("SELECT p.FirstName FROM Person p JOIN Students s ON s.Person_ID = p.ID WHERE s.DCID = ?", key) == [
        ("Nx",)
    ]


def test_update_sets_only_what_is_sent(api, rows):
    before = rows("SELECT First_Name, Last_Name, Home_Room, SchoolID, Street FROM Students WHERE DCID = 440")[0]
    record = {
        "client_uid": "a-1",
        "action": "UPDATE",
        "id": 440,
        "name": {"middle_name": "R"},
        "contact_info": {"email": "new@example.org"},
        "_extension_data": {"_table_extension": {"name": "u_students_extension", "recordFound": False,
                                                 "_field": {"name": "locker", "type": "String", "value": "19"}}},
    }  # fmt: skip
    results = post(api, record)
    assert (results["update_count"], results["result"]["status"]) == (1, "SUCCESS")
    after = rows("SELECT First_Name, Last_Name, Home_Room, SchoolID, Street FROM Students WHERE DCID = 440")[0]
    assert after == before
    read = api.get(f"{PATH}/440?expansions=contact_info&extensions=u_students_extension").json()["student"]
    assert (read["name"]["middle_name"], read["contact_info"]["email"]) == ("R", "new@example.org")
    fields = read["_extension_data"]["_table_extension"]["_field"]
    assert next(one["value"] for one in fields if one["name"] == "locker") == 19
    post(api, {**record, "contact_info": {"email": ""}, "_extension_data": ""})
    assert api.get(f"{PATH}/440?expansions=contact_info").json()["student"]["contact_info"] == ""
    locker = api.get(f"{TABLE}/u_students_extension/440?projection=locker").json()["tables"]["u_students_extension"]
    assert locker == {"locker": "19"}


def test_one_record_as_an_object_and_one_bad_among_good(api, new, rows):
    before = rows("SELECT count(*) FROM Students")[0][0]
    single = api.post(PATH, json={"students": {"student": new()}}).json()["results"]
    assert single["result"]["status"] == "SUCCESS"
    mixed = post(api, new(client_uid="g"), new({"entry_date": None}, client_uid="b"))
    assert [(one["client_uid"], one["status"]) for one in mixed["result"]] == [("g", "SUCCESS"), ("b", "ERROR")]
    assert errors_of(mixed["result"][1]) == [(f"{BASE}/entry_date", "REQUIRED")]
    assert rows("SELECT count(*) FROM Students")[0][0] == before + 2


@pytest.mark.parametrize(
    ("enrollment", "changes", "expected"),
    [
        ({}, {"name": {}}, [("student/name/first_name", "REQUIRED"), ("student/name/last_name", "REQUIRED")]),
        ({"grade_level": None}, {}, [(f"{BASE}/grade_level", "REQUIRED")]),
        ({"exit_date": ""}, {}, [(f"{BASE}/exit_date", "REQUIRED")]),
        ({"school_number": None}, {}, [(f"{BASE}/school_number", "REQUIRED")]),
        ({"school_number": 3}, {}, [(f"{BASE}/school_number", "FIELD_VALIDATION_ERROR")]),
        ({"school_number": 999999}, {}, [(f"{BASE}/grade_level", "FIELD_VALIDATION_ERROR")]),
        ({"grade_level": 99}, {}, [(f"{BASE}/grade_level", "FIELD_VALIDATION_ERROR")]),
        ({"grade_level": "K"}, {}, [(f"{BASE}/grade_level", "FIELD_VALIDATION_ERROR")]),
        ({"entry_date": "8/17/2026"}, {}, [(f"{BASE}/entry_date", "FIELD_VALIDATION_ERROR")]),
        ({"exit_date": "2026-08-16"}, {}, [(f"{BASE}/exit_date", "FIELD_VALIDATION_ERROR")]),
        ({"enroll_status": "T"}, {}, [(f"{BASE}/enroll_status", "FIELD_VALIDATION_ERROR")]),
        ({"enroll_status": None, "enroll_status_code": 2}, {},
         [(f"{BASE}/enroll_status_code", "FIELD_VALIDATION_ERROR")]),
        ({"entry_code": "ZZ"}, {}, [(f"{BASE}/entry_code", "FIELD_VALIDATION_ERROR")]),
        ({"exit_code": "ZZ"}, {}, [(f"{BASE}/exit_code", "FIELD_VALIDATION_ERROR")]),
        ({"district_of_residence": "0900"}, {}, [(f"{BASE}/district_of_residence", "FIELD_VALIDATION_ERROR")]),
        ({"track": "G"}, {}, [(f"{BASE}/track", "FIELD_VALIDATION_ERROR")]),
        ({}, {"name": {"first_name": "x" * 51, "middle_name": "y" * 31, "last_name": "z" * 51}},
         [(f"student/name/{part}_name", "FIELD_VALIDATION_ERROR") for part in ("first", "middle", "last")]),
        ({}, {"student_username": "u" * 21}, [("student/student_username", "FIELD_VALIDATION_ERROR")]),
        ({}, {"state_province_id": "1" * 33}, [("student/state_province_id", "FIELD_VALIDATION_ERROR")]),
        ({}, {"schedule_setup": {"home_room": "h" * 61}},
         [("student/schedule_setup/home_room", "FIELD_VALIDATION_ERROR")]),
        ({}, {"contact": {"doctor_name": "Dr Test"}}, [("student/contact/doctor_phone", "REQUIRED")]),
        ({}, {"contact": {"emergency_phone1": "555-0100"}},
         [("student/contact/emergency_contact_name1", "REQUIRED")]),
        ({}, {"addresses": {"mailing": {"street": "1 Elm St", "city": "Testville"}}},
         [(f"student/addresses/mailing/{part}", "REQUIRED") for part in ("state_province", "postal_code")]),
        ({}, {"client_uid": ""}, [("student/client_uid", "REQUIRED")]),
        ({}, {"action": "DELETE"}, [("student/action", "FIELD_VALIDATION_ERROR")]),
        ({}, {"ethnicity_race": {"races": {"district_race_code": "ZZ"}}},
         [("student/ethnicity_race/races/district_race_code", "FIELD_VALIDATION_ERROR")]),
        ({}, {"contact_info": {"email": "nobody"}}, [("student/contact_info/email", "FIELD_VALIDATION_ERROR")]),
        ({}, {"_extension_data": {"_table_extension": [{"name": "nowhere", "_field": []}]}},
         [("student/_extension_data/_table_extension/name", "FIELD_VALIDATION_ERROR")]),
    ],
)  # fmt: skip
def test_records_that_are_refused(api, rows, new, enrollment, changes, expected):
    before = rows("SELECT count(*) FROM Students")
    results = post(api, new(enrollment, **changes))
    assert (results["result"]["status"], errors_of(results["result"])) == ("ERROR", expected)
    assert (results["insert_count"], rows("SELECT count(*) FROM Students")) == (0, before)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"id": None}, [("student/id", "REQUIRED")]),
        ({"id": 99999999}, [("student/id", "FIELD_VALIDATION_ERROR")]),
        ({"name": {"last_name": ""}}, [("student/name/last_name", "FIELD_VALIDATION_ERROR")]),
        ({"school_enrollment": {"grade_level": 6, "track": "B"}},
         [(f"{BASE}/grade_level", "FIELD_VALIDATION_ERROR"), (f"{BASE}/track", "FIELD_VALIDATION_ERROR")]),
        ({"local_id": ""}, [("student/local_id", "FIELD_VALIDATION_ERROR")]),
    ],
)  # fmt: skip
def test_updates_that_are_refused(api, rows, changes, expected):
    before = rows("SELECT * FROM Students WHERE DCID = 441")
    results = post(api, {"client_uid": "u", "action": "UPDATE", "id": 441, "name": {"middle_name": "Zz"}, **changes})
    assert errors_of(results["result"]) == expected
    assert rows("SELECT * FROM Students WHERE DCID = 441") == before


def test_numbers_and_user_names_are_unique(api, rows, new):
    number, account = rows("SELECT Student_Number, Student_Web_ID FROM Students WHERE DCID = 431")[0]
    results = post(api, new(local_id=number, student_username=account))
    assert errors_of(results["result"]) == [
        ("student/local_id", "FIELD_VALIDATION_ERROR"),
        ("student/student_username", "FIELD_VALIDATION_ERROR"),
    ]
    same = post(api, {"client_uid": "u", "action": "UPDATE", "id": 431, "local_id": number})
    assert same["result"]["status"] == "SUCCESS"


def test_client_uids_are_unique_in_a_request(api, new):
    results = post(api, new(), new())
    assert [one["status"] for one in results["result"]] == ["SUCCESS", "ERROR"]


def test_graduates_are_inserted_into_their_school(api, rows, new):
    results = post(api, new({"school_number": 999999, "grade_level": 99, "enroll_status": "H"}))
    key = results["result"]["success_message"]["id"]
    assert rows("SELECT SchoolID, Grade_Level, Enroll_Status FROM Students WHERE DCID = ?", key) == [(999999, 99, 4)]


def test_extension_fields_need_full_access(clients, rows, new):
    viewer = clients(fields_of("U_STUDENTS_EXTENSION"), oauth=FULL, name="Admissions viewer")
    field = {"name": "locker", "type": "String", "value": "1"}
    data = {"_table_extension": [{"name": "u_students_extension", "_field": [field]}]}
    results = post(viewer, new(_extension_data=data))
    assert errors_of(results["result"]) == [
        ("student/_extension_data/_table_extension/_field/locker", "FIELD_VALIDATION_ERROR")
    ]


@pytest.mark.parametrize(("rule", "status"), [("ignore", "SUCCESS"), ("refuse", "ERROR")])
def test_unknown_fields(api, switched, new, rule, status):
    switched(student_unknown_fields=rule)
    assert post(api, new(shoe_size=38))["result"]["status"] == status


@pytest.mark.parametrize(("shown", "counters"), [(True, {"insert_count", "update_count", "delete_count"}),
                                                (False, {"insert_count"})])  # fmt: skip
def test_counters_that_are_zero(api, switched, new, shown, counters):
    switched(student_zero_counts=shown)
    assert set(post(api, new())) == {*counters, "result"}


@pytest.mark.parametrize(("warned", "status"), [(True, "WARNING"), (False, "SUCCESS")])
def test_a_warning_comes_with_the_new_student(api, switched, rows, new, warned, status):
    switched(student_fee_warning=warned)
    result = post(api, new())["result"]
    assert result["status"] == status
    assert rows("SELECT count(*) FROM Students WHERE DCID = ?", result["success_message"]["id"]) == [(1,)]
    if warned:
        assert result["warning_message"]["warning"]["warning_code"] == "FEES_ASSIGN_FEES_FAILED"


@pytest.mark.parametrize("access", ["READ", "NONE"])
def test_full_v1_access_is_needed(clients, rows, new, access):
    other = clients([], oauth=f'<oauth accessLevelV1Api="{access}"/>', name=f"Admissions {access}")
    before = rows("SELECT count(*) FROM Students")
    answer = other.post(PATH, json={"students": {"student": new()}})
    assert answer.status_code == 401
    assert answer.json()["errorMessage"]["message"] == "Plugin is missing required accessLevelV1Api FULL permission"
    assert rows("SELECT count(*) FROM Students") == before


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [(b"{}", "text/plain", 415), (b"{}", None, 415), (b'{"students":', "application/json", 500),
     (b"[]", "application/json", 500), (b"{}", "application/json", 400),
     (b'{"students":""}', "application/json", 400)],
)  # fmt: skip
def test_bodies_that_are_none(api, content, kind, status):
    headers = {"Content-Type": kind} if kind else {}
    answer = api.post(PATH, content=content, headers=headers)
    assert answer.status_code == status
