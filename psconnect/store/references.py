"""References between staged records: who goes, takes the dependants along; who points nowhere is kept and reported.

Design.md section 8, *Left out or kept*. Worked out as one pass an entity, in dependency order, over the attached
staging.
"""

from __future__ import annotations

import sqlite3

from psconnect.model.entities import CONTACT, ENTITIES, RELATIONSHIP, Entity
from psconnect.model.problems import Fate, Problem
from psconnect.store.staging import table

_GOES_ALONG, _ORPHAN, _WAITS = "goes-along", "orphan", "waits-for"


def resolve_references(db: sqlite3.Connection) -> list[Problem]:
    """Set fate and rule of every staged record that depends on one that is not in; returns the findings."""
    problems: list[Problem] = []
    for entity in ENTITIES:
        if entity is CONTACT:
            # A contact is there because of a student: the relationships decide first.
            problems += _resolve(db, RELATIONSHIP, only="student")
            _contacts_without_student(db)
        problems += _resolve(db, entity, only="contact" if entity is RELATIONSHIP else "")
    return problems


def _resolve(db: sqlite3.Connection, entity: Entity, only: str) -> list[Problem]:
    references = [reference for reference in entity.references if not only or reference.column == only]
    if not references:
        return []
    found = db.execute(_offenders_sql(entity, [(r.column, r.entity) for r in references])).fetchall()
    problems: list[Problem] = []
    updates: list[tuple[int, str, int]] = []
    for key, fate, other, school in found:
        rule = {Fate.LEFT_OUT: _GOES_ALONG, Fate.KEPT: _WAITS, None: _ORPHAN}[fate]
        updates.append((Fate.LEFT_OUT if rule == _GOES_ALONG else Fate.KEPT, rule, key))
        if rule != _GOES_ALONG:
            problems.append(Problem(rule, entity.key, key, school, other))
    db.executemany(f"UPDATE stage.{table(entity)} SET fate = ?, rule = ? WHERE key = ?", updates)
    return problems


def _offenders_sql(entity: Entity, references: list[tuple[str, str]]) -> str:
    """Records that are in although something they need is not: (key, fate of the other or NULL, its entity, school).

    What was left out weighs more than what is missing; a record that is only kept counts as there when the ledger
    has it.
    """
    joins, bad, left_out, kept, missing = [], [], [], [], []
    for index, (column, other) in enumerate(references):
        alias, reference = f"r{index}", f"s.{column}"
        joins.append(f"LEFT JOIN stage.stage_{other} {alias} ON {alias}.key = {reference}")
        rank = next(e.rank for e in ENTITIES if e.key == other)
        ledger = f"EXISTS (SELECT 1 FROM ledger WHERE entity = {rank} AND key = {reference})"
        bad.append(f"({reference} IS NOT NULL AND ({alias}.fate IS NULL OR {alias}.fate <> 0))")
        left_out.append(f"WHEN {alias}.fate = 1 THEN '{other}'")
        kept.append(f"WHEN {alias}.fate = 2 AND NOT {ledger} THEN '{other}'")
        missing.append(f"WHEN {reference} IS NOT NULL AND {alias}.fate IS NULL THEN '{other}'")
    school = "s.school" if "school" in (r.column for r in entity.references) else "NULL"
    return (
        "SELECT key, CASE WHEN gone IS NOT NULL THEN 1 WHEN lost IS NOT NULL THEN NULL ELSE 2 END, "
        "coalesce(gone, lost, waits), school FROM ("
        f"SELECT s.key, {school} school, CASE {' '.join(left_out)} END gone, CASE {' '.join(missing)} END lost, "
        f"CASE {' '.join(kept)} END waits "
        f"FROM stage.{table(entity)} s {' '.join(joins)} WHERE s.fate = 0 AND ({' OR '.join(bad)})"
        ") WHERE coalesce(gone, lost, waits) IS NOT NULL"
    )


def _contacts_without_student(db: sqlite3.Connection) -> None:
    db.execute(
        "UPDATE stage.stage_contact SET fate = 1, rule = 'contact-without-student' "
        "WHERE fate = 0 AND key NOT IN (SELECT contact FROM stage.stage_relationship WHERE fate = 0 AND contact IS "
        "NOT NULL)"
    )


def left_out_counts(db: sqlite3.Connection) -> dict[str, int]:
    """How many staged records each rule left out or keeps back."""
    counts: dict[str, int] = {}
    for entity in ENTITIES:
        sql = f"SELECT rule, count(*) FROM stage.{table(entity)} WHERE fate <> 0 GROUP BY rule"
        for rule, count in db.execute(sql):
            counts[rule] = counts.get(rule, 0) + count
    return dict(sorted(counts.items()))
