"""The roster after a plan, as a destination sees it; reading it reports progress."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, islice
from typing import Any, Protocol

from psconnect.destinations import Destination
from psconnect.model.entities import Entity
from psconnect.model.events import OnEvent, RunEvent
from psconnect.model.runs import Change
from psconnect.store.history import run_table
from psconnect.store.history.facts import RECEIPT, get_fact
from psconnect.store.plan import roster_after
from psconnect.store.plan.plan import Plan
from psconnect.store.record import decode_record
from psconnect.sync.frozen_settings import writes_otherwise

_NEWS_EVERY = 5_000


class RosterReader(Protocol):
    """What a roster is read for: a job, or a look at what would be delivered."""

    @property
    def destination(self) -> Destination:
        """Where the roster goes."""
        ...

    @property
    def destination_table(self) -> Mapping[str, Any]:
        """The [destination] table of the settings."""
        ...

    @property
    def labels(self) -> Mapping[str, tuple[str, ...]]:
        """Entity key -> labels of its extra values."""
        ...

    @property
    def on_event(self) -> OnEvent:
        """Told how far the reading is."""
        ...


@dataclass(frozen=True)
class PlannedRoster:
    """The roster that results from a run's plan (see destinations.snapshot.Roster)."""

    job: RosterReader
    db: sqlite3.Connection
    number: int
    stage: str = "applying"

    def records(self, entity: Entity) -> Iterator[list[str]]:
        """The attributes of the entity's records, in key order."""
        return map(decode_record, self.encoded(entity))

    def keyed(self, entity: Entity) -> Iterator[tuple[int, list[str]]]:
        """The same records, each with its key."""
        for key, record in roster_after.keyed_records(Plan(self.db, self.number), entity):
            yield key, decode_record(record)

    def encoded(self, entity: Entity) -> Iterator[bytes]:
        """The same records in stored form."""
        return chain.from_iterable(self._told(entity, roster_after.encoded_records(Plan(self.db, self.number), entity)))

    def _told(self, entity: Entity, records: Iterator[bytes]) -> Iterator[list[bytes]]:
        """The records some thousand at a time, so that telling how far it is costs nothing per record."""
        done = 0
        while some := list(islice(records, _NEWS_EVERY)):
            yield some
            done += len(some)
            if len(some) == _NEWS_EVERY:
                self.job.on_event(RunEvent(self.stage, entity.key, done))
        self.job.on_event(RunEvent(self.stage, entity.key, done, done))

    def related(self, entity: Entity, reference: str) -> Iterator[tuple[list[str], list[str]]]:
        """Each record with the one its attribute refers to."""
        return roster_after.related(Plan(self.db, self.number), entity, reference)

    @cached_property
    def whole(self) -> bool:
        """Whether the destination lacks what the changes follow on, or has it as other settings wrote it."""
        receipt = get_fact(self.db, RECEIPT)
        if not receipt or writes_otherwise(self.db, self.job.destination_table):
            return True
        return self.job.destination.standing() != receipt

    def changes(self, entity: Entity) -> Iterator[Change]:
        """The plan's changes to the entity."""
        return run_table.read_changes(self.db, self.number, entity=entity)

    def labels(self, entity: Entity) -> Sequence[str]:
        """The labels of the entity's extra values."""
        return self.job.labels.get(entity.key, ())
