"""The matrix: every kind of snapshot destination against the contract kit, one entry a kind."""

from __future__ import annotations

from pathlib import Path

import pytest

from psconnect.destinations import KINDS
from tests.contracts.declaration_contract import DeclarationContract
from tests.contracts.delivery_contract import DeliveryContract
from tests.contracts.destination_kit import CONNECTION, Delivery, Person, Subject
from tests.contracts.disks import mount
from tests.contracts.fault_contract import FaultContract
from tests.judges.oneroster11 import check_bundle, read_bundle

__all__ = ["mount"]


def _oneroster_people(path: Path) -> dict[str, Person]:
    rows = read_bundle(path).get("users", [])
    return {row["sourcedId"]: Person(row["givenName"], row["familyName"], row["middleName"]) for row in rows}


MATRIX = (
    Subject(
        "oneroster-csv",
        settings=lambda folder: {"folder": str(folder)},
        file=lambda folder: folder / f"{CONNECTION}.zip",
        faults=lambda path: [f"{f.file}:{f.line}: {f.rule}: {f.text}" for f in check_bundle(path)],
        people=_oneroster_people,
    ),
)


@pytest.fixture(params=MATRIX, ids=lambda subject: subject.kind)
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


class TestDelivery(DeliveryContract):
    """Each kind's deliveries."""


class TestFaults(FaultContract):
    """Each kind when something goes wrong."""


def test_every_kind_is_in_the_matrix() -> None:
    assert {subject.kind for subject in MATRIX} == set(KINDS)
