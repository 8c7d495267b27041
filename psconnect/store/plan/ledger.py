"""Plan and ledger: the set-based difference between the staging and what the destination is known to have."""

from __future__ import annotations

import hashlib
import sqlite3
import zlib
from dataclasses import dataclass

from psconnect.model.entities import ADMIN, BY_KEY, BY_RANK, ENTITIES, TEACHER, Entity, in_scope
from psconnect.model.id_attributes import SPACES
from psconnect.model.runs import ChangeCounts
from psconnect.store.history.facts import SealBroken, get_fact, set_fact
from psconnect.store.plan.cascade import take_along
from psconnect.store.plan.integrity import keep_whole, set_aside
from psconnect.store.plan.plan import ACTIONS, CREATE, REMOVE, UPDATE
from psconnect.store.reading.staging import table
from psconnect.store.record import record_id

_HASH_ROWS = 5_000


def store_plan(db: sqlite3.Connection, run: int, scope: str) -> None:
    """Store the changes that make the ledger equal to the attached staging, as the plan of this run.

    Left out: removed if it was delivered. Kept: stays as last delivered. Only entities of the scope change, except that
    what loses a record it needs goes along, and what needs a record that is not delivered yet waits.
    """
    for one, other in ((TEACHER, ADMIN), (ADMIN, TEACHER)):
        db.execute(_KEPT_AS_DELIVERED.format(kept=table(one), delivered=table(other)), {"entity": other.rank})
    for entity in ENTITIES:
        values = {"run": run, "entity": entity.rank}
        for sql in (_UPSERTS, _REMOVALS):
            db.execute(sql.format(table=f"stage.{table(entity)}"), values)
    if scope != "all":
        _limit_to_scope(db, run, scope)
    take_along(db, run, scope)


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
_KEPT_AS_DELIVERED = """
    INSERT OR IGNORE INTO stage.{delivered} (key, fate, rule, record)
    SELECT s.key, s.fate, s.rule, s.record FROM stage.{kept} s
    JOIN ledger l ON l.entity = :entity AND l.key = s.key WHERE s.fate = 2
"""
"""Who teaches now and did not, or the other way round, and can't be read, stays as the kind of staff they were."""


def _limit_to_scope(db: sqlite3.Connection, run: int, scope: str) -> None:
    """Drop changes outside the scope, and those inside that need a record which is not delivered then."""
    inside = {entity.key for entity in in_scope(scope)}
    for entity in ENTITIES:
        if entity.key not in inside:
            db.execute("DELETE FROM change WHERE run = ? AND entity = ?", [run, entity.rank])
            continue
        for column, other in ((reference.column, BY_KEY[reference.entity].rank) for reference in entity.references):
            db.execute(
                f"DELETE FROM change WHERE run = :run AND entity = {entity.rank} AND action <> {REMOVE} AND key IN ("
                f"SELECT key FROM stage.{table(entity)} WHERE {column} IS NOT NULL "
                f"AND {column} NOT IN (SELECT key FROM ledger WHERE entity = {other}) AND {column} NOT IN "
                f"(SELECT key FROM change WHERE run = :run AND entity = {other} AND action = {CREATE}))",
                {"run": run},
            )


def keep_additions(db: sqlite3.Connection, run: int) -> dict[str, ChangeCounts]:
    """Leave only the creates in a plan; returns what is not applied, per entity key that has any.

    It stays whole: what a create needs is created, too, or delivered already, and nothing is removed. Nor is anybody
    created under an id that somebody else keeps so (other staff who become teachers), or what needs them.
    """
    because = "no-addition"
    set_aside(db, run, because, f"action <> {CREATE}", {})
    for space in SPACES:
        ranks = ", ".join(str(entity.rank) for entity in space)
        kept = f"SELECT {record_id('record')} FROM ledger WHERE entity IN ({ranks})"
        if set_aside(db, run, because, f"entity IN ({ranks}) AND {record_id('after')} IN ({kept})", {}):
            keep_whole(db, run, because, {entity.key for entity in space})
    sql = "SELECT entity, action, count(*) FROM aside WHERE run = ? AND because = ? GROUP BY entity, action"
    counts: dict[str, dict[str, int]] = {}
    for rank, action, count in db.execute(sql, [run, because]):
        counts.setdefault(BY_RANK[rank].key, {})[ACTIONS[action]] = count
    db.execute("DELETE FROM aside WHERE run = ? AND because = ?", [run, because])
    return {entity: ChangeCounts(**by_action) for entity, by_action in counts.items()}


