"""Starts worked out from settings: local times, clocks that change, the last day, the first day of school, tonight."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from psconnect.model.schedule import ScheduleSettings
from psconnect.schedule.occurrences import moment_at, next_start, starts, tonight

CHICAGO = ZoneInfo("America/Chicago")


def local_starts(
    settings: ScheduleSettings, zone: str, first: date, days: int, new_year: date | None = None
) -> list[str]:
    """The starts from the beginning of a day on, as that zone's clock shows them."""
    here = ZoneInfo(zone)
    begin = datetime.combine(first, datetime.min.time(), here).astimezone(UTC) - timedelta(seconds=1)
    found = starts(settings, new_year, begin, begin + timedelta(days=days, hours=-2), here)
    return [f"{start.at.astimezone(here):%a %d %H:%M %z}" for start in found]


def daily(*at: str, **more: Any) -> ScheduleSettings:
    return ScheduleSettings(every="day", at=list(at), **more)


def test_mission_l06_twice_a_day_on_every_day() -> None:
    assert local_starts(daily("05:30", "17:30"), "America/Chicago", date(2026, 11, 18), 2) == [
        "Wed 18 05:30 -0600",
        "Wed 18 17:30 -0600",
        "Thu 19 05:30 -0600",
        "Thu 19 17:30 -0600",
    ]


def test_a_weekly_schedule_runs_on_its_days_in_the_districts_zone() -> None:
    settings = ScheduleSettings(every="week", days=["mon", "fri"], at=["05:30"], zone="Australia/Sydney")
    found = starts(settings, None, datetime(2026, 11, 15, tzinfo=UTC), datetime(2026, 11, 22, tzinfo=UTC), CHICAGO)
    assert [f"{start.at.astimezone(ZoneInfo(settings.zone)):%a %H:%M}" for start in found] == ["Mon 05:30", "Fri 05:30"]
    # In Chicago, that is the day before.
    assert [f"{start.at.astimezone(CHICAGO):%a %H:%M}" for start in found] == ["Sun 12:30", "Thu 12:30"]


@pytest.mark.parametrize(
    ("zone", "day", "at", "expected"),
    [
        ("America/Chicago", date(2027, 3, 14), ("02:00", "02:30", "03:00"), ["Sun 14 03:00 -0500"]),
        ("America/Chicago", date(2026, 11, 1), ("01:30",), ["Sun 01 01:30 -0500"]),
        ("Australia/Lord_Howe", date(2026, 10, 4), ("02:10",), ["Sun 04 02:30 +1100"]),
        ("Australia/Lord_Howe", date(2027, 4, 4), ("01:45",), ["Sun 04 01:45 +1100"]),
        ("America/Santiago", date(2026, 9, 6), ("00:00",), ["Sun 06 01:00 -0300"]),
        # This country skipped a whole day.
        ("Pacific/Apia", date(2011, 12, 29), ("09:00",), ["Thu 29 09:00 -1000", "Sat 31 00:00 +1400"]),
    ],
)
def test_a_time_that_the_clocks_skip_runs_after_the_gap_and_one_that_comes_twice_runs_once(
    zone: str, day: date, at: tuple[str, ...], expected: list[str]
) -> None:
    assert local_starts(daily(*at), zone, day, 2 if "Apia" in zone else 1)[: len(expected)] == expected
    assert len(local_starts(daily(*at), zone, day, 1)) == 1


def test_mission_g31_nothing_starts_after_the_expiration_date() -> None:
    settings = daily("05:30", "23:59", until=date(2027, 6, 15))
    assert local_starts(settings, "America/Denver", date(2027, 6, 14), 30)[-1] == "Tue 15 23:59 -0600"
    end = datetime(2027, 6, 16, 6, tzinfo=UTC)
    assert next_start(settings, None, end, ZoneInfo("America/Denver")) is None


