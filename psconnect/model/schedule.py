"""When a connection runs by itself: the [schedule] section of its file, and what a start on schedule is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from psconnect.model.errors import FixSettings

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""The days of the week as settings name them, in the order of date.weekday()."""
Every = Literal["never", "day", "week"]
Repeat = Literal[0, 10, 15, 20, 30, 60]
REPEATS: tuple[Repeat, ...] = (0, 10, 15, 20, 30, 60)
"""The choices of minutes after which a connection runs again; 0 for never."""
MOST_STARTS = 40
"""Starts a day: a task of Windows has 48 triggers at most (MS-TSCH 2.5.3), of which a few are for other starts."""
StartReason = Literal["schedule", "new-year", "tonight", "catch-up"]
START_REASONS: tuple[StartReason, ...] = ("schedule", "new-year", "tonight", "catch-up")
"""Why a run started without a person beside it; ``Run.trigger`` is one of these then.

``schedule``: one of the chosen times. ``new-year``: the first day of the school calendar. ``tonight``: a person asked
for it earlier. ``catch-up``: a time was missed, and this one run makes up for all that were.
"""
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_ClockText = Annotated[str, msgspec.Meta(pattern=rf"^{_CLOCK.pattern}$", description="a time, as 05:30")]


class ScheduleSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """When a connection runs by itself. All times are those of ``zone``.

    Attributes:
        every: ``day``, ``week`` (on ``days`` only), or ``never``: nothing starts by itself, and the rest is kept.
        days: the days of a weekly schedule.
        at: times of day, like ``05:30``.
        repeat: minutes after which it runs again, from the first of ``at`` until ``repeat_until``; 0 for never.
        repeat_until: the last time at which it may run again, on the same day.
        zone: the district's time zone, like ``America/Chicago``; empty for the computer's own.
        off_peak: start and end of the hours in which PowerSchool is little used; may pass midnight.
        off_peak_minute: how many minutes after the window's start a run "tonight" starts: drawn once, when the settings
            are saved, so that not all districts start at the same minute. None until then.
        new_year: also run at 00:00 on the first day of the school calendar.
        until: the last day on which anything starts by itself.
    """

    every: Every = "never"
    days: list[Weekday] = msgspec.field(default_factory=lambda: list(WEEKDAYS[:5]))
    at: list[_ClockText] = msgspec.field(default_factory=list)
    repeat: Repeat = 0
    repeat_until: _ClockText = "16:00"
    zone: str = ""
    off_peak: tuple[_ClockText, _ClockText] = ("22:00", "05:00")
    off_peak_minute: Annotated[int, msgspec.Meta(ge=0, lt=24 * 60)] | None = None
    new_year: bool = False
    until: date | None = None

    @property
    def is_on(self) -> bool:
        """Whether anything starts by itself at all."""
        return self.every != "never"

    @property
    def times(self) -> list[str]:
        """All times of a day at which it runs, in order."""
        if not self.repeat or not self.at:
            return sorted(self.at)
        again = range(_minute_of(min(self.at)), _minute_of(self.repeat_until) + 1, self.repeat)
        return sorted({*self.at, *(f"{minute // 60:02}:{minute % 60:02}" for minute in again)})


@dataclass(frozen=True)
class ScheduledStart:
    """A moment at which a connection is to run by itself: an aware time, and why."""

    at: datetime
    why: StartReason


def _minute_of(text: str) -> int:
    at = clock_time(text)
    return at.hour * 60 + at.minute


def clock_time(text: str) -> time:
    """The time of day that a text like ``05:30`` says."""
    return time.fromisoformat(text)


def check_schedule(settings: ScheduleSettings) -> None:
    """Raise FixSettings for a schedule that can't be meant: no time, no day, or a zone that there is not."""
    if settings.zone:
        try:
            ZoneInfo(settings.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise FixSettings("PSC-SCHEDULE-ZONE", where="schedule.zone", zone=settings.zone) from None
    if settings.is_on and not settings.at and not settings.new_year:
        raise FixSettings("PSC-SCHEDULE-NO-TIME", where="schedule.at")
    if (
        settings.is_on
        and settings.repeat
        and settings.at
        and _minute_of(settings.repeat_until) <= _minute_of(min(settings.at))
    ):
        raise FixSettings("PSC-SCHEDULE-REPEAT", where="schedule.repeat_until", first=min(settings.at))
    if settings.is_on and len(settings.times) > MOST_STARTS:
        count = len(settings.times)
        raise FixSettings("PSC-SCHEDULE-OFTEN", where="schedule.repeat", count=count, most=MOST_STARTS)
    if settings.every == "week" and not settings.days:
        raise FixSettings("PSC-SCHEDULE-NO-DAY", where="schedule.days")
    if settings.off_peak[0] == settings.off_peak[1]:
        raise FixSettings("PSC-SCHEDULE-OFF-PEAK", where="schedule.off_peak")
