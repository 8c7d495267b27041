"""A database destination at work on rosters in memory, without an engine."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from psconnect.destinations.database.kind import KIND
from psconnect.destinations.database.layout import SCHOOL_VIEW
from psconnect.destinations.database.writer import DatabaseWriter
from psconnect.destinations.kind import Context
from psconnect.destinations.writer import Batch
from psconnect.model.clock import CancelToken
from psconnect.model.entities import BY_KEY, ENTITIES, Entity
from psconnect.model.outcomes import Outcome
from psconnect.model.runs import Change
from tests.contracts.rosters import ListRoster, Record, Tables, key_of
from tests.support.database_servers import PASSWORD, ServerDatabase
from tests.support.demo import TestClock

Plan = list[Batch]


@dataclass
class Base:
    """A database in a folder of its own, and what was delivered to it so far.

    Attributes:
        folder: where it stands.
        clock, cancel: the writers' time, and a wish to stop.
        on_step: told the steps of writing.
    """

    folder: Path
    home: str = "home"
    clock: TestClock = field(default_factory=TestClock)
    on_step: Callable[[str], None] = field(default=lambda _step: None)
    cancel: CancelToken = field(default_factory=CancelToken)
    runs: int = 0
    opened: list[DatabaseWriter] = field(default_factory=list)

    def close(self) -> None:
        """Close all writers."""
        for writer in self.opened:
            writer.close()

    @property
    def path(self) -> Path:
        return self.folder / "roster.sqlite"

    @property
    def settings(self) -> dict[str, Any]:
        """Where it is."""
        return {"file": str(self.path)}

    def open(self, name: str = "Lincoln roster", **settings: Any) -> DatabaseWriter:
        context = Context(
            name,
            KIND.complete({**self.settings, **settings}),
            "Database",
            secret={"password": PASSWORD}.__getitem__,
            clock=self.clock,
            cancel=self.cancel,
            on_step=self.on_step,
            home=self.home,
        )
        opened = KIND.open(context)
        assert isinstance(opened, DatabaseWriter)
        self.opened.append(opened)
        return opened

    def deliver(self, after: Tables, before: Tables | None = None, **settings: str) -> dict[tuple[str, int], Outcome]:
        """One run: from one roster to another; the outcome of each change."""
        self.runs += 1
        writer = self.open(**settings)
        writer.begin(f"run-{self.runs}")
        found: dict[tuple[str, int], Outcome] = {}
        for batch in plan(before or {}, after):
            outcomes = writer.apply(batch)
            keys = [(batch.entity.key, change.key) for change in batch.changes]
            found.update(zip(keys, outcomes, strict=True))
        writer.end(f"run-{self.runs}")
        writer.close()
        return found

    def sql(self, statement: str, *values: object) -> list[tuple]:
        """Plain SQL in the file."""
        with closing(sqlite3.connect(self.path, isolation_level=None)) as db:
            return db.execute(statement, values).fetchall()


@dataclass
class ServerBase(Base):
    """A database in a server; ``path`` is a copy of it as it stands, for judges."""

    database: ServerDatabase = field(kw_only=True)

    @property
    def path(self) -> Path:
        return self.database.mirrored(self.folder / "copy.sqlite")

    @property
    def settings(self) -> dict[str, Any]:
        """Where it is."""
        return self.database.settings

    def sql(self, statement: str, *values: object) -> list[tuple]:
        """Plain SQL: what only reads, in the copy, so that it may be written for SQLite."""
        if statement.startswith(("SELECT", "PRAGMA")):
            return super().sql(statement, *values)
        return self.database.sql(statement, *values)


def plan(before: Tables, after: Tables) -> Plan:
    """The batches that lead from one roster to another, in the engine's order: removals last."""
    coming, going = [], []
    for entity in (*ENTITIES, SCHOOL_VIEW):
        old, new = _by_key(entity, before), _by_key(entity, after)
        creates = [Change(entity.key, key, "create", None, new[key]) for key in sorted(new.keys() - old.keys())]
        updates = [
            Change(entity.key, key, "update", old[key], new[key])
            for key in sorted(new.keys() & old.keys())
            if old[key] != new[key]
        ]
        removals = [Change(entity.key, key, "remove", old[key], None) for key in sorted(old.keys() - new.keys())]
        coming += [Batch(entity, some[0].action, some) for some in (creates, updates) if some]
        going += [Batch(entity, "remove", removals)] if removals else []
    return [*coming, *reversed(going)]


def _by_key(entity: Entity, tables: Tables) -> dict[int, Record]:
    if entity is SCHOOL_VIEW:
        records: Sequence[Record] = list(_views(tables))
    else:
        records = tables.get(entity.key, [])
    return {
        int(record.get("key") or key_of(record)): {name: record.get(name, "") for name in entity.attributes}
        for record in records
    }


def _views(tables: Tables) -> Iterator[Record]:
    writer = Base(Path("/nowhere")).open()
    for values in writer.derived(SCHOOL_VIEW, ListRoster(tables)):
        yield dict(zip(SCHOOL_VIEW.attributes, values, strict=True))


def without(tables: Tables, entity: str, *ids: str) -> Tables:
    """A roster without some records."""
    assert entity in BY_KEY
    return {**tables, entity: [record for record in tables[entity] if record["sourcedId"] not in ids]}
