"""The contract kit's deliveries on OpenSSH: loose files, published through the SFTP place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from psconnect.destinations.snapshot import Snapshot
from tests.contracts.delivery_contract import DeliveryContract
from tests.contracts.destination_kit import Delivery, Subject
from tests.contracts.test_destinations import MATRIX
from tests.support.openssh import OpenSsh

(_SDS,) = (one for one in MATRIX if one.name == "sds-csv loose")


@dataclass
class ClosedDelivery(Delivery):
    """A delivery whose connections end with the test."""

    made: list[Snapshot] = field(default_factory=list)

    def make(self, **settings: Any) -> Snapshot:
        """A new destination object; the ones before have hung up."""
        self.close()
        made = super().make(**settings)
        self.made.append(made)
        return made

    def close(self) -> None:
        """Hang up."""
        for made in self.made:
            made.close()


@pytest.fixture(params=[_SDS], ids=lambda one: one.name)
def subject(request: pytest.FixtureRequest, openssh: OpenSsh) -> Subject:
    """A kind whose files go to the server; the test sees its folder."""
    found: Subject = request.param
    settings = {f"sftp.{key}": value for key, value in openssh.settings.items()}
    return replace(
        found,
        settings=lambda folder: {
            **found.settings(folder),
            "place": "sftp",
            **settings,
            "sftp.folder": str(folder),
        },
    )


@pytest.fixture
def delivery(subject: Subject, openssh: OpenSsh) -> Iterator[Delivery]:
    """A destination of that kind with an empty folder."""
    folder = openssh.folder / "Roster für Schüler"
    folder.mkdir(mode=0o777)
    delivery = ClosedDelivery(subject, folder)
    yield delivery
    delivery.close()


@pytest.mark.thorough
class TestDelivery(DeliveryContract):
    """Deliveries."""


def test_a_kind_s_files_arrive(delivery: Delivery) -> None:
    DeliveryContract().test_publishes_what_was_prepared(delivery)
