"""What the changes of a stored plan come from, grouped in SQL: by rule and school, by attribute. Needs the staging."""

from __future__ import annotations

import sqlite3
from collections import Counter
from dataclasses import dataclass

from psconnect.model.entities import ADMIN, BY_KEY, SCHOOL, TEACHER, Entity
from psconnect.model.id_attributes import school_place
from psconnect.model.problems import NOT_CHOSEN, not_listed
from psconnect.store.plan.plan import CREATE, REMOVE, UPDATE, Plan
from psconnect.store.reading.staging import OUT, stage_table, staged
from psconnect.store.record import decode_record, needed_id, record_id

_ROLE_NOW = {TEACHER.key: (ADMIN, "other-staff-now"), ADMIN.key: (TEACHER, "teacher-now")}


@dataclass(frozen=True)
class RemovedGroup:
    """Records that a plan removes by one rule at one school.

    Attributes:
        rule: the rule that leaves them out, as staged.
        school: id of the school as delivered, of several the first; empty for records without one.
        count: how many.
    """

    rule: str
    school: str
    count: int


def removed_groups(plan: Plan, entity: Entity) -> list[RemovedGroup]:
    """A plan's removals of an entity by rule and school."""
    if entity is SCHOOL:
        school = record_id("c.before")
    else:
        place = school_place(entity)
        school = "''" if place is None else needed_id(entity, place, "c.before")
    join, otherwise = "", f"'{not_listed(entity.key)}'"
    if entity.key in _ROLE_NOW:
        other, rule = _ROLE_NOW[entity.key]
        join = f"LEFT JOIN {staged(other)} o ON o.key = c.key"
        otherwise = f"CASE WHEN o.key IS NULL THEN {otherwise} ELSE '{rule}' END"
    # A derived entity is not read: what it is made of is.
    read = entity.key in BY_KEY and _is_staged(plan.db, entity)
    stage = f"LEFT JOIN {staged(entity)} s ON s.key = c.key" if read else ""
    rule_of = f"coalesce(nullif(s.rule, ''), {otherwise})" if read else otherwise
    sql = (
        f"SELECT {rule_of} rule, coalesce({school}, '') school, count(*) FROM change c {stage} {join} "
        f"WHERE c.run = ? AND c.entity = ? AND c.action = {REMOVE} GROUP BY 1, 2"
    )
    return [RemovedGroup(*row) for row in plan.db.execute(sql, [plan.run, entity.rank])]


def _is_staged(db: sqlite3.Connection, entity: Entity) -> bool:
    sql = "SELECT EXISTS (SELECT 1 FROM stage.sqlite_master WHERE name = ?)"
    return bool(db.execute(sql, [stage_table(entity)]).fetchone()[0])


def schools_switched_off(db: sqlite3.Connection) -> set[str]:
    """Ids of the schools that were read and are not chosen."""
    sql = f"SELECT {record_id('record')} FROM {staged(SCHOOL)} WHERE fate = {OUT} AND rule = ?"
    return {sourced_id for (sourced_id,) in db.execute(sql, [NOT_CHOSEN])}


def schools_created(plan: Plan) -> set[str]:
    """Ids of the schools that a plan creates."""
    sql = f"SELECT {record_id('after')} FROM change WHERE run = ? AND entity = ? AND action = {CREATE}"
    return {sourced_id for (sourced_id,) in plan.db.execute(sql, [plan.run, SCHOOL.rank])}


def lacking_attributes(plan: Plan, entity: Entity, rule: str) -> dict[str, int]:
    """Of the records that a plan removes, how many a rule left out for which attribute."""
    sql = (
        "SELECT p.detail, count(*) FROM problem p JOIN change c ON c.run = p.run AND c.entity = p.entity "
        f"AND c.key = p.key AND c.action = {REMOVE} WHERE p.run = ? AND p.entity = ? AND p.rule = ? GROUP BY 1"
    )
    return dict(plan.db.execute(sql, [plan.run, entity.rank, rule]).fetchall())


@dataclass(frozen=True)
class ChangedAttributes:
    """The updates of an entity: per attribute, how many change it, and how many of these empty it."""

    changed: Counter[str]
    emptied: Counter[str]


def changed_attributes(plan: Plan, entity: Entity) -> ChangedAttributes:
    """Count a plan's updates by attribute; a million take some seconds, in constant memory."""
    changed: Counter[int] = Counter()
    emptied: Counter[int] = Counter()
    sql = f"SELECT before, after FROM change WHERE run = ? AND entity = ? AND action = {UPDATE}"
    for before, after in plan.db.execute(sql, [plan.run, entity.rank]):
        pairs = zip(decode_record(before), decode_record(after), strict=True)
        for place, (old, new) in enumerate(pairs):
            if old != new:
                changed[place] += 1
                emptied[place] += not new
    names = entity.attributes
    return ChangedAttributes(
        Counter({names[place]: count for place, count in changed.items()}),
        Counter({names[place]: count for place, count in emptied.items()}),
    )
