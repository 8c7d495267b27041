"""What goes along with a removal, where the staging can't tell: records that stay as they were delivered.

And what only tells more of a record (the schools of staff, a student's further schools, the term above a term) is told
as far as it is there.
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
from psconnect.store.plan.plan import CREATE, REMOVE, UPDATE
from psconnect.store.reading.guests import named_again
from psconnect.store.reading.staging import table
from psconnect.store.record import decode_record, encode_record, needed_id, record_id, value_at

_NOT_LISTED, _NO_SCHOOL, _ALONE = "not-listed", "staff-inactive", "contact-without-student"
"""Why something is gone: PowerSchool lists it no more, none of its schools is there, none of its students is."""


def take_along(db: sqlite3.Connection, run: int, scope: str) -> None:
    """Remove what would stay behind pointing to something that this plan removes.

    That can be a record that is kept because it can't be read, or one outside the scope: both stay as delivered, so
    what they point to stands in the ledger's record, not in the staging. And where such a record is removed, whatever
    points to it goes along, too, be it new, changed or as it was. In the staging, all of it is left out from then on.
    """
    db.create_function("goes_along", 2, goes_along, deterministic=True)
    db.execute("DROP TABLE IF EXISTS temp.gone")
    db.execute("CREATE TEMP TABLE gone (entity INTEGER, name TEXT, rule TEXT, PRIMARY KEY (entity, name))")
    lost: set[str] = set()
    for entity in ENTITIES:
        for reference in entity.references:
            other = BY_KEY[reference.entity].rank
            if not db.execute("SELECT EXISTS (SELECT 1 FROM temp.gone WHERE entity = ?)", [other]).fetchone()[0]:
                continue
            everything = scope != "all" or reference.entity in lost
            if _lose(db, run, entity, (entity.attributes.index(reference.attribute), other), everything=everything):
                lost.add(entity.key)
        for pointer in pointers_of(entity):
            # Of what a record can't do without, it names more only where that is a list.
            tells = not pointer.needed or (pointer.several and _some_go(db, run, pointer))
            if entity in in_scope(scope) and tells and _tell_what_is_there(db, run, entity, pointer):
                lost.add(entity.key)
        removed = (
            f"SELECT c.entity, {record_id('c.before')}, coalesce(s.rule, '{_NOT_LISTED}') FROM change c "
            f"LEFT JOIN stage.{table(entity)} s ON s.key = c.key "
            f"WHERE c.run = ? AND c.entity = ? AND c.action = {REMOVE}"
        )
        if entity is not ENROLLMENT:
            db.execute(f"INSERT OR IGNORE INTO temp.gone {removed}", [run, entity.rank])
    if scope == "all" and RELATIONSHIP.key in lost:
        _lone_contacts(db, run)
    if lost and STUDENT in in_scope(scope):
        _name_schools_again(db, run)


def _name_schools_again(db: sqlite3.Connection, run: int) -> None:
    """Let the plan name no school of a student for an enrollment that goes along."""
    place = STUDENT.attributes.index("schoolSourcedIds")
    planned = (
        f"SELECT l.record, CASE WHEN c.key IS NULL THEN l.record ELSE c.after END FROM (SELECT ? run, {STUDENT.rank} "
        "entity, ? key) k LEFT JOIN ledger l ON l.entity = k.entity AND l.key = k.key "
        "LEFT JOIN change c ON c.run = k.run AND c.entity = k.entity AND c.key = k.key"
    )
    for key, record in named_again(db):
        old, new = db.execute(planned, [run, key]).fetchone()
        # A part of a run may have to leave a student as delivered, or not deliver one yet.
        named, still = decode_record(new or b"[]"), decode_record(record)[place].split(SEPARATOR)
        if not named or named[place].split(SEPARATOR)[0] != still[0]:
            continue
        named[place] = SEPARATOR.join(one for one in named[place].split(SEPARATOR) if one in still)
        _change_to(db, (run, STUDENT.rank, key), old, encode_record(named))


def _some_go(db: sqlite3.Connection, run: int, pointer: Pointer) -> bool:
    """Whether some that are named, or would be, are not there after the plan: they are fewer than who names them."""
    named = (
        f"SELECT {record_id('l.record')} FROM ledger l WHERE l.entity = {BY_KEY[key].rank} "
        f"UNION ALL SELECT {record_id('s.record')} FROM stage.{table(BY_KEY[key])} s WHERE s.fate <> 1"
        for key in pointer.targets
    )
    gone = f"SELECT EXISTS ({' UNION ALL '.join(named)} EXCEPT SELECT * FROM ({ids_there(pointer.targets)}))"
    return bool(db.execute(gone, {"run": run}).fetchone()[0])


def _lose(db: sqlite3.Connection, run: int, entity: Entity, pointer: tuple[int, int], *, everything: bool) -> int:
    """Remove what points to something gone: kept records alone, or everything; returns how many were lost so.

    ``pointer``: the place of the attribute, and the rank of the entity it points to.
    """
    place, other = pointer
    needs = partial(needed_id, entity, place)
    names = "(SELECT name FROM temp.gone WHERE entity = :other)"
    values = {"run": run, "entity": entity.rank, "other": other, "target": BY_RANK[other].key}
    kept = "" if everything else f"JOIN stage.{table(entity)} s ON s.key = l.key AND s.fate = 2"
    lost = db.execute(
        f"INSERT INTO change SELECT :run, l.entity, l.key, {REMOVE}, l.record, NULL FROM ledger l {kept} "
        f"WHERE l.entity = :entity AND {needs('l.record')} IN {names} "
        "AND NOT EXISTS (SELECT 1 FROM change c WHERE c.run = :run AND c.entity = l.entity AND c.key = l.key)",
        values,
    ).rowcount
    _leave_out(db, entity, f"action = {REMOVE} AND {needs('c.before')} = g.name", values)
    if everything:
        _leave_out(db, entity, f"action <> {REMOVE} AND {needs('c.after')} = g.name", values)
        pointing = f"run = :run AND entity = :entity AND {needs('after')} IN {names}"
        created = f"{pointing} AND action = {CREATE}"
        staged = f"(SELECT s.rule FROM stage.{table(entity)} s WHERE s.key = change.key)"
        names_lost = f"SELECT entity, {record_id('after')}, {staged} FROM change WHERE {created}"
        db.execute(f"INSERT OR IGNORE INTO temp.gone {names_lost}", values)
        lost += db.execute(f"DELETE FROM change WHERE {created}", values).rowcount
        lost += db.execute(f"UPDATE change SET action = {REMOVE}, after = NULL WHERE {pointing}", values).rowcount
    return lost


def _leave_out(db: sqlite3.Connection, entity: Entity, pointing: str, values: Mapping[str, object]) -> None:
    """Leave staged records out whose change ``c`` points to something gone, ``g``: they go along with it."""
    name = table(entity)
    db.execute(
        f"UPDATE stage.{name} SET fate = 1, rule = goes_along(:target, coalesce(g.rule, '{_NOT_LISTED}')) "
        f"FROM change c JOIN temp.gone g ON g.entity = :other WHERE c.run = :run AND c.entity = :entity "
        f"AND c.key = {name}.key AND {name}.fate <> 1 AND c.{pointing}",
        values,
    )


def _tell_what_is_there(db: sqlite3.Connection, run: int, entity: Entity, pointer: Pointer) -> int:
    """Take the ids out of an attribute that nothing has after the plan; returns how many records are lost so.

    Lost is who has had a list of them and has none left: staff without a school.
    """
    values: dict[str, object] = {"run": run, "entity": entity.rank}
    there = {name for (name,) in db.execute(ids_there(pointer.targets), {"run": run})}
    after, record = value_at("after", pointer.place), value_at("record", pointer.place)
    planned = f"FROM change WHERE run = :run AND entity = :entity AND action <> {REMOVE}"
    unchanged = (
        "FROM ledger l WHERE entity = :entity AND NOT EXISTS "
        "(SELECT 1 FROM change c WHERE c.run = :run AND c.entity = l.entity AND c.key = l.key)"
    )
    rows = (
        f"SELECT key, before, after {planned} AND {after} = :ids "
        f"UNION ALL SELECT key, record, record {unchanged} AND {record} = :ids"
    )
    lost = 0
    # Few lists differ, so that most records need not be looked at.
    for (ids,) in db.execute(f"SELECT {after} {planned} UNION SELECT {record} {unchanged}", values).fetchall():
        left = SEPARATOR.join(one for one in (ids.split(SEPARATOR) if pointer.several else [ids]) if one in there)
        if left == ids:
            continue
        goes = pointer.several and not left
        for key, old, new in db.execute(rows, {**values, "ids": ids}).fetchall():
            named = decode_record(new)
            named[pointer.place] = left
            _change_to(db, (run, entity.rank, key), old, None if goes else encode_record(named))
            if goes:
                lost += 1
                db.execute(
                    f"UPDATE stage.{table(entity)} SET fate = 1, rule = '{_NO_SCHOOL}' WHERE key = ? AND fate <> 1",
                    [key],
                )
                db.execute("INSERT OR IGNORE INTO temp.gone VALUES (?, ?, ?)", [entity.rank, named[0], _NO_SCHOOL])
    return lost


def _change_to(db: sqlite3.Connection, place: tuple[int, int, int], old: bytes | None, new: bytes | None) -> None:
    """Plan that a record (run, entity's rank, key) becomes ``new``; nothing where it is that already."""
    if old == new:
        db.execute("DELETE FROM change WHERE run = ? AND entity = ? AND key = ?", place)
        return
    action = REMOVE if new is None else CREATE if old is None else UPDATE
    db.execute(
        "INSERT OR REPLACE INTO change (run, entity, key, action, before, after) VALUES (?, ?, ?, ?, ?, ?)",
        [*place, action, old, new],
    )


def held_contacts(db: sqlite3.Connection) -> str:
    """SQL for the keys of delivered contacts who have a relationship that can't be used, and so stays as delivered."""
    kept = (
        f"stage.stage_relationship r JOIN ledger l ON l.entity = {RELATIONSHIP.rank} AND l.key = r.key AND r.fate = 2"
    )
    if not db.execute(f"SELECT EXISTS (SELECT 1 FROM {kept})").fetchone()[0]:
        return "SELECT NULL WHERE false"
    names = value_at("l.record", RELATIONSHIP.attributes.index("contactSourcedId"))
    return (
        f"SELECT c.key FROM ledger c WHERE c.entity = {CONTACT.rank} AND {record_id('c.record')} IN "
        f"(SELECT {names} FROM {kept})"
    )


def _lone_contacts(db: sqlite3.Connection, run: int) -> None:
    """Remove contacts that have lost their last relationship so, as if they had had none; and what is kept of them."""
    changed = "SELECT 1 FROM change c WHERE c.run = :run AND c.entity = {rank} AND c.key = {key}"
    of_link = changed.format(rank=RELATIONSHIP.rank, key="s.key")
    there = (
        f"EXISTS ({of_link} AND c.action <> {REMOVE}) OR NOT EXISTS ({of_link}) AND EXISTS "
        f"(SELECT 1 FROM ledger l WHERE l.entity = {RELATIONSHIP.rank} AND l.key = s.key)"
    )
    lone = (
        "SELECT key FROM stage.stage_contact WHERE fate = 0 AND key NOT IN "
        f"(SELECT s.contact FROM stage.stage_relationship s WHERE s.fate = 0 AND s.contact IS NOT NULL AND ({there})) "
        f"AND key NOT IN ({held_contacts(db)})"
    )
    rank, values = CONTACT.rank, {"run": run}
    db.execute(
        f"DELETE FROM change WHERE run = :run AND entity = {rank} AND action = {CREATE} AND key IN ({lone})", values
    )
    db.execute(
        f"INSERT OR REPLACE INTO change SELECT :run, {rank}, key, {REMOVE}, record, NULL FROM ledger "
        f"WHERE entity = {rank} AND key IN ({lone})",
        values,
    )
    removed = (
        f"SELECT entity, {record_id('before')}, '{_ALONE}' FROM change "
        f"WHERE run = :run AND entity = {rank} AND action = {REMOVE}"
    )
    db.execute(f"INSERT OR IGNORE INTO temp.gone {removed}", values)
    db.execute(f"UPDATE stage.stage_contact SET fate = 1, rule = '{_ALONE}' WHERE key IN ({lone})", values)
    pointer = (RELATIONSHIP.attributes.index("contactSourcedId"), rank)
    _lose(db, run, RELATIONSHIP, pointer, everything=False)
