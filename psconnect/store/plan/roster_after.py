"""The roster as it is once a plan is applied: the ledger with the plan's changes over it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from operator import itemgetter

from psconnect.model.entities import BY_KEY, Entity
from psconnect.model.id_attributes import pointers_in
from psconnect.store.plan.plan import REMOVE
from psconnect.store.record import decode_record, needed_id, record_id


def records(db: sqlite3.Connection, run: int, entity: Entity) -> Iterator[list[str]]:
    """The attributes of the entity's records, in key order.

    Nothing but C runs per record: this is the longest loop of a delivery.
    """
    rows = db.execute(f"{_rows(db, entity)} ORDER BY key", {"run": run})
    return map(decode_record, map(itemgetter(0), rows))


def related(db: sqlite3.Connection, run: int, entity: Entity, reference: str) -> Iterator[tuple[list[str], list[str]]]:
    """Each record with the one whose id stands first in that attribute, in the order of the records' keys."""
    place = entity.attributes.index(reference)
    (pointer,) = (one for one in pointers_in(entity) if one.place == place)
    name = f"temp.related_{entity.key}_{place}"
    db.execute(f"DROP TABLE IF EXISTS {name}")
    db.execute(f"CREATE TEMP TABLE {name.partition('.')[2]} (id TEXT PRIMARY KEY, record BLOB) WITHOUT ROWID")
    try:
        for target in pointer.targets:
            rows = f"SELECT {record_id('record')}, record FROM ({_rows(db, BY_KEY[target])})"
            db.execute(f"INSERT OR IGNORE INTO {name} {rows}", {"run": run})
        both = (
            f"SELECT r.record, t.record FROM ({_rows(db, entity)}) r "
            f"JOIN {name} t ON t.id = {needed_id(entity, place, 'r.record')} ORDER BY r.key"
        )
        for own, other in db.execute(both, {"run": run}):
            yield decode_record(own), decode_record(other)
    finally:
        db.execute(f"DROP TABLE IF EXISTS {name}")


def _rows(db: sqlite3.Connection, entity: Entity) -> str:
    """SQL for record and key of the entity's records after the plan ``:run``."""
    planned = f"SELECT after record, key FROM change WHERE run = :run AND entity = {entity.rank} AND action <> {REMOVE}"
    if not db.execute("SELECT EXISTS (SELECT 1 FROM ledger WHERE entity = ?)", [entity.rank]).fetchone()[0]:
        return planned
    unchanged = (
        f"NOT EXISTS (SELECT 1 FROM change c WHERE c.run = :run AND c.entity = {entity.rank} AND c.key = ledger.key)"
    )
    return f"{planned} UNION ALL SELECT record, key FROM ledger WHERE entity = {entity.rank} AND {unchanged}"
