"""Whole runs from demo districts into Clever's files: presets, and the ids that a product which writes back needs."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from psconnect.sync.compose import load_preset
from tests.judges.clever import check_clever, read_clever
from tests.judges.sql_truth import truth
from tests.support.demo import DISTRICT, TODAY, Connect, Connected

Rows = list[dict[str, str]]
CARD = "{U_STUDENTS_EXTENSION.Locker|else:Students.Student_Number}"


def to_clever(connect: Connect, preset: str = "clever", seed: int = 1, **settings: Any) -> Connected:
    """A connection with that preset, which has delivered into its folder."""
    destination = {"kind": "clever-csv", **settings.pop("destination", {})}
    connected = connect(seed=seed, settings={"preset": preset, "destination": destination, **settings})
    connected.delivered()
    assert [str(one) for one in check_clever(connected.folder / "roster")] == []
    return connected


def files_of(connected: Connected) -> dict[str, Rows]:
    return read_clever(connected.folder / "roster")


def dcids(connected: Connected, column: str = "DCID") -> dict[str, str]:
    """Student number -> DCID (or another number) of all students."""
    rows = connected.sql(f"SELECT Student_Number, {column} FROM students")
    return {str(number): str(other) for number, other in rows}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_three_districts_conform_and_every_reference_is_kept(connect: Connect, seed: int) -> None:
    files = files_of(to_clever(connect, seed=seed))

    assert all(files[name] for name in ("schools", "students", "teachers", "sections", "enrollments"))
    assert {row["Student_id"] for row in files["enrollments"]} <= {row["Student_id"] for row in files["students"]}
    assert {row["Grade"] for row in files["students"]} <= {"PreKindergarten", "Kindergarten", *map(str, range(1, 13))}
    assert any(row["Contact_sis_id"] for row in files["students"])
    assert any(row["Teacher_2_id"] for row in files["sections"])
    assert all(row["Section_number"].isalnum() for row in files["sections"])


@pytest.mark.parametrize("seed", [1, 2])
def test_what_is_read_back_is_the_roster(connect: Connect, seed: int) -> None:
    connected = to_clever(connect, seed=seed)
    files, expected = files_of(connected), truth(connected.server.database, TODAY, DISTRICT)

    names = ("First_name", "Middle_name", "Last_name", "Username", "Student_email", "Student_number")
    attributes = ("givenName", "middleName", "familyName", "username", "email", "identifier")
    # The truth has only people with a user name, without which Clever takes them, too.
    named = [row for row in files["students"] if row["Username"]]
    assert {row["Student_id"]: tuple(row[name] for name in names) for row in named} == {
        key: tuple(one[name] for name in attributes) for key, one in expected["student"].items()
    }
    assert {row["Teacher_id"]: row["Teacher_email"] for row in files["teachers"] if row["Username"]} == {
        key: one["email"] for key, one in expected["teacher"].items()
    }
    led = {one["classSourcedId"] for one in expected["enrollment"].values() if one["role"] == "teacher"}
    assert {row["Section_id"] for row in files["sections"]} == led & expected["class"].keys()
    here = {row["Student_id"] for row in named}
    assert {(row["Section_id"], row["Student_id"]) for row in files["enrollments"] if row["Student_id"] in here} == {
        (one["classSourcedId"], one["userSourcedId"])
        for one in expected["enrollment"].values()
        if one["role"] == "student" and one["classSourcedId"] in led
    }
    leads = {
        one["classSourcedId"]: one["userSourcedId"]
        for one in expected["enrollment"].values()
        if one["primary"] == "true"
    }
    assert {row["Section_id"]: row["Teacher_id"] for row in files["sections"]}.items() >= leads.items()


def test_the_same_district_gives_the_same_bytes(connect: Connect) -> None:
    one, other = (to_clever(connect) for _ in range(2))

    digests = [
        {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (one.folder / "roster").glob("*.csv")}
        for one in (one, other)
    ]
    assert digests[0] == digests[1]
    assert len(digests[0]) == 6


def test_custom_fields_of_powerschool_fill_columns(connect: Connect) -> None:
    custom = {"student": "Students.DOB|dob, Students.Gender|GENDER, Students.Lunchstatus|Frl_status, Students.Zip|x"}
    connected = to_clever(connect, custom=custom)

    students = files_of(connected)["students"]
    assert {row["Gender"] for row in students} <= {"M", "F", "X", ""}
    assert any(row["DOB"] for row in students)
    assert all("ext.x" in row for row in students)


def test_mission_n03_the_dcid_is_clevers_student_id(connect: Connect) -> None:
    connected = to_clever(connect, "visitor-management")

    known = dcids(connected)
    students = files_of(connected)["students"]
    assert students
    assert {row["Student_id"] for row in students} <= set(known.values())
    assert all(known[row["Student_number"]] == row["Student_id"] for row in students)


def test_mission_n04_the_preferred_number_is_clevers_student_number(connect: Connect) -> None:
    settings = {"preset": "visitor-management", "destination": {"kind": "clever-csv"}}
    connected = connect(settings={**settings, "mapping": {"student": {"identifier": CARD}}})
    connected.sql("UPDATE U_STUDENTS_EXTENSION SET Locker = 'RFID-' || StudentsDCID")
    connected.delivered()

    students = files_of(connected)["students"]
    cards = {str(dcid) for (dcid,) in connected.sql("SELECT StudentsDCID FROM U_STUDENTS_EXTENSION")}
    numbers = {dcid: number for number, dcid in dcids(connected).items()}
    assert {row["Student_id"] for row in students} & cards
    for row in students:
        dcid = row["Student_id"]
        assert row["Student_number"] == (f"RFID-{dcid}" if dcid in cards else numbers[dcid])


def test_mission_n08_the_id_in_place_of_the_dcid_is_a_setting_that_is_said(connect: Connect) -> None:
    connected = to_clever(connect, "visitor-management", ids={"student": "id"})

    known = dcids(connected, "ID")
    students = files_of(connected)["students"]
    assert all(known[row["Student_number"]] == row["Student_id"] for row in students)
    preset = load_preset("visitor-management")
    assert preset.settings["ids"]["student"] == "dcid", "nobody's default"
    assert any("Students.ID" in hint for hint in preset.hints)


def test_visitor_management_is_said_not_to_be_verified() -> None:
    preset = load_preset("visitor-management")
    assert not preset.verified
    assert "Clever" in preset.hints[0]
    assert "Navigate360" in preset.hints[0]
