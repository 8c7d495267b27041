"""The proof of a scheduled start, and waiting for what a computer that has just woken lacks."""

from __future__ import annotations

import socket
from typing import Any

import msgspec
import pytest

from psconnect.model.clock import CancelToken
from psconnect.model.errors import Cancelled, FixSettings
from psconnect.schedule.systems.kind import Entry
from psconnect.store.settings.secrets import CLIENT_SECRET
from tests.service.test_schedules import DAILY, set_time
from tests.support.demo import Connected
from tests.support.schedulers import MadeUpScheduler


@pytest.fixture
def scheduler(connected: Connected) -> MadeUpScheduler:
    found = MadeUpScheduler()
    connected.service.find_scheduler = lambda _home: found
    return found


def starting(connected: Connected, scheduler: MadeUpScheduler) -> None:
    """Have the made-up scheduler do what the command line of its entry says."""

    def start(entry: Entry) -> None:
        verb, name, what = entry.command[-3:]
        assert (verb, what) == ("schedule", "proved-start")
        connected.service.prove_start(name)

    scheduler.on_start = start


def test_a_start_by_the_system_that_reads_every_secret_is_proved(
    connected: Connected, scheduler: MadeUpScheduler
) -> None:
    starting(connected, scheduler)
    proof = connected.service.prove_schedule(connected.name)
    assert (proof.started_by, proof.trouble) == ("systemd", None)
    assert set(proof.secrets) == {CLIENT_SECRET}
    assert all(proof.secrets.values())
    assert connected.service.schedule_state(connected.name).proof == proof
    assert not scheduler.entries


def test_a_secret_that_is_not_there_is_named(connected: Connected, scheduler: MadeUpScheduler) -> None:
    starting(connected, scheduler)
    connected.service.forget_secrets(connected.name)
    proof = connected.service.prove_schedule(connected.name)
    assert (proof.trouble["code"], proof.trouble["where"]) == ("PSC-SECRET-MISSING", CLIENT_SECRET)


def test_a_system_that_does_not_start_it_is_told_after_a_while(
    connected: Connected, scheduler: MadeUpScheduler
) -> None:
    proof = connected.service.prove_schedule(connected.name)
    assert proof.trouble["code"] == "PSC-SCHEDULE-PROOF"
    assert sum(connected.clock.waited) >= 120
    assert not scheduler.entries


def test_an_older_proof_does_not_count(connected: Connected, scheduler: MadeUpScheduler) -> None:
    connected.service.prove_start(connected.name)
    assert connected.service.prove_schedule(connected.name).trouble


def test_a_computer_without_a_scheduler_proves_nothing(connected: Connected) -> None:
    connected.service.find_scheduler = lambda _home: None
    with pytest.raises(FixSettings, match="PSC-SCHEDULE-NO-SYSTEM"):
        connected.service.prove_schedule(connected.name)


def scheduled(connected: Connected) -> None:
    set_time(connected, "2026-11-18T12:00")
    connection = connected.service.connection(connected.name)
    connected.service.save_connection(msgspec.structs.replace(connection, schedule=DAILY))
    set_time(connected, "2026-11-18T17:30:05")


def failing_look_ups(monkeypatch: pytest.MonkeyPatch, times: int) -> list[str]:
    asked: list[str] = []
    real = socket.getaddrinfo

    def look_up(host: str, *more: Any, **how: Any) -> Any:
        asked.append(host)
        if len(asked) <= times:
            raise socket.gaierror(socket.EAI_AGAIN, "no network yet")
        return real(host, *more, **how)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return asked


def test_a_network_that_is_not_up_yet_is_waited_for(connected: Connected, monkeypatch: pytest.MonkeyPatch) -> None:
    scheduled(connected)
    failing_look_ups(monkeypatch, 5)
    run = connected.service.run_scheduled(connected.name)
    assert run.state == "held"
    assert sum(connected.clock.waited) >= 25


def test_a_network_that_does_not_come_up_is_a_failure_after_a_minute(
    connected: Connected, monkeypatch: pytest.MonkeyPatch
) -> None:
    scheduled(connected)
    failing_look_ups(monkeypatch, 10_000)
    run = connected.service.run_scheduled(connected.name)
    assert run.state == "failed"
    assert 60 <= connected.clock.waited.count(5.0) * 5.0 <= 70


def test_a_person_who_starts_a_run_does_not_wait_for_the_network(
    connected: Connected, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing_look_ups(monkeypatch, 10_000)
    assert connected.service.sync(connected.name).state == "failed"
    assert 5.0 not in connected.clock.waited


def test_a_keyring_that_is_locked_right_after_login_is_waited_for(
    connected: Connected, monkeypatch: pytest.MonkeyPatch
) -> None:
    scheduled(connected)
    asked: list[str] = []
    real = connected.service.secrets.place

    def place(name: str, key: str) -> Any:
        asked.append(key)
        if len(asked) <= 3:
            raise FixSettings("PSC-SECRET-KEYRING", reason="")
        return real(name, key)

    monkeypatch.setattr(connected.service.secrets, "place", place)
    assert connected.service.run_scheduled(connected.name).state == "held"
    assert connected.clock.waited.count(5.0) == 3


def test_waiting_ends_when_somebody_cancels(connected: Connected, monkeypatch: pytest.MonkeyPatch) -> None:
    scheduled(connected)
    failing_look_ups(monkeypatch, 10_000)
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        connected.service.run_scheduled(connected.name, cancel=cancel)
    assert connected.service.run_scheduled(connected.name) is None
