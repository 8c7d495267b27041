"""A run as data: its states, its counts, the changes it plans and the reasons it is held for."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

WORKING = ("queued", "reading", "shaping", "planning", "applying")
WAITING = ("held", "previewed")
ENDED = ("finished", "finished_with_problems", "failed", "cancelled", "interrupted", "skipped", "discarded", "expired")
SCOPES = ("all", "users", "courses")
TRIGGERS = ("button", "schedule", "command line")


@dataclass(frozen=True)
class Hold:
    """One reason why a run waits for an approval."""

    rule: str
    reason: str


@dataclass(frozen=True)
class ChangeCounts:
    """How many records of one entity a plan creates, updates and removes."""

    create: int = 0
    update: int = 0
    remove: int = 0

    @property
    def total(self) -> int:
        """All changes of the entity."""
        return self.create + self.update + self.remove


@dataclass(frozen=True)
class Run:
    """One execution of a connection, as the history knows it.

    Attributes:
        id: unique over all connections; ids sort by time.
        connection: name of the connection.
        changes: counts per entity key; only entities with a change.
        problems: counts per severity.
        read: records read per entity key.
        left_out: records left out per rule key.
        holds: why it waits; empty unless held.
        plan_hash: hash over the whole plan; empty before there is one.
        error: the five parts of the error that ended it (PsconnectError.as_dict), or None.
        failed_in: the stage in which it failed; empty otherwise.
        delivered: where to and what, as the destination describes it; empty when nothing was written.
        way: ``queries`` or ``tables``: how PowerSchool was read.
        calls: requests made to PowerSchool.
        reason: what the approving or discarding person typed.
        school_year: the school year that was read, like ``2026-2027``.
    """

    id: str
    connection: str
    state: str
    trigger: str
    scope: str
    started: datetime
    ended: datetime | None = None
    changes: dict[str, ChangeCounts] = field(default_factory=dict)
    problems: dict[str, int] = field(default_factory=dict)
    read: dict[str, int] = field(default_factory=dict)
    left_out: dict[str, int] = field(default_factory=dict)
    holds: tuple[Hold, ...] = ()
    plan_hash: str = ""
    planned: datetime | None = None
    error: dict[str, str] | None = None
    failed_in: str = ""
    delivered: str = ""
    way: str = ""
    calls: int = 0
    reason: str = ""
    school_year: str = ""

    def as_dict(self) -> dict[str, object]:
        """The run as the command line prints it (design.md section 5; keys may be added, not renamed)."""
        return {
            "id": self.id,
            "connection": self.connection,
            "state": self.state,
            "trigger": self.trigger,
            "scope": self.scope,
            "started": self.started.isoformat(),
            "ended": self.ended.isoformat() if self.ended else None,
            "changes": {
                entity: {"create": c.create, "update": c.update, "remove": c.remove}
                for entity, c in self.changes.items()
            },
            "problems": self.problems,
            "held": [{"rule": hold.rule, "reason": hold.reason} for hold in self.holds],
            "read": self.read,
            "left_out": self.left_out,
            "error": self.error,
            "delivered": self.delivered,
            "way": self.way,
            "calls": self.calls,
            "plan_hash": self.plan_hash,
        }


@dataclass(frozen=True)
class Change:
    """One planned change of one record; ``before`` and ``after`` are attribute -> value, None where there is none."""

    entity: str
    key: int
    action: str
    before: dict[str, str] | None
    after: dict[str, str] | None
