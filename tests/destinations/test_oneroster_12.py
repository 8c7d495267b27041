"""OneRoster 1.2: users without schools and role, a role per user and school, and the columns that 1.1 lacks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from psconnect.destinations.oneroster.people import role_id
from psconnect.model.clock import CancelToken
from tests.contracts.opening import open_snapshot
from tests.contracts.rosters import ListRoster, Tables, small
from tests.judges.oneroster11 import check_bundle, read_bundle
from tests.judges.oneroster12 import check_bundle_12, read_bundle_12

Rows = dict[str, list[dict[str, str]]]


def deliver(
    folder: Path,
    tables: Tables,
    further: dict[str, tuple[str, ...]] | None = None,
    version: str = "1.2",
    **settings: Any,
) -> Rows:
    """The files of a conforming bundle."""
    given = {"kind": "oneroster-csv", "folder": str(folder), "version": version, **settings}
    open_snapshot("r", given).prepare(ListRoster(tables, further=further or {}), CancelToken()).publish()
    path = folder / "r.zip"
    assert (check_bundle_12 if version == "1.2" else check_bundle)(path) == []
    return (read_bundle_12 if version == "1.2" else read_bundle)(path)


def with_extra(**values: dict[str, str]) -> Tables:
    """The small district with these custom fields of its first record of each entity."""
    tables = small()
    for entity, extra in values.items():
        tables[entity][0]["extra"] = json.dumps(extra)
    return tables


def labels(**values: dict[str, str]) -> dict[str, tuple[str, ...]]:
    return {entity: tuple(extra) for entity, extra in values.items()}


def user(rows: Rows, sourced_id: str) -> dict[str, str]:
    (found,) = (row for row in rows["users"] if row["sourcedId"] == sourced_id)
    return found


def test_all_21_files_are_declared(tmp_path: Path) -> None:
    manifest = {row["propertyName"]: row["value"] for row in deliver(tmp_path, small())["manifest"]}

    modes = {name.removeprefix("file."): mode for name, mode in manifest.items() if name.startswith("file.")}
    assert len(modes) == 21
    assert {name for name, mode in modes.items() if mode == "bulk"} == {
        *("academicSessions", "classes", "courses", "enrollments", "orgs", "roles", "users"),
    }
    assert manifest["oneroster.version"] == "1.2"


def test_each_user_has_one_primary_role_in_each_school(tmp_path: Path) -> None:
    roles = deliver(tmp_path, small())["roles"]

    assert {row["roleType"] for row in roles} == {"primary"}
    assert {(row["userSourcedId"], row["orgSourcedId"]): row["role"] for row in roles} == {
        ("431", "3"): "student",
        ("432", "4"): "student",
        ("433", "3"): "student",
        ("T64", "3"): "teacher",
        ("T64", "4"): "teacher",
        ("T65", "3"): "teacher",
        ("T66", "district"): "districtAdministrator",
        ("T66", "3"): "siteAdministrator",
        ("C300", "3"): "parent",
        ("C300", "4"): "parent",
        ("C301", "3"): "relative",
        ("C302", "3"): "guardian",
    }


def test_the_home_school_is_the_primary_org(tmp_path: Path) -> None:
    tables = small()
    tables["teacher"][0]["schoolSourcedIds"] = "4,3"

    homes = {row["sourcedId"]: row["primaryOrgSourcedId"] for row in deliver(tmp_path, tables)["users"]}

    assert homes["T64"] == "4"
    assert homes["T66"] == "district"
    assert homes["C300"] == ""


@pytest.mark.parametrize("role", ["aide", "counselor", "principal", "systemAdministrator"])
def test_a_custom_field_tells_what_staff_are(tmp_path: Path, role: str) -> None:
    given = {"admin": {"role": role}}

    roles = deliver(tmp_path, with_extra(**given), labels(**given))["roles"]

    assert {row["role"] for row in roles if row["userSourcedId"] == "T66"} == {role}


@pytest.mark.parametrize(("version", "kept"), [("1.1", "administrator"), ("1.2", "siteAdministrator")])
def test_a_role_that_the_version_lacks_is_not_taken(tmp_path: Path, version: str, kept: str) -> None:
    given = {"admin": {"role": "Secretary"}}

    rows = deliver(tmp_path, with_extra(**given), labels(**given), version)

    found = [row["role"] for row in rows["roles"]] if version == "1.2" else [row["role"] for row in rows["users"]]
    assert kept in found
    assert "Secretary" not in found


def test_custom_fields_with_the_name_of_a_column_fill_it_and_others_are_metadata(tmp_path: Path) -> None:
    given = {
        "student": {"preferredGivenName": "Addie", "Pronouns": "she/her", "sms": "555-1", "house": "north"},
        "teacher": {"phone": "555-2", "grades": "09,10", "preferredFamilyName": "Dang"},
        "contact": {"phone": "555-3", "sms": "555-4"},
    }

    rows = deliver(tmp_path, with_extra(**given), labels(**given))

    ada, vera, uma = user(rows, "431"), user(rows, "T64"), user(rows, "C300")
    assert (ada["preferredGivenName"], ada["pronouns"], ada["sms"]) == ("Addie", "she/her", "555-1")
    assert (ada["metadata.house"], vera["metadata.house"]) == ("north", "")
    assert (vera["phone"], vera["grades"], vera["preferredFamilyName"]) == ("555-2", "09,10", "Dang")
    assert (uma["phone"], uma["metadata.phone"], uma["sms"]) == ("555-0101", "555-3", "555-4")
    assert [column for column in ada if column.startswith("metadata.")] == ["metadata.house", "metadata.phone"]


def test_a_column_that_1_1_lacks_is_metadata_there(tmp_path: Path) -> None:
    given = {"student": {"preferredGivenName": "Addie", "sms": "555-1"}}

    ada = user(deliver(tmp_path, with_extra(**given), labels(**given), "1.1"), "431")

    assert (ada["metadata.preferredGivenName"], ada["sms"]) == ("Addie", "555-1")
    assert "metadata.sms" not in ada


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_subjects_and_their_codes_belong_together(tmp_path: Path, version: str) -> None:
    tables = with_extra(course={"subjects": "Algebra, Geometry", "subjectCodes": "02052,02072", "grades": "09"})
    tables["course"][1]["extra"] = json.dumps({"subjects": "Shop", "subjectCodes": "1,2", "grades": "9"})

    first, second = deliver(tmp_path, tables, {"course": ("subjects", "subjectCodes", "grades")}, version)["courses"]

    assert (first["subjects"], first["subjectCodes"], first["grades"]) == ("Algebra,Geometry", "02052,02072", "09")
    assert (second["subjects"], second["subjectCodes"], second["grades"]) == ("Shop", "", "")


@pytest.mark.parametrize(("said", "delivered"), [("0", "false"), ("No", "false"), ("1", "true"), ("?", "true")])
def test_a_custom_field_disables_a_user(tmp_path: Path, said: str, delivered: str) -> None:
    given = {"student": {"enabledUser": said}}

    assert user(deliver(tmp_path, with_extra(**given), labels(**given)), "431")["enabledUser"] == delivered


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("a/0", "b"), ("a", "0/b")),
        (("a@b", "c"), ("a", "b@c")),
        (("a/1", "c"), ("a@", "c")),
        (("1", "23"), ("12", "3")),
    ],
)
def test_ids_of_roles_are_never_mixed_up(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert role_id(*one) != role_id(*other)


def test_an_id_of_a_role_is_never_too_long() -> None:
    long = role_id("a" * 255, "b" * 255)

    assert len(long) <= 255
    assert long != role_id("a" * 255, "b" * 254)
