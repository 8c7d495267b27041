"""The contract of a source: what it gives, and where its records go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
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


@dataclass
class ReadSummary:
    """What was read: rows per stream name (compared with the last run's), the way, the calls, the year."""

    counts: dict[str, int] = field(default_factory=dict)
    way: str = ""
    calls: int = 0
    school_year: str = ""


class Source(Protocol):
    """A kind of outside system that records are read from."""

    kind: str

    def entities(self) -> tuple[Entity, ...]:
        """The entities it can give with the connection's choices."""
        ...

    def read(self, sink: RosterSink, on_event: OnEvent, cancel: CancelToken) -> ReadSummary:
        """Read everything, completely, and hand it to the sink; raises when completeness can't be proved."""
        ...
