"""Keeps a plan whole when changes are taken out of it: afterwards no record points to one that is not there.

A reference dangles in two ways: a created or updated record points to one that is not created after all, or an
unchanged record points to one that the plan removes. Either way the change in question is set aside, which may leave
other references dangling, until none does. This ends, because a plan without changes leaves the ledger as it is, and
the ledger is whole.

An id can pass from one record to another within a plan: other staff become teachers. Then both changes are made or
neither, so that nobody is there twice and nobody is removed who was to stay.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from psconnect.model.entities import BY_KEY, CONTACT, ENROLLMENT, RELATIONSHIP, Entity, planned_entities
from psconnect.model.id_attributes import SPACES, Pointer, pointers_in
from psconnect.store.plan.plan import CREATE, REMOVE, UPDATE, Plan
from psconnect.store.record import each_id, record_id, value_at


def keep_whole(plan: Plan, because: str, touched: Collection[str]) -> None:
    """Set aside, with that reason, what dangles now that changes of the ``touched`` entities were taken out."""
    touched = set(touched)
    while touched:
        dropped = set()
        for entity in planned_entities():
            for pointer in pointers_of(entity):
                if touched & set(pointer.targets) and _drop_dangling(plan, because, entity, pointer):
                    dropped.add(entity.key)
                if entity.key in touched:
                    dropped |= {key for key in pointer.targets if _drop_needed(plan, because, entity, pointer, key)}
        for space in SPACES:
            if touched & {entity.key for entity in space}:
                dropped |= _drop_half_passed(plan, because, space)
        if touched & {CONTACT.key, RELATIONSHIP.key}:
            dropped |= _drop_lone_contacts(plan, because)
        touched = dropped


def set_aside(plan: Plan, because: str, condition: str, values: Mapping[str, object]) -> int:
    """Move the changes that an SQL condition names out of the plan and keep them with the reason; returns how many."""
    named = {**values, "run": plan.run, "because": because}
    moved = plan.db.execute(
        "INSERT INTO aside SELECT run, entity, key, action, before, after, :because FROM change "
        f"WHERE run = :run AND ({condition})",
        named,
    ).rowcount
    if moved:
        plan.db.execute(
            "DELETE FROM change WHERE run = :run AND (entity, key) IN (SELECT entity, key FROM aside WHERE run = :run)",
            {"run": plan.run},
        )
    return moved


def pointers_of(entity: Entity) -> tuple[Pointer, ...]:
    """The attributes whose ids must exist; an enrollment's school is not one, as it is that of its class."""
    own = {reference.attribute for reference in entity.references}
    return tuple(one for one in pointers_in(entity) if entity is not ENROLLMENT or entity.attributes[one.place] in own)


def ids_there(plan: Plan, targets: Collection[str]) -> str:
    """SQL for the ids of the records of these entities that are there after the plan ``:run``."""
    ranks = [BY_KEY[key].rank for key in targets]
    return (
        f"SELECT {record_id('after')} FROM change WHERE run = :run AND entity IN ({', '.join(map(str, ranks))}) "
        f"AND action <> {REMOVE} UNION ALL SELECT {record_id('l.record')} {plan.unchanged(*ranks)}"
    )


def _drop_dangling(plan: Plan, because: str, entity: Entity, pointer: Pointer) -> int:
    """Set aside creates and updates that point to a record which is not there after the plan."""
    name, there = value_at("after", pointer.place), ids_there(plan, pointer.targets)
    dangles = f"{name} <> '' AND {name} NOT IN ({there})"
    if pointer.several:
        dangles = f"EXISTS (SELECT 1 FROM {each_id(name)} j WHERE j.value <> '' AND j.value NOT IN ({there}))"
    return set_aside(plan, because, f"entity = :entity AND action <> {REMOVE} AND {dangles}", {"entity": entity.rank})


def _drop_needed(plan: Plan, because: str, entity: Entity, pointer: Pointer, target: str) -> int:
    """Set aside what takes away a record's id (its removal, or another id) while an unchanged record points to it."""
    values = {"target": BY_KEY[target].rank}
    other_id = f"action = {UPDATE} AND {record_id('before')} <> {record_id('after')}"
    taken = f"entity = :target AND (action = {REMOVE} OR {other_id})"
    if not plan.db.execute(
        f"SELECT EXISTS (SELECT 1 FROM change WHERE run = :run AND {taken})", {**values, "run": plan.run}
    ).fetchone()[0]:
        return 0
    needed = f"SELECT {value_at('l.record', pointer.place)} ids {plan.unchanged(entity.rank)}"
    if pointer.several:
        needed = f"SELECT j.value FROM ({needed}) n, {each_id('n.ids')} j"
    return set_aside(plan, because, f"{taken} AND {record_id('before')} IN ({needed})", values)


def _drop_half_passed(plan: Plan, because: str, space: tuple[Entity, ...]) -> set[str]:
    """Set aside a change that takes over an id that is not given up, and a removal that was to hand one on."""
    before, after = record_id("before"), record_id("after")
    ranks = ", ".join(str(entity.rank) for entity in space)
    aside = f"FROM aside WHERE run = :run AND entity IN ({ranks})"
    dropped = set()
    for entity in space:
        gets = f"entity = :entity AND action <> {REMOVE} AND {after} IN (SELECT {before} {aside} AND before NOT NULL)"
        goes = f"entity = :entity AND action = {REMOVE} AND {before} IN (SELECT {after} {aside} AND after NOT NULL)"
        if set_aside(plan, because, f"({gets}) OR ({goes})", {"entity": entity.rank}):
            dropped.add(entity.key)
    return dropped


def _drop_lone_contacts(plan: Plan, because: str) -> set[str]:
    """A contact is delivered because of a student: without one it is not created, and it keeps its last one."""
    place, link, contact = RELATIONSHIP.attributes.index("contactSourcedId"), RELATIONSHIP.rank, CONTACT.rank
    after = value_at("after", place)
    lone = (
        f"IN (SELECT {after} FROM aside WHERE run = :run AND entity = {link} AND action <> {REMOVE}) "
        f"AND {{name}} NOT IN (SELECT {after} FROM change WHERE run = :run AND entity = {link} "
        f"AND action <> {REMOVE} UNION ALL SELECT {value_at('l.record', place)} {plan.unchanged(link)})"
    )
    name = record_id("after")
    created = f"entity = {contact} AND action = {CREATE} AND {name} {lone.format(name=name)}"
    name = value_at("before", place)
    stays = f"SELECT {record_id('before')} FROM change WHERE run = :run AND entity = {contact} AND action = {REMOVE}"
    removed = f"entity = {link} AND action = {REMOVE} AND {name} {lone.format(name=name)} AND {name} NOT IN ({stays})"
    dropped = {CONTACT.key} if set_aside(plan, because, created, {}) else set()
    return dropped | ({RELATIONSHIP.key} if set_aside(plan, because, removed, {}) else set())
