"""The next starts as a list for people: the nearest ones, the last one, and the first day of school. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from psconnect.model.phrases import Phrase, phrase
from psconnect.model.schedule import ScheduledStart, clock_time
from psconnect.model.schedule_state import Upcoming
from psconnect.schedule.due import Schedule
from psconnect.schedule.occurrences import moment_at, zone_of

_WEEK = timedelta(days=8)
_MINUTE = timedelta(minutes=1)


def upcoming_starts(schedule: Schedule, now: datetime, count: int, takes: timedelta | None = None) -> list[Upcoming]:
    """The next ``count`` starts at most, in order; among them the last one, and the first day of school.

    That day is struck if the schedule ends before it. ``takes`` is how long a run usually works, for the first one.
    """
    apart = {one.start: one for one in (_last(schedule, now), _first_day(schedule, now)) if one}
    nearest = [start for start in _nearest(schedule, now, count) if start not in apart]
    usual = [Upcoming(start, _note(schedule, start)) for start in nearest[: count - len(apart)]]
    found = sorted([*usual, *apart.values()], key=lambda one: one.start.at)
    if found and takes and found[0].note is None:
        minutes = max(1, round(takes / _MINUTE))
        found[0] = Upcoming(found[0].start, phrase("upcoming/takes", minutes=minutes))
    return found


def _nearest(schedule: Schedule, now: datetime, count: int) -> list[ScheduledStart]:
    found: list[ScheduledStart] = []
    start = schedule.next(now)
    while start and len(found) < count:
        found.append(start)
        start = schedule.next(start.at)
    return found


def _first_day(schedule: Schedule, now: datetime) -> Upcoming | None:
    """The start of the school year, whether it comes or is cut off by the schedule's end."""
    day, settings = schedule.new_year_day, schedule.settings
    if not settings.is_on or not settings.new_year or day is None:
        return None
    at = moment_at(day, clock_time("00:00"), zone_of(settings, schedule.here))
    if at <= now:
        return None
    struck = settings.until is not None and day > settings.until
    note = phrase("upcoming/after-end") if struck else phrase("upcoming/new-year")
    return Upcoming(ScheduledStart(at, "new-year"), note, struck)


def _last(schedule: Schedule, now: datetime) -> Upcoming | None:
    """The last start before the schedule ends; None if it has no end, or is not to come."""
    settings = schedule.settings
    if settings.until is None:
        return None
    end = moment_at(settings.until + timedelta(days=1), clock_time("00:00"), zone_of(settings, schedule.here))
    found = schedule.between(max(now, end - _WEEK), end + timedelta(days=1))
    return Upcoming(found[-1], phrase("upcoming/last")) if found else None


def _note(schedule: Schedule, start: ScheduledStart) -> Phrase | None:
    """What sets a start apart: the clocks skip its time on that day."""
    local = start.at.astimezone(zone_of(schedule.settings, schedule.here))
    asked = {clock_time(text) for text in schedule.settings.times}
    if start.why == "schedule" and local.time() not in asked:
        return phrase("upcoming/clocks")
    return None
