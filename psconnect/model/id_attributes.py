"""Which attributes of a record hold other records' ids.

Some are references that a record can't do without; others are optional: the term above a term, the schools of a
teacher. Of a student's schools, the first one is needed and the others are optional.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from psconnect.model.entities import BY_KEY, Entity

_TARGETS: dict[str, tuple[str, ...]] = {
    "schoolSourcedId": ("school",),
    "schoolSourcedIds": ("school",),
    "orgSourcedId": ("school",),
    "courseSourcedId": ("course",),
    "classSourcedId": ("class",),
    "termSourcedId": ("calendar",),
    "studentSourcedId": ("student",),
    "contactSourcedId": ("contact",),
    "userSourcedId": ("student", "teacher"),
}
SEPARATOR = ","
"""Separates the ids of a list."""


@dataclass(frozen=True)
class Pointer:
    """An attribute that holds an id, or a list of ids separated by commas.

    Attributes:
        place: its place among the entity's attributes.
        targets: keys of the entities it can point to.
        several: whether it is a list.
        needed: whether the record can't do without it; of a list, without the first one.
    """

    place: int
    targets: tuple[str, ...]
    several: bool
    needed: bool


@cache
def pointers_in(entity: Entity) -> tuple[Pointer, ...]:
    """The attributes of an entity that hold ids of others."""
    needed = {reference.attribute for reference in entity.references}
    found = []
    for place, name in enumerate(entity.attributes):
        own = tuple(reference.entity for reference in entity.references if reference.attribute == name)
        targets = (entity.key,) if name == "parentSourcedId" else own or _TARGETS.get(name, ())
        if targets:
            found.append(Pointer(place, targets, name.endswith("Ids"), name in needed))
    return tuple(found)


def school_place(entity: Entity) -> int | None:
    """The place of the attribute with the ids of a record's schools; None where records belong to none."""
    return next(
        (one.place for one in pointers_in(entity) if one.targets == ("school",) and entity.key != "school"), None
    )


SPACES: tuple[tuple[Entity, ...], ...] = (
    *((BY_KEY[key],) for key in ("school", "calendar", "course", "class", "relationship", "enrollment")),
    tuple(BY_KEY[key] for key in ("student", "teacher", "admin", "contact")),
)
"""Entities that share one space of ids at a destination: all people are users there."""
