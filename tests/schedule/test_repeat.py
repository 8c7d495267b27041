"""A schedule that runs again every few minutes of the school day, so that a change arrives without anybody's doing."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from psconnect.model.schedule import MOST_STARTS, ScheduleSettings, check_schedule
from psconnect.schedule.due import GRACE, Schedule, due, seen
from psconnect.schedule.entries import entry_of
from psconnect.store.settings.schedule_notes import ScheduleNotes
from tests.schedule.test_occurrences import daily, local_starts

CHICAGO = ZoneInfo("America/Chicago")
EVERY_HALF_HOUR = daily("05:30", "07:00", repeat=30, repeat_until="07:15", zone="America/Chicago")


def test_mission_m25_it_runs_again_from_the_first_time_until_the_last() -> None:
    assert local_starts(EVERY_HALF_HOUR, "America/Chicago", date(2026, 11, 18), 1) == [
        f"Wed 18 {at} -0600" for at in ("05:30", "06:00", "06:30", "07:00")
    ]


def test_the_last_time_is_one_of_them_if_it_fits() -> None:
    assert daily("06:00", repeat=60, repeat_until="08:00").times == ["06:00", "07:00", "08:00"]
    assert daily("06:00", "20:00", repeat=60, repeat_until="07:59").times == ["06:00", "07:00", "20:00"]
    assert daily("06:00", repeat=0, repeat_until="08:00").times == ["06:00"]


def test_a_school_day_of_quarters_of_an_hour_is_not_too_often() -> None:
    settings = daily("06:15", repeat=15, repeat_until="16:00")
    check_schedule(settings)
    assert len(settings.times) == MOST_STARTS


def test_one_run_makes_up_for_all_that_was_missed_while_the_computer_was_off() -> None:
    schedule = Schedule(EVERY_HALF_HOUR, None, CHICAGO)
    notes = seen(ScheduleNotes(), datetime(2026, 11, 18, 5, 0, tzinfo=CHICAGO))
    found = due(schedule, notes, datetime(2026, 11, 18, 7, 0, tzinfo=CHICAGO) + 2 * GRACE)
    assert found
    assert (found.start.why, f"{found.start.at.astimezone(CHICAGO):%H:%M}") == ("catch-up", "07:00")


def test_a_windows_task_has_room_for_all_its_times_also_when_two_zones_change_their_clocks_apart() -> None:
    """A server whose clock is UTC has each local time of the district twice, before and after the change."""
    settings = ScheduleSettings(
        every="day", at=["06:15"], repeat=15, repeat_until="16:00", zone="America/Chicago", new_year=True
    )
    schedule = Schedule(settings, date(2027, 8, 16), UTC)
    before_the_change = datetime(2026, 10, 28, 12, tzinfo=UTC)
    entry = entry_of("k7mzqw", "Lincoln", ("psconnect",), schedule, None, before_the_change)
    assert entry
    triggers = len(entry.times) + 1
    assert triggers <= 48, "MS-TSCH 2.5.3; one is the start at login"
    times = {(one.hour, one.minute) for one in entry.times if not one.on}
    assert {
        (start.at.hour, start.at.minute)
        for start in schedule.between(before_the_change, before_the_change.replace(day=29))
    } <= times
