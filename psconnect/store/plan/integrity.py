"""Keeps a plan whole when changes are taken out of it: nothing the destination has afterwards points to nothing.

Two ways to dangle: a record that is created or updated points to one that is not there after all; and a record that
stays as delivered points to one that the plan removes. Either way the change in question is set aside, which may let
others dangle, until nothing does. It ends because a plan without changes leaves the ledger as it is, which is whole.

An id can pass from one record to another within a plan: other staff become teachers. There both or neither is done, so
that nobody is there twice, and nobody is taken away who was to stay as they were.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Mapping

from psconnect.model.entities import BY_KEY, CONTACT, ENROLLMENT, RELATIONSHIP, Entity, planned_entities
from psconnect.model.id_attributes import SPACES, Pointer, pointers_in
from psconnect.store.plan.plan import CREATE, REMOVE, UPDATE
from psconnect.store.record import each_id, record_id, value_at


def keep_whole(db: sqlite3.Connection, run: int, because: str, touched: Collection[str]) -> None:
    """Set aside, with that reason, what would dangle since changes of the ``touched`` entities were taken out."""
    touched = set(touched)
    while touched:
        dropped = set()
        for entity in planned_entities():
            for pointer in pointers_of(entity):
                if touched & set(pointer.targets) and _drop_dangling(db, run, because, entity, pointer):
                    dropped.add(entity.key)
                if entity.key in touched:
                    dropped |= {key for key in pointer.targets if _drop_needed(db, run, because, entity, pointer, key)}
        for space in SPACES:
            if touched & {entity.key for entity in space}:
                dropped |= _drop_half_passed(db, run, because, space)
        if touched & {CONTACT.key, RELATIONSHIP.key}:
            dropped |= _drop_lone_contacts(db, run, because)
        touched = dropped


def set_aside(db: sqlite3.Connection, run: int, because: str, condition: str, values: Mapping[str, object]) -> int:
    """Take the changes out of the plan that an SQL condition names, and keep them with the reason; returns how many."""
    named = {**values, "run": run, "because": because}
    moved = db.execute(
        "INSERT INTO aside SELECT run, entity, key, action, before, after, :because FROM change "
        f"WHERE run = :run AND ({condition})",
        named,
    ).rowcount
    if moved:
        db.execute(
            "DELETE FROM change WHERE run = :run AND (entity, key) IN (SELECT entity, key FROM aside WHERE run = :run)",
            {"run": run},
        )
    return moved


def pointers_of(entity: Entity) -> tuple[Pointer, ...]:
    """The attributes that hold ids of others and are looked after; an enrollment's school is that of its class."""
    own = {reference.attribute for reference in entity.references}
    return tuple(one for one in pointers_in(entity) if entity is not ENROLLMENT or entity.attributes[one.place] in own)


def ids_there(targets: Collection[str]) -> str:
    """SQL for the ids of the records of these entities that are there after the plan ``:run``."""
    ranks = ", ".join(str(BY_KEY[key].rank) for key in targets)
    return (
        f"SELECT {record_id('after')} FROM change WHERE run = :run AND entity IN ({ranks}) AND action <> {REMOVE} "
        f"UNION ALL SELECT {record_id('record')} FROM ledger l WHERE entity IN ({ranks}) AND NOT EXISTS "
        "(SELECT 1 FROM change c WHERE c.run = :run AND c.entity = l.entity AND c.key = l.key)"
    )


def _drop_dangling(db: sqlite3.Connection, run: int, because: str, entity: Entity, pointer: Pointer) -> int:
    """Set aside creates and updates that point to a record which is not there after the plan."""
    name, there = value_at("after", pointer.place), ids_there(pointer.targets)
    dangles = f"{name} <> '' AND {name} NOT IN ({there})"
    if pointer.several:
        dangles = f"EXISTS (SELECT 1 FROM {each_id(name)} j WHERE j.value <> '' AND j.value NOT IN ({there}))"
    return set_aside(
        db, run, because, f"entity = :entity AND action <> {REMOVE} AND {dangles}", {"entity": entity.rank}
    )


def _drop_needed(db: sqlite3.Connection, run: int, because: str, entity: Entity, pointer: Pointer, target: str) -> int:
    """Set aside what takes away a record's id (its removal, or another id) while an unchanged record points to it."""
    values = {"entity": entity.rank, "target": BY_KEY[target].rank}
    other_id = f"action = {UPDATE} AND {record_id('before')} <> {record_id('after')}"
    taken = f"entity = :target AND (action = {REMOVE} OR {other_id})"
    if not db.execute(
        f"SELECT EXISTS (SELECT 1 FROM change WHERE run = :run AND {taken})", {**values, "run": run}
    ).fetchone()[0]:
        return 0
    needed = (
        f"SELECT {value_at('record', pointer.place)} ids FROM ledger l WHERE l.entity = :entity AND NOT "
        "EXISTS (SELECT 1 FROM change c WHERE c.run = :run AND c.entity = l.entity AND c.key = l.key)"
    )
    if pointer.several:
        needed = f"SELECT j.value FROM ({needed}) n, {each_id('n.ids')} j"
    return set_aside(db, run, because, f"{taken} AND {record_id('before')} IN ({needed})", values)


def _drop_half_passed(db: sqlite3.Connection, run: int, because: str, space: tuple[Entity, ...]) -> set[str]:
    """Set aside who gets an id that is not given up after all, and the removal of who was to hand it on."""
    before, after = record_id("before"), record_id("after")
    ranks = ", ".join(str(entity.rank) for entity in space)
    aside = f"FROM aside WHERE run = :run AND entity IN ({ranks})"
    dropped = set()
    for entity in space:
        gets = f"entity = :entity AND action <> {REMOVE} AND {after} IN (SELECT {before} {aside} AND before NOT NULL)"
        goes = f"entity = :entity AND action = {REMOVE} AND {before} IN (SELECT {after} {aside} AND after NOT NULL)"
        if set_aside(db, run, because, f"({gets}) OR ({goes})", {"entity": entity.rank}):
            dropped.add(entity.key)
    return dropped


def _drop_lone_contacts(db: sqlite3.Connection, run: int, because: str) -> set[str]:
    """A contact is there because of a student: with none left it is not created, or keeps one."""
    place, link, contact = RELATIONSHIP.attributes.index("contactSourcedId"), RELATIONSHIP.rank, CONTACT.rank
    after = value_at("after", place)
    lone = (
        f"IN (SELECT {after} FROM aside WHERE run = :run AND entity = {link} AND action <> {REMOVE}) "
        f"AND {{name}} NOT IN (SELECT {after} FROM change WHERE run = :run AND entity = {link} "
        f"AND action <> {REMOVE} UNION ALL SELECT {value_at('record', place)} FROM ledger l WHERE entity = {link} "
        "AND NOT EXISTS (SELECT 1 FROM change c WHERE c.run = :run AND c.entity = l.entity AND c.key = l.key))"
    )
    name = record_id("after")
    created = f"entity = {contact} AND action = {CREATE} AND {name} {lone.format(name=name)}"
    name = value_at("before", place)
    stays = f"SELECT {record_id('before')} FROM change WHERE run = :run AND entity = {contact} AND action = {REMOVE}"
    removed = f"entity = {link} AND action = {REMOVE} AND {name} {lone.format(name=name)} AND {name} NOT IN ({stays})"
    dropped = {CONTACT.key} if set_aside(db, run, because, created, {}) else set()
    return dropped | ({RELATIONSHIP.key} if set_aside(db, run, because, removed, {}) else set())
