"""The words a report is made of: counts, times, spans, and what a person reads for each stored key."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from psconnect.model.entities import BY_KEY, ENTITIES
from psconnect.model.problems import RULES, Rule
from psconnect.model.runs import FULL, Compared
from psconnect.powerschool.pieces import BY_NAME
from psconnect.powerschool.streams import streams_for
from psconnect.words import number, spelled_out

SCOPES = {"all": "All records", "users": "Users only", "courses": "Courses only"}
TRIGGERS = {"button": "Run sync in the window", "schedule": "The schedule", "command line": "The command line"}
WAYS = {"queries": "By the plugin’s queries", "tables": "Table by table", "v1": "By the v1 interface"}
STAGES = {
    "queued": "before it began to read",
    "reading": "while reading from PowerSchool",
    "shaping": "while checking the records against the rules",
    "planning": "while comparing with the last delivery",
    "applying": "while delivering",
}
SEVERITIES = {"error": "Error", "warning": "Warning", "info": "As intended"}
"""Severities from the worst to the mildest."""

_SINGULAR = {
    "school": "School",
    "calendar": "Term",
    "course": "Course",
    "class": "Class",
    "student": "Student",
    "teacher": "Teacher",
    "admin": "Staff member",
    "contact": "Contact",
    "relationship": "Relationship",
    "enrollment": "Enrollment",
}
_STREAMS = {name: stream.label for name, stream in streams_for(contacts=True, portal=True, fields={}).by_name.items()}
# Not strftime: its month names follow the language of whoever runs it, which may not be that of the report.
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def counted(value: int, one: str, many: str) -> str:
    """A count with what follows it: ``1 change was``, ``1,480 changes were``."""
    return f"{number(value)} {one if value == 1 else many}"


def listed(parts: list[str]) -> str:
    """Parts as a person lists them: ``38 created, 112 updated and 9 removed``."""
    return " and ".join(part for part in (", ".join(parts[:-1]), *parts[-1:]) if part)


def day(then: datetime) -> str:
    """A day on this computer's clock, like ``21 November 2026``."""
    local = then.astimezone()
    return f"{local.day} {_MONTHS[local.month - 1]} {local.year}"


def moment(then: datetime) -> str:
    """A time on this computer's clock with its zone, like ``21 November 2026, 05:30:12 CST (UTC-06:00)``."""
    local = then.astimezone()
    digits = f"{local:%z}"
    offset = f"UTC{digits[:3]}:{digits[3:5]}" if local.utcoffset() else "UTC"
    name = local.tzname() or offset
    zone = offset if name in (offset, digits, digits[:3]) else f"{name} ({offset})"
    return f"{day(then)}, {local:%H:%M:%S} {zone}"


def lost(pieces: Sequence[str]) -> str:
    """What a run went without, and what is lost by that; empty where it went without nothing."""
    known = [BY_NAME[name] for name in pieces if name in BY_NAME]
    return " ".join(f"{piece.what.capitalize()} ({piece.name}). {piece.lost}" for piece in known)


def comparison(compared: Compared) -> str:
    """How a run came to its records: ``Everything was read``, or which streams were taken over; may be empty."""
    if compared.taken_over:
        parts = [
            f"{stream_label(name).lower()} ({counted(compared.taken_over[name], 'row', 'rows')})"
            for name in sorted(compared.taken_over, key=stream_order)
        ]
        return f"Taken over from the run before, as nothing in them had changed: {listed(parts)}. All else was read"
    if compared.because:
        return f"Everything was read, because {FULL.get(compared.because, compared.because)}"
    if compared.how == "incremental":
        return "Everything was read, because something had changed in all of it"
    return "Everything was read" if compared.how else ""


def severity_order(severity: str) -> int:
    """Sorts severities, the worst first; an unknown one comes last."""
    known = list(SEVERITIES)
    return known.index(severity) if severity in known else len(known)


def stream_label(name: str) -> str:
    """What a person reads for a stream of rows from PowerSchool."""
    return _STREAMS.get(name, spelled_out(name))


def stream_order(name: str) -> tuple[int, str]:
    """Sorts streams in the order in which they are declared, unknown ones last."""
    known = list(_STREAMS)
    return (known.index(name) if name in known else len(known), name)


def entity_order(key: str) -> tuple[int, str]:
    """Sorts entity keys in dependency order, unknown ones last."""
    return (BY_KEY[key].rank if key in BY_KEY else len(ENTITIES) + 1, key)


def record_kind(key: str) -> str:
    """The singular a person reads for an entity key."""
    return _SINGULAR.get(key, spelled_out(key))


def detail_word(detail: str) -> str:
    """What a problem is about: an attribute's name as it is, an entity key as its singular."""
    return _SINGULAR.get(detail, detail)


def rule_of(key: str) -> Rule:
    """The rule with that key; one that this version does not know counts as a warning, so that nobody overlooks it."""
    try:
        return RULES[key]
    except KeyError:
        return Rule(key, "warning", spelled_out(key), "a rule of another version of psconnect applies")
