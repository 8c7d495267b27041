"""Makes a plan: the difference between what was read and what the destination has."""

from __future__ import annotations

from psconnect.model.entities import ADMIN, BY_KEY, BY_RANK, ENTITIES, TEACHER, Entity, in_scope
from psconnect.model.id_attributes import SPACES
from psconnect.model.runs import ChangeCounts
from psconnect.store.plan.cascade import take_along
from psconnect.store.plan.integrity import keep_whole, set_aside
from psconnect.store.plan.plan import ACTIONS, CREATE, REMOVE, UPDATE, Plan
from psconnect.store.reading.staging import IN, KEPT, OUT, staged
from psconnect.store.record import record_id


def store_plan(plan: Plan, scope: str) -> None:
    """Store the changes that make the ledger equal to the attached staging.

    A record that was left out is removed if it was delivered; a kept one stays as delivered. Only entities of the scope
    change, with two exceptions: a record that loses what it needs is removed with it, and a record that needs one which
    is not delivered yet waits.
    """
    _keep_unreadable_staff_in_its_role(plan)
    for entity in ENTITIES:
        values = {"run": plan.run, "entity": entity.rank}
        plan.db.execute(_upserts(plan, entity), values)
        plan.db.execute(_removals(plan, entity), values)
    if scope != "all":
        _limit_to_scope(plan, scope)
    take_along(plan, scope)


def _upserts(plan: Plan, entity: Entity) -> str:
    return f"""
        INSERT INTO change (run, entity, key, action, before, after)
        SELECT :run, :entity, s.key, CASE WHEN l.key IS NULL THEN {CREATE} ELSE {UPDATE} END, l.record, s.record
        FROM {staged(entity)} s LEFT JOIN {plan.ledger} l ON l.entity = :entity AND l.key = s.key
        WHERE s.fate = {IN} AND (l.key IS NULL OR l.record <> s.record)
        ORDER BY s.key
    """


def _removals(plan: Plan, entity: Entity) -> str:
    return f"""
        INSERT INTO change (run, entity, key, action, before, after)
        SELECT :run, :entity, l.key, {REMOVE}, l.record, NULL
        FROM {plan.ledger} l LEFT JOIN {staged(entity)} s ON s.key = l.key
        WHERE l.entity = :entity AND (s.key IS NULL OR s.fate = {OUT})
        ORDER BY l.key
    """


def _keep_unreadable_staff_in_its_role(plan: Plan) -> None:
    """Stage staff that can't be read, and became or ceased to be a teacher, as the kind it was delivered as."""
    for read_as, delivered_as in ((TEACHER, ADMIN), (ADMIN, TEACHER)):
        plan.db.execute(
            f"INSERT OR IGNORE INTO {staged(delivered_as)} (key, fate, rule, record) "
            f"SELECT s.key, s.fate, s.rule, s.record FROM {staged(read_as)} s "
            f"JOIN ledger l ON l.entity = ? AND l.key = s.key WHERE s.fate = {KEPT}",
            [delivered_as.rank],
        )


def _limit_to_scope(plan: Plan, scope: str) -> None:
    """Drop changes outside the scope, and those inside that need a record which is not delivered then."""
    inside = {entity.key for entity in in_scope(scope)}
    for entity in ENTITIES:
        if entity.key not in inside:
            plan.db.execute("DELETE FROM change WHERE run = ? AND entity = ?", [plan.run, entity.rank])
            continue
        for column, other in ((reference.column, BY_KEY[reference.entity].rank) for reference in entity.references):
            plan.db.execute(
                f"DELETE FROM change WHERE run = :run AND entity = {entity.rank} AND action <> {REMOVE} AND key IN ("
                f"SELECT key FROM {staged(entity)} WHERE {column} IS NOT NULL "
                f"AND {column} NOT IN (SELECT key FROM ledger WHERE entity = {other}) AND {column} NOT IN "
                f"(SELECT key FROM change WHERE run = :run AND entity = {other} AND action = {CREATE}))",
                {"run": plan.run},
            )


def keep_additions(plan: Plan) -> dict[str, ChangeCounts]:
    """Leave only the creates in a plan; returns what is not applied, per entity key that has any.

    The plan stays whole: what a create needs is created too, or delivered already, and nothing is removed. A create is
    dropped, with what needs it, if its id still belongs to another record (other staff who become teachers).
    """
    because = "no-addition"
    set_aside(plan, because, f"action <> {CREATE}", {})
    for space in SPACES:
        ranks = ", ".join(str(entity.rank) for entity in space)
        taken = f"SELECT {record_id('record')} FROM {plan.ledger} WHERE entity IN ({ranks})"
        if set_aside(plan, because, f"entity IN ({ranks}) AND {record_id('after')} IN ({taken})", {}):
            keep_whole(plan, because, {entity.key for entity in space})
    sql = "SELECT entity, action, count(*) FROM aside WHERE run = ? AND because = ? GROUP BY entity, action"
    counts: dict[str, dict[str, int]] = {}
    for rank, action, count in plan.db.execute(sql, [plan.run, because]):
        counts.setdefault(BY_RANK[rank].key, {})[ACTIONS[action]] = count
    plan.db.execute("DELETE FROM aside WHERE run = ? AND because = ?", [plan.run, because])
    return {entity: ChangeCounts(**by_action) for entity, by_action in counts.items()}
