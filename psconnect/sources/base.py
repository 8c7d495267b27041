"""The contract of a source: what it hands over, and what it keeps for its next reading.

A source knows its outside system but not what happens to the records. It hands over rows: its own id, references as
its own ids, values by field, and a verdict where only the source can judge. The engine (sync.shaping) does the
mapping, filters, requirements, ids and whole-number keys, in the same way for all sources.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from psconnect.model.clock import CancelToken
from psconnect.model.entities import Entity
from psconnect.model.events import OnEvent
from psconnect.model.problems import Fate, Problem, Tally

Verdict = tuple[int | Fate, str | None] | None
"""Fate and rule of a row if the source decides; None leaves it to filters and requirements."""
SourceRow = tuple[Any, ...]
"""A row: (own id, verdict, fields, then one value for each of the entity's ``structural`` attributes).

Own ids are text, unique within the entity. A structural attribute that refers to a record holds its own id or an empty
text; a list of references is a tuple of own ids. ``fields`` is an object with an attribute for each field that was
read (``Source.attribute_of``). For *given* rows, it is the tuple of attributes that a mapping would otherwise fill
(``entity.shaped``).
"""
StagedRow = tuple[int | bytes | str | None, ...]
"""A shaped record: (key, fate, rule or None, encoded record, one key or None per reference of the entity)."""


class Intake(Protocol):
    """Takes the rows of one stream. Threads may fill separate intakes in parallel.

    Attributes:
        problems: findings about these rows so far, from the source and the engine.
    """

    problems: list[Problem]

    def rows(self, rows: Sequence[SourceRow], /) -> Sequence[StagedRow]:
        """Take a page of rows; returns the judged rows in the same order: key, fate, rule come first.

        Terms have to come in one page, because terms of several schools may be merged.
        """
        ...

    def problem(
        self,
        rule: str,
        own_id: str,
        school: str = "",
        detail: str = "",
        *,
        tally: Tally | None = None,
        entity: Entity | None = None,
    ) -> None:
        """Take the source's finding about a record, by the own ids of the record and its school.

        ``entity`` is given if the record is not one of this stream.
        """
        ...

    def restart(self) -> None:
        """Forget all rows and findings because the stream is read again."""
        ...


class SourceSink(Protocol):
    """Where a source's rows go: every row read, including those it judges itself.

    Schools come first, and records whose ids are made of a number (``learns``) come before those that refer to them.
    """

    def intake(self, entity: Entity, *, given: bool = False, negative: bool | None = None) -> Intake:
        """Begin a stream of an entity's rows.

        ``given``: the source makes the attributes itself. ``negative``: if the entity has two streams, the sign of this
        one's own ids.
        """
        ...

    def learns(self, entity: Entity) -> bool:
        """Whether the entity's ids are made of a number that has to be read first."""
        ...

    def learn(self, entity: Entity, rows: Iterable[tuple[str, Any]]) -> None:
        """Take own ids and fields only to learn the numbers that ids are made of."""
        ...

    def ids_signature(self, *entities: Entity) -> list[object]:
        """Identifies how this run makes ids, including the numbers of these entities read so far."""
        ...


@dataclass(frozen=True)
class Note:
    """What a reading keeps with a stream's records, so that a later one can reuse them.

    Attributes:
        signature: fingerprint of everything that shaped its records, besides its rows and the settings.
        count: rows the server returned.
        looked_up: row counts of its look-up tables, by TABLE.
        day, until: the judgment holds from ``day`` until the day before ``until`` (ISO dates; an empty ``until`` means
            for ever).
        problems: what was found while shaping.
        filled: fields with a value in any row (ReadSummary.filled).
    """

    signature: str
    count: int
    looked_up: dict[str, int]
    day: str
    until: str
    problems: list[Problem]
    filled: dict[str, bool] = field(default_factory=dict)


class Memory(Protocol):
    """What an earlier run read, and what this one keeps for the next.

    Attributes:
        version: the last change known to the earlier run, later to this one; empty if the source doesn't say.
    """

    version: str

    def recall(self, stream: str) -> Note | None:
        """The earlier run's note about a stream; None if it can't be used."""

    def knows(self, entity: Entity, keys: Collection[int]) -> bool:
        """Whether the earlier run read a record of each of these keys."""

    def staged(self, entity: Entity, keys: Collection[int]) -> bool:
        """Whether this run has handed on a record of each of these keys."""

    def take_over(self, entity: Entity, *, negative: bool | None = None) -> None:
        """Pass on the earlier run's shaped records; ``negative`` limits it to keys of that sign."""

    def note(self, stream: str, note: Note) -> None:
        """Keep a note for the next run. May be called from several threads."""


@dataclass
class ReadSummary:
    """What was read: rows per stream name (compared with the last run's), the way, the calls, the year.

    ``today`` is the date in the district when the reading began; None if the source doesn't know it.
    ``next_first_day`` is the first day of the next school calendar as ISO date, empty if there is none yet; None if
    nobody looked.
    ``taken_over`` has the rows of streams that were reused, by name (also in ``counts``); ``because`` says why none
    was, as a key of model.runs.FULL, and is empty if some were. ``without`` names what the connection does without.
    ``filled`` tells, per stream that has rows and field read, whether any row has a value in it; ``meanings`` has the
    display names of fields without values, as far as known.
    """

    counts: dict[str, int] = field(default_factory=dict)
    way: str = ""
    calls: int = 0
    school_year: str = ""
    today: date | None = None
    next_first_day: str | None = None
    taken_over: dict[str, int] = field(default_factory=dict)
    because: str = ""
    without: tuple[str, ...] = ()
    filled: dict[str, dict[str, bool]] = field(default_factory=dict)
    meanings: dict[str, str] = field(default_factory=dict)


class Source(Protocol):
    """An outside system, ready to be read.

    Attributes:
        today: the date in the district.
    """

    @property
    def today(self) -> date:
        """The date in the district."""
        ...

    def entities(self) -> tuple[Entity, ...]:
        """The entities it provides with the connection's choices."""
        ...

    def attribute_of(self, entity: Entity, field: str) -> str:
        """The attribute of an entity's rows that holds a field, in the spelling of the kind's catalogue."""
        ...

    def read(
        self,
        sink: SourceSink,
        on_event: OnEvent,
        cancel: CancelToken,
        only: frozenset[str] = frozenset(),
        *,
        memory: Memory | None = None,
    ) -> ReadSummary:
        """Read everything and hand it to the sink; raises if completeness can't be proved.

        With a ``memory``, unchanged records may be reused. ``only`` limits the reading to these entity keys, for
        previews: such a reading is never delivered.
        """
        ...
