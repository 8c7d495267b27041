"""The contract of a source: what it hands over, and what it leaves for its next reading.

A source knows its outside system and nothing of what becomes of the records. It hands over rows: its own id, references
as its own ids, values by field, and a verdict where only it can judge. Mapping, filters, requirements, ids and whole
numbers as keys are the engine's (sync.shaping), the same for all sources.
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
"""Fate and rule of a row where the source itself decides; None leaves it to filters and requirements."""
SourceRow = tuple[Any, ...]
"""A row: (own id, verdict, fields, then one value for each of the entity's ``structural`` attributes).

Own ids are text, and unique within the entity. A structural attribute that holds an id has the own id of the other
record, or an empty text; one that holds a list has a tuple of own ids. ``fields`` is an object with an attribute for
each field that was read (``Source.attribute_of``). Where rows are *given*, it is the tuple of the attributes that a
mapping fills otherwise (``entity.shaped``).
"""
StagedRow = tuple[int | bytes | str | None, ...]
"""A shaped record: (key, fate, rule or None, encoded record, one key or None per reference of the entity)."""


class Intake(Protocol):
    """Takes the rows of one stream. Several threads may each fill an intake of their own.

    Attributes:
        problems: the findings about these rows so far, the source's and the engine's.
    """

    problems: list[Problem]

    def rows(self, rows: Sequence[SourceRow], /) -> Sequence[StagedRow]:
        """Take a page of rows; returns them in the same order as they were judged: key, fate, rule come first.

        Terms have to come in one page, because those of several schools may become one.
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
        """Take a finding of the source about a record, by its own id and that of its school.

        ``entity`` is given where the record is not one of this stream.
        """
        ...

    def restart(self) -> None:
        """Forget the rows and findings so far: the stream is read again."""
        ...


class SourceSink(Protocol):
    """Where a source's rows go: every row read, also those that it judges itself.

    Schools come before all others, and records whose ids are made of a number (``learns``) before those that refer to
    them.
    """

    def intake(self, entity: Entity, *, given: bool = False, negative: bool | None = None) -> Intake:
        """Begin a stream of rows of an entity.

        ``given`` says that the source makes the attributes itself. Where the entity has two streams, ``negative`` is
        the sign of the own ids of this one.
        """
        ...

    def learns(self, entity: Entity) -> bool:
        """Whether the ids of the entity's records are made of a number that has to be read first."""
        ...

    def learn(self, entity: Entity, rows: Iterable[tuple[str, Any]]) -> None:
        """Take own ids and fields for nothing but what ids are made of."""
        ...

    def ids_signature(self, *entities: Entity) -> list[object]:
        """What tells the ids of this run from those of another one, with the numbers of these entities read so far."""
        ...


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
    """An outside system that is ready to be read.

    Attributes:
        today: the date in the district.
    """

    @property
    def today(self) -> date:
        """The date in the district."""
        ...

    def entities(self) -> tuple[Entity, ...]:
        """The entities it can give with the connection's choices."""
        ...

    def attribute_of(self, entity: Entity, field: str) -> str:
        """The attribute of an entity's rows that holds a field, as the kind's catalogue spells it."""
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
        """Read everything, completely, and hand it to the sink; raises when completeness can't be proved.

        With a ``memory``, what has not changed since may be taken from there. ``only`` names entity keys to which the
        reading is limited, for looking at them: nothing is delivered from such a reading.
        """
        ...
