"""A plan that gives records other ids: made against the ledger as if its records had them already.

A plan is kept whole by comparing ids: what points to a removed record is removed with it. New ids in the staging can't
be compared with old ones in the ledger, and an id can even pass from one record to another. So the plan is made against
a copy of the ledger in which every record has its new id. Then each change gets its true image before, and records that
otherwise stay as delivered (they can't be read, say) get their new ids as updates.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace

from psconnect.model.entities import ENTITIES, Entity
from psconnect.model.id_attributes import SEPARATOR, pointers_in
from psconnect.store.plan.plan import UPDATE, Plan
from psconnect.store.reading.id_clashes import WITHOUT_ID
from psconnect.store.reading.staging import OUT, staged
from psconnect.store.record import decode_record, encode_record, record_id

_COPY = "temp.ledger_with_new_ids"
_GONE = "\x01"
"""Begins the id of a removed record within the copy, so that it is nobody else's; never delivered."""
_NewIds = dict[str, dict[str, str]]
"""Entity key -> old id -> new id."""


def plan_with_new_ids(plan: Plan, make_plan: Callable[[Plan], None]) -> None:
    """Let ``make_plan`` store a plan over the attached staging, and make it whole; within a transaction.

    If no record that stays gets another id, that is all it does.
    """
    db = plan.db
    new_ids: _NewIds = {entity.key: dict(_staying(db, entity)) for entity in ENTITIES}
    if not any(new_ids.values()):
        make_plan(plan)
        return
    gone = {entity.key: {old: _GONE + old for _key, old in _leaving(db, entity)} for entity in ENTITIES}
    within = {key: {**ids, **gone[key]} for key, ids in new_ids.items()}
    db.execute(
        f"CREATE TABLE {_COPY} (entity INTEGER, key INTEGER, record BLOB, PRIMARY KEY (entity, key)) WITHOUT ROWID"
    )
    try:
        for entity in ENTITIES:
            rows = db.execute("SELECT key, record FROM ledger WHERE entity = ?", [entity.rank])
            own = _keys_with_new_id(db, entity)
            db.executemany(
                f"INSERT INTO {_COPY} VALUES (?, ?, ?)",
                ((entity.rank, key, _with_new_ids(entity, key, record, own, within)) for key, record in rows),
            )
        make_plan(replace(plan, ledger=_COPY))
        # Run before no-op changes are deleted: those records were read and must not be rewritten.
        _carry(plan)
        _restore_images_before(plan)
    finally:
        # A full disk can end the transaction, and the table with it.
        db.execute(f"DROP TABLE IF EXISTS {_COPY}")


def _staying(db: sqlite3.Connection, entity: Entity) -> Iterator[tuple[str, str]]:
    """Old and new id of the delivered records that stay and get another one."""
    yield from _changed_ids(db, entity, record_id("l.record"))


def _keys_with_new_id(db: sqlite3.Connection, entity: Entity) -> dict[int, str]:
    """The same by the record's key; removed ones have an id of their own within the copy."""
    found = dict(_changed_ids(db, entity, "l.key"))
    found.update((key, _GONE + old) for key, old in _leaving(db, entity))
    return found


def _changed_ids(db: sqlite3.Connection, entity: Entity, what: str) -> sqlite3.Cursor:
    old, new = record_id("l.record"), record_id("s.record")
    marks = ", ".join("?" * len(WITHOUT_ID))
    return db.execute(
        f"SELECT {what}, {new} FROM {staged(entity)} s JOIN ledger l ON l.entity = ? AND l.key = s.key "
        f"WHERE s.fate <> {OUT} AND coalesce(s.rule, '') NOT IN ({marks}) AND {new} <> '' AND {new} <> {old}",
        [entity.rank, *WITHOUT_ID],
    )


def _leaving(db: sqlite3.Connection, entity: Entity) -> Iterator[tuple[int, str]]:
    """Key and id of the delivered records that the plan will remove."""
    yield from db.execute(
        f"SELECT l.key, {record_id('l.record')} FROM ledger l LEFT JOIN {staged(entity)} s ON s.key = l.key "
        f"WHERE l.entity = ? AND (s.key IS NULL OR s.fate = {OUT})",
        [entity.rank],
    )


def _with_new_ids(entity: Entity, key: int, record: bytes, own: dict[int, str], new_ids: _NewIds) -> bytes:
    values = decode_record(record)
    before = list(values)
    values[0] = own.get(key, values[0])
    for pointer in pointers_in(entity):
        ids = values[pointer.place].split(SEPARATOR) if pointer.several else [values[pointer.place]]
        values[pointer.place] = SEPARATOR.join(_new_id(new_ids, pointer.targets, one) for one in ids)
    return encode_record(values) if values != before else record


def _new_id(new_ids: _NewIds, targets: tuple[str, ...], old: str) -> str:
    return next((new_ids[target][old] for target in targets if old in new_ids[target]), old)


def _restore_images_before(plan: Plan) -> None:
    """Give each change the image that the destination has before it, and delete changes that are none then."""
    plan.db.execute(
        "UPDATE change SET before = (SELECT record FROM ledger l WHERE l.entity = change.entity "
        "AND l.key = change.key) WHERE run = ? AND before IS NOT NULL",
        [plan.run],
    )
    plan.db.execute(f"DELETE FROM change WHERE run = ? AND action = {UPDATE} AND before = after", [plan.run])


def _carry(plan: Plan) -> None:
    """Add updates for records that stay as delivered but for ids."""
    rows = plan.db.execute(
        f"SELECT t.entity, t.key, m.record, t.record FROM {_COPY} t "
        "JOIN ledger m ON m.entity = t.entity AND m.key = t.key WHERE m.record <> t.record AND NOT EXISTS "
        "(SELECT 1 FROM change c WHERE c.run = ? AND c.entity = t.entity AND c.key = t.key)",
        [plan.run],
    ).fetchall()
    for rank, key, before, within in rows:
        after = encode_record([text.replace(_GONE, "") for text in decode_record(within)])
        if after != before:
            plan.db.execute(
                f"INSERT INTO change (run, entity, key, action, before, after) VALUES (?, ?, ?, {UPDATE}, ?, ?)",
                [plan.run, rank, key, before, after],
            )
