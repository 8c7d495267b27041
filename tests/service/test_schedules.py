"""Schedules through the service: what is due, what runs, and what is skipped, with the reason in the history."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest

from psconnect.model.clock import CancelToken
from psconnect.model.errors import AnotherRunActive, FixSettings
from psconnect.model.runs import Run
from psconnect.model.schedule import ScheduledStart, ScheduleSettings
from psconnect.schedule.due import start_begun
from psconnect.store.lock import run_lock
from psconnect.wording.run_sentence import sentence_of
from tests.support.demo import Connected

DAILY = ScheduleSettings(every="day", at=["05:30", "17:30"], zone="America/Chicago")


def set_time(connected: Connected, text: str) -> datetime:
    """Set the clock to a time of Chicago in winter."""
    connected.clock.time = datetime.fromisoformat(f"{text}-06:00").astimezone(UTC)
    return connected.clock.time


def schedule(connected: Connected, settings: ScheduleSettings = DAILY) -> None:
    connection = connected.service.connection(connected.name)
    connected.service.save_connection(msgspec.structs.replace(connection, schedule=settings))


@pytest.fixture
def scheduled(connected: Connected) -> Connected:
    """A connection that runs twice a day, saved on 18 November at noon."""
    set_time(connected, "2026-11-18T12:00")
    schedule(connected)
    return connected


def triggers(connected: Connected) -> list[tuple[str, str]]:
    return [(run.trigger, run.state) for run in connected.service.runs(connected.name)]


def test_what_is_due_runs_once_and_nothing_runs_early(scheduled: Connected) -> None:
    service, name = scheduled.service, scheduled.name
    assert service.due_start(name) is None
    assert service.run_scheduled(name) is None
    set_time(scheduled, "2026-11-18T17:30:05")
    assert service.due_start(name).why == "schedule"
    run = service.run_scheduled(name)
    assert (run.trigger, run.state) == ("schedule", "held")  # a first run waits for an approval
    assert service.run_scheduled(name) is None
    assert service.due_start(name) is None
    assert len(service.runs(name)) == 1
    state = service.schedule_state(name)
    assert state.last == ScheduledStart(datetime(2026, 11, 18, 23, 30, tzinfo=UTC), "schedule")
    assert state.next == ScheduledStart(datetime(2026, 11, 19, 11, 30, tzinfo=UTC), "schedule")


def test_all_that_was_missed_is_made_up_once_and_recorded_as_such(scheduled: Connected) -> None:
    service, name = scheduled.service, scheduled.name
    set_time(scheduled, "2026-11-22T09:00")
    run = service.run_scheduled(name)
    assert run.trigger == "catch-up"
    assert service.run_scheduled(name) is None
    assert len(service.runs(name)) == 1


def test_a_start_a_moment_early_waits_for_its_time(scheduled: Connected) -> None:
    set_time(scheduled, "2026-11-18T17:29:30")
    run = scheduled.service.run_scheduled(scheduled.name)
    assert run.trigger == "schedule"
    assert run.started >= datetime(2026, 11, 18, 23, 30, tzinfo=UTC)
    set_time(scheduled, "2026-11-19T05:20")  # as launchd does when an entry is loaded
    assert scheduled.service.run_scheduled(scheduled.name) is None


def test_the_command_of_the_system_names_the_connection_by_its_id(scheduled: Connected) -> None:
    set_time(scheduled, "2026-11-18T17:30:05")
    an_id = scheduled.service.connection(scheduled.name).id
    assert scheduled.service.run_scheduled(an_id).connection == scheduled.name


def test_times_that_are_new_count_from_now_on_and_what_was_missed_before_is_still_owed(scheduled: Connected) -> None:
    service, name = scheduled.service, scheduled.name
    schedule(scheduled, msgspec.structs.replace(DAILY, at=["11:00", "17:30"]))
    assert service.due_start(name) is None
    set_time(scheduled, "2026-11-18T19:00")
    schedule(scheduled, msgspec.structs.replace(DAILY, at=["18:00"]))
    assert service.run_scheduled(name).trigger == "catch-up"
    assert service.run_scheduled(name) is None


def test_what_came_due_while_disabled_is_never_made_up(scheduled: Connected) -> None:
    service, name = scheduled.service, scheduled.name
    service.set_disabled(name, disabled=True)
    set_time(scheduled, "2026-11-18T17:30:05")
    assert service.due_start(name) is None
    assert service.schedule_state(name).next is None
    skipped = service.run_scheduled(name)
    assert (skipped.state, skipped.trigger) == ("skipped", "schedule")
    assert sentence_of(skipped, "").text == "Skipped: The connection is disabled"
    set_time(scheduled, "2026-11-19T10:00")
    service.set_disabled(name, disabled=False)
    assert service.run_scheduled(name) is None


def test_mission_g31_what_was_missed_is_not_made_up_after_the_last_day_but_told(scheduled: Connected) -> None:
    schedule(scheduled, msgspec.structs.replace(DAILY, until=date(2026, 11, 18)))
    set_time(scheduled, "2026-11-19T08:00")
    run = scheduled.service.run_scheduled(scheduled.name)
    assert run.state == "skipped"
    assert run.error["key"] == "PSC-SKIPPED/ended"
    set_time(scheduled, "2027-01-19T08:00")
    assert scheduled.service.run_scheduled(scheduled.name) is None
    assert scheduled.service.schedule_state(scheduled.name).next is None


def test_another_run_at_work_is_waited_for_and_then_noted(scheduled: Connected) -> None:
    set_time(scheduled, "2026-11-18T17:30:05")
    with run_lock(scheduled.rosters.with_suffix(".lock"), scheduled.name):
        run = scheduled.service.run_scheduled(scheduled.name)
    assert run.state == "skipped"
    assert run.error["key"] == "PSC-SKIPPED/busy"
    assert sum(scheduled.clock.waited) >= 600
    assert scheduled.service.run_scheduled(scheduled.name) is None


def test_a_refusal_before_there_is_a_run_is_a_failed_run_in_the_history(scheduled: Connected) -> None:
    schedule_of = scheduled.service.connection(scheduled.name)
    broken = msgspec.structs.replace(schedule_of, destination={"kind": "database"})
    scheduled.service._files.save(broken)
    set_time(scheduled, "2026-11-18T17:30:05")
    run = scheduled.service.run_scheduled(scheduled.name)
    assert (run.state, run.trigger) == ("failed", "schedule")
    assert run.error["code"]
    assert triggers(scheduled) == [("schedule", "failed")]


def test_a_plan_that_waits_is_replaced_by_fresher_data_unless_somebody_has_worked_on_it(scheduled: Connected) -> None:
    service, name = scheduled.service, scheduled.name
    set_time(scheduled, "2026-11-18T17:30:05")
    held = service.run_scheduled(name)
    set_time(scheduled, "2026-11-19T05:30:05")
    again = service.run_scheduled(name)
    assert again.state == "held"
    assert service.run(held.id).state == "expired"
    approved = service.approve(again.id, "first delivery")
    assert approved.state in ("finished", "finished_with_problems")
    undo = service.undo(approved.id)
    set_time(scheduled, "2026-11-19T17:30:05")
    skipped = service.run_scheduled(name)
    assert skipped.error["key"] == "PSC-SKIPPED/undo"
    assert skipped.error["values"]["run_id"] == undo.id
    # After a day it can't be approved any more.
    set_time(scheduled, "2026-11-21T05:30:05")
    assert service.run_scheduled(name).state != "skipped"


def test_a_plan_with_excluded_records_waits_for_its_decision(scheduled: Connected) -> None:
    service, name = scheduled.service, scheduled.name
    held = service.sync(name)
    change = next(change for change in service.changes(held.id) if change.entity == "contact")
    service.exclude(held.id, "contact", [change.key])
    set_time(scheduled, "2026-11-18T17:30:05")
    skipped = service.run_scheduled(name)
    assert skipped.error["key"] == "PSC-SKIPPED/excluded"
    assert service.run(held.id).state == "held"


def test_mission_d16_run_tonight_is_recorded_as_such_and_needs_no_schedule(connected: Connected) -> None:
    service, name = connected.service, connected.name
    now = set_time(connected, "2026-11-18T12:00")
    schedule(connected, ScheduleSettings(zone="America/Chicago"))
    at = service.run_tonight(name)
    assert now < at < now + timedelta(hours=24)
    assert service.schedule_state(name).next == ScheduledStart(at, "tonight")
    assert service.run_tonight(name) == at  # the minute was drawn once
    connected.clock.time = at + timedelta(seconds=3)
    run = service.run_scheduled(name)
    assert run.trigger == "tonight"
    assert service.run_scheduled(name) is None
    assert service.schedule_state(name).tonight is None


def test_run_tonight_can_be_given_up_and_is_refused_while_disabled(connected: Connected) -> None:
    service, name = connected.service, connected.name
    at = service.run_tonight(name)
    service.cancel_tonight(name)
    connected.clock.time = at + timedelta(minutes=1)
    assert service.run_scheduled(name) is None
    service.set_disabled(name, disabled=True)
    with pytest.raises(FixSettings, match="PSC-CONNECTION-DISABLED"):
        service.run_tonight(name)


def test_a_schedule_is_switched_off_and_on_with_its_times(scheduled: Connected) -> None:
    service, name = scheduled.service, scheduled.name
    assert service.switch_schedule(name, on=False).schedule.at == DAILY.at
    assert service.schedule_state(name).next is None
    set_time(scheduled, "2026-11-18T18:00")
    assert service.run_scheduled(name) is None
    assert service.switch_schedule(name, on=True).schedule.every == "day"
    assert service.run_scheduled(name) is None
    schedule(scheduled, ScheduleSettings())
    with pytest.raises(FixSettings, match="PSC-SCHEDULE-NO-TIME"):
        service.switch_schedule(name, on=True)


def begin_and_die(connected: Connected) -> None:
    """What is on disk after a process was killed that had begun what was due."""
    connection = connected.service.connection(connected.name)
    found = connected.service._due_soon(connection, CancelToken())
    connected.service._change_notes(connection, lambda notes: start_begun(notes, found))


def test_a_start_whose_process_was_killed_is_begun_again_once(scheduled: Connected) -> None:
    service, name = scheduled.service, scheduled.name
    set_time(scheduled, "2026-11-18T17:30:05")

    for _attempt in range(2):
        begin_and_die(scheduled)
    assert service.due_start(name) is None
    set_time(scheduled, "2026-11-19T05:30:05")
    assert service.run_scheduled(name).trigger == "schedule"


def test_a_killed_start_is_made_up_and_then_settled(scheduled: Connected) -> None:
    service, name = scheduled.service, scheduled.name
    set_time(scheduled, "2026-11-18T17:30:05")
    begin_and_die(scheduled)
    assert service.run_scheduled(name).trigger == "catch-up"
    assert service.run_scheduled(name) is None


def test_a_clock_that_was_years_ahead_stops_nothing_once_it_is_right_again(scheduled: Connected) -> None:
    service, name = scheduled.service, scheduled.name
    set_time(scheduled, "2098-01-01T06:00")
    assert service.run_scheduled(name).trigger == "catch-up"
    set_time(scheduled, "2026-11-19T12:00")
    assert service.run_scheduled(name) is None
    set_time(scheduled, "2026-11-19T17:30:05")
    assert service.run_scheduled(name).trigger == "schedule"


def test_a_clock_that_is_set_back_by_hours_runs_nothing_twice(scheduled: Connected) -> None:
    service, name = scheduled.service, scheduled.name
    set_time(scheduled, "2026-11-18T17:30:05")
    assert service.run_scheduled(name)
    set_time(scheduled, "2026-11-18T15:00")
    assert service.run_scheduled(name) is None
    set_time(scheduled, "2026-11-18T17:30:05")
    assert service.run_scheduled(name) is None


def test_a_run_of_somebody_else_that_delivered_meanwhile_stands_for_the_start(
    scheduled: Connected, monkeypatch: pytest.MonkeyPatch
) -> None:
    service, name = scheduled.service, scheduled.name
    scheduled.delivered()
    set_time(scheduled, "2026-11-18T17:30:05")
    real, tried = service.sync, list[str]()

    def sync(name: str, **how: Any) -> Run:
        if how.get("trigger") == "schedule":
            tried.append(name)
            if len(tried) == 1:
                raise AnotherRunActive("PSC-RUN-ACTIVE", connection=name)
        return real(name, **how)

    monkeypatch.setattr(service, "sync", sync)
    monkeypatch.setattr(scheduled.clock, "wait", lambda _seconds, _cancel: real(name))
    run = service.run_scheduled(name)
    assert (run.state, run.error["key"]) == ("skipped", "PSC-SKIPPED/delivered")
    assert len(tried) == 1
