"""The roster as it is once a plan is applied: the ledger with the plan's changes over it."""

from __future__ import annotations

from collections.abc import Iterator
from operator import itemgetter

from psconnect.model.entities import BY_KEY, Entity
from psconnect.model.id_attributes import pointers_in
from psconnect.store.plan.plan import REMOVE, Plan
from psconnect.store.record import decode_record, needed_id, record_id


def encoded_records(plan: Plan, entity: Entity) -> Iterator[bytes]:
    """The entity's records as they are stored, in key order.

    Nothing but C runs per record: this is the longest loop of a delivery.
    """
    return map(itemgetter(0), plan.db.execute(f"{rows_after(plan, entity)} ORDER BY key", {"run": plan.run}))


def keyed_records(plan: Plan, entity: Entity) -> Iterator[tuple[int, bytes]]:
    """The same records, each with its key."""
    for record, key in plan.db.execute(f"{rows_after(plan, entity)} ORDER BY key", {"run": plan.run}):
        yield key, record


def related(plan: Plan, entity: Entity, reference: str) -> Iterator[tuple[list[str], list[str]]]:
    """Each record with the one whose id stands first in that attribute, in the order of the records' keys."""
    place = entity.attributes.index(reference)
    (pointer,) = (one for one in pointers_in(entity) if one.place == place)
    name = f"temp.related_{entity.key}_{place}"
    plan.db.execute(f"DROP TABLE IF EXISTS {name}")
    plan.db.execute(f"CREATE TEMP TABLE {name.partition('.')[2]} (id TEXT PRIMARY KEY, record BLOB) WITHOUT ROWID")
    try:
        for target in pointer.targets:
            rows = f"SELECT {record_id('record')}, record FROM ({rows_after(plan, BY_KEY[target])})"
            plan.db.execute(f"INSERT OR IGNORE INTO {name} {rows}", {"run": plan.run})
        both = (
            f"SELECT r.record, t.record FROM ({rows_after(plan, entity)}) r "
            f"JOIN {name} t ON t.id = {needed_id(entity, place, 'r.record')} ORDER BY r.key"
        )
        for own, other in plan.db.execute(both, {"run": plan.run}):
            yield decode_record(own), decode_record(other)
    finally:
        plan.db.execute(f"DROP TABLE IF EXISTS {name}")


def rows_after(plan: Plan, entity: Entity) -> str:
    """SQL for record and key of the entity's records after the plan ``:run``."""
    planned = f"SELECT after record, key FROM change WHERE run = :run AND entity = {entity.rank} AND action <> {REMOVE}"
    if not plan.db.execute("SELECT EXISTS (SELECT 1 FROM ledger WHERE entity = ?)", [entity.rank]).fetchone()[0]:
        return planned
    return f"{planned} UNION ALL SELECT l.record, l.key {plan.unchanged(entity.rank)}"
