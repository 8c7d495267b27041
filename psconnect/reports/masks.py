"""Masks: what stands for a person, a class or another record in a report without names."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field, replace

from psconnect.model.entities import BY_KEY, SCHOOL, Entity
from psconnect.model.review import FoundRecord
from psconnect.store.history.findings import FindingsOf
from psconnect.wording.catalogue import tr
from psconnect.wording.records import record_kind

_TABLE = "CREATE TABLE mask (no INTEGER PRIMARY KEY, entity INTEGER, key INTEGER, UNIQUE (entity, key))"


def _kept_aside() -> sqlite3.Connection:
    """A database of its own that SQLite keeps in memory, and on the disk once it grows; it has keys alone."""
    db = sqlite3.connect("", isolation_level=None, check_same_thread=False)
    db.execute("PRAGMA journal_mode = OFF")
    db.execute("BEGIN")
    db.execute(_TABLE)
    return db


@dataclass
class Masks:
    """Gives each record of one report a number, in the order in which records appear; the same one whenever it comes.

    Numbers of another report are others. ``close`` them when done.
    """

    _db: sqlite3.Connection = field(default_factory=_kept_aside)

    def close(self) -> None:
        """Forget all masks."""
        self._db.close()

    def of(self, entity: Entity, key: int) -> str:
        """The mask of a record: ``Student 14``."""
        self._db.execute("INSERT OR IGNORE INTO mask (entity, key) VALUES (?, ?)", [entity.rank, key])
        sql = "SELECT no FROM mask WHERE entity = ? AND key = ?"
        (number,) = self._db.execute(sql, [entity.rank, key]).fetchone()
        return tr("{kind} {number}", kind=record_kind(entity.key), number=number)

    def found(self, names: FindingsOf, one: FoundRecord) -> FoundRecord:
        """The finding with masks instead of names, and with nothing that could be somebody's.

        A detail is kept only if it is the name of an attribute or of a kind of record: it may as well be the id of
        another person, or a code of the district's own. Schools keep their names.
        """
        entity = BY_KEY[one.entity]
        other = names.other_of(one)
        title = one.school if entity is SCHOOL and one.school else self.of(entity, one.key)
        kept = one.detail in entity.attributes or one.detail in BY_KEY
        return replace(
            one, title=title, detail=one.detail if kept else "", other=self.of(*other) if other else "", number=""
        )
