"""Who belongs to whom stands in both directions; a contact's role is the closest of their relationships."""

from __future__ import annotations

from pathlib import Path

import pytest

from psconnect.model.clock import CancelToken
from tests.contracts.opening import open_snapshot
from tests.contracts.rosters import ListRoster, Tables, small
from tests.judges.oneroster11 import check_bundle, read_bundle


def users(folder: Path, tables: Tables) -> dict[str, dict[str, str]]:
    """The delivered users by id."""
    destination = open_snapshot("r", {"kind": "oneroster-csv", "folder": str(folder)})
    destination.prepare(ListRoster(tables), CancelToken()).publish()
    assert check_bundle(folder / "r.zip") == []
    return {row["sourcedId"]: row for row in read_bundle(folder / "r.zip")["users"]}


def agents(found: dict[str, dict[str, str]]) -> dict[str, set[str]]:
    return {key: set(filter(None, row["agentSourcedIds"].split(","))) for key, row in found.items()}


def relate(tables: Tables, *pairs: tuple[str, str, str]) -> Tables:
    """The roster with these relationships alone: student, contact, role."""
    tables["relationship"] = [
        {"sourcedId": str(1001 + at), "studentSourcedId": student, "contactSourcedId": contact, "role": role}
        for at, (student, contact, role) in enumerate(pairs)
    ]
    there = {contact for _student, contact, _role in pairs}
    tables["contact"] = [contact for contact in tables["contact"] if contact["sourcedId"] in there]
    return tables


def test_agents_stand_in_both_directions(tmp_path: Path) -> None:
    found = agents(users(tmp_path, small()))

    assert found["431"] == {"C300", "C301"}
    assert found["432"] == {"C300"}
    assert found["C300"] == {"431", "432"}
    assert found["C302"] == {"433"}
    assert not found["T64"] | found["T66"]
    for user, others in found.items():
        assert all(user in found[other] for other in others)


def test_a_student_without_contacts_has_no_agents(tmp_path: Path) -> None:
    found = agents(users(tmp_path, relate(small(), ("431", "C300", "parent"))))

    assert found["432"] == set()
    assert found["433"] == set()


def test_a_relationship_that_is_listed_twice_counts_once(tmp_path: Path) -> None:
    found = users(tmp_path, relate(small(), ("431", "C300", "parent"), ("431", "C300", "relative")))

    assert found["431"]["agentSourcedIds"] == "C300"
    assert found["C300"]["agentSourcedIds"] == "431"


def test_agents_stand_in_the_order_of_the_relationships(tmp_path: Path) -> None:
    found = users(tmp_path, relate(small(), ("431", "C302", "relative"), ("431", "C300", "parent")))

    assert found["431"]["agentSourcedIds"] == "C302,C300"


@pytest.mark.parametrize(
    ("roles", "expected"),
    [
        (("parent",), "parent"),
        (("guardian",), "guardian"),
        (("relative",), "relative"),
        (("",), "relative"),
        (("Neighbor",), "relative"),
        (("relative", "parent"), "parent"),
        (("guardian", "parent"), "parent"),
        (("relative", "guardian"), "guardian"),
        (("guardian", "relative", ""), "guardian"),
    ],
)
def test_a_contact_has_the_closest_of_their_roles(tmp_path: Path, roles: tuple[str, ...], expected: str) -> None:
    students = ("431", "432", "433")
    tables = relate(small(), *((student, "C300", role) for student, role in zip(students, roles, strict=False)))

    assert users(tmp_path, tables)["C300"]["role"] == expected


def test_a_contact_belongs_to_the_schools_of_their_students(tmp_path: Path) -> None:
    found = users(tmp_path, small())

    assert sorted(found["C300"]["orgSourcedIds"].split(",")) == ["3", "4"]
    assert found["C301"]["orgSourcedIds"] == "3"


def test_students_belong_to_their_schools_in_the_given_order_and_so_do_their_contacts(tmp_path: Path) -> None:
    tables = small()
    for student, schools in zip(tables["student"], ("4,3", "3"), strict=False):
        student["schoolSourcedIds"] = schools

    found = users(tmp_path, relate(tables, ("431", "C300", "parent"), ("432", "C300", "parent")))

    assert (found["431"]["orgSourcedIds"], found["432"]["orgSourcedIds"]) == ("4,3", "3")
    assert sorted(found["C300"]["orgSourcedIds"].split(",")) == ["3", "4"]


def test_staff_belong_to_their_schools_in_the_given_order(tmp_path: Path) -> None:
    tables = small()
    tables["teacher"][0]["schoolSourcedIds"] = "4,3"

    found = users(tmp_path, tables)

    assert found["T64"]["orgSourcedIds"] == "4,3"
    assert found["T66"]["orgSourcedIds"] == "district,3"
