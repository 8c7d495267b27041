"""Staged records that can't have their id, because another record has it or because there is none.

Such a record stays as last delivered, and so do the records that belong to it: if they were delivered, they would point
to the other record. Ids made of DCIDs alone can't clash, so then none of this runs.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator

from psconnect.model.entities import ENTITIES, SCHOOL, Entity
from psconnect.model.errors import BadRecord
from psconnect.model.id_attributes import SPACES
from psconnect.model.problems import Problem
from psconnect.store.reading.staging import IN, KEPT, staged
from psconnect.store.record import record_id

DOUBLE, NONE, _WAITS = "double-id", "no-id", "waits-for"
WITHOUT_ID = (DOUBLE, NONE)
"""Rules of records that stay under the id they had."""
_SETTLED, _DELIVERED, _NEW = 0, 1, 2
"""How strong a record's claim to an id is: delivered under it, delivered under another, never delivered."""


def settle_clashes(db: sqlite3.Connection) -> list[Problem]:
    """Keep back records that lack an id or lose it to another record, and all that belongs to them.

    The best claim is that of the record that was delivered under the id, then of one that was delivered at all, then
    that of the lowest key. Raises BadRecord if it is a school, because everything belongs to one.
    """
    db.execute("DROP TABLE IF EXISTS temp.claim")
    db.execute(
        "CREATE TEMP TABLE claim (entity INTEGER, key INTEGER, name TEXT, strength INTEGER, PRIMARY KEY (entity, key))"
    )
    problems: list[Problem] = []
    for space in SPACES:
        for entity in space:
            problems += _without(db, entity)
            _claim(db, entity)
        while lost := _losers(db, space):
            problems += _kept_back(db, lost, DOUBLE)
    db.execute("DROP TABLE temp.claim")
    if any(problem.entity == SCHOOL.key for problem in problems):
        raise _school(sum(problem.entity == SCHOOL.key for problem in problems))
    return problems + _dependants(db)


def _without(db: sqlite3.Connection, entity: Entity) -> list[Problem]:
    rows = db.execute(
        f"SELECT key FROM {staged(entity)} WHERE fate = {IN} AND {record_id('record')} = '' ORDER BY key"
    ).fetchall()
    return _kept_back(db, [(entity, key) for (key,) in rows], NONE)


def _claim(db: sqlite3.Connection, entity: Entity) -> None:
    """Note which id each record wants; a kept record without one keeps the id of its last delivery."""
    name = record_id("s.record")
    old = record_id("l.record")
    db.execute(
        f"INSERT INTO temp.claim SELECT {entity.rank}, s.key, CASE WHEN {name} = '' THEN {old} ELSE {name} END, "
        f"CASE WHEN l.key IS NULL THEN {_NEW} WHEN {name} IN ('', {old}) THEN {_SETTLED} ELSE {_DELIVERED} END "
        f"FROM {staged(entity)} s LEFT JOIN ledger l ON l.entity = {entity.rank} AND l.key = s.key "
        f"WHERE s.fate = {IN} OR (s.fate = {KEPT} AND l.key IS NOT NULL)"
    )
    db.execute("DELETE FROM temp.claim WHERE name IS NULL OR name = ''")


def _losers(db: sqlite3.Connection, space: tuple[Entity, ...]) -> list[tuple[Entity, int]]:
    by_rank = {entity.rank: entity for entity in space}
    ranks = ", ".join(map(str, by_rank))
    rows = db.execute(
        "SELECT entity, key FROM (SELECT entity, key, row_number() OVER (PARTITION BY name ORDER BY strength, key, "
        f"entity) place FROM temp.claim WHERE entity IN ({ranks})) WHERE place > 1 ORDER BY entity, key"
    ).fetchall()
    lost = [(by_rank[rank], key) for rank, key in rows]
    for entity, key in lost:
        # A delivered record keeps the id of its last delivery: no other record can have a better claim to it.
        db.execute(
            f"UPDATE temp.claim SET strength = {_SETTLED}, name = (SELECT {record_id('record')} FROM ledger l "
            "WHERE l.entity = claim.entity AND l.key = claim.key) WHERE entity = ? AND key = ?",
            [entity.rank, key],
        )
    db.execute("DELETE FROM temp.claim WHERE name IS NULL")
    return lost


def _kept_back(db: sqlite3.Connection, records: Iterable[tuple[Entity, int]], rule: str) -> list[Problem]:
    found = []
    for entity, key in records:
        db.execute(f"UPDATE {staged(entity)} SET fate = {KEPT}, rule = ? WHERE key = ?", [rule, key])
        found.append(Problem(rule, entity.key, key, _school_of(db, entity, key), "sourcedId"))
    return found


def _school_of(db: sqlite3.Connection, entity: Entity, key: int) -> int | None:
    if not any(reference.column == "school" for reference in entity.references):
        return None
    row = db.execute(f"SELECT school FROM {staged(entity)} WHERE key = ?", [key]).fetchone()
    return row[0] if row else None


def _dependants(db: sqlite3.Connection) -> list[Problem]:
    """Keep back records that belong to one without an id; their own dependants have ids and may change."""
    return [problem for entity in ENTITIES for problem in _dependants_of(db, entity)]


def _dependants_of(db: sqlite3.Connection, entity: Entity) -> Iterator[Problem]:
    marks = ", ".join("?" * len(WITHOUT_ID))
    for reference in entity.references:
        rows = db.execute(
            f"SELECT s.key FROM {staged(entity)} s JOIN stage.stage_{reference.entity} o ON o.key = "
            f"s.{reference.column} WHERE s.fate = {IN} AND o.fate = {KEPT} AND o.rule IN ({marks}) ORDER BY s.key",
            list(WITHOUT_ID),
        ).fetchall()
        for (key,) in rows:
            db.execute(f"UPDATE {staged(entity)} SET fate = {KEPT}, rule = ? WHERE key = ?", [_WAITS, key])
            yield Problem(_WAITS, entity.key, key, _school_of(db, entity, key), reference.entity)


def _school(count: int) -> BadRecord:
    return BadRecord("PSC-READ-SCHOOL-ID", where="ids.school", count=count)
