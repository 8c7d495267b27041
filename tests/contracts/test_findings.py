"""The kinds that tell more than they declare, against the findings contract: one entry a kind."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import pytest

from psconnect.destinations import KINDS
from psconnect.destinations.telling import Told
from tests.contracts.findings_contract import Delivered, Findings, FindingsContract, Reading, Rows
from tests.contracts.rosters import Record, awkward, without_breaks
from tests.judges import sds
from tests.judges.apple import read_apple
from tests.judges.canvas import read_canvas
from tests.judges.clever import read_clever
from tests.judges.learning import read_learning
from tests.judges.oneroster11 import read_bundle
from tests.judges.oneroster12 import read_bundle_12

_PEOPLE = ("student", "teacher", "admin", "contact")


def _column(rows: Rows, file: str, *columns: str) -> set[str]:
    """The values of these columns in a file, joined by a blank."""
    return {" ".join(row[column] for column in columns) for row in rows.get(file, [])}


def _each(entities: Iterable[str], values: set[str]) -> dict[str, set[str]]:
    return dict.fromkeys(entities, values)


def _pair(record: Record) -> str:
    return f"{record['classSourcedId']} {record['userSourcedId']}"


def _relation(record: Record) -> str:
    return f"{record['contactSourcedId']} {record['studentSourcedId']}"


def _apple(rows: Rows) -> Delivered:
    return {
        "school": _column(rows, "locations", "location_id"),
        "student": _column(rows, "students", "person_id"),
        **_each(("teacher", "admin"), _column(rows, "staff", "person_id")),
        "course": _column(rows, "courses", "course_id"),
        "class": _column(rows, "classes", "class_id"),
        "enrollment": _column(rows, "rosters", "roster_id"),
    }


def _called_at_apple(_entity: str, record: Record) -> str:
    """Two ids of the awkward roster have a sign that Apple doesn't take."""
    return record["sourcedId"].replace("_", "-x5f-").replace(" ", "-x20-")


def _sds(rows: Rows) -> Delivered:
    return {
        "school": _column(rows, "orgs", "sourcedId"),
        "calendar": _column(rows, "academicSessions", "sourcedId"),
        **_each(_PEOPLE, _column(rows, "users", "sourcedId")),
        "course": _column(rows, "courses", "sourcedId"),
        "class": _column(rows, "classes", "sourcedId"),
        "enrollment": _column(rows, "enrollments", "classSourcedId", "userSourcedId"),
        "relationship": _column(rows, "relationships", "relationshipUserSourcedId", "userSourcedId"),
    }


def _joined(entity: str, record: Record) -> str:
    """Enrollments and relationships are called by what they join."""
    by = {"enrollment": _pair, "relationship": _relation}
    return by.get(entity, lambda one: one["sourcedId"])(record)


def _clever(rows: Rows) -> Delivered:
    return {
        "school": _column(rows, "schools", "School_id"),
        "student": _column(rows, "students", "Student_id"),
        "contact": _column(rows, "students", "Contact_sis_id"),
        "relationship": _column(rows, "students", "Contact_sis_id", "Student_id"),
        "teacher": _column(rows, "teachers", "Teacher_id"),
        "admin": _column(rows, "staff", "Staff_id"),
        "class": _column(rows, "sections", "Section_id"),
        "course": _column(rows, "sections", "Course_number"),
        "calendar": _column(rows, "sections", "Term_name"),
        "enrollment": _column(rows, "enrollments", "Section_id", "Student_id"),
    }


def _called_at_clever(entity: str, record: Record) -> str:
    name = {"course": "courseCode", "calendar": "title"}.get(entity)
    return without_breaks(record[name]) if name else _joined(entity, record)


def _canvas(rows: Rows) -> Delivered:
    found: defaultdict[str, set[str]] = defaultdict(set)
    found |= {
        "school": _column(rows, "accounts", "account_id"),
        **_each(_PEOPLE, _column(rows, "users", "user_id")),
        "class": _column(rows, "sections", "section_id"),
        # Without course names of its own, a course stands in the names of its classes.
        "course": {name.split(" (")[0] for name in _column(rows, "courses", "long_name")},
    }
    return found


