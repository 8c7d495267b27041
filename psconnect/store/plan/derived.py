"""The plan of derived entities: what a kind of destination makes of the roster, against what it was given last."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from psconnect.model.entities import Entity
from psconnect.store.plan.exclusions import EXCLUDED
from psconnect.store.plan.integrity import set_aside
from psconnect.store.plan.plan import CREATE, REMOVE, UPDATE, Plan
from psconnect.store.record import encode_record, record_id


def plan_derived(plan: Plan, entity: Entity, records: Iterable[Sequence[str]]) -> None:
    """Store the changes that give the destination exactly these records; in place of those planned before.

    What a person excluded of them stays excluded. Within a transaction; raises IntegrityError where an id comes twice.
    """
    db, run = plan.db, plan.run
    db.execute("CREATE TEMP TABLE IF NOT EXISTS wanted (id TEXT PRIMARY KEY, record BLOB NOT NULL)")
    db.execute("DELETE FROM temp.wanted")
    db.executemany("INSERT INTO temp.wanted VALUES (?, ?)", ((one[0], encode_record(list(one))) for one in records))
    db.execute(
        "INSERT INTO derived_key SELECT :entity, w.id, row_number() OVER (ORDER BY w.rowid) + "
        "(SELECT coalesce(max(key), 0) FROM derived_key WHERE entity = :entity) FROM temp.wanted w "
        "WHERE NOT EXISTS (SELECT 1 FROM derived_key k WHERE k.entity = :entity AND k.id = w.id)",
        {"entity": entity.rank},
    )
    chosen = "SELECT key FROM aside WHERE run = ? AND entity = ? AND because = ?"
    excluded = [key for (key,) in db.execute(chosen, [run, entity.rank, EXCLUDED])]
    for table in ("change", "aside"):
        db.execute(f"DELETE FROM {table} WHERE run = ? AND entity = ?", [run, entity.rank])
    for sql in (_UPSERTS, _REMOVALS):
        db.execute(sql, {"run": run, "entity": entity.rank})
    for key in excluded:
        set_aside(plan, EXCLUDED, "entity = :entity AND key = :key", {"entity": entity.rank, "key": key})


_UPSERTS = f"""
    INSERT INTO change (run, entity, key, action, before, after)
    SELECT :run, :entity, k.key, CASE WHEN l.key IS NULL THEN {CREATE} ELSE {UPDATE} END, l.record, w.record
    FROM temp.wanted w JOIN derived_key k ON k.entity = :entity AND k.id = w.id
    LEFT JOIN ledger l ON l.entity = :entity AND l.key = k.key
    WHERE l.key IS NULL OR l.record <> w.record
"""
_REMOVALS = f"""
    INSERT INTO change (run, entity, key, action, before, after)
    SELECT :run, :entity, l.key, {REMOVE}, l.record, NULL FROM ledger l
    WHERE l.entity = :entity AND NOT EXISTS (SELECT 1 FROM temp.wanted w WHERE w.id = {record_id("l.record")})
"""


def plan_all_anew(plan: Plan) -> None:
    """Let a plan create everything that stands after it: the destination is not the one that has what was delivered."""
    db, run = plan.db, plan.run
    db.execute(
        f"INSERT INTO change SELECT :run, l.entity, l.key, {CREATE}, NULL, l.record FROM ledger l WHERE NOT EXISTS "
        "(SELECT 1 FROM change c WHERE c.run = :run AND c.entity = l.entity AND c.key = l.key)",
        {"run": run},
    )
    db.execute(f"DELETE FROM change WHERE run = ? AND action = {REMOVE}", [run])
    db.execute(f"UPDATE change SET action = {CREATE}, before = NULL WHERE run = ?", [run])