def test_mission_g22_the_first_day_of_the_school_calendar_starts_at_12_am_in_the_districts_zone() -> None:
    settings = daily("05:30", new_year=True)
    first_day = date(2027, 8, 16)
    zone = ZoneInfo("America/Denver")
    found = starts(settings, first_day, datetime(2027, 8, 16, tzinfo=UTC), datetime(2027, 8, 17, tzinfo=UTC), zone)
    assert [(f"{start.at.astimezone(zone):%d %H:%M}", start.why) for start in found] == [
        ("16 00:00", "new-year"),
        ("16 05:30", "schedule"),
    ]
    # Not if it was not asked for, not after the end, and once where a chosen time is the same.
    of_day = (first_day, datetime(2027, 8, 16, tzinfo=UTC), datetime(2027, 8, 17, tzinfo=UTC), zone)
    assert [start.why for start in starts(daily("05:30"), *of_day)] == ["schedule"]
    assert not starts(daily("05:30", new_year=True, until=date(2027, 6, 15)), *of_day)
    assert [start.why for start in starts(daily("00:00", new_year=True), *of_day)] == ["new-year"]


def test_a_schedule_that_is_off_starts_nothing_and_keeps_its_times() -> None:
    settings = ScheduleSettings(every="never", at=["05:30"], new_year=True)
    assert not local_starts(settings, "America/Chicago", date(2026, 11, 18), 400, date(2026, 11, 20))


def test_the_last_days_of_the_calendar_can_be_asked_for() -> None:
    assert moment_at(date(2027, 3, 14), datetime.min.time(), CHICAGO) == datetime(2027, 3, 14, 6, tzinfo=UTC)


def clicked(click: str, minute: int | None, usual: int = 10, off_peak: tuple[str, str] = ("22:00", "05:00")) -> str:
    settings = ScheduleSettings(off_peak=off_peak, off_peak_minute=minute, zone="America/Chicago")
    now = datetime.fromisoformat(f"2026-11-{click}").replace(tzinfo=CHICAGO).astimezone(UTC)
    at = tonight(settings, now, timedelta(minutes=usual), UTC)
    assert now <= at
    return f"{at.astimezone(CHICAGO):%d %H:%M}"


def test_mission_d16_tonight_is_in_off_peak_hours_and_done_within_24_hours_of_the_click() -> None:
    assert clicked("18 11:00", 75) == "18 23:15"
    assert clicked("18 21:59", 0) == "18 22:00"
    # Past the drawn minute of this very night: at once.
    assert clicked("18 23:30", 75) == "18 23:30"
    assert clicked("19 04:30", 75) == "19 04:30"
    assert clicked("19 05:00", 75) == "19 23:15"
    # The drawn minute would be too late to be done in time.
    assert clicked("18 05:01", 419) == "19 04:51"
    assert clicked("18 05:01", 419, usual=600) == "18 22:00"
    assert clicked("18 12:00", 30, off_peak=("12:30", "13:30")) == "18 13:00"


def test_mission_d16_every_click_of_a_day_with_every_minute_ends_in_time() -> None:
    settings = ScheduleSettings(off_peak=("21:30", "04:10"), zone="America/Chicago")
    usual = timedelta(minutes=45)
    for day in (date(2027, 3, 13), date(2026, 10, 31), date(2026, 11, 18)):
        begin = datetime(day.year, day.month, day.day, tzinfo=CHICAGO).astimezone(UTC)
        for click in range(0, 24 * 60 * 2, 17):
            now = begin + timedelta(minutes=click)
            for minute in (0, 1, 199, 398, 399):
                drawn = ScheduleSettings(off_peak=settings.off_peak, off_peak_minute=minute, zone=settings.zone)
                at = tonight(drawn, now, usual, UTC)
                wall = f"{at.astimezone(CHICAGO):%H:%M}"
                assert wall >= "21:30" or wall < "04:10", (now, minute, at)
                assert now <= at <= now + timedelta(hours=24) - usual, (now, minute, at)
