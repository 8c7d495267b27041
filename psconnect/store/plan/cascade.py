"""What a removal takes along that the staging can't tell: records that were to stay as delivered.

Optional references (the schools of staff, a student's further schools, the term above a term) are trimmed to records
that still exist.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from functools import partial

from psconnect.model.entities import (
    BY_KEY,
    BY_RANK,
    CONTACT,
    ENROLLMENT,
    ENTITIES,
    RELATIONSHIP,
    STUDENT,
    Entity,
    in_scope,
)
from psconnect.model.id_attributes import SEPARATOR, Pointer
from psconnect.model.problems import goes_along
from psconnect.store.plan.integrity import ids_there, pointers_of
from psconnect.store.plan.plan import CREATE, REMOVE, UPDATE, Plan
from psconnect.store.reading.guests import named_again
from psconnect.store.reading.staging import IN, KEPT, OUT, stage_table, staged
from psconnect.store.record import decode_record, encode_record, needed_id, record_id, value_at

_NOT_LISTED, _NO_SCHOOL, _ALONE = "not-listed", "staff-inactive", "contact-without-student"
"""Why a record is gone: PowerSchool no longer lists it, all its schools are gone, all its students are gone."""


def take_along(plan: Plan, scope: str) -> None:
    """Remove records that would stay and point to something that this plan removes.

    Those are records that are kept because they can't be read, and records outside the scope. Both stay as delivered,
    so their references stand in the ledger's record, not in the staging. What points to such a record is removed with
    it, whether it is new, changed or unchanged. In the staging, all of these are left out from then on.
    """
    plan.db.create_function("goes_along", 2, goes_along, deterministic=True)
    plan.db.execute("DROP TABLE IF EXISTS temp.gone")
    plan.db.execute("CREATE TEMP TABLE gone (entity INTEGER, name TEXT, rule TEXT, PRIMARY KEY (entity, name))")
    lost: set[str] = set()
    for entity in ENTITIES:
        for reference in entity.references:
            other = BY_KEY[reference.entity].rank
            if not plan.db.execute("SELECT EXISTS (SELECT 1 FROM temp.gone WHERE entity = ?)", [other]).fetchone()[0]:
                continue
            everything = scope != "all" or reference.entity in lost
            if _lose(plan, entity, (entity.attributes.index(reference.attribute), other), everything=everything):
                lost.add(entity.key)
        for pointer in pointers_of(entity):
            # The first id of a needed list is handled above; the others are optional.
            optional = not pointer.needed or (pointer.several and _some_are_gone(plan, pointer))
            if entity in in_scope(scope) and optional and _trim(plan, entity, pointer):
                lost.add(entity.key)
        removed = (
            f"SELECT c.entity, {record_id('c.before')}, coalesce(s.rule, '{_NOT_LISTED}') FROM change c "
            f"LEFT JOIN {staged(entity)} s ON s.key = c.key "
            f"WHERE c.run = ? AND c.entity = ? AND c.action = {REMOVE}"
        )
        if entity is not ENROLLMENT:
            plan.db.execute(f"INSERT OR IGNORE INTO temp.gone {removed}", [plan.run, entity.rank])
    if scope == "all" and RELATIONSHIP.key in lost:
        _remove_lone_contacts(plan)
    if lost and STUDENT in in_scope(scope):
        _name_schools_again(plan)


def _name_schools_again(plan: Plan) -> None:
    """Take schools out of students' lists that were there only because of an enrollment that is removed now."""
    place = STUDENT.attributes.index("schoolSourcedIds")
    planned = (
        f"SELECT l.record, CASE WHEN c.key IS NULL THEN l.record ELSE c.after END FROM (SELECT ? run, {STUDENT.rank} "
        f"entity, ? key) k LEFT JOIN {plan.ledger} l ON l.entity = k.entity AND l.key = k.key "
        "LEFT JOIN change c ON c.run = k.run AND c.entity = k.entity AND c.key = k.key"
    )
    for key, record in named_again(plan.db):
        old, new = plan.db.execute(planned, [plan.run, key]).fetchone()
        # A run of limited scope may leave a student as delivered, or not deliver the student yet.
        named, still = decode_record(new or b"[]"), decode_record(record)[place].split(SEPARATOR)
        if not named or named[place].split(SEPARATOR)[0] != still[0]:
            continue
        named[place] = SEPARATOR.join(one for one in named[place].split(SEPARATOR) if one in still)
        _change_to(plan.db, (plan.run, STUDENT.rank, key), old, encode_record(named))


