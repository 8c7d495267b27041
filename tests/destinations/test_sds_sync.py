"""Whole syncs of demo districts into School Data Sync files: judged, and read back as what plain SQL expects."""

from __future__ import annotations

from typing import Any

import pytest

from tests.judges.sds import check_files, read_files
from tests.judges.sql_truth import Truth, truth
from tests.support.demo import DISTRICT, TODAY, Connect, Connected

ALL = {"relationships": True, "demographics": True, "user_flags": True}
CUSTOM = {"student": "Students.Gender|sex, Students.DOB|birthDate, Students.Ethnicity|raceCodes"}


def district(connect: Connect, seed: int, **destination: Any) -> Connected:
    """A demo district that was delivered to School Data Sync."""
    settings: dict[str, Any] = {
        "preset": "sds",
        "safety": {"preview": "never"},
        "options": {"parents": "all"},
        "custom": CUSTOM,
        "destination": {"kind": "sds-csv", **destination},
    }
    connected = connect(seed=seed, settings=settings)
    run = connected.service.sync(connected.name)
    if run.state == "held":
        run = connected.service.approve(run.id, "test")
    assert run.state.startswith("finished"), run
    return connected


def people(expected: Truth) -> dict[str, dict[str, str]]:
    return {**expected["student"], **expected["teacher"], **expected["admin"]}


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("destination", [{}, ALL, {"account": "email", **ALL}], ids=["few", "all", "email"])
def test_a_demo_district_conforms_and_is_complete(connect: Connect, seed: int, destination: dict[str, Any]) -> None:
    connected = district(connect, seed, **destination)

    # Twins share an e-mail address in each demo district: told, and delivered all the same.
    shared = {"username-double"} if destination.get("account") == "email" else set()
    assert {fault.rule for fault in check_files(connected.bundle)} == shared
    files, expected = read_files(connected.bundle), truth(connected.server.database, TODAY, DISTRICT)
    delivered = {row["sourcedId"]: row for row in files["users"]}
    for key, person in people(expected).items():
        name = person["email" if destination.get("account") == "email" else "username"]
        assert (key in delivered) == bool(name), key
        if name:
            row = delivered[key]
            values = (name, person["givenName"], person["familyName"], person["email"])
            assert (row["username"], row["givenName"], row["familyName"], row["email"]) == values
    assert {row["sourcedId"] for row in files["classes"]} == expected["class"].keys()
    assert {row["code"] for row in files["classes"]} == {one["classCode"] for one in expected["class"].values()}
    members = {(one["classSourcedId"], one["userSourcedId"], one["role"]) for one in expected["enrollment"].values()}
    # The truth has only people with a user name; by e-mail address, those without one are delivered, too.
    known = {key for key in people(expected) if key in delivered}
    assert {tuple(row.values()) for row in files["enrollments"] if row["userSourcedId"] in people(expected)} == {
        one for one in members if one[1] in known
    }


def test_custom_fields_of_a_district_become_demographics(connect: Connect) -> None:
    connected = district(connect, 1, **ALL)

    rows = read_files(connected.bundle)["demographics"]
    assert len(rows) == len(truth(connected.server.database, TODAY, DISTRICT)["student"])
    assert {row["sex"] for row in rows} <= {"male", "female", "notSelected", ""}
    assert all(row["birthDate"] for row in rows)
