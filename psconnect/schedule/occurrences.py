"""When a connection's schedule comes due: from its settings to moments. Pure: no clock, no files, no system.

All is worked out in the district's zone. A local time that a change of the clock skips counts at the first moment after
the gap; one that comes twice counts once, the first time.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from psconnect.model.schedule import WEEKDAYS, ScheduledStart, ScheduleSettings, clock_time

_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)
_MINUTE = timedelta(minutes=1)
_MIDNIGHT = time()
_FARTHEST = timedelta(days=400)
"""How far ahead is looked for the next start: the next first day of school is no farther."""


def zone_of(settings: ScheduleSettings, here: tzinfo) -> tzinfo:
    """The zone that the schedule's times are meant in; ``here`` is the computer's own."""
    return ZoneInfo(settings.zone) if settings.zone else here


def moment_at(day: date, at: time, zone: tzinfo) -> datetime:
    """The moment (UTC) at which it is that time in the zone; the first one after a gap, the first of two."""
    wall = datetime.combine(day, at)
    first = wall.replace(tzinfo=zone).astimezone(UTC)
    if first.astimezone(zone).replace(tzinfo=None) == wall:
        return first
    # In a gap: fold 1 reads the time by the offset after it, which is a moment before the change, and fold 0 the other
    # way round. The change lies between them.
    before, after = sorted((wall.replace(tzinfo=zone, fold=1).astimezone(UTC), first))
    offset = before.astimezone(zone).utcoffset()
    while after - before > _SECOND:
        middle = before + ((after - before) // 2 // _SECOND) * _SECOND
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after


def starts(
    settings: ScheduleSettings, new_year_day: date | None, after: datetime, before: datetime, here: tzinfo
) -> list[ScheduledStart]:
    """All starts in (after, before], in order, one for each moment; none on a day after ``until``.

    ``new_year_day`` is the first day of a school calendar, as far as it is known. Where the start of the school year
    falls on a chosen time, it is the start of the school year. ``here`` is the computer's own zone.
    """
    if not settings.is_on or before <= after:
        return []
    zone = zone_of(settings, here)
    found: dict[datetime, ScheduledStart] = {}
    for start in _of_days(settings, new_year_day, after.astimezone(zone).date(), before.astimezone(zone).date(), zone):
        if after < start.at <= before and (start.at not in found or start.why == "new-year"):
            found[start.at] = start
    return [found[at] for at in sorted(found)]


def _of_days(
    settings: ScheduleSettings, new_year_day: date | None, first: date, last: date, zone: tzinfo
) -> Iterator[ScheduledStart]:
    # A day more at both ends, because a gap may move a start over midnight.
    day, end = first - _DAY, min(last + _DAY, settings.until or date.max)
    times = [clock_time(text) for text in settings.times]
    while day <= end:
        if settings.every == "day" or WEEKDAYS[day.weekday()] in settings.days:
            for at in times:
                yield ScheduledStart(moment_at(day, at, zone), "schedule")
        if settings.new_year and day == new_year_day:
            yield ScheduledStart(moment_at(day, _MIDNIGHT, zone), "new-year")
        day += _DAY


def next_start(
    settings: ScheduleSettings, new_year_day: date | None, after: datetime, here: tzinfo
) -> ScheduledStart | None:
    """The first start after a moment; None if nothing starts any more."""
    for days in (8, _FARTHEST.days):
        found = starts(settings, new_year_day, after, after + timedelta(days=days), here)
        if found:
            return found[0]
    return None


def off_peak_minutes(settings: ScheduleSettings) -> int:
    """How many minutes the off-peak hours have."""
    first, last = (clock_time(text) for text in settings.off_peak)
    return (last.hour * 60 + last.minute - first.hour * 60 - first.minute) % (24 * 60)


def tonight(settings: ScheduleSettings, now: datetime, usual: timedelta, here: tzinfo) -> datetime:
    """When a run "tonight" starts that is asked for now: in the off-peak hours, and done within 24 hours.

    That is at the minute that was drawn for this connection, as long as it comes in time. Within the off-peak hours
    and after that minute, it is at once. ``usual`` is how long a run of this connection takes.
    """
    zone = zone_of(settings, here)
    begins, ends = (clock_time(text) for text in settings.off_peak)
    drawn = timedelta(minutes=settings.off_peak_minute or 0)
    latest = now + _DAY - usual
    today = now.astimezone(zone).date()
    for day in (today - _DAY, today, today + _DAY, today + 2 * _DAY):
        first = moment_at(day, begins, zone)
        end = moment_at(day if begins < ends else day + _DAY, ends, zone)
        at = min(first + drawn, end - _MINUTE)  # the night may be an hour shorter
        if now < at <= latest:
            return at
        if first <= now < end:
            return now
        if now < first:
            return max(first, latest)
    raise AssertionError("off-peak hours come every day")
