"""The ledger: what the destination is known to have, under a seal that shows when it was damaged."""

from __future__ import annotations

import sqlite3
import zlib

from psconnect.model.entities import BY_RANK
from psconnect.store.history.facts import SealBroken, get_fact, set_fact
from psconnect.store.plan.plan import REMOVE, Plan

_SEALED_TOGETHER = 5_000
_SEAL = "ledger"


def seal_ledger(db: sqlite3.Connection) -> None:
    """Note the ledger's fingerprint; within the transaction that changes it."""
    set_fact(db, _SEAL, _fingerprint(db))


def unseal_ledger(db: sqlite3.Connection) -> None:
    """Take the seal off while the ledger moves change by change; within a transaction."""
    set_fact(db, _SEAL, "")


def check_ledger(db: sqlite3.Connection) -> None:
    """Raise SealBroken if the ledger is not as it was left; reads all of it (0.3 s for 430,000 records).

    Unchanged records go from here to the destination, where nobody would notice that they are wrong.
    """
    noted = get_fact(db, _SEAL)
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
            count, last, joined = db.execute(sql, [rank, after, _SEALED_TOGETHER]).fetchone()
            if not count:
                break
            after, total, check = last, total + count, zlib.crc32(joined, check)
    return f"{total}.{check:08x}"


def ledger_counts(db: sqlite3.Connection) -> dict[str, int]:
    """Records per entity key that the destination is known to have."""
    sql = "SELECT entity, count(*) FROM ledger GROUP BY entity"
    return {BY_RANK[rank].key: count for rank, count in db.execute(sql)}


def apply_to_ledger(plan: Plan) -> None:
    """Make the ledger what it is after the plan; within the transaction that ends the run."""
    plan.db.execute(
        f"INSERT OR REPLACE INTO ledger SELECT entity, key, after FROM change WHERE run = ? AND action <> {REMOVE} "
        "ORDER BY entity, key",
        [plan.run],
    )
    plan.db.execute(
        "DELETE FROM ledger WHERE (entity, key) IN "
        f"(SELECT entity, key FROM change WHERE run = ? AND action = {REMOVE})",
        [plan.run],
    )
