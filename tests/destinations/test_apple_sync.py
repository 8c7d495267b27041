"""Whole syncs of demo districts into Apple School Manager's files: judged, and read back as what plain SQL expects."""

from __future__ import annotations

from typing import Any

import pytest

from tests.judges.apple import check_apple, read_apple
from tests.judges.sql_truth import truth
from tests.support.demo import DISTRICT, TODAY, Connect, Connected


def district(connect: Connect, seed: int, **more: Any) -> Connected:
    """A demo district that was delivered to Apple School Manager."""
    settings: dict[str, Any] = {
        "preset": "apple",
        "safety": {"preview": "never"},
        "destination": {"kind": "apple-csv", "accounts": more.pop("accounts", "names")},
    }
    connected = connect(seed=seed, settings={**settings, **more})
    run = connected.service.sync(connected.name)
    if run.state == "held":
        run = connected.service.approve(run.id, "test")
    assert run.state.startswith("finished"), run
    return connected


@pytest.mark.parametrize("seed", [1, 2])
def test_a_demo_district_conforms_and_is_complete(connect: Connect, seed: int) -> None:
    connected = district(connect, seed)

    assert check_apple(connected.bundle) == []
    files, expected = read_apple(connected.bundle), truth(connected.server.database, TODAY, DISTRICT)
    people = {row["person_id"]: row for row in (*files["students"], *files["staff"])}
    for key, person in {**expected["student"], **expected["teacher"], **expected["admin"]}.items():
        row = people[key]
        names = ("givenName", "middleName", "familyName", "identifier", "email", "username")
        columns = ("first_name", "middle_name", "last_name", "person_number", "email_address", "sis_username")
        assert [row[name] for name in columns] == [person[name] for name in names]
    assert {row["class_id"]: row["class_number"] for row in files["classes"]} == {
        key: one["classCode"] for key, one in expected["class"].items()
    }
    wanted = {
        (key, one["classSourcedId"], one["userSourcedId"])
        for key, one in expected["enrollment"].items()
        if one["role"] == "student"
    }
    assert {tuple(row.values()) for row in files["rosters"] if row["student_id"] in expected["student"]} == wanted
    leads = {
        one["classSourcedId"]: one["userSourcedId"]
        for one in expected["enrollment"].values()
        if one["primary"] == "true"
    }
    assert {row["class_id"]: row["instructor_id"] for row in files["classes"] if row["class_id"] in leads} == leads


def test_a_prefix_and_numbers_as_ids_are_rewritten(connect: Connect) -> None:
    connected = district(connect, 1, ids={"course": "number"}, options={"id_prefix": "N_"})

    assert check_apple(connected.bundle) == []
    assert all(row["person_id"].startswith("N-x5f-") for row in read_apple(connected.bundle)["students"])


def test_a_federated_district_has_only_people_with_an_address_of_their_own(connect: Connect) -> None:
    connected = district(connect, 1, accounts="federated")

    assert check_apple(connected.bundle, "email_address") == []
    assert read_apple(connected.bundle)["students"]
