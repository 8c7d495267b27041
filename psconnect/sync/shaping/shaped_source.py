"""A source whose rows are shaped as they arrive; planning and previews read from it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from psconnect.model.clock import CancelToken
from psconnect.model.entities import ADMIN, CALENDAR, CONTACT, ENROLLMENT, SCHOOL, TEACHER, Entity
from psconnect.model.events import OnEvent
from psconnect.model.ids import Ids
from psconnect.model.staff_usernames import StaffNames
from psconnect.sources.base import Memory, ReadSummary, Source
from psconnect.store.reading.source_keys import StoredKeys
from psconnect.sync.shaping.delivered_ids import DeliveredIds
from psconnect.sync.shaping.intake import ShapingIntake
from psconnect.sync.shaping.intakes import EnrollmentIntake, MadeUpContactIntake, SchoolIntake, StaffIntake
from psconnect.sync.shaping.keys import Keys, NumberedKeys
from psconnect.sync.shaping.rules import ShapingRules
from psconnect.sync.shaping.shaping_context import ShapingContext, StageSink, Watch
from psconnect.sync.shaping.term_intake import TermIntake

_INTAKES: dict[Entity, Callable[..., ShapingIntake]] = {
    SCHOOL: SchoolIntake,
    CALENDAR: TermIntake,
    TEACHER: StaffIntake,
    ADMIN: StaffIntake,
    ENROLLMENT: EnrollmentIntake,
}


class Shaping:
    """Shapes and stages the rows of one reading (sources.base.SourceSink)."""

    def __init__(self, reading: ShapingContext) -> None:
        """Begin a reading."""
        self._reading = reading
        self._intakes: list[ShapingIntake] = []

    def intake(self, entity: Entity, *, given: bool = False, negative: bool | None = None) -> ShapingIntake:
        """Begin a stream of an entity's rows."""
        kind = MadeUpContactIntake if given and entity is CONTACT else _INTAKES.get(entity, ShapingIntake)
        intake = kind(self._reading, entity, given=given, negative=negative)
        self._intakes.append(intake)
        return intake

    def learns(self, entity: Entity) -> bool:
        """Whether the entity's ids are made of a number that has to be read first."""
        return self._reading.ids.ids.must_be_learned(entity)

    def learn(self, entity: Entity, rows: Iterable[tuple[str, Any]]) -> None:
        """Take the numbers that ids are made of."""
        self._reading.learn(entity, rows)

    def ids_signature(self, *entities: Entity) -> list[object]:
        """Identifies how this run makes ids."""
        return self._reading.ids.signature(*entities)

    def finish(self) -> None:
        """Pass all findings on."""
        for intake in self._intakes:
            for problem in intake.problems:
                self._reading.stage.problem(problem)


@dataclass
class ShapedSource:
    """A source with everything that shapes its rows.

    Attributes:
        ids: gives delivered ids.
        names: known user names of staff; reading adds to them.
        keys: gives the keys of records.
        numbered: whether own ids are whole numbers, separate for each of the source's tables.
    """

    source: Source
    rules: ShapingRules
    ids: Ids = field(default_factory=Ids)
    names: StaffNames = field(default_factory=StaffNames)
    keys: Keys = field(default_factory=NumberedKeys)
    numbered: bool = True

    def keeping(self, db: sqlite3.Connection) -> ShapedSource:
        """The source with keys that stay the same in every run with this roster data."""
        return self if self.numbered else replace(self, keys=StoredKeys(db))

    def entities(self) -> tuple[Entity, ...]:
        """The entities that the source can give."""
        return self.source.entities()

    def read(
        self,
        sink: StageSink,
        on_event: OnEvent,
        cancel: CancelToken,
        only: frozenset[str] = frozenset(),
        *,
        memory: Memory | None = None,
        watch: Watch | None = None,
    ) -> ReadSummary:
        """Read the source (sources.base.Source.read) and pass its rows on as shaped records.

        ``watch`` sees each page of rows beside what was made of it.
        """
        ids = DeliveredIds(self.ids, self.keys, numbered=self.numbered)
        shaping = Shaping(ShapingContext(self.rules, self.source, self.names, ids, sink, watch=watch))
        summary = self.source.read(shaping, on_event, cancel, only, memory=memory)
        shaping.finish()
        return summary
