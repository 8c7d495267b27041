"""A run as data: its states, its counts, the changes it plans and the reasons it is held for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from psconnect.model.causes import Cause
from psconnect.model.phrases import Value
from psconnect.model.reconciled import Reconciled

WORKING = ("queued", "reading", "shaping", "planning", "applying")
WAITING = ("held", "previewed")
ENDED = ("finished", "finished_with_problems", "failed", "cancelled", "interrupted", "skipped", "discarded", "expired")
APPLIED = ("finished", "finished_with_problems")
RUN_STATES = (*WORKING, *WAITING, *ENDED)
"""Every state that a run can be in."""
ABOUT_PEOPLE = ("student", "teacher", "admin", "contact")
"""Entities whose records are about a person."""
STARTED_BY = {
    "window": "button",
    "schedule": "schedule",
    "tonight": "tonight",
    "new-year": "new-year",
    "catch-up": "catch-up",
    "command-line": "command line",
}
"""What starts runs, as it is asked for -> ``Run.trigger``."""
SCOPES = ("all", "users", "courses")
REFUSALS = ("refused", "waits")
"""Reasons for setting changes aside that only show while a run is applied."""
GIVEN_UP = ("discarded", "expired")
"""Ends of plans that nobody applied."""
RUN_KINDS = ("sync", "undo", "rehearsal")


@dataclass(frozen=True)
class Hold:
    """One reason why a run waits for an approval; psconnect.wording.holds has the words.

    Attributes:
        rule: stable name of what held it, like ``remove-student``, ``school-remove-student`` or ``freeze``.
        reason, to_do: sentences of runs of older versions; else empty.
        case: which words it has, where one rule has several or several share them.
        values: what the sentences are filled with: numbers, the limit, the school's or class's name.
    """

    rule: str
    reason: str = ""
    to_do: str = ""
    case: str = ""
    values: Mapping[str, Value] = field(default_factory=dict)


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


FULL = (
    *("first", "not-ended-well", "rules", "scope", "weekly"),
    *("no-queries", "no-data-versions", "data-versions-reset"),
)
"""Why an incremental run had to read everything (Compared.because)."""


@dataclass(frozen=True)
class Compared:
    """How a run came to the records that it compared with the ledger.

    Attributes:
        how: ``bulk`` or ``incremental``, as the connection says; empty in runs of older versions.
        because: why an incremental run read everything, one of FULL; empty if it did not.
        taken_over: rows per stream that were not read again, because nothing in them had changed.
        without: names of the pieces that were not read, because this PowerSchool refuses them.
    """

    how: str = ""
    because: str = ""
    taken_over: dict[str, int] = field(default_factory=dict)
    without: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Run:
    """One execution of a connection, as recorded in its history.

    Attributes:
        id: unique over all connections; ids sort by time.
        connection: name of the connection.
        changes: counts per entity key, as people see them; only entities with a change.
        underlying: the counts of entities that the destination only makes its own ones of (Kind.underlying): no
            figure that people see has them, limits count them.
        problems: counts per severity.
        read: records read per entity key.
        left_out: records left out per rule key.
        holds: why it waits; empty unless held.
        plan_hash: hash over the whole plan; empty before there is one.
        error: what ended it (PsconnectError.as_dict), or None.
        failed_in: the stage in which it failed; empty otherwise.
        delivered: where to and what: a phrase (model.phrases.phrase_as_text) that wording.delivered words, or what an
            earlier version or a destination says of it; empty when nothing was written.
        way: ``queries`` or ``tables``: how PowerSchool was read.
        calls: requests made to PowerSchool.
        reason: the reason typed by the person who approved or discarded it.
        school_year: the school year that was read, like ``2026-2027``.
        kind: ``sync``; ``undo`` takes an earlier run back; ``rehearsal`` plans next school year and is never applied.
        undoes: id of the run that an undo takes back; empty otherwise.
        not_applied: counts per entity key of the changes that a connection with additions only does not make.
        set_aside: how many planned changes are not made, per reason (SetAside.because).
        compared: which records were read, and which were taken over from the run before.
        redelivers_to: the place that gets the whole roster, although no record changes, because it is missing there;
            else empty.
        reconciled: per entity key, what stands at the destination after it against what was read; for a plan, what
            would stand there. Empty in runs of older versions, and before there is a plan.
        worked: seconds that it had worked when it last began to wait for a person.
        resumed: when it went on after that; None if it did not.
        cause: what most of the changes come from that it is held for; None where no limit holds it.
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
    error: dict[str, Any] | None = None
    failed_in: str = ""
    delivered: str = ""
    way: str = ""
    calls: int = 0
    reason: str = ""
    school_year: str = ""
    kind: str = "sync"
    undoes: str = ""
    not_applied: dict[str, ChangeCounts] = field(default_factory=dict)
    set_aside: dict[str, int] = field(default_factory=dict)
    compared: Compared = Compared()
    redelivers_to: str = ""
    reconciled: Mapping[str, Reconciled] = field(default_factory=dict)
    worked: float = 0.0
    resumed: datetime | None = None
    cause: Cause | None = None
    underlying: Mapping[str, ChangeCounts] = field(default_factory=dict)

    @property
    def took(self) -> timedelta | None:
        """For how long it worked; waiting for a person is no part of it. None while it works."""
        before = timedelta(seconds=self.worked)
        if self.state in (*WAITING, *GIVEN_UP):
            if self.worked or self.planned is None:
                return before
            return self.planned - self.started  # stored by an older version
        if self.ended is None:
            return None
        if self.resumed:
            return before + (self.ended - self.resumed)
        if self.reason and self.planned:
            return self.planned - self.started  # approved in an older version: how long delivering took is not known
        return self.ended - self.started

    @property
    def in_part(self) -> bool:
        """Whether it ended before its goal, after a destination had taken single changes: ``changes`` are those."""
        return bool(self.delivered) and self.state in ("failed", "cancelled", "interrupted")

    @property
    def new_people(self) -> int:
        """How many people it delivered for the first time, by its figures; 0 for one that delivered nothing."""
        if not (self.in_part or (self.state in APPLIED and self.delivered)):
            return 0
        created = sum(self.changes[key].create for key in ABOUT_PEOPLE if key in self.changes)
        return created - sum(self.reconciled[key].adopted for key in ABOUT_PEOPLE if key in self.reconciled)

    @property
    def all_changes(self) -> ChangeCounts:
        """The changes of all entities together."""
        counts = self.changes.values()
        return ChangeCounts(sum(c.create for c in counts), sum(c.update for c in counts), sum(c.remove for c in counts))

    @property
    def planned_changes(self) -> dict[str, ChangeCounts]:
        """``changes`` with those of underlying entities: what limits count."""
        return {**{key: one for key, one in self.underlying.items() if one.total}, **self.changes}

    @property
    def adopted(self) -> int:
        """How many of the created records the destination had already: they are taken over."""
        return sum(one.adopted for one in self.reconciled.values())

    @property
    def refused(self) -> int:
        """How many planned changes the destination did not take, those that wait for refused ones included."""
        return sum(self.set_aside.get(because, 0) for because in REFUSALS)

    @property
    def delivers(self) -> bool:
        """Whether applying it would write anything at the destination."""
        return bool(self.redelivers_to) or any(counts.total for counts in self.planned_changes.values())


