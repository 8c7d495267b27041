"""Reconciles what was read with what stands at the destination, so that the figures of every kind add up."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from psconnect.model.entities import BY_RANK, DISTRICT_KEY, ENROLLMENT, ENTITIES, FIRST_DERIVED, SCHOOL, Entity
from psconnect.model.problems import NOT_IN_THIS_RUN, base_rule
from psconnect.model.reconciled import Reconciled
from psconnect.store.conversion import format_of
from psconnect.store.database import unchanging
from psconnect.store.files import DELIVERED_READ, LAST_READ
from psconnect.store.history.facts import get_fact, set_fact
from psconnect.store.history.run_table import STANDS
from psconnect.store.plan.plan import CREATE, REMOVE, Plan
from psconnect.store.reading.fate_counts import counts_once
from psconnect.store.reading.staging import IN, staged
from psconnect.store.record import record_format

_SAME_AS = "reading-stands-for"


def made_here(entity: Entity, key: str) -> str:
    """SQL: whether psconnect makes the record with that key itself; the source lists no such record."""
    if entity.rank >= FIRST_DERIVED:
        return "true"
    if entity is ENROLLMENT:
        return f"{key} < 0"
    return f"{key} = {DISTRICT_KEY}" if entity is SCHOOL else "false"


def reconcile(plan: Plan, before: Mapping[str, Reconciled], underlying: Collection[str] = ()) -> dict[str, Reconciled]:
    """The figures of each entity once the plan is applied.

    Counts against the attached staging. If there is none (an undo reads nothing), the figures follow from those of the
    delivery ``before``. Entities that are ``underlying`` are marked so.
    """
    attached = "stage" in {name for _no, name, _file in plan.db.execute("PRAGMA database_list")}
    found: dict[str, Reconciled] = {}
    for entity in (*ENTITIES, *_derived(plan)):
        delivered, made = _standing(plan, entity)
        if attached and entity.rank < FIRST_DERIVED:
            found[entity.key] = _counted(plan, entity, delivered, made)
        else:
            found[entity.key] = before.get(entity.key, Reconciled()).moved_to(delivered, made)
    adopted = _adopted(plan)
    return {
        key: replace(one, adopted=adopted.get(key, 0), underlying=key in underlying)
        for key, one in found.items()
        if one.read or one.delivered or key in underlying
    }


def _adopted(plan: Plan) -> dict[str, int]:
    """Entity key -> how many of the records that the plan creates stand at the destination already."""
    sql = (
        f"SELECT c.entity, count(*) FROM adopted a JOIN main.change c ON c.run = a.run AND c.entity = a.entity "
        f"AND c.key = a.key AND c.action = {CREATE} WHERE a.run = ? GROUP BY c.entity"
    )
    return {BY_RANK[rank].key: count for rank, count in plan.db.execute(sql, [plan.run])}


def _derived(plan: Plan) -> list[Entity]:
    sql = (
        f"SELECT DISTINCT entity FROM {plan.ledger} WHERE entity >= :first UNION "
        "SELECT DISTINCT entity FROM main.change WHERE run = :run AND entity >= :first ORDER BY 1"
    )
    return [BY_RANK[rank] for (rank,) in plan.db.execute(sql, {"first": FIRST_DERIVED, "run": plan.run})]


def _standing(plan: Plan, entity: Entity) -> tuple[int, int]:
    """How many records stand there once the plan is applied, and how many of them psconnect makes itself."""
    values = {"run": plan.run, "entity": entity.rank}
    figures = f"SELECT count(*), coalesce(sum({made_here(entity, 'key')}), 0) FROM"
    known = f"EXISTS (SELECT 1 FROM {plan.ledger} l WHERE l.entity = :entity AND l.key = c.key)"
    planned = f"{figures} main.change c WHERE run = :run AND entity = :entity AND action ="
    there = plan.db.execute(f"{figures} {plan.ledger} WHERE entity = :entity", values).fetchone()
    new = plan.db.execute(f"{planned} {CREATE} AND NOT {known}", values).fetchone()
    gone = plan.db.execute(f"{planned} {REMOVE} AND {known}", values).fetchone()
    return there[0] + new[0] - gone[0], there[1] + new[1] - gone[1]


def _counted(plan: Plan, entity: Entity, delivered: int, made: int) -> Reconciled:
    sql = f"""
        SELECT s.fate, s.rule, coalesce(c.action <> {REMOVE}, l.key IS NOT NULL), count(*)
        FROM (SELECT key, fate, rule FROM {staged(entity)}
            WHERE NOT {made_here(entity, "key")} AND {counts_once(entity)}) s
        LEFT JOIN {plan.ledger} l ON l.entity = :entity AND l.key = s.key
        LEFT JOIN main.change c ON c.run = :run AND c.entity = :entity AND c.key = s.key
        GROUP BY 1, 2, 3
    """
    read, because = 0, dict[str, int]()
    for fate, rule, stands, count in plan.db.execute(sql, {"run": plan.run, "entity": entity.rank}):
        read += count
        if not stands:
            name = NOT_IN_THIS_RUN if fate == IN else base_rule(rule)
            because[name] = because.get(name, 0) + count
    return Reconciled(read, delivered, made, dict(sorted(because.items())))


# --- the reading behind a delivery -----------------------------------------------------------------------------------


def reading_stands_for(db: sqlite3.Connection, read_by: str, run_id: str) -> None:
    """Note that what one run read is as good as that of another: it led to the very same plan."""
    set_fact(db, _SAME_AS, json.dumps([read_by, run_id]))


def reader_of(db: sqlite3.Connection) -> str:
    """Id of the run that the attached reading belongs to."""
    return stands_for(db, str(db.execute("SELECT run FROM stage.about").fetchone()[0]))


def stands_for(db: sqlite3.Connection, run_id: str) -> str:
    """The id of the run for which what another one read is as good as its own; the id itself for any other."""
    read_by, same = json.loads(get_fact(db, _SAME_AS) or '["", ""]')
    return str(same) if run_id == read_by else run_id


def attach_reading(db: sqlite3.Connection, rosters: Path, run_id: str) -> bool:
    """Attach what the run with that id read, as ``stage``; whether it is kept still."""
    for ending in (LAST_READ, DELIVERED_READ):
        path = rosters.with_suffix(ending)
        if not path.exists():
            continue
        with suppress(sqlite3.DatabaseError):  # A damaged reading is as good as none.
            db.execute("ATTACH ? AS stage", [unchanging(path)])
            if _belongs(db, run_id):
                return True
            db.execute("DETACH stage")
    return False


@contextmanager
def reading_of(db: sqlite3.Connection, rosters: Path, run_id: str) -> Iterator[bool]:
    """``attach_reading`` for a while."""
    attached = attach_reading(db, rosters, run_id)
    try:
        yield attached
    finally:
        if attached:
            db.execute("DETACH stage")


def _belongs(db: sqlite3.Connection, run_id: str) -> bool:
    try:
        return format_of(db, "stage") == record_format() and reader_of(db) == run_id
    except sqlite3.DatabaseError:
        return False  # A damaged reading is as good as none.


def keep_delivered(db: sqlite3.Connection, rosters: Path) -> None:
    """Before a newer reading takes its place, set aside what the last delivery read: figures lead to its records."""
    last, aside = rosters.with_suffix(LAST_READ), rosters.with_suffix(DELIVERED_READ)
    if aside.exists() or not last.exists():
        return
    try:
        with closing(sqlite3.connect(unchanging(last), uri=True)) as kept:
            (run_id,) = kept.execute("SELECT run FROM about").fetchone()
    except sqlite3.DatabaseError:
        return  # A damaged reading is as good as none.
    run_id = stands_for(db, run_id)
    if db.execute(f"SELECT 1 FROM run WHERE +id = ? AND ({STANDS})", [run_id]).fetchone():
        last.replace(aside)


def forget_delivered(rosters: Path) -> None:
    """Delete what an earlier delivery read: a newer one took its place."""
    rosters.with_suffix(DELIVERED_READ).unlink(missing_ok=True)
