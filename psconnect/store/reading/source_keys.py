"""Keys of records whose source has text for ids: given once, and the same in every later run.

They come from a range of their own, above all numbers of PowerSchool, so that a connection can get a second source
without any record changing its key.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator

from psconnect.model.entities import ENTITIES, Entity
from psconnect.model.ids import kind_of
from psconnect.store.database import transaction
from psconnect.store.history.facts import get_fact, set_fact

GIVEN_KEYS = range(2**39, 2**40)
"""The keys that are given. PowerSchool's numbers stay below; those of leads without a row (10**15 and more) above.

The search for a record puts the entity in front of keys of 40 bits (store.reading.last_reading).
"""
_NEXT = "source-key"
"""The fact that holds, for each kind, the next key: what is kept under a forgotten one is never somebody else’s."""
_TOGETHER = 500
_REMEMBERED = 100_000
"""Ids of a kind whose keys are kept in memory, so that it does not grow with the district."""


class StoredKeys:
    """Gives and stores keys. Teachers and other staff are one kind: who changes between them keeps the key."""

    def __init__(self, db: sqlite3.Connection) -> None:
        """``db`` is the roster data; to be used in the thread that opened it."""
        self._db = db
        self._known: dict[str, dict[str, int]] = {}

    def load(self, entity: Entity, own_ids: Iterable[str]) -> None:
        """Have the keys of these records ready; those that have none are given one."""
        kind = kind_of(entity)
        known = self._known.setdefault(kind, {})
        if len(known) > _REMEMBERED:
            known.clear()
        missing = [own_id for own_id in dict.fromkeys(own_ids) if own_id not in known]
        if missing:
            known.update(self._stored(kind, missing))
            self._give(kind, [own_id for own_id in missing if own_id not in known], known)

    def _stored(self, kind: str, own_ids: list[str]) -> Iterator[tuple[str, int]]:
        # Not as JSON: SQLite ends its texts at a NUL, and a damaged id may hold one.
        for at in range(0, len(own_ids), _TOGETHER):
            some = own_ids[at : at + _TOGETHER]
            sql = f"SELECT id, key FROM source_key WHERE kind = ? AND id IN ({', '.join('?' * len(some))})"
            yield from self._db.execute(sql, [kind, *some])

    def _give(self, kind: str, own_ids: list[str], known: dict[str, int]) -> None:
        if not own_ids:
            return
        with transaction(self._db):
            sql = "SELECT coalesce(max(key) + 1, ?) FROM source_key WHERE kind = ?"
            (next_one,) = self._db.execute(sql, [GIVEN_KEYS.start, kind]).fetchone()
            first = max(next_one, int(get_fact(self._db, f"{_NEXT} {kind}") or 0))
            given = {own_id: first + place for place, own_id in enumerate(own_ids)}
            set_fact(self._db, f"{_NEXT} {kind}", str(first + len(own_ids)))
            rows = ((kind, own_id, key) for own_id, key in given.items())
            self._db.executemany("INSERT INTO source_key (kind, id, key) VALUES (?, ?, ?)", rows)
        known.update(given)

    def of(self, entity: Entity) -> Callable[[str], int]:
        """A function from an own id of the entity to the record's key."""
        known = self._known.setdefault(kind_of(entity), {})

        def key_of(own_id: str) -> int:
            if own_id not in known:
                self.load(entity, [own_id])
            return known[own_id]

        return key_of


def own_id_of(db: sqlite3.Connection, entity: Entity, key: int) -> str:
    """The source's own id of the record with that key; empty where the key is a number of the source itself."""
    if abs(key) not in GIVEN_KEYS:
        return ""
    row = db.execute("SELECT id FROM source_key WHERE kind = ? AND key = ?", [kind_of(entity), abs(key)]).fetchone()
    return str(row[0]) if row else ""


def forget_unused(db: sqlite3.Connection) -> None:
    """Forget the ids of records that are neither in the attached staging, nor delivered, nor in the history of a run.

    Ids can name people. Who comes back afterwards is a new record.
    """
    if not db.execute("SELECT EXISTS (SELECT 1 FROM source_key)").fetchone()[0]:
        return
    entities: dict[str, list[Entity]] = {}
    for entity in ENTITIES:
        entities.setdefault(kind_of(entity), []).append(entity)
    either = "key IN (source_key.key, -source_key.key)"
    for kind, those in entities.items():
        ranks = ", ".join(str(entity.rank) for entity in those)
        staged = [f"SELECT 1 FROM stage.stage_{entity.key} WHERE {either}" for entity in those]
        others = [
            f"SELECT 1 FROM {table} WHERE entity IN ({ranks}) AND {either}"
            for table in ("ledger", "change", "aside", "problem")
        ]
        unused = " AND ".join(f"NOT EXISTS ({one})" for one in (*staged, *others))
        db.execute(f"DELETE FROM source_key WHERE kind = ? AND {unused}", [kind])
