"""The words that window, reports and command line share: counts, spans of time, names of states and entities.

``tr`` takes a whole sentence with named holes, so that a translation can move them; nothing is put together from parts.
"""

from __future__ import annotations

from psconnect.model.entities import BY_KEY

_MINUTE, _HOUR = 60, 3_600
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

_ROWS = {
    "calendar_days": "calendar days",
    "sections": "classes",
    "users": "staff",
    "school_staff": "staff assignments",
    "section_teachers": "teaching assignments",
}


def tr(text: str, **holes: object) -> str:
    """The text with its ``{named}`` holes filled."""
    return text.format(**holes) if holes else text


def number(value: int) -> str:
    """A count with its thousands grouped."""
    return f"{value:,}"


def counted(value: int, one: str, many: str, **holes: object) -> str:
    """``one`` or ``many``, a sentence each, with ``{count}`` and the other holes filled in."""
    return tr(one if value == 1 else many, count=number(value), **holes)


def spelled_out(key: str) -> str:
    """A key that has no words of its own, made readable: ``goes-along`` becomes ``Goes along``."""
    return key.replace("_", " ").replace("-", " ").capitalize()


def state_word(state: str) -> str:
    """A run's state in a word or two."""
    return tr(_STATES[state]) if state in _STATES else spelled_out(state)


def entity_label(key: str) -> str:
    """The plural a person reads for an entity key."""
    return tr(BY_KEY[key].label) if key in BY_KEY else spelled_out(key)


def rows_label(stream: str) -> str:
    """The plural a person reads for a kind of rows that PowerSchool gives, such as ``sections``."""
    return tr(_ROWS[stream]) if stream in _ROWS else stream.replace("_", " ")


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
