"""What a server refuses, or is too old for, ends a sync with a way out; nothing is emptied for it."""

from __future__ import annotations

import pytest

from psconnect.cli import codes
from psconnect.demo import Quirks
from tests.support.demo import Connect, Connected


def failed(connected: Connected) -> dict[str, str]:
    """The error of a sync that stops."""
    run = connected.service.sync(connected.name)
    assert run.state == "failed", run
    assert run.error is not None
    assert codes.for_run(run) in (codes.USAGE, codes.NOT_READ)
    assert not connected.bundle.exists()
    return run.error


@pytest.mark.parametrize("version", ["10.0.9.9", "9.2"])
def test_a_server_that_is_too_old_stops_a_sync_as_it_stops_the_check(connect: Connect, version: str) -> None:
    connected = connect(quirks=Quirks(server_version=version))
    connected.server.reset_calls()
    error = failed(connected)
    assert error["code"] == "PSC-ACCESS-VERSION"
    assert version in error["happened"]
    assert connected.server.calls.to("/ws/schema") == 0
    found = connected.service.check(connected.name, lambda _finding: None)
    (told,) = [finding for finding in found if finding.state == "failed"]
    assert (told.code, told.text) == (error["code"], error["happened"])


@pytest.mark.parametrize("metadata", ["signed", "v1"])
def test_a_server_that_keeps_its_version_to_who_is_signed_in_is_read(connect: Connect, metadata: str) -> None:
    connected = connect(quirks=Quirks(metadata=metadata))  # type: ignore[arg-type]
    connected.delivered()
