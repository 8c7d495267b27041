"""Bulk or incremental: whether a run may reuse what an earlier one read, and what it keeps for the next.

Bulk reads everything and compares it with the ledger. Incremental asks the server what changed and reads only that;
the comparison is the same. The server's answer is only a hint: districts have seen rows change while
``whenmodified`` did not. So everything is read at least every week, and whenever any condition has changed.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from contextlib import suppress
from datetime import datetime, timedelta

import msgspec

from psconnect.model.entities import Entity
from psconnect.model.runs import APPLIED, Compared
from psconnect.sources.base import Note, ReadSummary
from psconnect.store.reading.carry_over import KeptReading, KeptRecords, has_staged, keep_as_shaped, leave, read_kept
from psconnect.store.reading.staging import Staging
from psconnect.sync.job import Job

FULL_AFTER = timedelta(days=7)
_VERSION, _RULES, _SCOPE, _FULL = "version", "rules", "scope", "full"


class ReadingMemory:
    """What the earlier run read and what this one keeps (see sources.base.Memory).

    Attributes:
        version: the server change up to which this reading is complete.
        because: why the earlier run is not used, a key of model.runs.FULL; empty if it is.
    """

    def __init__(self, kept: KeptReading, stage: Staging, because: str) -> None:
        """Open the kept reading, unless there is a reason not to use it."""
        self.because = because
        self.version = "" if because else kept.facts[_VERSION]
        self.full = "" if because else kept.facts[_FULL]
        self._stage = stage
        self._kept = kept
        self._records = None if because else KeptRecords(kept.path, stage)
        self._notes: dict[str, bytes] = {}

    def recall(self, stream: str) -> Note | None:
        """The earlier run's note about a stream."""
        stored = self._kept.notes.get(stream) if self._records else None
        return msgspec.json.decode(stored, type=Note) if stored else None

    def knows(self, entity: Entity, keys: Collection[int]) -> bool:
        """Whether the earlier run read a record of each of these keys."""
        return self._records is not None and self._records.knows(entity, keys)

    def staged(self, entity: Entity, keys: Collection[int]) -> bool:
        """Whether this run has staged a record of each of these keys."""
        return has_staged(self._stage, entity, keys)

    def take_over(self, entity: Entity, *, negative: bool | None = None) -> None:
        """Stage the earlier run's records in their shaped form."""
        if self._records:
            self._records.take(entity, negative=negative)

    def note(self, stream: str, note: Note) -> None:
        """Keep a note for the next run."""
        self._notes[stream] = msgspec.json.encode(note)

    def read_all(self) -> None:
        """Call when every record is staged, before any is changed."""
        if self.version:
            keep_as_shaped(self._stage)

    def leave(self, job: Job, db: sqlite3.Connection, scope: str, started: datetime, summary: ReadSummary) -> None:
        """Keep what the next run needs in the attached staging."""
        if self.version:
            full = self.full if summary.taken_over else started.isoformat()
            facts = {_VERSION: self.version, _RULES: _rules(job), _SCOPE: scope, _FULL: full}
            leave(db, facts, self._notes)


def compared(job: Job, memory: ReadingMemory | None, summary: ReadSummary) -> Compared:
    """How a run read, for the history."""
    because = (summary.because or memory.because) if memory else ""
    return Compared(job.compare if memory else "bulk", because, summary.taken_over, list(summary.without))


def memory_for(job: Job, db: sqlite3.Connection, number: int, scope: str, stage: Staging) -> ReadingMemory | None:
    """The memory of a run; None if bulk is chosen or the run is a rehearsal."""
    kind = db.execute("SELECT kind FROM run WHERE no = ?", [number]).fetchone()[0]
    if job.compare != "incremental" or kind != "sync":
        return None
    kept = read_kept(db, job.rosters)
    return ReadingMemory(kept, stage, _in_full_because(job, db, number, scope, kept))


def _in_full_because(job: Job, db: sqlite3.Connection, number: int, scope: str, kept: KeptReading) -> str:
    """Why everything has to be read; empty if hints may be used."""
    sql = "SELECT id, state, kind FROM run WHERE no <> ? ORDER BY no DESC LIMIT 1"
    run_id, state, kind = db.execute(sql, [number]).fetchone() or ("", "finished", "sync")
    if state not in APPLIED or kind != "sync":
        return "not-ended-well"
    if not run_id or not kept.run:
        return "first"
    if run_id != kept.run:
        return "not-ended-well"
    if kept.facts.get(_RULES) != _rules(job):
        return "rules"
    if kept.facts.get(_SCOPE) != scope:
        return "scope"
    since = timedelta(-1)
    with suppress(ValueError):
        since = job.clock.now() - datetime.fromisoformat(kept.facts.get(_FULL, ""))
    # If the clock was set back, the time passed is unknown.
    return "" if timedelta() <= since < FULL_AFTER else "weekly"


def _rules(job: Job) -> str:
    return f"{job.rules}.{job.reading}"
