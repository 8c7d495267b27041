"""The words for schedules: when a connection runs by itself, and how the system has it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from psconnect.model.schedule import WEEKDAYS, ScheduleSettings, Weekday
from psconnect.model.schedule_state import Registration
from psconnect.wording.catalogue import marked, tr, translated
from psconnect.wording.records import listed
from psconnect.wording.times import weekday_short

_A_RUN = 3
"""From so many days in a row on, the first and the last are named."""
_SYSTEMS = {
    "task-scheduler": marked("the Windows Task Scheduler"),
    "launchd": marked("macOS (launchd)"),
    "systemd": marked("systemd"),
    "cron": marked("cron"),
}
_REGISTERED = {
    "yes": marked("Registered with {system}."),
    "no": marked("Not registered with {system}."),
    "differs": marked("{system} has another time or another psconnect for it."),
    "switched-off": marked("Switched off in the settings of {system}."),
    "unknown": marked("{system} could not be asked."),
}


def system_word(system: str) -> str:
    """The scheduler of an operating system, within a sentence."""
    return translated(_SYSTEMS[system]) if system in _SYSTEMS else system


def when_word(settings: ScheduleSettings) -> str:
    """When a connection runs by itself, as one sentence."""
    times = _times(settings)
    if not settings.is_on:
        return tr("Does not run by itself.")
    zone = settings.zone or tr("this computer’s time")
    if not settings.at:
        return tr("Runs on the first day of school.")
    if settings.every == "day":
        return tr("Runs every day at {times} ({zone}).", times=times, zone=zone)
    return tr("Runs on {days} at {times} ({zone}).", days=days_words(settings.days), times=times, zone=zone)


def registration_words(system: str, registered: Registration) -> str:
    """How the system's scheduler has a connection's entry, as a sentence."""
    if not system:
        return tr("This computer has no scheduler that psconnect could use: it runs while its window is open.")
    text = translated(_REGISTERED[registered], system=system_word(system))
    return text[0].upper() + text[1:]


def schedule_words(settings: ScheduleSettings) -> str:
    """When it runs, in a line: ``Mon–Fri at 05:30 and 17:30``."""
    if not settings.is_on:
        return tr("not by itself")
    if not settings.at:
        return tr("on the first day of the school calendar only")
    times = _times(settings)
    if settings.every == "day" or len(settings.days) == len(WEEKDAYS):
        return tr("every day at {times}", times=times)
    return tr("{days} at {times}", days=days_words(settings.days), times=times)


def _times(settings: ScheduleSettings) -> str:
    """``05:30 and 17:30``, and how it runs again: ``05:30, and every 15 minutes until 16:00``."""
    times = listed(sorted(settings.at))
    if not settings.repeat:
        return times
    until = settings.repeat_until
    return tr("{times}, and every {minutes} minutes until {until}", times=times, minutes=settings.repeat, until=until)


def days_words(days: Sequence[Weekday]) -> str:
    """Days of the week: ``Mon–Fri``, ``Sat, Sun``."""
    places = [place for place, day in enumerate(WEEKDAYS) if day in days]
    if len(places) >= _A_RUN and places[-1] - places[0] == len(places) - 1:
        return tr("{first}–{last}", first=weekday_short(places[0]), last=weekday_short(places[-1]))
    return tr(", ").join(weekday_short(place) for place in places)


def zone_named(zone: str) -> tzinfo | None:
    """A time zone by its name; None for the computer's own, as datetime.astimezone takes it."""
    return ZoneInfo(zone) if zone else None


def zone_words(zone: str, now: datetime) -> str:
    """A time zone with its offset as it is now: ``Denver time (UTC−7)``."""
    local = now.astimezone(zone_named(zone))
    offset = offset_words(local.utcoffset() or timedelta())
    if not zone:
        return tr("This computer’s time ({offset})", offset=offset)
    if zone.rpartition("/")[2] in ("UTC", "UCT", "Universal", "Zulu"):
        return offset
    return tr("{city} time ({offset})", city=zone.rpartition("/")[2].replace("_", " "), offset=offset)


def offset_words(offset: timedelta) -> str:
    """How far a zone is from UTC: ``UTC−7``, ``UTC+5:30``."""
    minutes = round(offset.total_seconds() / 60)
    hours, rest = divmod(abs(minutes), 60)
    sign = "−" if minutes < 0 else "+"
    if not minutes:
        return "UTC"
    return f"UTC{sign}{hours}:{rest:02}" if rest else f"UTC{sign}{hours}"
