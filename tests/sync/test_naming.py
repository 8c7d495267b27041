"""User names, kinds of sign-in, devices, custom fields and value lists, from the district to the bundle's bytes."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from typing import Any

import pytest

from psconnect.model.errors import FixSettings
from psconnect.model.runs import Run
from psconnect.service import Finding
from psconnect.store.settings.connection_files import read_file
from psconnect.wording.checks import word_finding
from psconnect.wording.errors import word
from tests.support.demo import Connect, Connected

PATTERN = "{givenName|first|ascii|lower}{familyName|ascii|lower|alnum}"
ACTIVE = "ENROLL_STATUS = 0 AND SCHOOLID IN (SELECT SCHOOL_NUMBER FROM SCHOOLS)"


def users(connected: Connected) -> dict[str, dict[str, str]]:
    with zipfile.ZipFile(connected.bundle) as bundle:
        text = bundle.read("users.csv").decode()
    return {row["sourcedId"]: row for row in csv.DictReader(io.StringIO(text, newline=""))}


def delivered(connected: Connected) -> Run:
    run = connected.service.sync(connected.name)
    if run.state == "held":
        run = connected.service.approve(run.id, "test")
    assert run.state in ("finished", "finished_with_problems"), run.error
    return run


def some_students(connected: Connected, count: int) -> list[int]:
    return [int(dcid) for (dcid,) in connected.sql(f"SELECT DCID FROM STUDENTS WHERE {ACTIVE} LIMIT {count}")]


def without_username(connected: Connected, keys: list[int], first: str = "Zoë", last: str = "O’Brien") -> None:
    marks = ", ".join("?" * len(keys))
    sql = f"UPDATE STUDENTS SET STUDENT_WEB_ID = NULL, FIRST_NAME = ?, LAST_NAME = ? WHERE DCID IN ({marks})"
    connected.sql(sql, first, last, *keys)


# --- user names ------------------------------------------------------------------------------------------------------


def test_who_has_no_user_name_gets_one_and_keeps_it(connect: Connect) -> None:
    connected = connect(settings={"usernames": {"student": PATTERN}})
    keys = some_students(connected, 3)
    without_username(connected, keys)
    delivered(connected)
    given = {key: users(connected)[str(key)]["username"] for key in keys}
    assert list(given.values()) == ["zobrien", "zobrien2", "zobrien3"]
    others = [row["username"].lower() for key, row in users(connected).items() if int(key.lstrip("TC")) not in keys]
    assert not set(given.values()) & set(others)
    # The first leaves, the others change their names: nobody's user name moves, and none is given again.
    connected.sql("UPDATE STUDENTS SET ENROLL_STATUS = 2 WHERE DCID = ?", keys[0])
    connected.sql("UPDATE STUDENTS SET LAST_NAME = 'Lee' WHERE DCID = ?", keys[1])
    (fourth,) = [key for key in some_students(connected, 20) if key not in keys][:1]
    without_username(connected, [fourth])
    delivered(connected)
    now = users(connected)
    assert str(keys[0]) not in now
    assert [now[str(key)]["username"] for key in (keys[1], keys[2], fourth)] == ["zobrien2", "zobrien3", "zobrien4"]
    connected.sql("UPDATE STUDENTS SET ENROLL_STATUS = 0 WHERE DCID = ?", keys[0])
    delivered(connected)
    assert users(connected)[str(keys[0])]["username"] == "zobrien"


def test_a_user_name_of_its_own_wins_over_a_given_one(connect: Connect) -> None:
    connected = connect(settings={"usernames": {"student": PATTERN}})
    (key,) = some_students(connected, 1)
    without_username(connected, [key])
    delivered(connected)
    connected.sql("UPDATE STUDENTS SET STUDENT_WEB_ID = 'Own.Name' WHERE DCID = ?", key)
    delivered(connected)
    assert users(connected)[str(key)]["username"] == "Own.Name"


def test_switched_off_nobody_is_given_a_name(connect: Connect) -> None:
    connected = connect()
    (key,) = some_students(connected, 1)
    without_username(connected, [key])
    delivered(connected)
    assert str(key) not in users(connected)


def test_who_can_not_be_given_one_is_left_out_and_reported(connect: Connect) -> None:
    connected = connect(settings={"usernames": {"student": "{middleName|ascii|lower|alnum}"}})
    keys = some_students(connected, 2)
    without_username(connected, keys)
    connected.sql("UPDATE STUDENTS SET MIDDLE_NAME = NULL WHERE DCID = ?", keys[0])
    connected.sql("UPDATE STUDENTS SET MIDDLE_NAME = 'Ann' WHERE DCID = ?", keys[1])
    run = delivered(connected)
    assert str(keys[0]) not in users(connected)
    assert users(connected)[str(keys[1])]["username"].startswith("ann")
    groups = connected.service.problems(run.id, most=500)
    found = [(g.rule.key, one.key, one.detail) for g in groups for one in g.records if one.key == keys[0]]
    assert ("missing-required", keys[0], "username") in found


# --- sign-in ---------------------------------------------------------------------------------------------------------


def test_the_kind_of_sign_in_follows_the_mail_and_stays(connect: Connect) -> None:
    probe = connect()
    delivered(probe)
    mails = [row["email"] for row in users(probe).values() if row["role"] == "student" and row["email"]]
    domain = mails[0].partition("@")[2]
    connected = connect(settings={"sign_in": {"google": [domain.upper()], "microsoft": ["lincoln.onmicrosoft.com"]}})
    delivered(connected)
    rows = users(connected)
    assert {row["metadata.signInType"] for row in rows.values() if row["email"].endswith(f"@{domain}")} == {"google"}
    assert {row["metadata.signInType"] for row in rows.values() if not row["email"]} <= {""}
    student = next(key for key, row in rows.items() if row["role"] == "student" and row["email"].endswith(domain))
    connected.sql(
        "UPDATE EMAILADDRESS SET EMAILADDRESS = 'moved@lincoln.onmicrosoft.com' WHERE EMAILADDRESS = ?",
        rows[student]["email"],
    )
    delivered(connected)
    now = users(connected)[student]
    assert (now["email"], now["metadata.signInType"]) == ("moved@lincoln.onmicrosoft.com", "google")


def test_the_check_says_when_a_domain_is_in_nobodys_mail(connect: Connect) -> None:
    connected = connect(settings={"sign_in": {"google": ["nowhere.example"]}})
    assert (_sign_in(connected).key, _sign_in(connected).state) == ("domains/unseen-yet", "warning")
    delivered(connected)
    finding = _sign_in(connected)
    assert finding.state == "failed"
    assert "nowhere.example" in word_finding(finding).text


def _sign_in(connected: Connected) -> Finding:
    findings = connected.service.check(connected.name, lambda _finding: None)
    return next(one for one in findings if one.step == "domains")


# --- devices ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("devices", ["other", "mix"])
def test_other_devices_than_chromebooks_ask_for_a_user_name(connect: Connect, devices: str) -> None:
    connected = connect(settings={"options": {"devices": devices}})
    nobody, nameless = some_students(connected, 2)
    connected.sql("UPDATE STUDENTS SET PERSON_ID = NULL WHERE DCID = ?", nobody)
    connected.sql("UPDATE STUDENTS SET STUDENT_WEB_ID = NULL WHERE DCID = ?", nameless)
    delivered(connected)
    students = {key: row for key, row in users(connected).items() if row["role"] == "student"}
    web_ids = dict(connected.sql("SELECT DCID, STUDENT_WEB_ID FROM STUDENTS"))
    assert all(row["username"] == web_ids[int(key)].strip() for key, row in students.items())
    assert str(nameless) not in students
    assert str(nobody) in students


def test_chromebooks_leave_nobody_out_for_want_of_a_user_name(connect: Connect) -> None:
    connected = connect(settings={"options": {"devices": "chromebooks"}})
    mailed, named, numbered = some_students(connected, 3)
    person = "SELECT PERSON_ID FROM STUDENTS WHERE DCID = ?"
    mail = f"SELECT EMAILADDRESSID FROM PERSONEMAILADDRESSASSOC WHERE PERSONID = ({person})"
    twins = some_students(connected, 12)[-2:]
    connected.sql(
        f"UPDATE EMAILADDRESS SET EMAILADDRESS = 'one@mail.example' WHERE EMAILADDRESSID IN ({mail})", twins[0]
    )
    connected.sql(
        f"UPDATE EMAILADDRESS SET EMAILADDRESS = 'One@mail.example' WHERE EMAILADDRESSID IN ({mail})", twins[1]
    )
    connected.sql("UPDATE STUDENTS SET STUDENT_WEB_ID = NULL WHERE DCID = ?", mailed)
    connected.sql("UPDATE STUDENTS SET PERSON_ID = NULL WHERE DCID IN (?, ?)", named, numbered)
    connected.sql("UPDATE STUDENTS SET STUDENT_WEB_ID = 'pat.lee' WHERE DCID = ?", named)
    connected.sql("UPDATE STUDENTS SET STUDENT_WEB_ID = NULL, STUDENT_NUMBER = 990017 WHERE DCID = ?", numbered)
    run = delivered(connected)
    rows = users(connected)
    assert rows[str(mailed)]["username"] == rows[str(mailed)]["email"] != ""
    assert rows[str(named)]["username"] == "pat.lee"
    assert rows[str(numbered)]["username"] == "990017"
    assert sorted(rows[str(key)]["username"] for key in twins) == sorted([str(max(twins)), "one@mail.example"])
    groups = connected.service.problems(run.id, most=500)
    missed = [(group.rule.key, one.detail) for group in groups for one in group.records if one.entity == "student"]
    assert ("missing-required", "username") not in missed
    assert "username-taken" not in {rule for rule, _detail in missed}
    reported = [
        (one.key, one.detail) for group in groups if group.rule.key == "missing-reported" for one in group.records
    ]
    assert {(named, "email"), (numbered, "email")} <= set(reported)


# --- custom fields and value lists -----------------------------------------------------------------------------------


def test_custom_fields_stand_behind_the_prescribed_columns(connect: Connect) -> None:
    settings: dict[str, Any] = {
        "custom": {"student": "Gender|gender, Students.Home_Room|homeRoom", "class": "Sections.TermID|term"}
    }
    connected = connect(settings=settings)
    delivered(connected)
    rows = users(connected)
    assert list(next(iter(rows.values())))[-3:] == ["password", "metadata.gender", "metadata.homeRoom"]
    truth = {
        str(dcid): (gender or "", room or "")
        for dcid, gender, room in connected.sql("SELECT DCID, GENDER, HOME_ROOM FROM STUDENTS")
    }
    students = {key: row for key, row in rows.items() if row["role"] == "student"}
    assert {key: (row["metadata.gender"], row["metadata.homeRoom"]) for key, row in students.items()} == {
        key: truth[key] for key in students
    }
    assert {row["metadata.gender"] for row in rows.values() if row["role"] == "teacher"} == {""}
    with zipfile.ZipFile(connected.bundle) as bundle:
        classes = list(csv.DictReader(io.StringIO(bundle.read("classes.csv").decode(), newline="")))
    terms = {str(dcid): str(term) for dcid, term in connected.sql("SELECT DCID, TERMID FROM SECTIONS")}
    assert {row["sourcedId"]: row["metadata.term"] for row in classes} == {
        row["sourcedId"]: terms[row["sourcedId"]] for row in classes
    }


def test_a_template_with_short_names_filters_and_an_own_value_list(connect: Connect) -> None:
    connected = connect(
        settings={
            "values": {"sex": {"F": "female", "M": "male", "*": "other"}, "grade": {"9": "Nine"}},
            "mapping": {
                "class": {"title": "{course_name|upper} ({section_number|pad:3}) - {expression|default:no period}"},
                "student": {"middleName": "{Gender|sex}"},
            },
        }
    )
    delivered(connected)
    sql = (
        "SELECT s.DCID, c.COURSE_NAME, ' (' || substr('000' || s.SECTION_NUMBER, -3) || ') - ' || "
        "coalesce(s.EXPRESSION, 'no period') FROM SECTIONS s JOIN COURSES c ON c.COURSE_NUMBER = s.COURSE_NUMBER"
    )
    truth = {str(dcid): name.upper() + rest for dcid, name, rest in connected.sql(sql)}
    with zipfile.ZipFile(connected.bundle) as bundle:
        classes = list(csv.DictReader(io.StringIO(bundle.read("classes.csv").decode(), newline="")))
    assert {row["sourcedId"]: row["title"] for row in classes} == {
        row["sourcedId"]: truth[row["sourcedId"]] for row in classes
    }
    students = [row for row in users(connected).values() if row["role"] == "student"]
    genders = dict(connected.sql("SELECT DCID, GENDER FROM STUDENTS"))
    words = {"F": "female", "M": "male", None: ""}
    assert all(row["middleName"] == words.get(genders[int(row["sourcedId"])], "other") for row in students)
    grades = dict(connected.sql("SELECT DCID, GRADE_LEVEL FROM STUDENTS"))
    nine = [row["grades"] for row in students if int(grades[int(row["sourcedId"])]) == 9]
    assert set(nine) == {"Nine"}


def test_the_settings_survive_a_file(connect: Connect) -> None:
    settings: dict[str, Any] = {
        "custom": {"student": "Gender|gender"},
        "usernames": {"student": PATTERN},
        "sign_in": {"google": ["x.org"]},
        "values": {"sex": {"F": "female"}},
        "options": {"devices": "mix"},
    }
    connected = connect(settings=settings, install=False)
    file = connected.folder / "exported.toml"
    connected.service.export_connection(connected.name, file)
    assert read_file(file) == connected.service.connection(connected.name)


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("usernames.school", "x", "“school” has no user names"),
        ("usernames.student", "{nickname}", "no attribute “nickname”"),
        ("sign_in.google", ["x"], "not an e-mail domain"),
        ("custom.student", "Gen dr|g", "“Gen dr” is not a field"),
        ("mapping.class.title", "{Curses.Name}", "There is no table “Curses”"),
    ],
)
def test_what_can_not_be_used_is_refused_on_saving(connect: Connect, key: str, value: object, says: str) -> None:
    connected = connect(install=False)
    with pytest.raises(FixSettings) as refused:
        connected.service.set_value(connected.name, key, json.dumps(value))
    assert says in word(refused.value).happened
