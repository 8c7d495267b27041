"""What sets a rehearsal apart: it is never applied, so what would stop a run is only reported, as a hold."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from psconnect.store.history.facts import get_fact
from psconnect.sync import guard
from psconnect.sync.identity import ID_RULES
from psconnect.sync.job import Job


def stop_unless_rehearsal(
    job: Job,
    db: sqlite3.Connection,
    number: int,
    *,
    read: Mapping[str, int] | None = None,
    read_before: Mapping[str, int] | None = None,
    rejected: Mapping[str, guard.Rejected] | None = None,
) -> None:
    """Raise BadRecord for a stream that lost all its rows, or for far too many unusable records; not in a rehearsal."""
    (rehearses,) = db.execute("SELECT kind = 'rehearsal' FROM run WHERE no = ?", [number]).fetchone()
    if rehearses:
        return
    guard.stop_if_empty(read or {}, read_before or {} if read is not None else {})
    if rejected and get_fact(db, ID_RULES):
        guard.stop_if_rejected(rejected, job.safety.thresholds)
