"""What a plan comes to, against each limit: for the district, for each school, and for each class."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from psconnect.model.entities import CALENDAR, DISTRICT_KEY, ENROLLMENT, SCHOOL, Entity
from psconnect.model.runs import ChangeCounts
from psconnect.store import grouping
from psconnect.store.ids import ids_of
from psconnect.sync.thresholds import Threshold

KINDS = ("create", "update", "remove", "identity")
PER_CLASS = "remove_per_class"


@dataclass(frozen=True)
class Measure:
    """So many changes of one kind, out of so many records, against a limit.

    Attributes:
        entity: key of the entity.
        kind: ``create``, ``update``, ``remove``, ``identity`` or ``remove_per_class``.
        count: the changes; of terms, ``update`` counts those that move by more than 14 days, ``remove`` those in use.
        base: records that the destination has, of the whole district or of the place.
        threshold: the limit.
        place: name of the school or class; empty for the whole district.
    """

    entity: str
    kind: str
    count: int
    base: int
    threshold: Threshold
    place: str = ""

    @property
    def crossed(self) -> bool:
        """Whether it holds the run. Where nothing was delivered yet, additions have nothing to be compared with."""
        return self._comparable and self.threshold.crossed(self.count, self.base)

    @property
    def used(self) -> float:
        """How much of the limit is used up: 0 for none, 1 and more when it is crossed."""
        return self.threshold.used(self.count, self.base) if self._comparable else 0.0

    @property
    def _comparable(self) -> bool:
        return self.base > 0 or self.kind != "create"


def of_district(
    db: sqlite3.Connection,
    run: int,
    entity: Entity,
    counts: ChangeCounts,
    base: int,
    limits: Mapping[str, Threshold],
) -> list[Measure]:
    """The whole district's figures of an entity, one for each of KINDS."""
    update, remove = counts.update, counts.remove
    if entity is CALENDAR:
        update = update and grouping.moved_terms(db, run)
        remove = remove and grouping.terms_in_use_removed(db, run)
    identity = counts.update and grouping.identity_changes(db, run, entity)
    figures = zip(KINDS, (counts.create, update, remove, identity), strict=True)
    return [Measure(entity.key, kind, count, base, limits[kind]) for kind, count in figures]


def of_places(
    db: sqlite3.Connection, run: int, entity: Entity, limits: Mapping[str, Threshold], *, all_places: bool = False
) -> list[Measure]:
    """The figures of single schools and classes: those that may cross a limit, or all schools with changes."""
    found: list[Measure] = []
    if grouping.has_school(entity) and entity is not CALENDAR:
        found += _of_schools(db, run, entity, limits, all_places=all_places)
    if entity is ENROLLMENT:
        found += _of_classes(db, run, limits[PER_CLASS])
    return found


def _of_schools(
    db: sqlite3.Connection, run: int, entity: Entity, limits: Mapping[str, Threshold], *, all_places: bool
) -> Iterator[Measure]:
    district = {SCHOOL.sourced_id(DISTRICT_KEY), *ids_of(db, run, SCHOOL, DISTRICT_KEY)}
    changes = {
        (school, kind): count
        for (school, kind), count in grouping.changes_by_school(db, run, entity).items()
        if school not in district and (all_places or limits[kind].near(count))
    }
    if not changes:
        return
    base = grouping.delivered_by_school(db, entity)
    names = grouping.names_by_id(db, run, "school", "name", [school for school, _kind in changes])
    for (school, kind), count in sorted(changes.items()):
        yield Measure(entity.key, kind, count, base.get(school, 0), limits[kind], names.get(school, school))


def _of_classes(db: sqlite3.Connection, run: int, limit: Threshold) -> Iterator[Measure]:
    least = min((part for part in (limit.count, limit.cap) if part is not None), default=None)
    if least is None:
        return
    losing = grouping.removed_by_class(db, run, max(least, 1))
    names = grouping.names_by_id(db, run, "class", "title", [name for name, _count, _base in losing]) if losing else {}
    for sourced_id, count, base in losing:
        yield Measure(ENROLLMENT.key, PER_CLASS, count, base, limit, names.get(sourced_id, sourced_id))
