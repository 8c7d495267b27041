"""All texts of the window pass through here, as do numbers, times and durations. Knows no Qt.

What reports say too stands in psconnect.words and is passed on from here.
"""

from __future__ import annotations

from datetime import datetime

from psconnect.words import counted, duration, entity_label, number, rows_label, state_word, tr

__all__ = [
    "action_word",
    "ago",
    "counted",
    "duration",
    "entity_label",
    "exact",
    "moment",
    "number",
    "rows_label",
    "scope_word",
    "state_word",
    "tr",
    "trigger_word",
]

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
_SCOPES = {"all": "All", "users": "Users", "courses": "Courses"}
_TRIGGERS = {"button": "You", "schedule": "Schedule", "command line": "Command line"}
_ACTIONS = {"create": "Create", "update": "Update", "remove": "Remove"}


def scope_word(scope: str) -> str:
    """A run's scope in a word."""
    return tr(_SCOPES.get(scope, scope))


def trigger_word(trigger: str) -> str:
    """Who or what started a run."""
    return tr(_TRIGGERS.get(trigger, trigger))


def action_word(action: str) -> str:
    """What a change does, as a verb."""
    return tr(_ACTIONS.get(action, action))


def ago(then: datetime, now: datetime) -> str:
    """How long ago something was, short: ``2 h ago``."""
    seconds = int((now - then).total_seconds())
    if seconds < _MINUTE:
        return tr("just now")
    if seconds < _HOUR:
        return tr("{count} min ago", count=seconds // _MINUTE)
    if seconds < _DAY:
        return tr("{count} h ago", count=seconds // _HOUR)
    return counted(seconds // _DAY, "{count} day ago", "{count} days ago")


def moment(then: datetime, now: datetime) -> str:
    """A local time as people say it: ``today at 05:30``, ``yesterday at 17:30``, ``12 November at 05:30``."""
    local, today = then.astimezone(), now.astimezone().date()
    time = f"{local:%H:%M}"
    days = (today - local.date()).days
    if days == 0:
        return tr("today at {time}", time=time)
    if days == -1:
        return tr("tomorrow at {time}", time=time)
    if days == 1:
        return tr("yesterday at {time}", time=time)
    year = f" {local.year}" if local.year != today.year else ""
    return tr("{day} {month}{year} at {time}", day=local.day, month=f"{local:%B}", year=year, time=time)


def exact(then: datetime) -> str:
    """A local time with its zone, for hovering."""
    return f"{then.astimezone():%Y-%m-%d %H:%M:%S %Z}"
