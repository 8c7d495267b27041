"""All texts of the window pass through here, as do numbers, times and durations. Knows no Qt.

``tr`` takes a whole sentence with named holes, so that a translation can move them; nothing is put together from parts.
"""

from __future__ import annotations

from datetime import datetime

from psconnect.model.entities import BY_KEY

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
_STATES = {
    "queued": "Starting",
    "reading": "Reading",
    "shaping": "Checking",
    "planning": "Comparing",
    "applying": "Delivering",
    "held": "On hold",
    "previewed": "Previewed",
    "finished": "Finished",
    "finished_with_problems": "Finished, with problems",
    "failed": "Failed",
    "cancelled": "Cancelled",
    "interrupted": "Interrupted",
    "skipped": "Skipped",
    "discarded": "Discarded",
    "expired": "Expired",
}
_SCOPES = {"all": "All", "users": "Users", "courses": "Courses"}
_TRIGGERS = {"button": "You", "schedule": "Schedule", "command line": "Command line"}
_ACTIONS = {"create": "Create", "update": "Update", "remove": "Remove"}


def tr(text: str, **holes: object) -> str:
    """The text with its ``{named}`` holes filled."""
    return text.format(**holes) if holes else text


def number(value: int) -> str:
    """A count with its thousands grouped."""
    return f"{value:,}"


def counted(value: int, one: str, many: str, **holes: object) -> str:
    """``one`` or ``many``, a sentence each, with ``{count}`` and the other holes filled in."""
    return tr(one if value == 1 else many, count=number(value), **holes)


def state_word(state: str) -> str:
    """A run's state in a word or two."""
    return tr(_STATES.get(state, state.replace("_", " ").capitalize()))


def scope_word(scope: str) -> str:
    """A run's scope in a word."""
    return tr(_SCOPES.get(scope, scope))


def trigger_word(trigger: str) -> str:
    """Who or what started a run."""
    return tr(_TRIGGERS.get(trigger, trigger))


def action_word(action: str) -> str:
    """What a change does, as a verb."""
    return tr(_ACTIONS.get(action, action))


def entity_label(entity: str) -> str:
    """The plural a person reads for an entity key."""
    return tr(BY_KEY[entity].label)


def duration(seconds: float) -> str:
    """A span of time as people say it: ``4 min 12 s``; under a second it is ``under 1 s``."""
    whole = int(seconds)
    if whole < 1:
        return tr("under 1 s")
    if whole < _MINUTE:
        return tr("{seconds} s", seconds=whole)
    if whole < _HOUR:
        return tr("{minutes} min {seconds} s", minutes=whole // _MINUTE, seconds=whole % _MINUTE)
    return tr("{hours} h {minutes} min", hours=whole // _HOUR, minutes=whole % _HOUR // _MINUTE)


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
    if days == 1:
        return tr("yesterday at {time}", time=time)
    year = f" {local.year}" if local.year != today.year else ""
    return tr("{day} {month}{year} at {time}", day=local.day, month=f"{local:%B}", year=year, time=time)


def exact(then: datetime) -> str:
    """A local time with its zone, for hovering."""
    return f"{then.astimezone():%Y-%m-%d %H:%M:%S %Z}"
