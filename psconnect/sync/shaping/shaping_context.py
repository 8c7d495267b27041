"""What the intakes of one reading share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any, Protocol

from psconnect.model.entities import Entity
from psconnect.model.problems import Problem
from psconnect.model.staff_usernames import StaffNames
from psconnect.sources.base import Source, SourceRow, StagedRow
from psconnect.sync.shaping.delivered_ids import DeliveredIds
from psconnect.sync.shaping.rules import ShapingRules

Watch = Callable[[Entity, Sequence[SourceRow], Sequence[StagedRow]], None]
"""Takes an entity, a page of its rows, and the same rows shaped, in the same order."""


class StageSink(Protocol):
    """Where shaped records go: every record read, including those left out, with the rule that left them out."""

    def rows(self, entity: Entity, rows: Sequence[StagedRow]) -> None:
        """Take shaped records of one entity. May be called from several threads."""

    def clear(self, entity: Entity, *, negative: bool | None = None) -> None:
        """Forget the entity's rows because it is read again. ``negative`` limits it to keys of that sign."""

    def problem(self, problem: Problem) -> None:
        """Take a finding about a record."""


@dataclass
class ShapingContext:
    """One reading: where its rows come from, what shapes them, where they go.

    Attributes:
        delivered_schools: own ids of the delivered schools shaped so far.
        watch: gets each page of rows beside what was made of it, for previews.
    """

    rules: ShapingRules
    source: Source
    names: StaffNames
    ids: DeliveredIds
    stage: StageSink
    delivered_schools: set[str] = field(default_factory=set)
    watch: Watch | None = None

    def number_of(self, entity: Entity) -> Callable[[Any], str] | None:
        """A function from a row's fields to the number its id is made of; None if ids aren't made of one."""
        name = self.ids.ids.rules.field_of(entity)
        return attrgetter(self.source.attribute_of(entity, name)) if name else None

    def learn(self, entity: Entity, rows: Iterable[tuple[str, Any]]) -> None:
        """Take the numbers that ids are made of."""
        number = self.number_of(entity)
        if number:
            for own_id, fields in rows:
                self.ids.ids.learn(entity, self.ids.keys.of(entity)(own_id), number(fields))
