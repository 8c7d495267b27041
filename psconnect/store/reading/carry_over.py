"""What a run leaves in its kept reading for the next run, and how that run takes records from it.

Rules between records and assigned user names change staged records after they were shaped. The original of a changed
record is kept, so that a later run begins with the records that it would have read and shaped itself.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from psconnect.model.entities import CONTACT, ENROLLMENT, RELATIONSHIP, STUDENT, Entity
from psconnect.store.conversion import format_of
from psconnect.store.database import sqlite_errors, unchanging
from psconnect.store.files import LAST_READ
from psconnect.store.reading.staging import Staging, is_as_left, stage_table
from psconnect.store.record import record_format

TAKEN_OVER = (STUDENT, CONTACT, RELATIONSHIP, ENROLLMENT)
"""The entities whose records can be taken over."""
_SCHEMA = "kept"


@dataclass(frozen=True)
class KeptReading:
    """A kept reading: the run that made it, the facts about it, and a note per stream.

    All are empty if there is no kept reading, or if it left nothing for the next run.
    """

    path: Path
    run: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    notes: Mapping[str, bytes] = field(default_factory=dict)


def read_kept(db: sqlite3.Connection, rosters: Path) -> KeptReading:
    """The kept reading beside the roster data ``db``."""
    path = rosters.with_suffix(LAST_READ)
    if not path.exists():
        return KeptReading(path)
    try:
        with closing(sqlite3.connect(unchanging(path), uri=True)) as kept:
            noted = kept.execute("SELECT 1 FROM sqlite_master WHERE name = 'note'").fetchone()
            if not noted or format_of(kept) != record_format() or not is_as_left(db, path):
                return KeptReading(path)
            run = str(kept.execute("SELECT run FROM about").fetchone()[0])
            facts = dict(kept.execute("SELECT name, value FROM fact").fetchall())
            notes = dict(kept.execute("SELECT stream, note FROM note").fetchall())
    except sqlite3.DatabaseError:
        # A damaged reading is as good as none: everything in it can be read again, and the next run replaces it.
        return KeptReading(path)
    return KeptReading(path, run, facts, notes)


def leave(db: sqlite3.Connection, facts: Mapping[str, str], notes: Mapping[str, bytes]) -> None:
    """Leave facts and notes in the attached staging, to be kept with it."""
    db.execute("CREATE TABLE stage.fact (name TEXT PRIMARY KEY, value TEXT NOT NULL)")
    db.execute("CREATE TABLE stage.note (stream TEXT PRIMARY KEY, note BLOB NOT NULL)")
    db.executemany("INSERT INTO stage.fact VALUES (?, ?)", facts.items())
    db.executemany("INSERT INTO stage.note VALUES (?, ?)", notes.items())


def keep_as_shaped(stage: Staging) -> None:
    """From now on, keep the original of every record that changes; to be called once all records are staged."""
    with stage.database() as db:
        for entity in TAKEN_OVER:
            name, kept = stage_table(entity), _as_shaped(entity)
            old = ", ".join(f"OLD.{column}" for column in _columns(entity))
            db.execute(f"CREATE TABLE {kept} AS SELECT * FROM {name} WHERE false")
            db.execute(f"CREATE UNIQUE INDEX {kept}_key ON {kept} (key)")
            for action in ("UPDATE", "DELETE"):
                db.execute(
                    f"CREATE TRIGGER {kept}_{action} BEFORE {action} ON {name} "
                    f"WHEN NOT EXISTS (SELECT 1 FROM {kept} WHERE key = OLD.key) "
                    f"BEGIN INSERT INTO {kept} VALUES ({old}); END"
                )


def has_staged(stage: Staging, entity: Entity, keys: Collection[int]) -> bool:
    """Whether there is a staged record of each of these keys."""
    with stage.database() as db:
        sql = f"SELECT 1 FROM main.{stage_table(entity)} WHERE key = ?"
        return all(db.execute(sql, [key]).fetchone() for key in keys)


class KeptRecords:
    """The records of a kept reading, opened beside the staging that takes them over."""

    def __init__(self, kept: Path, stage: Staging) -> None:
        """Open them; raises LocalStorage if that is not possible."""
        self._stage = stage
        with stage.database() as db, sqlite_errors(kept, read_again=True):
            # Nothing can be attached within a transaction.
            db.execute("COMMIT")
            db.execute(f"ATTACH ? AS {_SCHEMA}", [unchanging(kept)])
            db.execute("BEGIN")

    def knows(self, entity: Entity, keys: Collection[int]) -> bool:
        """Whether there is a record of each of these keys."""
        with self._stage.database() as db:
            sql = f"SELECT 1 FROM {_SCHEMA}.{stage_table(entity)} WHERE key = ?"
            return all(db.execute(sql, [key]).fetchone() for key in keys)

    def take(self, entity: Entity, *, negative: bool | None = None) -> None:
        """Stage the entity's records as they were shaped; ``negative`` limits it to keys of that sign."""
        sign = {None: "true", True: "key < 0", False: "key >= 0"}[negative]
        columns, name, shaped = ", ".join(_columns(entity)), stage_table(entity), f"{_SCHEMA}.{_as_shaped(entity)}"
        with self._stage.database() as db:
            db.execute(
                f"INSERT INTO main.{name} ({columns}) SELECT {columns} FROM {_SCHEMA}.{name} "
                f"WHERE {sign} AND key NOT IN (SELECT key FROM {shaped}) "
                f"UNION ALL SELECT {columns} FROM {shaped} WHERE {sign}"
            )


def _as_shaped(entity: Entity) -> str:
    return f"shaped_{entity.key}"


def _columns(entity: Entity) -> list[str]:
    return ["key", "fate", "rule", "record", *(f'"{reference.column}"' for reference in entity.references)]
