"""Maps a source's own ids to delivered ids and record keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from psconnect.model.entities import BY_KEY, CALENDAR, CLASS, COURSE, DISTRICT_KEY, ENROLLMENT, SCHOOL, STUDENT, Entity
from psconnect.model.id_attributes import SEPARATOR, pointers_in
from psconnect.model.ids import Ids
from psconnect.sync.shaping.keys import Keys

Named = tuple[str, int | None]
"""The delivered id (or a list of ids) and the key of the (first) record; ("", None) for no record."""
_NOBODY: Named = ("", None)
_FEW = (SCHOOL, CALENDAR, COURSE, CLASS)
"""Entities that many others refer to; their look-ups are cached."""
_ROLE = ENROLLMENT.structural.index("role")
_AS_STUDENT = "student"


class _Remembered(dict[str, Named]):
    def __init__(self, find: Callable[[str], Named]) -> None:
        super().__init__()
        self._find = find

    def __missing__(self, own_id: str) -> Named:
        found = self[own_id] = self._find(own_id)
        return found


@dataclass(frozen=True)
class Pointed:
    """A structural attribute that holds ids: its place, how records are found, and where their key is staged.

    Attributes:
        targets: the entities it can point to; the second is for enrollments of other people than students.
        named: per target, from an own id (or a tuple of them) to the delivered id and the key.
        reference: per target, the place among the staged references; None for none.
        is_school: whether it says which school the record belongs to.
    """

    place: int
    targets: tuple[Entity, ...]
    named: tuple[Callable[[Any], Named], ...]
    reference: tuple[int | None, ...]
    is_school: bool

    def target(self, structure: Sequence[Any]) -> int:
        """The target that this record's attribute points to."""
        return 0 if len(self.targets) == 1 or structure[_ROLE] == _AS_STUDENT else 1


class DeliveredIds:
    """Finds delivered ids and keys; one per reading, because it caches."""

    def __init__(self, ids: Ids, keys: Keys, *, numbered: bool) -> None:
        """``numbered``: the source numbers each table separately, so ids need their letters."""
        self.ids, self.keys, self.numbered = ids, keys, numbered
        self._remembered: dict[str, _Remembered] = {}
        self._stands_for: Mapping[str, str] = {}

    def own(self, entity: Entity) -> Callable[[str, int], str]:
        """A function from a record's own id and key to its delivered id."""
        if self.numbered:
            by_key = self.ids.by_key(entity)
            return lambda _own_id, key: by_key(key)
        return self.ids.by_own_id(entity)

    def named(self, entity: Entity) -> Callable[[str], Named]:
        """A function from an own id to the delivered id and the key; an empty id means no record."""
        sourced_id, key_of = self.own(entity), self.keys.of(entity)

        def find(own_id: str) -> Named:
            if not own_id:
                return _NOBODY
            key = key_of(own_id)
            return sourced_id(own_id, key), key

        def find_term(own_id: str) -> Named:
            return find(self._stands_for.get(own_id, own_id))

        if entity not in _FEW:
            return find
        return self._remembered.setdefault(
            entity.key, _Remembered(find_term if entity is CALENDAR else find)
        ).__getitem__

    def merge_terms(self, stands_for: Mapping[str, str]) -> None:
        """Redirect references from merged terms to the ones that replace them: own id -> own id."""
        self._stands_for = stands_for

    def pointers(self, entity: Entity) -> tuple[Pointed, ...]:
        """The structural attributes of an entity that hold ids."""
        columns = {(one.entity, one.attribute): place for place, one in enumerate(entity.references)}
        found = []
        for pointer in pointers_in(entity):
            name = entity.attributes[pointer.place]
            targets = tuple(BY_KEY[key] for key in pointer.targets)
            found.append(
                Pointed(
                    pointer.place - 1,
                    targets,
                    tuple(_listed(self.named(one)) if pointer.several else self.named(one) for one in targets),
                    tuple(columns.get((one.key, name)) for one in targets),
                    targets == (SCHOOL,) and entity is not SCHOOL,
                )
            )
        return tuple(found)

    def signature(self, *entities: Entity) -> list[object]:
        """Identifies these ids, including what was learned about these entities."""
        return [self.ids.signature, [self.ids.learned(entity) for entity in entities]]

    @property
    def district(self) -> str:
        """The own id of the district among the schools."""
        return str(DISTRICT_KEY)

    @property
    def students_by_text(self) -> tuple[Callable[[str], str], Callable[[str], str]]:
        """Fast functions from numeric own ids to delivered ids: for students' enrollments, and for students."""
        return self.ids.by_text(ENROLLMENT), self.ids.by_text(STUDENT)


def _listed(named: Callable[[str], Named]) -> Callable[[tuple[str, ...]], Named]:
    remembered: dict[tuple[str, ...], Named] = {(): _NOBODY}

    def find(own_ids: tuple[str, ...]) -> Named:
        if own_ids not in remembered:
            each = [named(one) for one in own_ids]
            remembered[own_ids] = SEPARATOR.join(one for one, _key in each), each[0][1]
        return remembered[own_ids]

    return find
