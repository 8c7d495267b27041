"""When starts are due, by walking through time and looking at the district's clock: shares nothing with psconnect."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
STEP = 15


def walk(
    zone: ZoneInfo, first: datetime, last: datetime, *, days: set[int], at: list[str], until: date | None
) -> Iterator[datetime]:
    """The minutes in [first, last] at which a start comes due; ``days`` are weekdays, Monday is 0.

    The clock is looked at minute by minute. A time is due as soon as the clock shows it or a later one on its day, once
    a day; what a day did not come to is due when the next one begins.
    """
    times = sorted(int(text[:2]) * 60 + int(text[3:]) for text in at)
    begin = first - timedelta(days=2)
    day, open_times = None, list[int]()
    moment = begin
    while moment <= last:
        # One look at the zone is enough for a quarter of an hour.
        local = moment.astimezone(zone)
        if local.date() != day:
            if open_times and first <= moment:
                yield moment
            day = local.date()
            open_times = list(times) if day.weekday() in days and (until is None or day <= until) else []
        shown = local.hour * 60 + local.minute
        for ahead in range(STEP) if open_times and open_times[0] < shown + STEP else ():
            due = [time for time in open_times if time <= shown + ahead]
            if due:
                open_times = open_times[len(due) :]
                if first <= moment + ahead * MINUTE <= last:
                    yield moment + ahead * MINUTE
        moment += STEP * MINUTE


def first_minute(zone: ZoneInfo, day: date) -> datetime:
    """The first minute (UTC) of a day by that zone's clock."""
    moment = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(days=1)
    while moment.astimezone(zone).date() < day:
        moment += MINUTE
    return moment
