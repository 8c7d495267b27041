"""Who was removed, so that a key that comes back as another person is noticed (fault D19).

Kept are salted digests of a removed record's name and number, never the name or number themselves.
"""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
from collections.abc import Iterator

from psconnect.model.entities import ADMIN, BY_RANK, TEACHER, Entity
from psconnect.store.history.facts import get_fact, set_fact
from psconnect.store.history.titles import NUMBERS, TITLES
from psconnect.store.plan.plan import CREATE, REMOVE, Plan
from psconnect.store.record import decode_record, record_by_name

_SALT = "tombstone-salt"
_BYTES = 8


def update_tombstones(plan: Plan) -> None:
    """Set tombstones for records that the applied plan removed, and delete those of records that it created."""
    salt = _salt(plan.db)
    created = (
        "SELECT 1 FROM change c WHERE c.run = ? AND c.entity = tombstone.entity AND c.key = tombstone.key "
        "AND c.action = ?"
    )
    plan.db.execute(f"DELETE FROM tombstone WHERE EXISTS ({created})", [plan.run, CREATE])
    removed = _changes(plan, REMOVE, "before")
    stones = ((entity.rank, key, *_digests(entity, record, salt)) for entity, key, record in removed)
    plan.db.executemany("INSERT OR REPLACE INTO tombstone VALUES (?, ?, ?, ?)", stones)
    # Staff that only changes kind has not left, and may have another name when it changes back.
    staff = f"({TEACHER.rank}, {ADMIN.rank})"
    stays = f"SELECT 1 FROM change c WHERE c.run = ? AND c.entity IN {staff} AND c.key = tombstone.key AND c.action = ?"
    plan.db.execute(f"DELETE FROM tombstone WHERE entity IN {staff} AND EXISTS ({stays})", [plan.run, CREATE])


def come_back_as_others(plan: Plan) -> dict[str, list[str]]:
    """Records that a plan creates under the key of a removed one with another name and number: ids per entity key.

    Where neither had a number, the name alone decides.
    """
    salt, found = _salt(plan.db), dict[str, list[str]]()
    # There are few tombstones and many changes: CROSS JOIN makes SQLite begin with the tombstones.
    sql = (
        "SELECT c.entity, c.key, c.after, t.name, t.number FROM tombstone t "
        "CROSS JOIN change c ON c.run = ? AND c.entity = t.entity AND c.key = t.key AND c.action = ? "
        "ORDER BY c.entity, c.key"
    )
    for rank, _key, record, old_name, old_number in plan.db.execute(sql, [plan.run, CREATE]).fetchall():
        entity = BY_RANK[rank]
        name, number = _digests(entity, record, salt)
        if name != old_name and (number != old_number or not number):
            found.setdefault(entity.key, []).append(decode_record(record)[0])
    return found


def _changes(plan: Plan, action: int, record: str) -> Iterator[tuple[Entity, int, bytes]]:
    ranks = ", ".join(str(entity.rank) for entity in BY_RANK.values() if entity.key in NUMBERS)
    sql = f"SELECT entity, key, {record} FROM change WHERE run = ? AND action = ? AND entity IN ({ranks})"
    for rank, key, encoded in plan.db.execute(sql, [plan.run, action]):
        yield BY_RANK[rank], key, encoded


def _digests(entity: Entity, encoded: bytes, salt: bytes) -> tuple[bytes, bytes]:
    named = record_by_name(entity, encoded)
    return (
        _digest([named[name] for name in TITLES[entity.key]], salt),
        _digest([named[name] for name in NUMBERS[entity.key]], salt),
    )


def _digest(values: list[str], salt: bytes) -> bytes:
    """A digest that spaces and case don't change; empty where there is nothing."""
    text = "\n".join(" ".join(value.split()).casefold() for value in values).strip()
    return (
        hashlib.blake2b(text.encode("utf-8", "surrogatepass"), key=salt, digest_size=_BYTES).digest() if text else b""
    )


def _salt(db: sqlite3.Connection) -> bytes:
    known = get_fact(db, _SALT)
    if not known:
        known = secrets.token_hex(16)
        set_fact(db, _SALT, known)
    return bytes.fromhex(known)