def _some_are_gone(plan: Plan, pointer: Pointer) -> bool:
    """Whether a record that can be pointed to is not there after the plan; cheaper than looking at every reference."""
    named = (
        f"SELECT {record_id('l.record')} FROM {plan.ledger} l WHERE l.entity = {BY_KEY[key].rank} "
        f"UNION ALL SELECT {record_id('s.record')} FROM {staged(BY_KEY[key])} s WHERE s.fate <> {OUT}"
        for key in pointer.targets
    )
    gone = f"SELECT EXISTS ({' UNION ALL '.join(named)} EXCEPT SELECT * FROM ({ids_there(plan, pointer.targets)}))"
    return bool(plan.db.execute(gone, {"run": plan.run}).fetchone()[0])


def _lose(plan: Plan, entity: Entity, pointer: tuple[int, int], *, everything: bool) -> int:
    """Remove what points to a record that is gone: only kept records, or ``everything``; returns how many.

    ``pointer``: the place of the attribute, and the rank of the entity it points to.
    """
    place, other = pointer
    needs = partial(needed_id, entity, place)
    names = "(SELECT name FROM temp.gone WHERE entity = :other)"
    values = {"run": plan.run, "entity": entity.rank, "other": other, "target": BY_RANK[other].key}
    kept = "" if everything else f"JOIN {staged(entity)} s ON s.key = l.key AND s.fate = {KEPT}"
    lost = plan.db.execute(
        f"INSERT INTO change SELECT :run, l.entity, l.key, {REMOVE}, l.record, NULL FROM {plan.ledger} l {kept} "
        f"WHERE l.entity = :entity AND {needs('l.record')} IN {names} "
        "AND NOT EXISTS (SELECT 1 FROM change c WHERE c.run = :run AND c.entity = l.entity AND c.key = l.key)",
        values,
    ).rowcount
    _leave_out(plan.db, entity, f"action = {REMOVE} AND {needs('c.before')} = g.name", values)
    if everything:
        _leave_out(plan.db, entity, f"action <> {REMOVE} AND {needs('c.after')} = g.name", values)
        pointing = f"run = :run AND entity = :entity AND {needs('after')} IN {names}"
        created = f"{pointing} AND action = {CREATE}"
        rule = f"(SELECT s.rule FROM {staged(entity)} s WHERE s.key = change.key)"
        names_lost = f"SELECT entity, {record_id('after')}, {rule} FROM change WHERE {created}"
        plan.db.execute(f"INSERT OR IGNORE INTO temp.gone {names_lost}", values)
        lost += plan.db.execute(f"DELETE FROM change WHERE {created}", values).rowcount
        lost += plan.db.execute(f"UPDATE change SET action = {REMOVE}, after = NULL WHERE {pointing}", values).rowcount
    return lost


def _leave_out(db: sqlite3.Connection, entity: Entity, pointing: str, values: Mapping[str, object]) -> None:
    """Leave out staged records whose change ``c`` points to a record that is gone, ``g``."""
    name = stage_table(entity)
    db.execute(
        f"UPDATE stage.{name} SET fate = {OUT}, rule = goes_along(:target, coalesce(g.rule, '{_NOT_LISTED}')) "
        f"FROM change c JOIN temp.gone g ON g.entity = :other WHERE c.run = :run AND c.entity = :entity "
        f"AND c.key = {name}.key AND {name}.fate <> {OUT} AND c.{pointing}",
        values,
    )


def _trim(plan: Plan, entity: Entity, pointer: Pointer) -> int:
    """Take ids out of an attribute that no record has after the plan; returns how many records are lost.

    A record is lost when every id in its list is gone: staff without a school.
    """
    values: dict[str, object] = {"run": plan.run, "entity": entity.rank}
    there = {name for (name,) in plan.db.execute(ids_there(plan, pointer.targets), {"run": plan.run})}
    after, record = value_at("after", pointer.place), value_at("l.record", pointer.place)
    planned = f"FROM change WHERE run = :run AND entity = :entity AND action <> {REMOVE}"
    unchanged = plan.unchanged(entity.rank)
    rows = (
        f"SELECT key, before, after {planned} AND {after} = :ids "
        f"UNION ALL SELECT l.key, l.record, l.record {unchanged} AND {record} = :ids"
    )
    lost = 0
    # There are few different lists, so they are looked at instead of the records.
    for (ids,) in plan.db.execute(f"SELECT {after} {planned} UNION SELECT {record} {unchanged}", values).fetchall():
        left = SEPARATOR.join(one for one in (ids.split(SEPARATOR) if pointer.several else [ids]) if one in there)
        if left == ids:
            continue
        goes = pointer.several and not left
        for key, old, new in plan.db.execute(rows, {**values, "ids": ids}).fetchall():
            named = decode_record(new)
            named[pointer.place] = left
            _change_to(plan.db, (plan.run, entity.rank, key), old, None if goes else encode_record(named))
            if goes:
                lost += 1
                plan.db.execute(
                    f"UPDATE {staged(entity)} SET fate = {OUT}, rule = ? WHERE key = ? AND fate <> {OUT}",
                    [_NO_SCHOOL, key],
                )
                plan.db.execute("INSERT OR IGNORE INTO temp.gone VALUES (?, ?, ?)", [entity.rank, named[0], _NO_SCHOOL])
    return lost


