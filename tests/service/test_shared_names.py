"""A set-up whose user names or course numbers another connection has delivered to the same place already."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from psconnect.model.clock import CancelToken
from psconnect.model.connection import Connection, from_dict, to_dict
from psconnect.model.errors import FixSettings
from psconnect.model.events import ignore
from psconnect.service import LiveReading
from psconnect.wording.errors import word
from tests.support.demo import Connected


@pytest.fixture
def reading(connected: Connected) -> Iterator[LiveReading]:
    made = connected.service.live_reading("a1b2c3d4")
    yield made
    made.wipe()


def college(connected: Connected, **options: str) -> Connection:
    """A set-up beside the connection: the same district by another address, so every name stands in both."""
    data = to_dict(connected.service.connection(connected.name))
    source = {**data["source"], "url": connected.server.url.replace("127.0.0.1", "localhost")}
    options = {**data["options"], "id_prefix": "C-", **options}
    return from_dict({**data, "id": "", "name": "College", "source": source, "options": options})


def read(connected: Connected, reading: LiveReading) -> None:
    secret = str(connected.server.plugins()[0].client_secret)
    reading.read(college(connected), secret, ignore, CancelToken())


def refused(connected: Connected, reading: LiveReading, **options: str) -> FixSettings:
    with pytest.raises(FixSettings) as caught:
        connected.service.check_names(college(connected, **options), reading)
    assert caught.value.code == "PSC-SETTINGS-SHARED"
    return caught.value


def test_mission_m04_names_that_clash_are_told_before_saving(connected: Connected, reading: LiveReading) -> None:
    run = connected.service.sync(connected.name)
    assert run.state == "held"
    read(connected, reading)
    made = [(change.entity, change.after or {}) for change in connected.service.changes(run.id)]
    names = {record["username"].casefold() for _entity, record in made if record.get("username")}
    numbers = {record["courseCode"].casefold() for entity, record in made if entity == "course"}

    error = refused(connected, reading)
    assert error.where == "options.username_prefix"
    assert f" {len(names):,} user names" in word(error).happened
    assert connected.name in word(error).happened

    error = refused(connected, reading, username_prefix="c.")
    assert error.where == "options.course_prefix"
    assert f" {len(numbers):,} course numbers" in word(error).happened

    connected.service.check_names(college(connected, username_prefix="c.", course_prefix="C-"), reading)


def test_what_has_no_reading_or_goes_elsewhere_is_not_compared(connected: Connected, reading: LiveReading) -> None:
    run = connected.service.sync(connected.name)
    connected.service.approve(run.id, "test")
    connected.service.check_names(college(connected), reading)

    read(connected, reading)
    refused(connected, reading)
    other: dict[str, Any] = {**college(connected).destination, "folder": str(connected.folder / "elsewhere")}
    connected.service.check_names(msgspec.structs.replace(college(connected), destination=other), reading)


def test_what_was_never_delivered_clashes_with_nothing(connected: Connected, reading: LiveReading) -> None:
    read(connected, reading)
    connected.service.check_names(college(connected), reading)
