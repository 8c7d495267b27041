"""Records of the roster after a plan that the other system would not take: by their values, and by repeated ones."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from psconnect.model.entities import Entity
from psconnect.model.id_attributes import SEPARATOR, school_place
from psconnect.model.text import caseless
from psconnect.store.plan.plan import Plan
from psconnect.store.plan.roster_after import rows_after
from psconnect.store.record import attribute_value, value_at


@dataclass(frozen=True)
class CheckedRecord:
    """A record by its key, and the id of its school, of several the first one; empty where it has none."""

    key: int
    school: str


def records_with_other_values(
    plan: Plan, entity: Entity, attribute: str, allowed: Collection[str]
) -> Iterator[CheckedRecord]:
    """The records whose value of an attribute is neither empty nor allowed, in key order."""
    value = attribute_value(entity, attribute)
    sql = (
        f"SELECT key, {_school(entity)} FROM ({rows_after(plan, entity)}) "
        f"WHERE {value} <> '' AND {value} NOT IN (SELECT value FROM json_each(:allowed)) ORDER BY key"
    )
    yield from _found(plan, sql, allowed=json.dumps(sorted(allowed)))


def records_alike(plan: Plan, entity: Entity, attributes: Sequence[str]) -> Iterator[CheckedRecord]:
    """The records that share their values of these attributes with another one, in key order.

    Case makes no difference, and a record with an empty value is not compared.
    """
    plan.db.create_function("caseless", 1, caseless, deterministic=True)
    values = [attribute_value(entity, name) for name in attributes]
    together = " || char(31) || ".join(f"caseless({value})" for value in values)
    given = " AND ".join(f"{value} <> ''" for value in values)
    sql = (
        f"WITH compared AS MATERIALIZED (SELECT key, {_school(entity)} school, {together} value "
        f"FROM ({rows_after(plan, entity)}) WHERE {given}) SELECT key, school FROM compared WHERE value IN "
        "(SELECT value FROM compared GROUP BY value HAVING count(*) > 1) ORDER BY key"
    )
    yield from _found(plan, sql)


def _school(entity: Entity) -> str:
    place = school_place(entity)
    return "''" if place is None else value_at("record", place)


def _found(plan: Plan, sql: str, **values: str) -> Iterator[CheckedRecord]:
    for key, school in plan.db.execute(sql, {"run": plan.run, **values}):
        yield CheckedRecord(key, school.partition(SEPARATOR)[0])
