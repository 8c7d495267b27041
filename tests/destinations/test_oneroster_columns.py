"""Each attribute of a record stands in its column of its file, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest

from psconnect.model.clock import CancelToken
from psconnect.model.entities import BY_KEY
from tests.contracts.opening import open_snapshot
from tests.contracts.rosters import ListRoster, Tables, small
from tests.judges.oneroster11 import read_bundle

Row = dict[str, str]
BASE = {"sourcedId": "sourcedId", "status": "", "dateLastModified": ""}
COLUMNS: dict[str, dict[str, str]] = {
    "school": {"name": "name", "type": "type", "identifier": "identifier", "parentSourcedId": "parentSourcedId"},
    "calendar": {
        "title": "title",
        "type": "type",
        "startDate": "startDate",
        "endDate": "endDate",
        "parentSourcedId": "parentSourcedId",
        "schoolYear": "schoolYear",
    },
    "course": {
        "schoolYearSourcedId": "",
        "title": "title",
        "courseCode": "courseCode",
        "grades": "",
        "orgSourcedId": "orgSourcedId",
        "subjects": "",
        "subjectCodes": "",
    },
    "class": {
        "title": "title",
        "grades": "",
        "courseSourcedId": "courseSourcedId",
        "classCode": "classCode",
        "classType": "classType",
        "location": "location",
        "schoolSourcedId": "schoolSourcedId",
        "termSourcedIds": "termSourcedId",
        "subjects": "",
        "subjectCodes": "",
        "periods": "periods",
    },
    "enrollment": {
        "classSourcedId": "classSourcedId",
        "schoolSourcedId": "schoolSourcedId",
        "userSourcedId": "userSourcedId",
        "role": "role",
        "primary": "primary",
        "beginDate": "beginDate",
        "endDate": "endDate",
    },
    "student": {
        "orgSourcedIds": "schoolSourcedIds",
        "username": "username",
        "givenName": "givenName",
        "familyName": "familyName",
        "middleName": "middleName",
        "identifier": "identifier",
        "email": "email",
        "sms": "",
        "phone": "",
        "agentSourcedIds": "",
        "grades": "grade",
        "password": "",
    },
    "teacher": {
        "orgSourcedIds": "schoolSourcedIds",
        "username": "username",
        "givenName": "givenName",
        "familyName": "familyName",
        "middleName": "middleName",
        "identifier": "identifier",
        "email": "email",
        "userIds": "",
        "sms": "",
        "phone": "",
        "agentSourcedIds": "",
        "grades": "",
        "password": "",
    },
    "contact": {
        "username": "username",
        "givenName": "givenName",
        "familyName": "familyName",
        "middleName": "middleName",
        "identifier": "identifier",
        "email": "email",
        "userIds": "",
        "sms": "",
        "phone": "phone",
        "agentSourcedIds": "",
        "grades": "",
        "password": "",
    },
}
COLUMNS["admin"] = COLUMNS["teacher"]
"""Column -> the attribute that it holds, or nothing where it is always blank."""

FILES = {
    "school": "orgs",
    "calendar": "academicSessions",
    "course": "courses",
    "class": "classes",
    "enrollment": "enrollments",
    "student": "users",
    "teacher": "users",
    "admin": "users",
    "contact": "users",
}


def deliver(folder: Path, tables: Tables) -> dict[str, list[Row]]:
    """The rows of the files that a delivery of these records writes."""
    destination = open_snapshot("r", {"kind": "oneroster-csv", "folder": str(folder)})
    destination.prepare(ListRoster(tables), CancelToken()).publish()
    return read_bundle(folder / "r.zip")


@pytest.mark.parametrize("entity", COLUMNS)
def test_each_attribute_stands_in_its_column(entity: str, tmp_path: Path) -> None:
    # Each value names its attribute, so that no two can be mistaken for one another.
    record = {attribute: f"<{attribute}>" for attribute in BY_KEY[entity].attributes} | {"sourcedId": "7"}

    (row,) = deliver(tmp_path, {entity: [record]})[FILES[entity]]

    for column, attribute in (BASE | COLUMNS[entity]).items():
        assert row[column] == record.get(attribute, ""), column
    unchecked = row.keys() - BASE.keys() - COLUMNS[entity].keys()
    assert unchecked <= {"enabledUser", "role", "userIds", "orgSourcedIds"}


@pytest.mark.parametrize("entity", COLUMNS)
def test_an_attribute_that_is_empty_leaves_its_column_blank(entity: str, tmp_path: Path) -> None:
    (row,) = deliver(tmp_path, {entity: [{"sourcedId": "7"}]})[FILES[entity]]

    filled = {column for column, value in row.items() if value}
    assert filled == {"sourcedId"} | ({"enabledUser", "role"} if FILES[entity] == "users" else set())


def test_every_user_is_enabled_and_has_the_role_of_their_kind(tmp_path: Path) -> None:
    users = deliver(tmp_path, small())["users"]

    assert {user["enabledUser"] for user in users} == {"true"}
    roles = {user["sourcedId"]: user["role"] for user in users}
    assert roles == {
        "431": "student",
        "432": "student",
        "433": "student",
        "T64": "teacher",
        "T65": "teacher",
        "T66": "administrator",
        "C300": "parent",
        "C301": "relative",
        "C302": "guardian",
    }


def test_rows_stand_in_the_order_of_their_keys(tmp_path: Path) -> None:
    tables = small()
    for records in tables.values():
        records.reverse()

    rows = deliver(tmp_path, tables)

    assert [row["sourcedId"] for row in rows["orgs"]] == ["district", "3", "4"]
    assert [row["sourcedId"] for row in rows["users"]][:3] == ["431", "432", "433"]


def test_a_file_without_rows_is_declared_absent(tmp_path: Path) -> None:
    rows = deliver(tmp_path, {"school": small()["school"]})

    manifest = {row["propertyName"]: row["value"] for row in rows.pop("manifest")}
    assert sorted(rows) == ["orgs"]
    modes = {name.removeprefix("file."): mode for name, mode in manifest.items() if name.startswith("file.")}
    assert {name for name, mode in modes.items() if mode == "bulk"} == {"orgs"}
    assert set(modes.values()) == {"bulk", "absent"}
    assert len(modes) == 13


@pytest.mark.parametrize(
    ("state_id", "user_ids"),
    [
        ("0012345678", "{StateID:0012345678}"),
        ("IL-77.a_b", "{StateID:IL-77.a_b}"),
        ("", ""),
        ("12 34", ""),
        ("12}", ""),
        ("a,b", ""),
        ("a:b", ""),
        ("Ä1", ""),
    ],
)
def test_a_state_number_is_a_user_id_if_the_syntax_can_hold_it(tmp_path: Path, state_id: str, user_ids: str) -> None:
    tables = small()
    tables["student"][0]["stateId"] = state_id

    assert deliver(tmp_path, tables)["users"][0]["userIds"] == user_ids


@pytest.mark.parametrize("rows", [1, 4_998, 4_999, 5_000, 5_001, 9_999, 10_001])
@pytest.mark.parametrize("broken", ["", "\n", "\r", "\r\n"])
def test_every_row_arrives_and_none_is_broken_whatever_their_number(tmp_path: Path, rows: int, broken: str) -> None:
    courses = [{"sourcedId": str(number), "title": f"Course {number}"} for number in range(1, rows + 1)]
    # One line break in all: neither their number nor that of the lines may hide it.
    courses[-1]["title"] = f"Course{broken}{rows}"

    delivered = deliver(tmp_path, {"course": courses})["courses"]

    expected = {
        **{str(number): f"Course {number}" for number in range(1, rows)},
        str(rows): f"Course{broken and ' '}{rows}",
    }
    assert {row["sourcedId"]: row["title"] for row in delivered} == expected
    assert len(delivered) == rows
