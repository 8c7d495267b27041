"""Forgets what is kept only for a time: names in changes and findings, what was read, whole runs.

Deleted rows are overwritten (secure_delete), and the log beside the file is emptied, so that nothing of them can be
read in the files any more.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import datetime, timedelta
from pathlib import Path

from psconnect.store.database import transaction, unchanging
from psconnect.store.files import DELIVERED_READ, LAST_READ, storage_errors
from psconnect.store.history.run_table import ROW_DAYS, RUN_DAYS, STANDS
from psconnect.store.reading.last_reading import FINDER
from psconnect.store.reading.reconciliation import stands_for

_NAMED = ("change", "aside", "problem", "adopted", "outcome")
"""The tables with rows about records, which belong to a run."""
_COPIES = (".before-migration", ".damaged-")
"""Beginnings of the endings of copies of a whole file: before a migration, and of a damaged one that was set aside."""
_OLD = (
    "SELECT no FROM run WHERE started < :before AND state <> 'applying' "
    "AND no NOT IN (SELECT run FROM outcome WHERE state = 0)"
)
"""Runs from before a moment; one with changes that have no answer yet stays until they were read back."""

_FORGOTTEN = f"{_OLD} AND no <> coalesce((SELECT max(no) FROM run WHERE {STANDS}), 0)"
"""The same, but for the one that left what stands at the destination: it is told of as long as that stands."""


def is_due(db: sqlite3.Connection, rosters: Path, now: datetime) -> bool:
    """Whether there is something to forget."""
    rows, runs = _limits(now)
    named = " UNION ALL ".join(f"SELECT 1 FROM {table} WHERE run IN ({_OLD})" for table in _NAMED)
    if db.execute(f"SELECT EXISTS ({named})", {"before": rows}).fetchone()[0]:
        return True
    if db.execute(f"SELECT EXISTS ({_FORGOTTEN})", {"before": runs}).fetchone()[0]:
        return True
    return any(_expired_files(db, rosters, now)) or _log_of(rosters)


def forget_expired(db: sqlite3.Connection, rosters: Path, now: datetime) -> None:
    """Delete what is too old: rows of changes and findings, and what was read, after 90 days; runs after 13 months.

    Call it with the connection's lock held. A plan that still waits for a person after 90 days expires: it could not be
    approved any more anyway.
    """
    if not is_due(db, rosters, now):
        return
    rows, runs = _limits(now)
    with transaction(db):
        # Before the rows are gone that tell which run a reading belongs to.
        files = list(_expired_files(db, rosters, now))
        expired = "UPDATE run SET state = 'expired', ended = ? WHERE state IN ('held', 'previewed') AND started < ?"
        db.execute(expired, [now.isoformat(), rows])
        named = sum(
            db.execute(f"DELETE FROM {table} WHERE run IN ({_OLD})", {"before": rows}).rowcount for table in _NAMED
        )
        db.execute(f"DELETE FROM run WHERE no IN ({_FORGOTTEN})", {"before": runs})
    if named:
        files += rosters.parent.glob(f"{rosters.stem}.*{FINDER}")
    with storage_errors(rosters):
        for path in files:
            with suppress(PermissionError):  # on Windows, while a window has it open: the next time, then
                path.unlink(missing_ok=True)
    # Fails quietly while somebody reads: the log is emptied the next time.
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()


def _limits(now: datetime) -> tuple[str, str]:
    return (now - timedelta(days=ROW_DAYS)).isoformat(), (now - timedelta(days=RUN_DAYS)).isoformat()


def _log_of(rosters: Path) -> bool:
    """Whether there is a log that nobody has emptied: pages that were deleted may still be in it."""
    log = Path(f"{rosters}-wal")
    return log.exists() and log.stat().st_size > 0


def _expired_files(db: sqlite3.Connection, rosters: Path, now: datetime) -> Iterator[Path]:
    """Readings of runs that are too old or forgotten, and copies of the whole file that are."""
    oldest = now - timedelta(days=ROW_DAYS)
    for ending in (LAST_READ, DELIVERED_READ):
        path = rosters.with_suffix(ending)
        if path.exists() and _read_before(db, path, oldest):
            yield path
    for path in rosters.parent.glob(f"{rosters.stem}.*"):
        ending = path.name.removeprefix(rosters.stem)
        if ending.startswith(_COPIES) and datetime.fromtimestamp(path.stat().st_mtime, now.tzinfo) < oldest:
            yield path


def _read_before(db: sqlite3.Connection, reading: Path, oldest: datetime) -> bool:
    try:
        with closing(sqlite3.connect(unchanging(reading), uri=True)) as kept:
            run_id = kept.execute("SELECT run FROM about").fetchone()[0]
    except sqlite3.DatabaseError:
        return False  # A damaged reading is replaced by the next run.
    row = db.execute("SELECT started FROM run WHERE +id = ?", [stands_for(db, run_id)]).fetchone()
    return row is None or datetime.fromisoformat(row[0]) < oldest
