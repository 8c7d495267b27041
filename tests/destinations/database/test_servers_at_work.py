"""Whole syncs of a demo district into a server: judged by plain SQL, cut by a stopped server and by kills."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from psconnect.model.runs import Run
from psconnect.store.settings.secrets import CLIENT_SECRET, variable
from tests.judges.roster_database import differences, faults, roster
from tests.judges.sql_truth import truth
from tests.support.database_servers import PASSWORD, ServerDatabase
from tests.support.demo import DISTRICT, NAME, TODAY, Connect, Connected
from tests.support.home import CHECKOUT
from tests.sync.test_kill import change_district

STEPS = ("database-tables", "database-written", "database-committed")


@pytest.fixture
def into_server(connect: Connect, server_database: ServerDatabase) -> Connected:
    """A connection to a demo district that delivers to a server, never run."""
    connected = connect(60, settings={"safety": {"preview": "never"}})
    connection = connected.service.connection(NAME)
    given = {"kind": "database", **server_database.settings}
    connected.service.save_connection(msgspec.structs.replace(connection, destination=given))
    connected.service.keep_secret(NAME, "destination.password", PASSWORD)
    return connected


def sync(connected: Connected) -> Run:
    """A sync, approved where it is held, that ends well."""
    run = connected.service.sync(NAME)
    run = connected.service.approve(run.id, "test") if run.state == "held" else run
    assert run.state.startswith("finished")
    assert run.refused == 0
    return run


def assert_right(connected: Connected, database: ServerDatabase) -> Path:
    """The tables are sound, and hold the district as it is."""
    copy = database.mirrored(connected.folder / "copy.sqlite")
    assert faults(copy) == []
    assert differences(copy, truth(connected.server.database, TODAY, DISTRICT)) == []
    return copy


def test_a_district_is_delivered_and_kept_up_to_date(into_server: Connected, server_database: ServerDatabase) -> None:
    sync(into_server)
    assert_right(into_server, server_database)
    assert sync(into_server).changes == {}
    change_district(into_server)
    sync(into_server)
    assert_right(into_server, server_database)


@pytest.mark.parametrize("step", STEPS[1:])
def test_a_server_that_stops_in_mid_apply(into_server: Connected, server_database: ServerDatabase, step: str) -> None:
    left = [step] * 4

    def stop(taken: str) -> None:
        if taken == step and left:
            left.pop()
        if taken == step and not left:
            server_database.server.stop()

    into_server.service.on_step = stop
    try:
        cut = into_server.service.sync(NAME)
        assert not left
        assert cut.error is not None
        assert PASSWORD not in str(cut.error)
    finally:
        server_database.server.start()
        into_server.service.on_step = lambda _step: None
    written = roster(server_database.mirrored(into_server.folder / "copy.sqlite"))
    assert sum(map(len, written.values())) > 0

    sync(into_server)

    assert_right(into_server, server_database)
    assert sync(into_server).changes == {}


@pytest.mark.parametrize("step", [STEPS[0], STEPS[1], pytest.param(STEPS[2], marks=pytest.mark.thorough)])
def test_killed_at_each_step_the_next_run_ends_with_the_roster(
    into_server: Connected, server_database: ServerDatabase, step: str
) -> None:
    environment = {
        **os.environ,
        "PYTHONPATH": str(CHECKOUT),
        variable(CLIENT_SECRET): into_server.service.secrets.get(NAME, CLIENT_SECRET),
        variable("destination.password"): PASSWORD,
    }
    command = [sys.executable, "-m", "tests.contracts.writer_driver", str(into_server.folder / "home"), NAME]
    times = "1" if step == "database-tables" else "3"
    killed = subprocess.run([*command, step, times], cwd=CHECKOUT, env=environment, check=False, capture_output=True)
    assert killed.returncode == -signal.SIGKILL

    again = subprocess.run(command, cwd=CHECKOUT, env=environment, check=False, capture_output=True, text=True)

    assert again.stdout.splitlines()[-1].startswith("state finished"), again.stdout[-300:] + again.stderr
    assert_right(into_server, server_database)
