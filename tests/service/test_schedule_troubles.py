"""Schedules while something else goes on: changes under a run at work, lost notes, starts that cross."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from psconnect.model.connection import Connection
from psconnect.model.errors import FixSettings, TryLater
from psconnect.model.runs import Run
from psconnect.model.schedule import ScheduleSettings
from psconnect.store.settings.schedule_notes import starting
from tests.support.demo import Connected
from tests.support.logs import ExpectLog
from tests.support.schedulers import MadeUpScheduler

DAILY = ScheduleSettings(every="day", at=["05:30", "17:30"], zone="America/Chicago")


def set_time(connected: Connected, text: str) -> datetime:
    """Set the clock to a time of Chicago in winter."""
    connected.clock.time = datetime.fromisoformat(f"{text}-06:00").astimezone(UTC)
    return connected.clock.time


def save(connected: Connected, settings: ScheduleSettings) -> Connection:
    connection = connected.service.connection(connected.name)
    return connected.service.save_connection(msgspec.structs.replace(connection, schedule=settings))


@pytest.fixture
def scheduler() -> MadeUpScheduler:
    return MadeUpScheduler()


@pytest.fixture
def scheduled(connected: Connected, scheduler: MadeUpScheduler) -> Connected:
    """A connection that delivered once and runs twice a day, on 18 November at noon."""
    connected.service.find_scheduler = lambda _home: scheduler
    connected.delivered()
    set_time(connected, "2026-11-18T12:00")
    save(connected, DAILY)
    return connected


def triggers(connected: Connected) -> list[tuple[str, str]]:
    return [(run.trigger, run.state) for run in connected.service.runs(connected.name)]


def while_it_runs(connected: Connected, monkeypatch: pytest.MonkeyPatch, change: Any) -> None:
    """Have something else happen at the end of the next run, before its start is settled."""
    real, service = connected.service.sync, connected.service

    def sync(name: str, **how: Any) -> Run:
        run = real(name, **how)
        monkeypatch.setattr(service, "sync", real)
        change()
        return run

    monkeypatch.setattr(service, "sync", sync)


def test_a_schedule_edited_while_its_run_is_at_work_stays_as_edited(
    scheduled: Connected, scheduler: MadeUpScheduler, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = msgspec.structs.replace(DAILY, at=["06:45"])
    set_time(scheduled, "2026-11-18T17:30:05")
    while_it_runs(scheduled, monkeypatch, lambda: save(scheduled, changed))
    assert scheduled.service.run_scheduled(scheduled.name).trigger == "schedule"
    (entry,) = scheduler.entries.values()
    assert [time.minute for time in entry.times] == [45]
    assert scheduled.service.schedule_state(scheduled.name).registered == "yes"


@pytest.mark.parametrize("how", ["disabled", "switched off"])
def test_what_is_switched_off_while_it_runs_stays_off(
    scheduled: Connected, scheduler: MadeUpScheduler, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    service, name = scheduled.service, scheduled.name

    def off() -> None:
        if how == "disabled":
            service.set_disabled(name, disabled=True)
        else:
            service.switch_schedule(name, on=False)

    set_time(scheduled, "2026-11-18T17:30:05")
    while_it_runs(scheduled, monkeypatch, off)
    assert service.run_scheduled(name)
    assert not scheduler.entries


def test_a_connection_removed_while_its_start_waits_for_the_keyring_is_gone(
    scheduled: Connected, scheduler: MadeUpScheduler, monkeypatch: pytest.MonkeyPatch
) -> None:
    service, name = scheduled.service, scheduled.name
    set_time(scheduled, "2026-11-18T17:30:05")
    monkeypatch.setattr(service, "wait_until_ready", lambda _connection, _cancel: service.remove_connection(name))
    with pytest.raises(FixSettings, match="PSC-CONNECTION-UNKNOWN"):
        service.run_scheduled(name)
    assert not scheduler.entries
    assert [path.name for path in service.home.rosters().iterdir() if path.is_file()] == []
    assert not service.belongings(name).items


@pytest.mark.parametrize("content", [b"", b"{", b"\x00" * 40, b'{"settled": 3}', b'{"settled": "2026-11-18T12:00:00"}'])
def test_lost_notes_leave_no_entry_behind(
    scheduled: Connected, scheduler: MadeUpScheduler, content: bytes, expect_log: ExpectLog
) -> None:
    expect_log("damaged note")
    scheduled.rosters.with_suffix(".schedule").write_bytes(content)
    scheduled.service.switch_schedule(scheduled.name, on=False)
    assert not scheduler.entries


def test_the_last_connections_entry_that_the_system_kept_is_found_again_by_the_id_of_its_home(
    scheduled: Connected, scheduler: MadeUpScheduler
) -> None:
    asked: list[str] = []

    def find(home_id: str) -> MadeUpScheduler:
        asked.append(home_id)
        return scheduler

    scheduled.service.find_scheduler = find
    scheduler.refusal = TryLater("PSC-SCHEDULE-ENTRY-MISSING")
    scheduled.service.remove_connection(scheduled.name)
    scheduler.refusal = None
    scheduled.service.finish_removals()
    assert not scheduler.entries
    assert len(set(asked)) == 1
    assert scheduled.service.home_id not in asked, "nothing of the last connection stays, not even that id"


def test_a_start_in_the_moment_of_another_look_is_not_lost(scheduled: Connected) -> None:
    """The window looks what is due in the very second in which the system starts psconnect."""
    set_time(scheduled, "2026-11-18T17:30:05")
    looking, looked = threading.Event(), threading.Event()

    def look() -> None:
        with starting(scheduled.rosters) as alone:
            assert alone
            looking.set()
            looked.wait(0.2)

    other = threading.Thread(target=look)
    other.start()
    looking.wait(5)
    run = scheduled.service.run_scheduled(scheduled.name)
    looked.set()
    other.join()
    assert run is not None
    assert run.trigger == "schedule"


def test_a_time_that_came_while_the_run_before_it_was_at_work_is_not_left_for_tomorrow(
    scheduled: Connected, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(scheduled, msgspec.structs.replace(DAILY, at=["05:30", "06:00"]))
    set_time(scheduled, "2026-11-19T05:30:05")
    while_it_runs(scheduled, monkeypatch, lambda: set_time(scheduled, "2026-11-19T08:00"))
    scheduled.service.run_scheduled(scheduled.name)
    assert [one[0] for one in triggers(scheduled)[:2]] == ["catch-up", "schedule"]
    assert scheduled.service.due_start(scheduled.name) is None


def test_a_run_that_delivered_stands_for_a_time_that_came_right_after_its_start(
    scheduled: Connected, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(scheduled, msgspec.structs.replace(DAILY, at=["05:30", "05:35"]))
    set_time(scheduled, "2026-11-19T05:30:05")
    while_it_runs(scheduled, monkeypatch, lambda: set_time(scheduled, "2026-11-19T05:40"))
    skipped = scheduled.service.run_scheduled(scheduled.name)
    assert (skipped.trigger, skipped.error["key"]) == ("schedule", "PSC-SKIPPED/delivered")
    assert triggers(scheduled)[1][1] in ("finished", "finished_with_problems")


def test_what_is_disabled_while_a_start_waits_for_the_keyring_is_skipped(
    scheduled: Connected, monkeypatch: pytest.MonkeyPatch
) -> None:
    service, name = scheduled.service, scheduled.name
    set_time(scheduled, "2026-11-18T17:30:05")
    monkeypatch.setattr(service, "wait_until_ready", lambda _c, _token: service.set_disabled(name, disabled=True))
    assert service.run_scheduled(name).error["key"] == "PSC-SKIPPED/disabled"
