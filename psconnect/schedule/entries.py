"""From a schedule in the district's zone to an entry in the computer's: which times the system has to know. Pure.

The systems know only local times that come back every day or week. Where district and computer change their clocks on
different days, such a time holds for a while only. So the times of the coming two weeks are registered, before and
after such a change, and registered anew after each start. A time too many does no harm: a start at which nothing is due
does nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, tzinfo

from psconnect.model.schedule import WEEKDAYS, Weekday
from psconnect.model.schedule_state import Registration
from psconnect.schedule.due import Schedule
from psconnect.schedule.occurrences import moment_at, zone_of
from psconnect.schedule.systems.kind import Entry, LocalTime, without_years

_AHEAD = timedelta(days=15)
"""More than two weeks, so that each weekday is met before and after a change of the clocks."""
_LESS_FAR = (timedelta(days=7), timedelta(days=3), timedelta(days=1))
_MOST_TIMES = 44
"""Room for a start at login, the first day of school and a run "tonight" among 48 triggers of a Windows task."""
_NEW_YEAR_AHEAD = timedelta(days=370)
_MINUTE = timedelta(minutes=1)


def entry_of(
    entry_id: str, name: str, command: Sequence[str], schedule: Schedule, tonight: datetime | None, now: datetime
) -> Entry | None:
    """What the system has to start for a connection; None if nothing starts any more."""
    repeated = _as_far_ahead_as_fits(schedule, now)
    once = [start.at for start in schedule.between(now, now + _NEW_YEAR_AHEAD) if start.why == "new-year"]
    if tonight and tonight > now:
        once.append(tonight)
    times = (*repeated, *(_once(at, schedule.here) for at in _findable(once, schedule.here)))
    if not times:
        return None
    until = _last_day(schedule, max(once, default=now))
    return Entry(entry_id, name, tuple(command), times, until, at_login=True)


def _as_far_ahead_as_fits(schedule: Schedule, now: datetime) -> list[LocalTime]:
    """The repeated times of the coming two weeks, or of fewer days where a change of the clocks makes them too many."""
    times: list[LocalTime] = []
    for days in (_AHEAD, *_LESS_FAR):
        starts = [start.at for start in schedule.between(now, now + days) if start.why == "schedule"]
        times = list(_repeated(starts, schedule.here))
        if len(times) <= _MOST_TIMES:
            break
    return times


def connection_of(entry_id: str) -> str:
    """The id of the connection that an entry belongs to: that of a proof has a word more."""
    return entry_id.partition("-")[0]


def registration_of(found: Entry | None, wanted: Entry | None, *, keeps_until: bool) -> Registration:
    """How an entry that was read back stands: it may have more times than it needs, left from before."""
    if found is None or wanted is None:
        return "no" if found is None else "differs"
    wanted = wanted if keeps_until else without_years(wanted)
    same = _covered(wanted.times, found.times) and replace(found, times=wanted.times, enabled=True) == wanted
    if not same:
        return "differs"
    return "yes" if found.enabled else "switched-off"


def _covered(wanted: Sequence[LocalTime], found: Sequence[LocalTime]) -> bool:
    singles = {single for time in found for single in _singles(time)}
    return all(single in singles for time in wanted for single in _singles(time))


def _singles(time: LocalTime) -> Iterator[LocalTime]:
    """A time, weekday by weekday."""
    return iter([time]) if time.on else (replace(time, days=(day,)) for day in time.days)


def _repeated(moments: Sequence[datetime], here: tzinfo) -> Iterator[LocalTime]:
    days: dict[tuple[int, int], set[Weekday]] = {}
    for moment in _findable(moments, here):
        local = moment.astimezone(here)
        days.setdefault((local.hour, local.minute), set()).add(WEEKDAYS[local.weekday()])
    for (hour, minute), on in days.items():
        yield LocalTime(hour, minute, tuple(on))


def _findable(moments: Sequence[datetime], here: tzinfo) -> Iterator[datetime]:
    """The moments, and after the second of two equal local times the first one that is unmistakable.

    Some systems start at the first of the two alone, when nothing is due yet.
    """
    for moment in moments:
        yield moment
        if moment.astimezone(here).fold:
            yield _unfolded(moment, here)


def _unfolded(moment: datetime, here: tzinfo) -> datetime:
    at = moment.astimezone(UTC)
    while at.astimezone(here).fold:
        at += _MINUTE
    return at


def _once(moment: datetime, here: tzinfo) -> LocalTime:
    local = moment.astimezone(here)
    return LocalTime(local.hour, local.minute, on=local.date())


def _last_day(schedule: Schedule, at_least: datetime) -> date | None:
    """The last day on the computer's calendar on which something may start."""
    until = schedule.settings.until
    if until is None:
        return None
    end = moment_at(until + timedelta(days=1), datetime.min.time(), zone_of(schedule.settings, schedule.here)) - _MINUTE
    return max(end, at_least).astimezone(schedule.here).date()