def _change_to(db: sqlite3.Connection, place: tuple[int, int, int], old: bytes | None, new: bytes | None) -> None:
    """Plan that a record (run, entity's rank, key) becomes ``new``; no change if it is that already."""
    if old == new:
        db.execute("DELETE FROM change WHERE run = ? AND entity = ? AND key = ?", place)
        return
    action = REMOVE if new is None else CREATE if old is None else UPDATE
    db.execute(
        "INSERT OR REPLACE INTO change (run, entity, key, action, before, after) VALUES (?, ?, ?, ?, ?, ?)",
        [*place, action, old, new],
    )


def held_contacts(db: sqlite3.Connection) -> str:
    """SQL for the keys of delivered contacts with a relationship that can't be used and so stays as delivered."""
    kept = (
        f"{staged(RELATIONSHIP)} r JOIN ledger l ON l.entity = {RELATIONSHIP.rank} AND l.key = r.key "
        f"AND r.fate = {KEPT}"
    )
    if not db.execute(f"SELECT EXISTS (SELECT 1 FROM {kept})").fetchone()[0]:
        return "SELECT NULL WHERE false"
    names = value_at("l.record", RELATIONSHIP.attributes.index("contactSourcedId"))
    return (
        f"SELECT c.key FROM ledger c WHERE c.entity = {CONTACT.rank} AND {record_id('c.record')} IN "
        f"(SELECT {names} FROM {kept})"
    )


def _remove_lone_contacts(plan: Plan) -> None:
    """Remove contacts that lost their last relationship in this way, and relationships that were kept of them."""
    changed = "SELECT 1 FROM change c WHERE c.run = :run AND c.entity = {rank} AND c.key = {key}"
    of_link = changed.format(rank=RELATIONSHIP.rank, key="s.key")
    there = (
        f"EXISTS ({of_link} AND c.action <> {REMOVE}) OR NOT EXISTS ({of_link}) AND EXISTS "
        f"(SELECT 1 FROM ledger l WHERE l.entity = {RELATIONSHIP.rank} AND l.key = s.key)"
    )
    lone = (
        f"SELECT key FROM {staged(CONTACT)} WHERE fate = {IN} AND key NOT IN "
        f"(SELECT s.contact FROM {staged(RELATIONSHIP)} s WHERE s.fate = {IN} AND s.contact IS NOT NULL AND ({there})) "
        f"AND key NOT IN ({held_contacts(plan.db)})"
    )
    rank, values = CONTACT.rank, {"run": plan.run}
    plan.db.execute(
        f"DELETE FROM change WHERE run = :run AND entity = {rank} AND action = {CREATE} AND key IN ({lone})", values
    )
    plan.db.execute(
        f"INSERT OR REPLACE INTO change SELECT :run, {rank}, key, {REMOVE}, record, NULL FROM {plan.ledger} "
        f"WHERE entity = {rank} AND key IN ({lone})",
        values,
    )
    removed = (
        f"SELECT entity, {record_id('before')}, '{_ALONE}' FROM change "
        f"WHERE run = :run AND entity = {rank} AND action = {REMOVE}"
    )
    plan.db.execute(f"INSERT OR IGNORE INTO temp.gone {removed}", values)
    left_out = f"UPDATE {staged(CONTACT)} SET fate = {OUT}, rule = '{_ALONE}' WHERE key IN ({lone})"
    plan.db.execute(left_out, values)
    pointer = (RELATIONSHIP.attributes.index("contactSourcedId"), rank)
    _lose(plan, RELATIONSHIP, pointer, everything=False)
