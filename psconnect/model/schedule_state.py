"""How a connection's schedule stands: what comes next, how the system has it, and what a proved start found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from psconnect.model.phrases import Phrase
from psconnect.model.schedule import ScheduledStart, ScheduleSettings

Registration = Literal["yes", "no", "differs", "switched-off", "unknown"]
"""How the system's own scheduler has a connection's entry, as it was read back.

``differs``: other times than it should have, or another psconnect. ``switched-off``: by the user, in the system's own
settings. ``unknown``: the system could not be asked.
"""


@dataclass(frozen=True)
class Proof:
    """What a start by the system's own scheduler found out, once.

    Attributes:
        at: when it was.
        started_by: the scheduler that started it, like ``task-scheduler``.
        secrets: key of each secret that the connection needs -> where it was found (``keyring``), or empty.
        trouble: why it did not work, as PsconnectError.as_dict; None if everything is there.
    """

    at: datetime
    started_by: str
    secrets: Mapping[str, str] = field(default_factory=dict)
    trouble: dict[str, Any] | None = None


@dataclass(frozen=True)
class Upcoming:
    """A start that is to come, and what is to be said of it.

    Attributes:
        start: when, and why.
        note: what makes it different from the others, or None.
        struck: whether it would come, but does not: the schedule has ended before.
    """

    start: ScheduledStart
    note: Phrase | None = None
    struck: bool = False


@dataclass(frozen=True)
class ScheduleState:
    """How a connection's schedule stands.

    Attributes:
        settings: the schedule itself.
        next: the next start, one asked for "tonight" included; None if nothing starts by itself.
        last: the last one that came due, whether it ran or was skipped; None if none did yet.
        tonight: when the run "tonight" starts, if one was asked for.
        system: the key of the system's scheduler; empty if there is none here.
        registered: how that scheduler has it.
        proof: what the last proved start found; None if none was made yet.
        new_year_day: the first day of the next school calendar, from the last reading's terms; None if not known.
        trouble: why it could not be registered, as PsconnectError.as_dict; None if it could.
    """

    settings: ScheduleSettings
    next: ScheduledStart | None = None
    last: ScheduledStart | None = None
    tonight: datetime | None = None
    system: str = ""
    registered: Registration = "no"
    proof: Proof | None = None
    new_year_day: date | None = None
    trouble: dict[str, Any] | None = None
