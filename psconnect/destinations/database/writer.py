"""Writes single changes into a database (see destinations.writer.Writer).

A batch is one transaction: its rows and its run's counts change together. A change the database rejects is rolled back
alone (by savepoint) and refused. Only if a trigger ends the whole transaction does each change get its own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC
from typing import TypeVar

from sqlalchemy import Connection

from psconnect.destinations.database import views
from psconnect.destinations.database.batches import REFUSED_BY_RULE, BatchWork, TakenBack, standing
from psconnect.destinations.database.rows import EntityRows
from psconnect.destinations.database.system import Clash, System
from psconnect.destinations.database.tables import (
    Tables,
    complete,
    facts_of,
    find_tables,
    is_id,
    make_tables,
    note,
)
from psconnect.destinations.kind import Context
from psconnect.destinations.snapshot import Roster
from psconnect.destinations.writer import Batch, Writer
from psconnect.model.entities import Entity
from psconnect.model.errors import TryLater
from psconnect.model.findings import Finding
from psconnect.model.outcomes import Done, Link, NotDone, Outcome, Standing
from psconnect.model.phrases import Phrase, phrase

_TRIES = 5
"""How often a transaction is tried that the server gives up for another one."""
_PAUSE = 0.5
_T = TypeVar("_T")


class DatabaseWriter(Writer):
    """The tables of one connection's roster in a database."""

    batch_size = 1_000

    def __init__(self, context: Context, system: System) -> None:
        """Prepare for that database, with settings as the kind declares them."""
        self._context = context
        self._system = system
        self._prefix = str(context.settings["prefix"])
        self._deletes = context.settings["removed"] == "delete"
        self._id = ""
        self._run = ""
        self._tables: Tables | None = None

    @property
    def address(self) -> str:
        """The file, or database and server."""
        return self._system.address

    def check(self) -> Sequence[Finding]:
        """Check that the database can be written and the table names are free; leaves nothing there."""
        self._system.check_place()
        if not self._system.is_there():
            return (Finding("database/new", "ok", {"path": self.address}),)
        with self._system.writing() as db:
            there = find_tables(db, self._prefix)
            self._system.try_rights(db, there, self._prefix)
            db.rollback()
        return (Finding("database/ready" if there else "database/no-tables", "ok", {"path": self.address}),)

    def owned_by(self) -> Phrase | None:
        """Another home that writes these tables."""
        facts = self._facts()
        home = facts.get("home", "")
        if not home or not self._context.home or home == self._context.home:
            return None
        return phrase("owner/tables", since=facts.get("since", ""))

    def standing(self) -> str:
        """The random id of the set of tables, and the connection's last delivery; empty if there are no tables.

        The second part reveals a restored backup, which lacks later deliveries.
        """
        facts = self._facts()
        return f"{facts['id']} {facts.get(self._last, '')}" if facts else ""

    @property
    def _last(self) -> str:
        """The name of the connection's last delivery in ``about``: several connections may share a set of tables."""
        return f"last {hashlib.sha256(self._context.name.encode()).hexdigest()[:16]}"

    def begin(self, run: str) -> str:
        """Create the file and tables if missing, and record that this home writes them."""
        self._system.check_place()
        self._system.make()
        self._context.on_step("database-made")
        return self._again(lambda: self._begin(run))

    def _begin(self, run: str) -> str:
        with self._system.writing() as db:
            there = find_tables(db, self._prefix)
            tables = there or make_tables(db, self._prefix)
            if there:
                complete(db, tables)
            facts = facts_of(db, tables)
            if self._context.home and facts.get("home") != self._context.home:
                note(db, tables, "home", self._context.home)
                note(db, tables, "since", f"{self._context.clock.now():%Y-%m-%d}")
            note(db, tables, self._last, run)
            self._context.on_step("database-tables")
            db.commit()
        self._id, self._run, self._tables = facts["id"], run, tables
        return f"{self._id} {run}"

    def adopt(self, entity: Entity, records: Mapping[int, Mapping[str, str]]) -> Mapping[int, Link]:
        """The records whose id already has a row; one marked as removed is ours, and is made anew."""
        with self._system.reading() as db:
            tables = find_tables(db, self._prefix) if db else None
            if db is None or tables is None:
                return {}
            there = EntityRows(db, tables, entity.key).read(record["sourcedId"] for record in records.values())
        return {
            key: Link(record["sourcedId"], "the same id")
            for key, record in records.items()
            if record["sourcedId"] in there
        }

    def derived(self, entity: Entity, roster: Roster) -> Iterator[Sequence[str]]:
        """The views of each school."""
        del entity  # it is the only one
        return views.school_views(roster)

    def apply(self, batch: Batch) -> Sequence[Outcome]:
        """Make the changes in one transaction."""
        try:
            return self._again(lambda: self._apply(batch))
        except TakenBack:
            return [self._apply_alone(replace(batch, changes=(change,))) for change in batch.changes]

    def _again(self, work: Callable[[], _T]) -> _T:
        """Do a transaction's work, and again where the server gave it up for another transaction."""
        for _try in range(1, _TRIES):
            try:
                return work()
            except Clash:
                self._context.clock.wait(_PAUSE * _try, self._context.cancel)
        return work()

    def _apply_alone(self, batch: Batch) -> Outcome:
        try:
            return self._apply(batch)[0]
        except TakenBack:
            with self._system.writing() as db:
                work = self._work(db, batch)
                work.count([REFUSED_BY_RULE], 0)
                db.commit()
            return REFUSED_BY_RULE

    def _apply(self, batch: Batch) -> Sequence[Outcome]:
        with self._system.writing() as db:
            work = self._work(db, batch)
            outcomes, made = work.all()
            work.count(outcomes, made)
            self._context.on_step("database-written")
            db.commit()
            outcomes = work.finish(outcomes)
            self._tables = work.tables
        self._context.on_step("database-committed")
        return outcomes

    def _work(self, db: Connection, batch: Batch) -> BatchWork:
        tables = self._tables
        if tables is None or not is_id(db, tables, self._id):
            raise TryLater("PSC-DATABASE-REPLACED", where=self.address, path=self.address)
        now = self._context.clock.now().astimezone(UTC).replace(tzinfo=None)
        return BatchWork(self._system, db, tables, batch, self._run, self._context.name, now, self._deletes)

    def read_back(self, batch: Batch) -> Sequence[Standing]:
        """Check the changes against the rows in the database."""
        with self._system.reading() as db:
            tables = find_tables(db, self._prefix) if db else None
            if db is None or tables is None:
                return [NotDone() for _change in batch.changes]
            return [Done(change.record["sourcedId"]) if it else NotDone() for change, it in standing(db, tables, batch)]

    def _facts(self) -> Mapping[str, str]:
        with self._system.reading() as db:
            tables = find_tables(db, self._prefix) if db else None
            return facts_of(db, tables) if db is not None and tables else {}

    def close(self) -> None:
        """Close the connection to a server."""
        self._system.close()
