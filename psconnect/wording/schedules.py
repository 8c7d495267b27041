"""The words for schedules: when a connection runs by itself, and how the system has it."""

from __future__ import annotations

from psconnect.model.schedule import ScheduleSettings
from psconnect.model.schedule_state import Registration
from psconnect.wording.catalogue import marked, tr, translated
from psconnect.wording.records import listed

_DAYS = {
    "mon": marked("Mon"),
    "tue": marked("Tue"),
    "wed": marked("Wed"),
    "thu": marked("Thu"),
    "fri": marked("Fri"),
    "sat": marked("Sat"),
    "sun": marked("Sun"),
}
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


def weekday_word(day: str) -> str:
    """A weekday (model.schedule.WEEKDAYS), short."""
    return translated(_DAYS[day])


def system_word(system: str) -> str:
    """The scheduler of an operating system, within a sentence."""
    return translated(_SYSTEMS[system]) if system in _SYSTEMS else system


def when_word(settings: ScheduleSettings) -> str:
    """When a connection runs by itself, as one sentence."""
    times = listed(sorted(settings.at))
    if not settings.is_on:
        return tr("Does not run by itself.")
    zone = settings.zone or tr("this computer’s time")
    if not settings.at:
        return tr("Runs on the first day of school.")
    if settings.every == "day":
        return tr("Runs every day at {times} ({zone}).", times=times, zone=zone)
    days = listed([weekday_word(day) for day in settings.days])
    return tr("Runs on {days} at {times} ({zone}).", days=days, times=times, zone=zone)


def registration_words(system: str, registered: Registration) -> str:
    """How the system's scheduler has a connection's entry, as a sentence."""
    if not system:
        return tr("This computer has no scheduler that psconnect could use: it runs while its window is open.")
    text = translated(_REGISTERED[registered], system=system_word(system))
    return text[0].upper() + text[1:]
