"""``schedule`` and ``sync --trigger schedule``: what they print, and their exit codes."""

from __future__ import annotations

from itertools import chain

import pytest

from psconnect.cli import codes
from psconnect.service import Service
from psconnect.store.lock import run_lock
from tests.cli.conftest import Psconnect
from tests.service.test_schedules import schedule, set_time
from tests.support.demo import Connected
from tests.support.schedulers import MadeUpScheduler


@pytest.fixture
def scheduler(monkeypatch: pytest.MonkeyPatch) -> MadeUpScheduler:
    """The made-up scheduler of every service that the command line opens."""
    found = MadeUpScheduler()
    real = Service.__init__

    def opened(self: Service, *more: object, **how: object) -> None:
        real(self, *more, **how)  # type: ignore[arg-type]
        self.find_scheduler = lambda _home: found

    monkeypatch.setattr(Service, "__init__", opened)
    return found


@pytest.fixture
def scheduled(connected: Connected) -> Connected:
    set_time(connected, "2026-11-18T12:00")
    schedule(connected)
    return connected


def test_on_off_and_status(psconnect: Psconnect, scheduled: Connected, scheduler: MadeUpScheduler) -> None:
    off = psconnect("schedule", scheduled.name, "off", "--json", connected=scheduled)
    assert (off.code, off.document["every"], off.document["next"]) == (codes.DONE, "never", None)
    on = psconnect("schedule", scheduled.name, "on", "--json", connected=scheduled)
    assert (on.code, on.document["registered"], on.document["system"]) == (codes.DONE, "yes", "systemd")
    assert on.document["next"] == {"at": "2026-11-18T23:30:00+00:00", "why": "schedule"}
    status = psconnect("schedule", scheduled.name, "status", connected=scheduled)
    assert "05:30" in status.out
    assert "Registered with systemd." in status.out
    scheduler.entries.clear()
    assert "Not registered" in psconnect("schedule", scheduled.name, "status", connected=scheduled).out


def test_a_schedule_without_a_time_can_not_be_switched_on(psconnect: Psconnect, connected: Connected) -> None:
    said = psconnect("schedule", connected.name, "on", connected=connected)
    assert said.code == codes.USAGE
    assert "PSC-SCHEDULE-NO-TIME" in said.err


def test_tonight_and_not_after_all(psconnect: Psconnect, scheduled: Connected, scheduler: MadeUpScheduler) -> None:
    tonight = psconnect("schedule", scheduled.name, "tonight", "--json", connected=scheduled)
    assert tonight.code == codes.DONE
    state = psconnect("schedule", scheduled.name, "status", "--json", connected=scheduled).document
    assert state["tonight"] == tonight.document["tonight"]
    assert psconnect("schedule", scheduled.name, "not-tonight", connected=scheduled).code == codes.DONE
    assert psconnect("schedule", scheduled.name, "status", "--json", connected=scheduled).document["tonight"] is None


def test_the_proof_starts_the_command_line_itself(
    psconnect: Psconnect, scheduled: Connected, scheduler: MadeUpScheduler
) -> None:
    started: list[int] = []
    scheduler.on_start = lambda entry: started.append(psconnect(*entry.command[-3:], connected=scheduled).code)
    said = psconnect("schedule", scheduled.name, "prove", "--json", connected=scheduled)
    assert said.code == codes.DONE
    assert started == [codes.DONE]
    assert said.document["proof"]["secrets"] == {"source.client_secret": "environment"}


def test_what_the_systems_scheduler_starts(psconnect: Psconnect, scheduled: Connected) -> None:
    an_id = scheduled.service.connection(scheduled.name).id
    command = ("sync", an_id, "--trigger", "schedule", "--json")
    nothing = psconnect(*command, connected=scheduled)
    assert (nothing.code, nothing.document) == (codes.DONE, {"due": None})
    set_time(scheduled, "2026-11-18T17:30:05")
    held = psconnect(*command, connected=scheduled)
    assert (held.code, held.document["trigger"]) == (codes.HELD, "schedule")
    set_time(scheduled, "2026-11-19T05:30:05")
    with run_lock(scheduled.rosters.with_suffix(".lock"), scheduled.name):
        busy = psconnect(*command, connected=scheduled)
    assert (busy.code, busy.document["state"]) == (codes.ACTIVE, "skipped")
    assert busy.document["error"]["code"] == "PSC-SKIPPED"


@pytest.mark.parametrize("scope_first", [True, False])
def test_a_scheduled_start_takes_no_scope(psconnect: Psconnect, scheduled: Connected, *, scope_first: bool) -> None:
    options = [("--scope", "users"), ("--trigger", "schedule")]
    said = psconnect("sync", scheduled.name, *chain.from_iterable(options if scope_first else options[::-1]))
    assert said.code == codes.USAGE
    assert "--scope" in said.err


def test_a_skipped_start_of_a_disabled_connection_says_so(psconnect: Psconnect, scheduled: Connected) -> None:
    scheduled.service.set_disabled(scheduled.name, disabled=True)
    set_time(scheduled, "2026-11-18T17:30:05")
    said = psconnect("sync", scheduled.name, "--trigger", "schedule", connected=scheduled)
    assert said.code == codes.USAGE
    assert "The connection is disabled" in said.err


def test_an_id_without_a_connection_is_refused(psconnect: Psconnect, scheduled: Connected) -> None:
    said = psconnect("sync", "gone1234", "--trigger", "schedule", connected=scheduled)
    assert said.code == codes.USAGE
