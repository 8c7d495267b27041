"""The figures of a run: what stands at the destination against what was read, and for how long the run worked."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from psconnect.store.history import run_table
from psconnect.store.plan.plan import Plan
from psconnect.store.reading.reconciliation import reading_of, reconcile
from psconnect.sync.job import Job


def store_reconciled(job: Job, db: sqlite3.Connection, number: int) -> None:
    """Store what stands at the destination once the run's plan, as it is now, is applied.

    Counts against the attached reading. Without one, the figures follow from those that the run had, or else from the
    last delivery's.
    """
    before = run_table.figures_before(db, number)
    run_table.update_run(db, number, reconciled=reconcile(Plan(db, number), before, job.kind.underlying))


@contextmanager
def reading_behind(job: Job, db: sqlite3.Connection, number: int) -> Iterator[None]:
    """Attach what a run read, if that is kept; of an undo, which reads nothing, what is behind the last delivery."""
    (kind, run_id) = db.execute("SELECT kind, id FROM run WHERE no = ?", [number]).fetchone()
    with reading_of(db, job.rosters, run_table.standing_reader(db) if kind == "undo" else run_id):
        yield


def note_work(job: Job, db: sqlite3.Connection, number: int) -> None:
    """Add what the run has worked until now: it waits for a person from here on."""
    run = run_table.read_run(db, job.connection, number)
    since = run.resumed or run.started
    run_table.update_run(db, number, worked=run.worked + (job.clock.now() - since).total_seconds(), resumed=None)


def resume_work(job: Job, db: sqlite3.Connection, number: int) -> None:
    """The run works again from now on, after waiting for a person, or after it was killed once it had a plan."""
    run = run_table.read_run(db, job.connection, number)
    planned_in = (run.planned - run.started).total_seconds() if run.planned else 0.0
    run_table.update_run(db, number, worked=run.worked or planned_in, resumed=job.clock.now())
