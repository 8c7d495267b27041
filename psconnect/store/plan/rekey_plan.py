"""A plan that gives records other ids: made against the ledger as if its records had them already.

Plans are whole because ids are compared: what points to a removed record goes along. With new ids in the staging and
old ones in the ledger that compares what is not comparable, and an id can even pass from one record to another. So the
plan is made against a copy of the ledger in which everything has its new id. Then each change gets its true image
before, and records that otherwise stay as they were delivered (they can't be read, say) get their new ids as updates.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator

from psconnect.model.entities import ENTITIES, Entity
from psconnect.model.id_attributes import SEPARATOR, pointers_in
from psconnect.store.plan.plan import UPDATE
from psconnect.store.reading.id_clashes import WITHOUT_ID
from psconnect.store.reading.staging import table
from psconnect.store.record import decode_record, encode_record, record_id

_GONE = "\x01"
"""Begins the id of a removed record within the copy, so that it is nobody else's; never delivered."""
Renamed = dict[str, dict[str, str]]
"""Entity key -> old id -> new id."""


def plan_with_new_ids(db: sqlite3.Connection, run: int, make_plan: Callable[[], None]) -> None:
    """Let ``make_plan`` store the plan of a run over the attached staging, and make it whole; within a transaction.

    Where no record that stays gets another id, that is all it does.
    """
    renamed: Renamed = {entity.key: dict(_staying(db, entity)) for entity in ENTITIES}
    if not any(renamed.values()):
        make_plan()
        return
    gone = {entity.key: {old: _GONE + old for old in _leaving(db, entity)} for entity in ENTITIES}
    within = {key: {**names, **gone[key]} for key, names in renamed.items()}
    # Unqualified names mean the temporary table as long as it is there.
    db.execute(
        "CREATE TEMP TABLE ledger (entity INTEGER, key INTEGER, record BLOB, PRIMARY KEY (entity, key)) WITHOUT ROWID"
    )
    try:
        for entity in ENTITIES:
            rows = db.execute("SELECT key, record FROM main.ledger WHERE entity = ?", [entity.rank])
            own = _keys_with_new_id(db, entity)
            db.executemany(
                "INSERT INTO temp.ledger VALUES (?, ?, ?)",
                ((entity.rank, key, _with_new_ids(entity, key, record, own, within)) for key, record in rows),
            )
        make_plan()
        # Before changes that are none are dropped: whoever has such a one was read, and is not to follow anybody.
        _carry(db, run)
        _true_images(db, run)
    finally:
        # A full disk can end the transaction, and with it the table.
        db.execute("DROP TABLE IF EXISTS temp.ledger")


def _staying(db: sqlite3.Connection, entity: Entity) -> Iterator[tuple[str, str]]:
    """Old and new id of the delivered records that stay and get another one."""
    yield from _changed_ids(db, entity, record_id("l.record"))


def _keys_with_new_id(db: sqlite3.Connection, entity: Entity) -> dict[int, str]:
    """The same by the record's key; removed ones have an id of their own within the copy."""
    found = dict(_changed_ids(db, entity, "l.key"))
    found.update((key, _GONE + old) for key, old in db.execute(*_leaving_sql(entity)))
    return found


def _changed_ids(db: sqlite3.Connection, entity: Entity, what: str) -> sqlite3.Cursor:
    old, new = record_id("l.record"), record_id("s.record")
    marks = ", ".join("?" * len(WITHOUT_ID))
    return db.execute(
        f"SELECT {what}, {new} FROM stage.{table(entity)} s JOIN main.ledger l ON l.entity = ? AND l.key = s.key "
        f"WHERE s.fate <> 1 AND coalesce(s.rule, '') NOT IN ({marks}) AND {new} <> '' AND {new} <> {old}",
        [entity.rank, *WITHOUT_ID],
    )


def _leaving(db: sqlite3.Connection, entity: Entity) -> Iterator[str]:
    for _key, old in db.execute(*_leaving_sql(entity)):
        yield old


def _leaving_sql(entity: Entity) -> tuple[str, list[int]]:
    sql = (
        f"SELECT l.key, {record_id('l.record')} FROM main.ledger l LEFT JOIN stage.{table(entity)} s ON s.key = l.key "
        "WHERE l.entity = ? AND (s.key IS NULL OR s.fate = 1)"
    )
    return sql, [entity.rank]


def _with_new_ids(entity: Entity, key: int, record: bytes, own: dict[int, str], renamed: Renamed) -> bytes:
    values = decode_record(record)
    before = list(values)
    values[0] = own.get(key, values[0])
    for pointer in pointers_in(entity):
        ids = values[pointer.place].split(SEPARATOR) if pointer.several else [values[pointer.place]]
        values[pointer.place] = SEPARATOR.join(_new_id(renamed, pointer.targets, one) for one in ids)
    return encode_record(values) if values != before else record


def _new_id(renamed: Renamed, targets: tuple[str, ...], old: str) -> str:
    return next((renamed[target][old] for target in targets if old in renamed[target]), old)


def _true_images(db: sqlite3.Connection, run: int) -> None:
    """Give each change the image that the destination has before it."""
    db.execute(
        "UPDATE change SET before = (SELECT record FROM main.ledger l WHERE l.entity = change.entity "
        "AND l.key = change.key) WHERE run = ? AND before IS NOT NULL",
        [run],
    )
    db.execute(f"DELETE FROM change WHERE run = ? AND action = {UPDATE} AND before = after", [run])


def _carry(db: sqlite3.Connection, run: int) -> None:
    """Add the updates of records that stay as they were delivered, but for ids."""
    rows = db.execute(
        "SELECT t.entity, t.key, m.record, t.record FROM temp.ledger t "
        "JOIN main.ledger m ON m.entity = t.entity AND m.key = t.key WHERE m.record <> t.record AND NOT EXISTS "
        "(SELECT 1 FROM change c WHERE c.run = ? AND c.entity = t.entity AND c.key = t.key)",
        [run],
    ).fetchall()
    for rank, key, before, within in rows:
        after = (
            encode_record([text.replace(_GONE, "") for text in decode_record(within)])
            if b"\\u0001" in within
            else within
        )
        if after != before:
            db.execute(
                f"INSERT INTO change (run, entity, key, action, before, after) VALUES (?, ?, ?, {UPDATE}, ?, ?)",
                [run, rank, key, before, after],
            )
