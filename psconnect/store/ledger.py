"""Plan and ledger: the set-based difference between the staging and what the destination is known to have."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator

import msgspec

from psconnect.model.entities import BY_KEY, BY_RANK, ENTITIES, Entity, in_scope
from psconnect.model.runs import ChangeCounts
from psconnect.store.schema import ACTIONS, REMOVE
from psconnect.store.staging import table

_HASH_ROWS = 5_000


def store_plan(db: sqlite3.Connection, run: int, scope: str) -> None:
    """Store the changes that make the ledger equal to the attached staging, as the plan of this run.

    Left out: removed if it was delivered. Kept: stays as last delivered. Only entities of the scope change, except that
    what loses a record it needs goes along, and what needs a record that is not delivered yet waits.
    """
    for entity in ENTITIES:
        values = {"run": run, "entity": entity.rank}
        for sql in (_UPSERTS, _REMOVALS):
            db.execute(sql.format(table=f"stage.{table(entity)}"), values)
    if scope != "all":
        _limit_to_scope(db, run, scope)


_UPSERTS = """
    INSERT INTO change (run, entity, key, action, before, after)
    SELECT :run, :entity, s.key, CASE WHEN l.key IS NULL THEN 1 ELSE 2 END, l.record, s.record
    FROM {table} s LEFT JOIN ledger l ON l.entity = :entity AND l.key = s.key
    WHERE s.fate = 0 AND (l.key IS NULL OR l.record <> s.record)
    ORDER BY s.key
"""
_REMOVALS = """
    INSERT INTO change (run, entity, key, action, before, after)
    SELECT :run, :entity, l.key, 3, l.record, NULL
    FROM ledger l LEFT JOIN {table} s ON s.key = l.key
    WHERE l.entity = :entity AND (s.key IS NULL OR s.fate = 1)
    ORDER BY l.key
"""


def _limit_to_scope(db: sqlite3.Connection, run: int, scope: str) -> None:
    inside = {entity.key for entity in in_scope(scope)}
    for entity in ENTITIES:
        if entity.key in inside:
            _let_wait(db, run, entity, inside)
        else:
            _keep_out_of_scope(db, run, entity, inside)


def _let_wait(db: sqlite3.Connection, run: int, entity: Entity, inside: set[str]) -> None:
    """Drop creates and updates that need a record outside the scope which is not delivered."""
    for reference in entity.references:
        if reference.entity not in inside:
            db.execute(
                f"DELETE FROM change WHERE run = ? AND entity = ? AND action <> {REMOVE} AND key IN ("
                f"SELECT key FROM stage.{table(entity)} WHERE {reference.column} IS NOT NULL AND {reference.column} "
                "NOT IN (SELECT key FROM ledger WHERE entity = ?))",
                [run, entity.rank, BY_KEY[reference.entity].rank],
            )


def _keep_out_of_scope(db: sqlite3.Connection, run: int, entity: Entity, inside: set[str]) -> None:
    """Of an entity outside the scope only removals stay whose needed record is removed in this plan."""
    gone = [
        f"{reference.column} IN (SELECT key FROM change WHERE run = :run AND action = {REMOVE} "
        f"AND entity = {BY_KEY[reference.entity].rank})"
        for reference in entity.references
        if reference.entity in inside
    ]
    stays = (
        f" AND NOT (action = {REMOVE} AND key IN (SELECT key FROM stage.{table(entity)} WHERE {' OR '.join(gone)}))"
        if gone
        else ""
    )
    db.execute(f"DELETE FROM change WHERE run = :run AND entity = :entity{stays}", {"run": run, "entity": entity.rank})


def plan_hash(db: sqlite3.Connection, run: int) -> str:
    """The hash over the whole plan: every change with its before and after, in order.

    Rows are joined by SQLite a few thousand at a time: a record is JSON and holds no line break, so the joined text is
    unambiguous.
    """
    digest = hashlib.sha256()
    entity, key = -1, 0
    while True:
        row = db.execute(
            "SELECT count(*), group_concat(line, x'0a') FROM ("
            " SELECT entity, key, entity || ':' || key || ':' || action || char(9) || "
            " coalesce(CAST(before AS TEXT), '') || char(9) || coalesce(CAST(after AS TEXT), '') line"
            " FROM change WHERE run = ? AND (entity, key) > (?, ?) ORDER BY entity, key LIMIT ?)",
            [run, entity, key, _HASH_ROWS],
        ).fetchone()
        if not row[0]:
            return digest.hexdigest()
        text = row[1].encode()
        digest.update(text + b"\n")
        entity, key = _last_of(text)


def _last_of(text: bytes) -> tuple[int, int]:
    entity, key, _ = text.rsplit(b"\n", 1)[-1].split(b":", 2)
    return int(entity), int(key)


def change_counts(db: sqlite3.Connection, run: int) -> dict[str, ChangeCounts]:
    """Changes of the plan per entity key."""
    counts: dict[str, dict[str, int]] = {}
    sql = "SELECT entity, action, count(*) FROM change WHERE run = ? GROUP BY entity, action"
    for rank, action, count in db.execute(sql, [run]):
        counts.setdefault(BY_RANK[rank].key, {})[ACTIONS[action]] = count
    return {entity: ChangeCounts(**by_action) for entity, by_action in counts.items()}


def ledger_counts(db: sqlite3.Connection) -> dict[str, int]:
    """Records per entity key that the destination is known to have."""
    sql = "SELECT entity, count(*) FROM ledger GROUP BY entity"
    return {BY_RANK[rank].key: count for rank, count in db.execute(sql)}


def roster_after(db: sqlite3.Connection, run: int, entity: Entity) -> Iterator[tuple[int, list[str]]]:
    """The entity's records as they are once the plan is applied, in key order: (key, attributes)."""
    sql = (
        "SELECT key, after FROM change WHERE run = :run AND entity = :entity AND action <> 3 "
        "UNION ALL SELECT key, record FROM ledger WHERE entity = :entity AND NOT EXISTS "
        "(SELECT 1 FROM change c WHERE c.run = :run AND c.entity = :entity AND c.key = ledger.key) ORDER BY 1"
    )
    decode = msgspec.json.Decoder(list[str]).decode
    for key, record in db.execute(sql, {"run": run, "entity": entity.rank}):
        yield key, decode(record)


def apply_to_ledger(db: sqlite3.Connection, run: int) -> None:
    """Make the ledger what it is after the plan; to be called within the transaction that ends the run."""
    db.execute(
        "INSERT OR REPLACE INTO ledger SELECT entity, key, after FROM change WHERE run = ? AND action <> 3 "
        "ORDER BY entity, key",
        [run],
    )
    db.execute(
        "DELETE FROM ledger WHERE (entity, key) IN (SELECT entity, key FROM change WHERE run = ? AND action = 3)", [run]
    )