def _called_at_canvas(entity: str, record: Record) -> str:
    return record["title"] if entity == "course" else record["sourcedId"]


def _learning(rows: Rows) -> Delivered:
    owners = _column(rows, "classes", "class_id", "teacher_id")
    return {
        "school": _column(rows, "organizations", "organization_id"),
        **_each(_PEOPLE, _column(rows, "users", "external_id")),
        "class": _column(rows, "classes", "class_id"),
        "course": _column(rows, "classes", "code"),
        "enrollment": _column(rows, "memberships", "class_id", "user_id") | owners,
    }


def _called_at_learning(entity: str, record: Record) -> str:
    extra = json.loads(record.get("extra") or "{}")
    if entity == "contact":
        return str(extra.get("guardianId", ""))
    return record["courseCode"] if entity == "course" else _joined(entity, record)


def _position(entity: str, record: Record) -> str:
    """With Teachers.DCID as the id of staff."""
    if entity in ("teacher", "admin"):
        return str(json.loads(record.get("extra") or "{}").get("teacherDcid", ""))
    return _called_at_learning(entity, record)


def _bundle(rows: Rows) -> Delivered:
    return {
        "school": _column(rows, "orgs", "sourcedId"),
        "calendar": _column(rows, "academicSessions", "sourcedId"),
        "course": _column(rows, "courses", "sourcedId"),
        "class": _column(rows, "classes", "sourcedId"),
        **_each(_PEOPLE, _column(rows, "users", "sourcedId")),
    }


READINGS = (
    Reading(
        "apple-csv",
        lambda folder: read_apple(folder / "r.zip"),
        _apple,
        _called_at_apple,
        ({"accounts": "federated"}, {"accounts": "sis-username"}, {}),
    ),
    Reading(
        "sds-csv",
        lambda folder: sds.read_files(folder / "r.zip"),
        _sds,
        _joined,
        ({}, {"account": "email", "relationships": True, "demographics": True, "user_flags": True}),
    ),
    Reading(
        "clever-csv", lambda folder: read_clever(folder / "r.zip"), _clever, _called_at_clever, ({"packing": "zip"},)
    ),
    Reading(
        "canvas-csv",
        lambda folder: read_canvas(folder / "r.zip"),
        _canvas,
        _called_at_canvas,
        ({"courses": "course"}, {"courses": "section"}),
        # Nothing was delivered before.
        never=frozenset({"removed-but-kept", "login-passed-on"}),
    ),
    Reading(
        "learning-csv",
        lambda folder: read_learning(folder / "r.zip"),
        _learning,
        _called_at_learning,
        ({}, {"generated_usernames": False}),
    ),
    Reading(
        "learning-csv",
        lambda folder: read_learning(folder / "r.zip"),
        _learning,
        _position,
        ({"teacher_ids": "teachers-dcid"},),
    ),
    Reading(
        "oneroster-csv",
        lambda folder: read_bundle(folder / "r.zip"),
        _bundle,
        variants=({}, {"demographics": True}),
    ),
    Reading("oneroster-csv", lambda folder: read_bundle_12(folder / "r.zip"), _bundle, variants=({"version": "1.2"},)),
    # The assumed role is a word of 1.2.
    Reading("classlink-csv", read_bundle, _bundle, never=frozenset({"staff-role-assumed"})),
)


@pytest.fixture(params=sorted({reading.kind for reading in READINGS}))
def findings(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Findings]:
    """What a kind tells of the awkward roster, with each reading of its files."""
    found = [Findings(reading) for reading in READINGS if reading.kind == request.param]
    for number, one in enumerate(found):
        with monkeypatch.context() as patch:
            one.look(awkward(), tmp_path / str(number), lambda note: patch.setattr(Told, "__call__", note))
    return found


class TestFindings(FindingsContract):
    """Each kind's findings."""


def test_every_kind_of_files_with_rules_of_its_own_is_here() -> None:
    with_rules = {name for name, kind in KINDS.items() if kind.rules and kind.places and not name.startswith("test-")}
    assert {reading.kind for reading in READINGS} == with_rules
