"""Delivers the whole roster: the receipt is journalled, then the roster is published at once."""

from __future__ import annotations

import sqlite3

from psconnect.destinations.snapshot import Snapshot
from psconnect.sync.delivery.roster import PlannedRoster
from psconnect.sync.job import Job
from psconnect.transfer.place import Delivered


def deliver(job: Job, db: sqlite3.Connection, number: int, snapshot: Snapshot, *, take_over: bool) -> Delivered:
    """Publish the roster after the plan; raises the destination's errors."""
    prepared = snapshot.prepare(PlannedRoster(job, db, number), job.cancel, largest=job.kind.largest)
    job.on_step("prepared")
    try:
        job.cancel.check()
        written = job.clock.now().isoformat()
        db.execute("INSERT OR REPLACE INTO journal VALUES (?, ?, ?)", [number, prepared.receipt, written])
        job.on_step("journalled")
        delivered = prepared.publish(take_over=take_over)
    except BaseException:
        prepared.discard()
        raise
    job.on_step("published")
    return delivered


def journalled(db: sqlite3.Connection, number: int, snapshot: Snapshot) -> str:
    """The receipt of a run's snapshot if reading it back confirms that it is published; else empty."""
    row = db.execute("SELECT receipt FROM journal WHERE run = ?", [number]).fetchone()
    return str(row[0]) if row and snapshot.standing() == row[0] else ""
