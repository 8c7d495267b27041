"""What goes along with a removal, where the staging can't tell: records that stay as they were delivered.

And what only tells more of a record (the schools of staff, the term above a term) is told as far as it is there.
"""

from __future__ import annotations

import sqlite3

import msgspec

from psconnect.model.entities import BY_KEY, CONTACT, ENROLLMENT, ENTITIES, RELATIONSHIP, Entity, in_scope
from psconnect.model.pointers import SEPARATOR, Pointer
from psconnect.store.schema import CREATE, REMOVE, UPDATE
from psconnect.store.staging import table
from psconnect.store.whole import ids_there, pointers_of, value

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(list[str]).decode


def take_along(db: sqlite3.Connection, run: int, scope: str) -> None:
    """Remove what would stay behind pointing to something that this plan removes.

    That can be a record that is kept because it can't be read, or one outside the scope: both stay as delivered, so
    what they point to stands in the ledger's record, not in the staging. And where such a record is removed, whatever
    points to it goes along, too, be it new, changed or as it was.
    """
    db.execute("CREATE TEMP TABLE IF NOT EXISTS gone (entity INTEGER, name TEXT, PRIMARY KEY (entity, name))")
    db.execute("DELETE FROM temp.gone")
    lost: set[str] = set()
    for entity in ENTITIES:
        for reference in entity.references:
            other = BY_KEY[reference.entity].rank
            if not db.execute("SELECT EXISTS (SELECT 1 FROM temp.gone WHERE entity = ?)", [other]).fetchone()[0]:
                continue
            everything = scope != "all" or reference.entity in lost
            if _lose(db, run, entity, (entity.attributes.index(reference.attribute), other), everything=everything):
                lost.add(entity.key)
        needed = {reference.attribute for reference in entity.references}
        for pointer in pointers_of(entity):
            if (
                entity in in_scope(scope)
                and entity.attributes[pointer.place] not in needed
                and _tell_what_is_there(db, run, entity, pointer)
            ):
                lost.add(entity.key)
        removed = f"SELECT entity, {value('before', 0)} FROM change WHERE run = ? AND entity = ? AND action = {REMOVE}"
        if entity is not ENROLLMENT:
            db.execute(f"INSERT OR IGNORE INTO temp.gone {removed}", [run, entity.rank])
    if scope == "all" and RELATIONSHIP.key in lost:
        _lone_contacts(db, run)


def _lose(db: sqlite3.Connection, run: int, entity: Entity, pointer: tuple[int, int], *, everything: bool) -> int:
    """Remove what points to something gone: kept records alone, or everything; returns how many were lost so.

    ``pointer``: the place of the attribute, and the rank of the entity it points to.
    """
    place, other = pointer
    names = "(SELECT name FROM temp.gone WHERE entity = :other)"
    values = {"run": run, "entity": entity.rank, "other": other}
    kept = "" if everything else f"JOIN stage.{table(entity)} s ON s.key = l.key AND s.fate = 2"
    lost = db.execute(
        f"INSERT INTO change SELECT :run, l.entity, l.key, {REMOVE}, l.record, NULL FROM ledger l {kept} "
        f"WHERE l.entity = :entity AND {value('l.record', place)} IN {names} "
        "AND NOT EXISTS (SELECT 1 FROM change c WHERE c.run = :run AND c.entity = l.entity AND c.key = l.key)",
        values,
    ).rowcount
    if everything:
        pointing = f"run = :run AND entity = :entity AND {value('after', place)} IN {names}"
        created = f"{pointing} AND action = {CREATE}"
        names_lost = f"SELECT entity, {value('after', 0)} FROM change WHERE {created}"
        db.execute(f"INSERT OR IGNORE INTO temp.gone {names_lost}", values)
        lost += db.execute(f"DELETE FROM change WHERE {created}", values).rowcount
        lost += db.execute(f"UPDATE change SET action = {REMOVE}, after = NULL WHERE {pointing}", values).rowcount
    return lost


def _tell_what_is_there(db: sqlite3.Connection, run: int, entity: Entity, pointer: Pointer) -> int:
    """Take the ids out of an attribute that nothing has after the plan; returns how many records are lost so.

    Lost is who has had a list of them and has none left: staff without a school.
    """
    values: dict[str, object] = {"run": run, "entity": entity.rank}
    there = {name for (name,) in db.execute(ids_there(pointer.targets), {"run": run})}
    after, record = value("after", pointer.place), value("record", pointer.place)
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
            named = _decode(new)
            named[pointer.place] = left
            _change_to(db, (run, entity.rank, key), old, None if goes else _encode(named))
            if goes:
                lost += 1
                db.execute("INSERT OR IGNORE INTO temp.gone VALUES (?, ?)", [entity.rank, named[0]])
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
        f"(SELECT s.contact FROM stage.stage_relationship s WHERE s.fate = 0 AND s.contact IS NOT NULL AND ({there}))"
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
        f"SELECT entity, {value('before', 0)} FROM change WHERE run = :run AND entity = {rank} AND action = {REMOVE}"
    )
    db.execute(f"INSERT OR IGNORE INTO temp.gone {removed}", values)
    pointer = (RELATIONSHIP.attributes.index("contactSourcedId"), rank)
    _lose(db, run, RELATIONSHIP, pointer, everything=False)
