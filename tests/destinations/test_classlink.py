"""ClassLink: OneRoster 1.1 with the exact ids in a column of their own, because ClassLink may change sourcedId."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from psconnect.model.clock import CancelToken
from psconnect.sync.compose import load_preset
from tests.contracts.opening import open_snapshot
from tests.contracts.rosters import ListRoster, small
from tests.judges.oneroster11 import check_bundle, read_bundle

Rows = dict[str, list[dict[str, str]]]


def deliver(folder: Path, extra: dict[str, str] | None = None, **settings: Any) -> Rows:
    """The files of a conforming delivery; ``extra`` are custom fields of the first student."""
    folder = folder / "DailyImport"
    folder.mkdir(exist_ok=True)
    tables, labels = small(), tuple(extra or {})
    tables["student"][0]["extra"] = json.dumps(extra) if extra else ""
    given = {"kind": "classlink-csv", "folder": str(folder), **settings}
    roster = ListRoster(tables, further={"student": labels})
    open_snapshot("r", given).prepare(roster, CancelToken()).publish()
    assert check_bundle(folder) == []
    return read_bundle(folder)


@pytest.mark.parametrize("file", ["orgs", "courses", "classes", "users"])
def test_each_record_has_its_exact_id_twice(tmp_path: Path, file: str) -> None:
    rows = deliver(tmp_path)[file]

    assert rows
    assert all(row["metadata.sisId"] == row["sourcedId"] for row in rows)


def test_the_number_is_the_identifier(tmp_path: Path) -> None:
    users = {row["sourcedId"]: row["identifier"] for row in deliver(tmp_path)["users"]}

    assert (users["431"], users["T64"]) == ("204000", "00001")


def test_the_column_can_be_left_out(tmp_path: Path) -> None:
    rows = deliver(tmp_path, exact_ids=False)

    assert not [column for row in rows["users"] for column in row if column.startswith("metadata.")]


def test_a_custom_field_of_that_label_takes_its_place(tmp_path: Path) -> None:
    ada, other, *_rest = deliver(tmp_path, {"SISID": "9431", "SDS_State_ID": "77"})["users"]

    assert (ada["metadata.SISID"], ada["metadata.SDS_State_ID"]) == ("9431", "77")
    assert other["metadata.SISID"] == ""
    assert "metadata.sisId" not in ada


def test_demographics_are_off_unless_switched_on(tmp_path: Path) -> None:
    values = {"sex": "F"}
    assert "demographics" not in deliver(tmp_path, values)

    assert [row["sex"] for row in deliver(tmp_path, values, demographics=True)["demographics"]] == ["female"]


def test_all_files_that_classlink_needs_are_there(tmp_path: Path) -> None:
    rows = deliver(tmp_path)

    assert {"manifest", "academicSessions", "orgs", "courses", "classes", "users", "enrollments"} <= set(rows)
    modes = {row["propertyName"]: row["value"] for row in rows["manifest"]}
    assert modes["oneroster.version"] == "1.1"


def test_the_preset_is_not_verified_and_tells_of_the_login() -> None:
    preset = load_preset("classlink")

    assert not preset.verified
    assert preset.settings["destination"]["kind"] == "classlink-csv"
    assert any("login" in hint for hint in preset.hints)
