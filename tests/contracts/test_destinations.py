"""The matrix: every kind of snapshot destination against the contract kit, one entry a kind."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from psconnect.destinations import KINDS
from psconnect.model.entities import BY_KEY
from tests.contracts.declaration_contract import DeclarationContract
from tests.contracts.delivery_contract import DeliveryContract
from tests.contracts.destination_kit import CONNECTION, Delivery, Person, Subject, by_sourced_id
from tests.contracts.disks import mount
from tests.contracts.fault_contract import FaultContract
from tests.contracts.rosters import Record
from tests.judges import sds
from tests.judges.apple import check_apple, read_apple
from tests.judges.canvas import check_canvas, read_canvas
from tests.judges.clever import check_clever, read_clever
from tests.judges.learning import check_learning, read_learning
from tests.judges.oneroster11 import check_bundle, read_bundle
from tests.judges.oneroster12 import check_bundle_12, read_bundle_12

__all__ = ["mount"]


def _oneroster_people(path: Path, read: Callable[[Path], dict[str, list[dict[str, str]]]]) -> dict[str, Person]:
    rows = read(path).get("users", [])
    return {row["sourcedId"]: Person(row["givenName"], row["familyName"], row["middleName"]) for row in rows}


def _read(path: Path, name: str) -> list[str]:
    """The lines of a file of the set, in a ZIP or in a folder."""
    if path.is_dir():
        return (path / name).read_text(encoding="utf-8").splitlines()
    with zipfile.ZipFile(path) as bundle:
        return bundle.read(name).decode().splitlines()


def _learning_people(path: Path) -> dict[str, Person]:
    return {row["external_id"]: Person(row["first_name"], row["last_name"], "") for row in read_learning(path)["users"]}


def _learning_person(entity: str, record: Record) -> tuple[str, Person]:
    user_id = json.loads(record["extra"])["guardianId"] if entity == "contact" else record["sourcedId"]
    return user_id, Person(record["givenName"], record["familyName"], "")


def _clever_people(path: Path) -> dict[str, Person]:
    """Contacts have one name; their rows are those of students."""
    files = read_clever(path)
    found = {}
    for file, person in (("students", "Student_id"), ("teachers", "Teacher_id"), ("staff", "Staff_id")):
        for row in files[file]:
            found[row[person]] = Person(row["First_name"], row["Last_name"], row.get("Middle_name", ""))
    contacts = [row for row in files["students"] if row["Contact_sis_id"]]
    return found | {row["Contact_sis_id"]: Person("", row["Contact_name"], "") for row in contacts}


def _clever_person(entity: str, record: Record) -> tuple[str, Person]:
    person_id, person = by_sourced_id(entity, record)
    return person_id, Person("", f"{person.given} {person.family}", "") if entity == "contact" else person


def _canvas_people(path: Path) -> dict[str, Person]:
    return {row["user_id"]: Person(row["first_name"], row["last_name"], "") for row in read_canvas(path)["users"]}


def _canvas_person(_entity: str, record: Record) -> tuple[str, Person]:
    return record["sourcedId"], Person(record["givenName"], record["familyName"], "")


def _listed(path: Path, entity: str) -> list[dict[str, str]]:
    attributes = BY_KEY[entity].attributes
    lines = _read(path, f"{entity}.txt")
    return [dict(zip(attributes, json.loads(line), strict=True)) for line in lines]


def _listed_people(path: Path) -> dict[str, Person]:
    rows = [row for entity in ("student", "teacher", "admin", "contact") for row in _listed(path, entity)]
    return {row["sourcedId"]: Person(row["givenName"], row["familyName"], row.get("middleName", "")) for row in rows}


def _listing_faults(path: Path) -> list[str]:
    """Each enrollment stands beside the title of its class, and nothing else does."""
    titles = {row["sourcedId"]: row["title"] for row in _listed(path, "class")}
    joined = [f"{row['sourcedId']} {titles[row['classSourcedId']]!r}" for row in _listed(path, "enrollment")]
    return sorted({*_read(path, "in-class.txt")} ^ {*joined})


LISTED_LOOSE = Subject(
    "test-listing",
    settings=lambda folder: {"folder": str(folder)},
    file=lambda folder: folder,
    faults=_listing_faults,
    people=_listed_people,
    exact=str,
    packing="loose",
)


def _sds_people(path: Path) -> dict[str, Person]:
    rows = sds.read_files(path).get("users", [])
    return {row["sourcedId"]: Person(row["givenName"], row["familyName"], "") for row in rows}


def _apple_people(path: Path) -> dict[str, Person]:
    files = read_apple(path)
    rows = [*files.get("students", []), *files.get("staff", [])]
    return {row["person_id"]: Person(row["first_name"], row["last_name"], row["middle_name"]) for row in rows}


_APPLE = Subject(
    "apple-csv",
    settings=lambda folder: {"folder": str(folder)},
    file=lambda folder: folder / f"{CONNECTION}.zip",
    faults=lambda path: [f"{f.file}:{f.line}: {f.rule}: {f.text}" for f in check_apple(path)],
    people=_apple_people,
    entities=("student", "teacher", "admin"),
    unread=("calendar", "contact", "relationship"),
)
_SDS = Subject(
    "sds-csv",
    settings=lambda folder: {"folder": str(folder)},
    file=lambda folder: folder / f"{CONNECTION}.zip",
    faults=lambda path: [f"{f.file}:{f.line}: {f.rule}: {f.text}" for f in sds.check_files(path)],
    people=_sds_people,
    person=lambda _entity, record: (record["sourcedId"], Person(record["givenName"], record["familyName"], "")),
    entities=("student", "teacher", "admin"),
    unread=("contact", "relationship"),
)

_LEARNING = Subject(
    "learning-csv",
    settings=lambda folder: {"folder": str(folder)},
    file=lambda folder: folder / f"{CONNECTION}.zip",
    # The kit's grades are OneRoster's words.
    faults=lambda path: [str(one) for one in check_learning(path) if one.rule != "level"],
    people=_learning_people,
    person=_learning_person,
)

_CANVAS = Subject(
    "canvas-csv",
    settings=lambda folder: {"folder": str(folder)},
    file=lambda folder: folder / f"{CONNECTION}.zip",
    faults=lambda path: [str(one) for one in check_canvas(path)],
    people=_canvas_people,
    person=_canvas_person,
)

MATRIX = (
    _APPLE,
    _SDS,
    replace(_SDS, packing="loose", file=lambda folder: folder),
    Subject(
        "test-listing",
        settings=lambda folder: {"folder": str(folder)},
        file=lambda folder: folder / f"{CONNECTION}.zip",
        faults=_listing_faults,
        people=_listed_people,
        exact=str,
    ),
    Subject(
        "test-strict",
        settings=lambda folder: {"folder": str(folder)},
        file=lambda folder: folder / f"{CONNECTION}.zip",
        faults=_listing_faults,
        people=_listed_people,
        exact=str,
    ),
    LISTED_LOOSE,
    _LEARNING,
    replace(_LEARNING, packing="loose", file=lambda folder: folder),
    Subject(
        "clever-csv",
        settings=lambda folder: {"folder": str(folder)},
        file=lambda folder: folder / f"{CONNECTION}.zip",
        faults=lambda path: [f"{f.file}:{f.line}: {f.rule}: {f.text}" for f in check_clever(path)],
        people=_clever_people,
        person=_clever_person,
        packing="zip",
    ),
    Subject(
        "clever-csv",
        settings=lambda folder: {"folder": str(folder)},
        file=lambda folder: folder,
        faults=lambda path: [f"{f.file}:{f.line}: {f.rule}: {f.text}" for f in check_clever(path)],
        people=_clever_people,
        person=_clever_person,
    ),
    _CANVAS,
    replace(_CANVAS, packing="loose", file=lambda folder: folder),
    Subject(
        "oneroster-csv",
        settings=lambda folder: {"folder": str(folder)},
        file=lambda folder: folder / f"{CONNECTION}.zip",
        faults=lambda path: [f"{f.file}:{f.line}: {f.rule}: {f.text}" for f in check_bundle(path)],
        people=lambda path: _oneroster_people(path, read_bundle),
    ),
    Subject(
        "oneroster-csv",
        variant="1.2",
        settings=lambda folder: {"folder": str(folder), "version": "1.2", "demographics": True},
        file=lambda folder: folder / f"{CONNECTION}.zip",
        faults=lambda path: [f"{f.file}:{f.line}: {f.rule}: {f.text}" for f in check_bundle_12(path)],
        people=lambda path: _oneroster_people(path, read_bundle_12),
    ),
    Subject(
        "classlink-csv",
        settings=lambda folder: {"folder": str(folder)},
        file=lambda folder: folder,
        faults=lambda path: [f"{f.file}:{f.line}: {f.rule}: {f.text}" for f in check_bundle(path)],
        people=lambda path: _oneroster_people(path, read_bundle),
    ),
)


def _nothing(_path: Path) -> Any:
    return {}


WRITERS = (
    Subject(
        "test-accounts",
        settings=lambda folder: {"file": str(folder / "accounts.sqlite")},
        file=lambda folder: folder / "accounts.sqlite",
        faults=_nothing,
        people=_nothing,
    ),
    Subject(
        "database",
        settings=lambda folder: {"file": str(folder / "roster.sqlite")},
        file=lambda folder: folder / "roster.sqlite",
        faults=_nothing,
        people=_nothing,
    ),
    Subject(
        "moodle",
        settings=lambda _folder: {"url": "https://moodle.lincoln.example.org"},
        file=lambda folder: folder,
        faults=_nothing,
        people=_nothing,
    ),
)
"""Kinds that take single changes: what they do is tested in test_every_writer."""


@pytest.fixture(params=MATRIX, ids=lambda subject: subject.name)
def subject(request: pytest.FixtureRequest) -> Subject:
    """A kind of destination."""
    found: Subject = request.param
    return found


@pytest.fixture
def delivery(subject: Subject, tmp_path: Path) -> Delivery:
    """A destination of that kind with an empty folder."""
    folder = tmp_path / "Roster für Schüler"
    folder.mkdir()
    return Delivery(subject, folder)


class TestDeclaration(DeclarationContract):
    """Each kind's declaration."""

    @pytest.fixture(params=(*MATRIX, *WRITERS), ids=lambda subject: subject.name)
    def subject(self, request: pytest.FixtureRequest) -> Subject:
        """A kind of destination, of either sort."""
        found: Subject = request.param
        return found


class TestDelivery(DeliveryContract):
    """Each kind's deliveries."""


class TestFaults(FaultContract):
    """Each kind when something goes wrong."""


def test_every_kind_is_in_the_matrix() -> None:
    assert {subject.kind for subject in (*MATRIX, *WRITERS)} == set(KINDS)
