"""A stored plan: the changes that one run makes, or would make."""

from __future__ import annotations

import hashlib
import sqlite3
from dataclasses import dataclass

from psconnect.model.entities import BY_RANK, ENTITIES, FIRST_DERIVED, Entity
from psconnect.model.runs import ChangeCounts

CREATE, UPDATE, REMOVE = 1, 2, 3
ACTIONS = {CREATE: "create", UPDATE: "update", REMOVE: "remove"}
_HASH_ROWS = 5_000


@dataclass(frozen=True)
class Plan:
    """The plan of one run.

    Attributes:
        db: the roster data of the connection.
        run: the run's number in it.
        ledger: the table that the plan is compared with; a re-key compares with a copy that has the new ids already.
    """

    db: sqlite3.Connection
    run: int
    ledger: str = "main.ledger"

    def unchanged(self, *ranks: int) -> str:
        """SQL, from FROM on, for delivered records ``l`` of entities with these ranks that the plan leaves alone.

        Its one parameter is ``:run``.
        """
        return (
            f"FROM {self.ledger} l WHERE l.entity IN ({', '.join(map(str, ranks))}) AND NOT EXISTS "
            "(SELECT 1 FROM change c WHERE c.run = :run AND c.entity = l.entity AND c.key = l.key)"
        )


@dataclass(frozen=True)
class PlanSummary:
    """The hash over a whole plan, and its changes per entity key."""

    hash: str
    changes: dict[str, ChangeCounts]


def summarise_plan(plan: Plan) -> PlanSummary:
    """Hash and count the plan: every change with its before and after, by entity, action and key."""
    digest = hashlib.sha256()
    changes: dict[str, ChangeCounts] = {}
    for entity in (*ENTITIES, *_derived_in(plan)):
        counts = {name: _digest(plan, digest, entity, action) for action, name in ACTIONS.items()}
        if any(counts.values()):
            changes[entity.key] = ChangeCounts(**counts)
    found = "SELECT entity, key, remote_id FROM adopted WHERE run = ? ORDER BY entity, key"
    for link in plan.db.execute(found, [plan.run]):
        digest.update("adopted {} {} {}\n".format(*link).encode())
    return PlanSummary(digest.hexdigest(), changes)


def _derived_in(plan: Plan) -> list[Entity]:
    """The derived entities that the plan has changes of."""
    sql = "SELECT DISTINCT entity FROM change WHERE run = ? AND entity >= ? ORDER BY entity"
    return [BY_RANK[rank] for (rank,) in plan.db.execute(sql, [plan.run, FIRST_DERIVED])]


_LINE = {CREATE: "after", UPDATE: "before || x'0a' || after", REMOVE: "before"}


def _digest(plan: Plan, digest: hashlib._Hash, entity: Entity, action: int) -> int:
    """Feed the changes of one entity and action to the digest; returns their number.

    SQLite joins a few thousand records at a time. A record holds no line break and begins with its id, so the joined
    text is unambiguous.
    """
    sql = (
        "SELECT count(*), max(key), CAST(group_concat(line, x'0a') AS BLOB) "
        f"FROM (SELECT key, CAST({_LINE[action]} AS TEXT) line FROM change "
        "WHERE run = ? AND entity = ? AND key > ? AND action = ? ORDER BY key LIMIT ?)"
    )
    after, total = -(2**62), 0
    digest.update(f"{entity.key} {action}\n".encode())
    while True:
        count, last, joined = plan.db.execute(sql, [plan.run, entity.rank, after, action, _HASH_ROWS]).fetchone()
        if not count:
            return total
        digest.update(joined)
        digest.update(b"\n")
        after, total = last, total + count
