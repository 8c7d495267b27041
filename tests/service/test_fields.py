"""Finding fields: in the catalogue, as typed, and on the demo server."""

from __future__ import annotations

from pathlib import Path

import pytest

from psconnect.model.connection import from_dict
from psconnect.model.errors import SignInAgain
from psconnect.service import FoundField, Service
from psconnect.store.settings.home import home_at
from psconnect.store.settings.secrets import Secrets
from tests.support.demo import Connected


@pytest.fixture
def service(tmp_path: Path) -> Service:
    return Service(home_at(tmp_path / "home"), Secrets({}, session_only=True))


def names(found: list[FoundField]) -> list[str]:
    return [one.name for one in found]


def test_mission_g02_a_filter_box_finds_a_field_by_name_and_meaning(service: Service) -> None:
    assert names(service.find_fields("immun"))[:2] == [
        "StudentCoreFields.immunization_dpt",
        "StudentCoreFields.immunization_mmr",
    ]
    assert "StudentCoreFields.immunization_mmr" in names(service.find_fields("measles"))
    assert names(service.find_fields("web id", entity="student")) == ["Students.Web_ID", "Students.Student_Web_ID"]
    assert all("class" in one.entities for one in service.find_fields("room", entity="class"))
    assert len(service.find_fields("", most=1000)) > 250


@pytest.mark.parametrize(
    ("typed", "entity", "name", "origin"),
    [
        ("Alert_Medical", "", "Students.Alert_Medical", "standard"),
        ("alert_medical", "student", "Students.Alert_Medical", "standard"),
        ("StudentCoreFields.immunization_dpt", "", "StudentCoreFields.immunization_dpt", "extension"),
        ("Primary_Language", "", "Students.Primary_Language", "typed"),
        ("Title", "teacher", "Users.Title", "typed"),
        ("Sections.MaxCut", "", "Sections.MaxCut", "typed"),
        ("U_STUDENTS_EXTENSION.note", "", "U_STUDENTS_EXTENSION.note", "extension"),
        ("S_CA_STU_X.EL_Status", "", "S_CA_STU_X.EL_Status", "extension"),
    ],
)
def test_mission_g03_a_name_without_a_dot_is_a_standard_field_and_one_with_a_dot_is_table_and_field(
    service: Service, typed: str, entity: str, name: str, origin: str
) -> None:
    found = service.find_fields(typed, entity=entity)
    (one,) = [one for one in found if one.name == name]
    assert (one.origin, bool(one.entities), one.group) == (origin, True, "")


@pytest.mark.parametrize("typed", ["Nowhere.Field", "a b c d", "U_STUDENTS_EXTENSION", "x", "Students.", ".x"])
def test_what_is_no_field_is_not_offered_as_typed(service: Service, typed: str) -> None:
    assert not [one for one in service.find_fields(typed) if one.origin == "typed" or one.name.lower() == typed.lower()]


def test_mission_g05_the_name_of_a_group_of_tables_is_told_from_that_of_a_table(service: Service) -> None:
    (group,) = service.find_fields("U_DEF_EXT_STUDENTS.immun_waiver")
    assert group.group == "U_DEF_EXT_STUDENTS"
    (table,) = service.find_fields("U_STUDENTS_EXTENSION.immun_note")
    assert table.group == "", "a group of one table has the table's name"


def test_an_extension_is_of_what_its_name_says(service: Service) -> None:
    first = {name: service.find_fields(f"{name}.note")[-1].entities[0] for name in ("U_USERS_X", "U_SECTIONS_X", "U_X")}
    assert first == {"U_USERS_X": "teacher", "U_SECTIONS_X": "class", "U_X": "student"}


def test_fields_that_no_record_can_have_are_found_and_say_so(service: Service) -> None:
    found = {one.name: one.entities for one in service.find_fields("attendance code")}
    assert found["Attendance_Code.Att_Code"] == ()


def test_the_districts_own_fields_that_are_used_are_found(service: Service) -> None:
    connection = from_dict({"name": "x", "preset": "oneroster", "custom": {"student": "U_STU_BUS.route|bus"}})
    assert names(service.find_fields("route", connection=connection))[-1:] != []
    assert "U_STU_BUS.route" in names(service.find_fields("route", connection=connection))
    assert "U_STU_BUS.route" not in names(service.find_fields("route"))


def test_the_server_tells_granted_not_granted_unknown_and_no_table(connected: Connected) -> None:
    service = connected.service
    states = service.examine_fields(
        service.connection(connected.name),
        ["Students.First_Name", "Students.Gender", "Students.Frist_Name", "U_NOWHERE.x"],
    )
    assert states == {
        "Students.First_Name": "granted",
        "Students.Gender": "not-granted",
        "Students.Frist_Name": "unknown",
        "U_NOWHERE.x": "no-table",
    }


def test_with_wrong_credentials_nothing_is_said_of_a_field(connected: Connected) -> None:
    with pytest.raises(SignInAgain):
        connected.service.examine_fields(connected.service.connection(connected.name), ["Students.Gender"], "wrong")
