"""When a connection runs next by itself, as cards and the overview say it, and what keeps it from running."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from psconnect.model.schedule_state import ScheduleState
from psconnect.wording.catalogue import marked, tr, translated
from psconnect.wording.errors import word
from psconnect.wording.schedules import system_word, zone_named
from psconnect.wording.times import date_words, near_date, weekday_short

_EVENING, _WEEK_DAYS = 18, 7
_SWITCHED_OFF = {
    "task-scheduler": marked("Switched off in Windows"),
    "launchd": marked("Switched off in macOS"),
    "systemd": marked("Switched off in systemd"),
    "cron": marked("Switched off in cron"),
}
_WHERE_SWITCHED_OFF = {
    "task-scheduler": marked(
        "Somebody switched the schedule off in Windows’ Task Scheduler: nothing starts by itself."
    ),
    "launchd": marked(
        "Somebody switched the schedule off in macOS (System Settings > General > Login Items): nothing starts by "
        "itself."
    ),
    "systemd": marked("Somebody switched the schedule’s timer off in systemd: nothing starts by itself."),
    "cron": marked("Somebody switched the schedule off in the crontab: nothing starts by itself."),
}


@dataclass(frozen=True)
class NextRun:
    """When a connection runs next by itself, as cards and the overview say it.

    Attributes:
        text: ``Tonight 22:41``, ``No schedule``, ``Ended 15 June 2027`` …
        trouble: why it does not start, in a sentence; empty if it does, or is not meant to.
        way: what mends that: ``register``, ``prove``, or ``again`` for a run "tonight" that has to be asked for again;
            empty where nothing needs mending.
        code: of the error behind it, if there is one.
        at: the moment, if one is known.
    """

    text: str
    trouble: str = ""
    way: str = ""
    code: str = ""
    at: datetime | None = None


def next_run(state: ScheduleState, now: datetime, *, disabled: bool = False) -> NextRun:
    """When a connection runs next by itself; a schedule that would not start is never shown as if it did."""
    if disabled:
        return NextRun(tr("None while disabled"))
    settings, coming = state.settings, state.next
    if not settings.is_on and coming is None:
        return NextRun(tr("No schedule"))
    if coming is None and settings.until and settings.until < now.astimezone(zone_named(settings.zone)).date():
        return NextRun(tr("Ended {day}", day=date_words(settings.until)))
    found = _trouble(state)
    if found:
        return found if settings.is_on or found.way == "prove" else replace(found, way="again")
    if coming is None:
        return NextRun(tr("Not known yet"))
    when = start_words(coming.at, now)
    return NextRun(when if state.system else tr("{when}, if psconnect is open", when=when), at=coming.at)


def _trouble(state: ScheduleState) -> NextRun | None:
    """What keeps the schedule from starting; None if nothing is known to."""
    if state.trouble:
        told = word(state.trouble, window=True)
        text = tr("Can’t be checked") if state.registered == "unknown" else tr("Not registered")
        return NextRun(text, told.text, "register", told.code)
    return None if not state.system else _unregistered(state) or _unproved(state)


def _unregistered(state: ScheduleState) -> NextRun | None:
    """How the system's scheduler has it otherwise than it should."""
    system = system_word(state.system)
    if state.registered == "switched-off":
        sentence = translated(_WHERE_SWITCHED_OFF.get(state.system, ""))
        return NextRun(translated(_SWITCHED_OFF.get(state.system, "")), sentence, "register")
    if state.registered == "no":
        text = tr("The schedule is no longer registered with {system}: nothing starts by itself.", system=system)
        return NextRun(tr("Not registered"), text, "register")
    if state.registered == "differs":
        text = tr("The schedule is registered with {system} for other times, or another psconnect.", system=system)
        return NextRun(tr("Not as set here"), text, "register")
    return None


def _unproved(state: ScheduleState) -> NextRun | None:
    """Whether a start by the system was seen to work."""
    if state.proof is None and state.settings.is_on:
        return NextRun(tr("Not tried yet"), tr("A scheduled start was not tried on this computer yet."), "prove")
    if state.proof is None or not state.proof.trouble:
        return None
    told = word(state.proof.trouble, window=True)
    text = tr("A scheduled start was tried, and did not work: {text}", text=told.text)
    return NextRun(tr("Would not start"), text, "prove", told.code)


def start_words(at: datetime, now: datetime) -> str:
    """A start as cards say it, on this computer's clock: ``Tonight 22:41``, ``Mon 05:30``, ``Mon 16 Aug 00:00``."""
    local, today = at.astimezone(), now.astimezone().date()
    time, days = f"{local:%H:%M}", (local.date() - today).days
    if days == 0:
        return tr("Tonight {time}", time=time) if local.hour >= _EVENING else tr("Today {time}", time=time)
    if days == 1:
        return tr("Tomorrow {time}", time=time)
    if 0 < days < _WEEK_DAYS:
        return tr("{weekday} {time}", weekday=weekday_short(local.weekday()), time=time)
    return tr("{day} {time}", day=near_date(local.date(), today), time=time)
