"""What somebody set by hand for single people. It outlives the person's record, so that who comes back keeps it.

All decisions are kept, with who made them and when; the last one for a person counts. Teachers and other staff are the
same people, so a decision stays when one becomes the other.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import datetime

from psconnect.model.entities import BY_RANK, TEACHER, Entity
from psconnect.model.sign_in import FOLLOW, HandDecision
from psconnect.store.reading.assigned_values import STAFF_KINDS, check_given, forget_given, seal_given

_COLUMNS = "entity, key, value, decided, account"
_LAST = "no IN (SELECT max(no) FROM set_by_hand WHERE attribute = :attribute GROUP BY entity, key)"


def decide(db: sqlite3.Connection, entity: Entity, attribute: str, decision: HandDecision) -> None:
    """Store a decision; within a transaction.

    ``FOLLOW`` also forgets what was assigned before, so that it is judged anew. Raises SealBroken.
    """
    check_given(db)
    sql = f"INSERT INTO set_by_hand (attribute, {_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)"
    who = (attribute, _rank(entity), decision.key)
    db.execute(sql, [*who, decision.value, decision.at.isoformat(), decision.account])
    if decision.value == FOLLOW:
        forget_given(db, entity, attribute, decision.key)
    seal_given(db)


def decided(db: sqlite3.Connection, entity: Entity, attribute: str) -> dict[int, str]:
    """The values that are set by hand now, by key."""
    sql = f"SELECT key, value FROM set_by_hand WHERE {_LAST} AND entity = :rank AND value <> :follow"
    return dict(db.execute(sql, {"attribute": attribute, "rank": _rank(entity), "follow": FOLLOW}).fetchall())


def last_decision(db: sqlite3.Connection, entity: Entity, attribute: str, key: int) -> HandDecision | None:
    """The last decision about a person; None if there was none."""
    sql = f"SELECT {_COLUMNS} FROM set_by_hand WHERE attribute = ? AND entity = ? AND key = ? ORDER BY no DESC LIMIT 1"
    row = db.execute(sql, [attribute, _rank(entity), key]).fetchone()
    return _decision(row) if row else None


def last_decisions(db: sqlite3.Connection, attribute: str) -> Iterator[HandDecision]:
    """The last decision about each person, newest first."""
    sql = f"SELECT {_COLUMNS} FROM set_by_hand WHERE {_LAST} ORDER BY no DESC"
    return map(_decision, db.execute(sql, {"attribute": attribute}))


def _rank(entity: Entity) -> int:
    return TEACHER.rank if entity in STAFF_KINDS else entity.rank


def _decision(row: tuple[int, int, str, str, str]) -> HandDecision:
    rank, key, value, at, account = row
    return HandDecision(BY_RANK[rank].key, key, value, datetime.fromisoformat(at), account)