def telling_run(runs: Sequence[Run]) -> Run | None:
    """Of these runs, newest first, the one that tells how a connection is; None where none was run.

    A rehearsal, and a plan that somebody discarded, cancelled or let expire, changed nothing: the run before it tells.
    """
    lies_over = (*GIVEN_UP, "cancelled", "skipped")
    own = [run for run in runs if run.kind != "rehearsal"]
    return next((run for run in own if run.state not in lies_over or run.in_part), own[0] if own else None)


@dataclass(frozen=True)
class Change:
    """One planned change of one record.

    Attributes:
        entity, key: the record.
        action: ``create``, ``update`` or ``remove``.
        before, after: attribute -> value; None where there is none.
        remote_id: the record's id at a destination that gives ids of its own; empty where none is known.
        related: attribute that points to others -> their remote ids, in the order of the ids; only for destinations
            that take single changes, and only of records that the destination has.
        handed_on: of a person's removal: the person stays there in another role, under the same id.
    """

    entity: str
    key: int
    action: str
    before: dict[str, str] | None
    after: dict[str, str] | None
    remote_id: str = ""
    related: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    handed_on: bool = False

    @property
    def record(self) -> dict[str, str]:
        """The state afterwards, or before a removal."""
        return self.after if self.after is not None else self.before or {}


@dataclass(frozen=True)
class SetAside:
    """A planned change that is not made.

    Attributes:
        entity, key: the record; ``sourced_id`` the id under which it is delivered.
        action: ``create``, ``update`` or ``remove``.
        because: ``chosen`` (excluded by a person), ``goes-along`` (it would point to something that is not there
            otherwise), ``changed-since`` (an undo leaves what was changed after the run), ``still-needed`` (an undo
            leaves what others point to, or what would point nowhere), ``adopted`` (an undo leaves what the destination
            had before), ``refused`` (by the destination), ``waits`` (it needs one that was refused).
        title: how a person names the record; a person's data, for the screen alone.
    """

    entity: str
    key: int
    sourced_id: str
    action: str
    because: str
    title: str


def without_class_names(run: Run) -> Run:
    """The run without the names of classes in its holds: a class may be called after who teaches it."""
    holds = tuple(
        replace(hold, values={**hold.values, "place": ""}) if hold.rule.startswith("class-") else hold
        for hold in run.holds
    )
    return replace(run, holds=holds)
