"""The contract of a source: what it gives, and where its records go."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from psconnect.model.clock import CancelToken
from psconnect.model.entities import Entity
from psconnect.model.events import OnEvent
from psconnect.model.problems import Problem

StagedRow = tuple[int | bytes | str | None, ...]
"""A shaped record: (key, fate, rule or None, encoded record, one key or None per reference of the entity)."""


class RosterSink(Protocol):
    """Where a source's records go: every record read, also those a rule left out, with that rule."""

    def rows(self, entity: Entity, rows: Sequence[StagedRow]) -> None:
        """Take shaped records of one entity. May be called from several threads."""

    def clear(self, entity: Entity, *, negative: bool | None = None) -> None:
        """Forget the entity's rows: it is read again. ``negative`` limits it to keys of that sign."""

    def problem(self, problem: Problem) -> None:
        """Take a finding about a record."""


@dataclass(frozen=True)
class Note:
    """What a reading leaves beside a stream's records, so that a later one may take them over.

    Attributes:
        signature: fingerprint of everything, beside its rows and the settings, that shaped its records.
        count: rows that the server gave.
        looked_up: rows of the tables that it looks things up in, by TABLE.
        day, until: the records are judged alike from that day on, and before this one (ISO dates; ``until`` may be
            empty: for ever).
        problems: what was found while they were shaped.
        filled: which fields had a value in any row (ReadSummary.filled).
    """

    signature: str
    count: int
    looked_up: dict[str, int]
    day: str
    until: str
    problems: list[Problem]
    filled: dict[str, bool] = field(default_factory=dict)


class Memory(Protocol):
    """What an earlier run read, and what this one leaves for the next.

    Attributes:
        version: how far the earlier run had heard of changes, then how far this one has; empty where nobody says.
    """

    version: str

    def recall(self, stream: str) -> Note | None:
        """The earlier run's note on a stream; None where nothing of it may be used."""

    def knows(self, entity: Entity, keys: Collection[int]) -> bool:
        """Whether the earlier run read a record of each of these keys."""

    def staged(self, entity: Entity, keys: Collection[int]) -> bool:
        """Whether this run has handed on a record of each of these keys."""

    def take_over(self, entity: Entity, *, negative: bool | None = None) -> None:
        """Hand the earlier run's records on as they were shaped; ``negative`` limits it to keys of that sign."""

    def note(self, stream: str, note: Note) -> None:
        """Leave a note for the next run. May be called from several threads."""


@dataclass
class ReadSummary:
    """What was read: rows per stream name (compared with the last run's), the way, the calls, the year.

    ``today`` is the date in the district when the reading began; None where the source does not know it.
    ``taken_over`` has the rows of the streams that were not read again, by name (``counts`` has them, too); ``because``
    names why no stream could be: a key of model.runs.FULL; empty where some could. ``without`` names what the
    connection goes without.

    ``filled`` tells, per stream that has rows and by the outside system's name of each field that was read, whether any
    row has a value in it; ``meanings`` what a person calls the fields in which none has, as far as that is known.
    """

    counts: dict[str, int] = field(default_factory=dict)
    way: str = ""
    calls: int = 0
    school_year: str = ""
    today: date | None = None
    taken_over: dict[str, int] = field(default_factory=dict)
    because: str = ""
    without: tuple[str, ...] = ()
    filled: dict[str, dict[str, bool]] = field(default_factory=dict)
    meanings: dict[str, str] = field(default_factory=dict)


class Source(Protocol):
    """A kind of outside system that records are read from."""

    kind: str

    def entities(self) -> tuple[Entity, ...]:
        """The entities it can give with the connection's choices."""
        ...

    def read(
        self, sink: RosterSink, on_event: OnEvent, cancel: CancelToken, *, memory: Memory | None = None
    ) -> ReadSummary:
        """Read everything, completely, and hand it to the sink; raises when completeness can't be proved.

        With a ``memory``, what has not changed since may be taken from there.
        """
        ...
