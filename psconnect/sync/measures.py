"""Measures a plan against each limit: for the district, each school and each class."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from psconnect.model.entities import ADMIN, BY_KEY, CALENDAR, CLASS, DISTRICT_KEY, ENROLLMENT, SCHOOL, TEACHER, Entity
from psconnect.model.runs import ChangeCounts
from psconnect.store.plan import change_groups
from psconnect.store.plan.ledger import ledger_counts
from psconnect.store.plan.plan import Plan, PlanSummary
from psconnect.store.plan.record_ids import ids_of, names_by_id
from psconnect.sync.job import Job
from psconnect.sync.thresholds import Threshold

MEASURED_KINDS = ("create", "update", "remove", "identity")
PER_CLASS, ROLE = "remove_per_class", "role"
ALL_STAFF = "staff"
"""Stands in place of an entity's key for teachers and other staff together."""
_STAFF = (TEACHER, ADMIN)


@dataclass(frozen=True)
class Measure:
    """How many changes of one kind there are, out of how many records, against a limit.

    Attributes:
        entity: key of the entity; ``staff`` for teachers and other staff together.
        kind: ``create``, ``update``, ``remove``, ``identity``, ``role`` or ``remove_per_class``.
        count: the changes; of terms, ``update`` counts those that move by more than 14 days, ``remove`` those in use.
        base: records at the destination, of the whole district or of the place.
        threshold: the limit.
        place: name of the school or class; empty for the whole district.
        other_role: how many of the created or removed records are people who only change role.
    """

    entity: str
    kind: str
    count: int
    base: int
    threshold: Threshold
    place: str = ""
    other_role: int = 0

    @property
    def crossed(self) -> bool:
        """Whether it holds the run. Additions never do before the first delivery, with nothing to compare them with."""
        return self._comparable and self.threshold.crossed(self.count, self.base)

    @property
    def used(self) -> float:
        """The share of the limit that is used: 0 for none, 1 and more if it is crossed."""
        return self.threshold.used(self.count, self.base) if self._comparable else 0.0

    @property
    def _comparable(self) -> bool:
        return self.base > 0 or self.kind != "create"


def of_district(
    plan: Plan,
    entity: Entity,
    counts: ChangeCounts,
    base: int,
    limits: Mapping[str, Threshold],
) -> list[Measure]:
    """The district's figures for an entity, one for each of KINDS; for staff also role changes."""
    update, remove = counts.update, counts.remove
    if entity is CALENDAR:
        update = update and change_groups.moved_terms(plan)
        remove = remove and change_groups.terms_in_use_removed(plan)
    identity = counts.update and change_groups.identity_changes(plan, entity)
    figures = dict(zip(MEASURED_KINDS, (counts.create, update, remove, identity), strict=True))
    other_role: dict[str, int] = {}
    if entity in _STAFF:
        (other,) = (one for one in _STAFF if one is not entity)
        figures[ROLE] = counts.remove and change_groups.role_changes(plan, entity)
        other_role = {
            "remove": figures[ROLE],
            "create": counts.create and change_groups.role_changes(plan, other),
        }
    return [
        Measure(entity.key, kind, count, base, limits[kind], other_role=other_role.get(kind, 0))
        for kind, count in figures.items()
    ]


def of_staff(
    plan: Plan,
    changes: Mapping[str, ChangeCounts],
    base: Mapping[str, int],
    limits: Mapping[str, Threshold],
    *,
    all_places: bool = False,
) -> list[Measure]:
    """Teachers and other staff counted together against these limits, for the district and for schools.

    Counted separately, a tenth of the staff could stay below both limits. People who only change role count as neither
    created nor removed, but a changed user name counts. Empty if the destination has only one of the two kinds.
    """
    counts = [changes.get(entity.key, ChangeCounts()) for entity in _STAFF]
    if not any(one.total for one in counts) or not all(base.get(entity.key) for entity in _STAFF):
        return []
    roles = sum(change_groups.role_changes(plan, entity) for entity in _STAFF)
    identity = sum(
        change_groups.identity_changes(plan, entity) + change_groups.role_changes(plan, entity, identity=True)
        for entity in _STAFF
    )
    create, update, remove = (sum(getattr(one, kind) for one in counts) for kind in MEASURED_KINDS[:3])
    figures = zip(MEASURED_KINDS, (create - roles, update, remove - roles, identity), strict=True)
    total = sum(base[entity.key] for entity in _STAFF)
    found = [Measure(ALL_STAFF, kind, count, total, limits[kind]) for kind, count in figures]
    return [*found, *_of_schools(plan, _STAFF, limits, all_places=all_places)]


def of_places(
    plan: Plan, entity: Entity, limits: Mapping[str, Threshold], *, all_places: bool = False
) -> list[Measure]:
    """Figures of single schools and classes: those that may cross a limit, or all schools with changes."""
    found: list[Measure] = []
    if change_groups.has_school(entity) and entity is not CALENDAR:
        found += _of_schools(plan, (entity,), limits, all_places=all_places)
    if entity is ENROLLMENT:
        found += _of_classes(plan, limits[PER_CLASS])
    return found


def _of_schools(
    plan: Plan, entities: tuple[Entity, ...], limits: Mapping[str, Threshold], *, all_places: bool
) -> Iterator[Measure]:
    district = {SCHOOL.sourced_id(DISTRICT_KEY), *ids_of(plan, SCHOOL, DISTRICT_KEY)}
    together = len(entities) > 1
    counted: Counter[tuple[str, str]] = Counter()
    for entity in entities:
        counted.update(change_groups.changes_by_school(plan, entity, roles=not together))
    changes = {
        (school, kind): count
        for (school, kind), count in counted.items()
        if school not in district and (all_places or limits[kind].near(count))
    }
    if not changes:
        return
    base: Counter[str] = Counter()
    for entity in entities:
        base.update(change_groups.delivered_by_school(plan.db, entity))
    names = names_by_id(plan.db, plan.run, SCHOOL, as_delivered=True)
    key = ALL_STAFF if together else entities[0].key
    for (school, kind), count in sorted(changes.items()):
        yield Measure(key, kind, count, base[school], limits[kind], names.get(school, school))


def _of_classes(plan: Plan, limit: Threshold) -> Iterator[Measure]:
    least = min((part for part in (limit.count, limit.cap) if part is not None), default=None)
    if least is None:
        return
    losing = change_groups.removed_by_class(plan, max(least, 1))
    names = names_by_id(plan.db, plan.run, CLASS, as_delivered=True) if losing else {}
    for sourced_id, count, base in losing:
        yield Measure(ENROLLMENT.key, PER_CLASS, count, base, limit, names.get(sourced_id, sourced_id))


def measured(job: Job, plan: Plan, summary: PlanSummary) -> list[Measure]:
    """The plan measured against each limit, for the district and for the places that may cross one."""
    base = ledger_counts(plan.db)
    found: list[Measure] = []
    for key, counts in summary.changes.items():
        entity, limits = BY_KEY[key], job.safety.thresholds[key]
        district = of_district(plan, entity, counts, base.get(key, 0), limits)
        found += district
        # No school can reach a limit that the whole district doesn't come near.
        if any(limits[one.kind].near(one.count) for one in district) or counts.remove:
            found += of_places(plan, entity, limits)
    return found + of_staff(plan, summary.changes, base, job.safety.thresholds[TEACHER.key])