@dataclass(frozen=True)
class PlanSummary:
    """The hash over a whole plan, and its changes per entity key."""

    hash: str
    changes: dict[str, ChangeCounts]


def summarise_plan(db: sqlite3.Connection, run: int) -> PlanSummary:
    """Hash and count the plan: every change with its before and after, by entity, action and key."""
    digest = hashlib.sha256()
    changes: dict[str, ChangeCounts] = {}
    for entity in ENTITIES:
        counts = {name: _digest(db, digest, run, entity, action) for action, name in ACTIONS.items()}
        if any(counts.values()):
            changes[entity.key] = ChangeCounts(**counts)
    return PlanSummary(digest.hexdigest(), changes)


_LINE = {CREATE: "after", UPDATE: "before || x'0a' || after", REMOVE: "before"}


def _digest(db: sqlite3.Connection, digest: hashlib._Hash, run: int, entity: Entity, action: int) -> int:
    """Feed the changes of one entity and action to the digest; returns their number.

    SQLite joins a few thousand records at a time. A record is JSON and holds no line break, and begins with its id, so
    the joined text is unambiguous.
    """
    sql = (
        "SELECT count(*), max(key), CAST(group_concat(line, x'0a') AS BLOB) "
        f"FROM (SELECT key, CAST({_LINE[action]} AS TEXT) line FROM change "
        "WHERE run = ? AND entity = ? AND key > ? AND action = ? ORDER BY key LIMIT ?)"
    )
    after, total = -(2**62), 0
    digest.update(f"{entity.key} {action}\n".encode())
    while True:
        count, last, joined = db.execute(sql, [run, entity.rank, after, action, _HASH_ROWS]).fetchone()
        if not count:
            return total
        digest.update(joined)
        digest.update(b"\n")
        after, total = last, total + count


_LEDGER = "ledger"


def seal_ledger(db: sqlite3.Connection) -> None:
    """Note the ledger's fingerprint; within the transaction that changes it."""
    set_fact(db, _LEDGER, _fingerprint(db))


def check_ledger(db: sqlite3.Connection) -> None:
    """Raise SealBroken where the ledger is not as it was left; reads all of it (0.3 s for 430,000 records).

    Records that stay as delivered go to the destination from here: nobody else would see that they are others.
    """
    noted = get_fact(db, _LEDGER)
    if noted and noted != _fingerprint(db):
        raise SealBroken


def _fingerprint(db: sqlite3.Connection) -> str:
    sql = (
        "SELECT count(*), max(key), CAST(group_concat(line, x'0a') AS BLOB) FROM "
        "(SELECT key, key || CAST(record AS TEXT) line FROM ledger WHERE entity = ? AND key > ? ORDER BY key LIMIT ?)"
    )
    total, check = 0, 0
    for (rank,) in db.execute("SELECT DISTINCT entity FROM ledger ORDER BY entity").fetchall():
        after, check = -(2**62), zlib.crc32(str(rank).encode(), check)
        while True:
            count, last, joined = db.execute(sql, [rank, after, _HASH_ROWS]).fetchone()
            if not count:
                break
            after, total, check = last, total + count, zlib.crc32(joined, check)
    return f"{total}.{check:08x}"


def ledger_counts(db: sqlite3.Connection) -> dict[str, int]:
    """Records per entity key that the destination is known to have."""
    sql = "SELECT entity, count(*) FROM ledger GROUP BY entity"
    return {BY_RANK[rank].key: count for rank, count in db.execute(sql)}


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
