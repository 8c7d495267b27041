"""Reviewing a run: its changes, problems and limits."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from psconnect.model.entities import ADMIN, BY_KEY, TEACHER, Entity
from psconnect.model.found import FoundState
from psconnect.model.review import (
    ChangeQuery,
    FindingGroup,
    FindingQuery,
    Findings,
    FoundRecord,
    ProblemGroup,
    ProblemRecord,
)
from psconnect.model.runs import ChangeCounts, SetAside
from psconnect.model.shown_text import shown
from psconnect.powerschool.menus import page_of
from psconnect.reports.problems import web_address
from psconnect.roster.templates import Template
from psconnect.service.base import Base
from psconnect.store.history.change_table import Arrangement, problem_groups
from psconnect.store.history.findings import FindingsOf
from psconnect.store.history.titles import NUMBERS, plain_title
from psconnect.store.plan import exclusions
from psconnect.store.plan.ledger import ledger_counts
from psconnect.store.plan.plan import Plan
from psconnect.store.reading.last_reading import LastRead, last_read
from psconnect.sync import measures, undo
from psconnect.sync.compose import choices_of, in_effect
from psconnect.sync.measures import Measure
from psconnect.sync.thresholds import Threshold, thresholds_of

_MOST_PLACES = 50


@dataclass(frozen=True)
class Undoable:
    """Whether a run can be undone; ``reason`` is a sentence saying why not, else empty."""

    possible: bool
    reason: str = ""


@dataclass(frozen=True)
class Limit:
    """An entity's planned changes against its limits.

    Attributes:
        entity: its key.
        changes: how many records are created, updated and removed.
        base: how many of its records the destination has.
        threshold: the limit on removals.
        kinds: the district's figures against each limit: ``create``, ``update``, ``remove`` and ``identity`` (records
            that get a new id, username, number or email), in this order, with count 0 for none. For staff also
            ``role``; and, once, teachers and other staff together, with ``staff`` as their entity.
        underlying: whether its records are counted as the entities that the destination makes of them.
        schools: the same per school, and per class as ``remove_per_class``, nearest to the limit first; at most 50.
            ``place`` names the school or class. Empty on a first delivery.
    """

    entity: str
    changes: ChangeCounts
    base: int
    threshold: Threshold
    kinds: tuple[Measure, ...] = ()
    schools: tuple[Measure, ...] = ()
    underlying: bool = False

    @property
    def crossed(self) -> bool:
        """Whether removals alone hold the run."""
        return self.threshold.crossed(self.changes.remove, self.base)

    @property
    def used(self) -> float:
        """The share of the limit that removals use: 0 for none, 1 and more if it is crossed."""
        return self.threshold.used(self.changes.remove, self.base)


class Review(Base):
    """What a user can review in a run."""

    def arrange_changes(self, run_id: str, wanted: ChangeQuery) -> Arrangement:
        """Filter and sort a run's changes of one entity, to read page by page; close it when done.

        Takes seconds for a million changes; its pages take milliseconds.
        """
        with self._found(run_id) as found:
            return Arrangement(self.rosters_of(found.connection), found.number, wanted)

    def problems(self, run_id: str, *, most: int = 200) -> list[ProblemGroup]:
        """A run's findings by school and rule, with links to PowerSchool; at most ``most`` records per group."""
        with self._found(run_id) as found, last_read(self.rosters_of(found.connection)) as read:
            base = self._files.get(found.connection).source.url
            groups = problem_groups(found.db, found.number, most)
            return list(_linked(groups, base, read))

    def findings(self, run_id: str, wanted: FindingQuery, *, most: int = 5) -> Findings:
        """A run's findings by rule and attribute, each record by name, filtered; of a group at most ``most`` records.

        Names also those that were never delivered, as the newest run read them.
        """
        with self._found(run_id) as found, last_read(self.rosters_of(found.connection)) as read:
            connection = self._files.get(found.connection)
            of_run = FindingsOf(found.db, found.number, read)
            groups = of_run.groups(replace(wanted, state=None), most)
            schools = tuple(of_run.schools())
        templates = choices_of(connection).mapping.templates
        address = web_address(connection.source.url)
        counts = {state: sum(group.count for group in groups if group.state is state) for state in FoundState}
        listed = tuple(
            _with_fields(group, templates, address) for group in groups if wanted.state in (None, group.state)
        )
        return Findings(run_id, listed, counts, schools)

    def limits(self, run_id: str) -> list[Limit]:
        """A waiting run's changes against the limits, per entity with changes; see Limit.

        Of underlying entities (Run.underlying) only those that cross a limit are told.

        Takes seconds for a plan of a million changes.
        """
        with self._found(run_id) as found:
            limits = thresholds_of(in_effect(self._files.get(found.connection)).safety.thresholds)
            base = ledger_counts(found.db)
            rows = [
                _limit(Plan(found.db, found.number), BY_KEY[key], counts, base.get(key, 0), limits[key])
                for key, counts in found.run.planned_changes.items()
            ]
            together = measures.of_staff(
                Plan(found.db, found.number), found.run.planned_changes, base, limits[TEACHER.key], all_places=True
            )
        known = [replace(one, underlying=one.entity in found.run.underlying) for one in rows]
        told = [one for one in known if not one.underlying or any(each.crossed for each in (*one.kinds, *one.schools))]
        return _with_staff(told, together)

    def excluded(self, run_id: str) -> list[SetAside]:
        """What the run's plan leaves alone and why, in dependency order; see SetAside.

        In a sync, excluded changes (``chosen``) and those that depend on them (``goes-along``). In an undo also
        ``changed-since`` and ``still-needed``.
        """
        with self._found(run_id) as found:
            return list(exclusions.left_alone(Plan(found.db, found.number)))

    def left_alone(self, run_id: str) -> dict[tuple[str, str, str], int]:
        """How many changes the run's plan leaves alone, per entity key, action and reason (SetAside.because)."""
        with self._found(run_id) as found:
            counts = exclusions.left_alone_by_entity(Plan(found.db, found.number))
            return {line: count for line, count in counts.items() if line[0] not in found.run.underlying}

    def shown_keys(self, run_id: str, wanted: ChangeQuery, *, excluded: bool = False) -> list[int]:
        """Keys of the changes that a query finds: those that go through, or those that a person excluded."""
        arranged = self.arrange_changes(run_id, wanted)
        try:
            return arranged.keys(exclusions.EXCLUDED if excluded else "")
        finally:
            arranged.close()

    def page_in_powerschool(self, name: str, entity: str, key: int) -> str:
        """Address of a person's page in PowerSchool; empty for records that have none."""
        address = web_address(self._files.get(name).source.url)
        return page_of(address, entity, key) if address else ""

    def keys_of(self, run_id: str, entity: str, sourced_ids: Collection[str]) -> list[int]:
        """Keys, by ``sourcedId``, of records that the run's plan changes or that were excluded from it.

        Raises FixSettings PSC-RUN-NO-CHANGE for other ids and for an unknown entity.
        """
        with self._found(run_id) as found:
            return exclusions.keys_by_id(Plan(found.db, found.number), entity, sourced_ids)

    def can_undo(self, run_id: str) -> Undoable:
        """Whether ``undo`` would create a run for this one. Cheap enough to call for every row of a history."""
        with self._found(run_id) as found:
            reason = undo.why_not(found.db, found.number, found.run)
        return Undoable(not reason, reason)


def _with_link(one: FoundRecord, address: str) -> FoundRecord:
    return replace(one, link=page_of(address, one.entity, one.key) if address else "")


def _with_fields(group: FindingGroup, templates: Mapping[str, Mapping[str, Template]], address: str) -> FindingGroup:
    """The group with the fields its attribute is made of, and each record with its page."""
    made_of = templates.get(group.entity, {}).get(group.attribute)
    records = tuple(_with_link(one, address) for one in group.records)
    return replace(group, records=records, fields=tuple(made_of.fields) if made_of else ())


def _linked(groups: list[ProblemGroup], base: str, read: LastRead | None = None) -> Iterator[ProblemGroup]:
    """The groups with links to PowerSchool, one by one; with a reading, records never delivered have their names."""
    for group in groups:
        records = (replace(one, link=page_of(base, one.entity, one.key)) for one in group.records)
        yield replace(group, records=tuple(one if one.title or not read else _as_read(one, read) for one in records))


def _as_read(one: ProblemRecord, read: LastRead) -> ProblemRecord:
    entity = BY_KEY[one.entity]
    found = read.staged(entity, one.key)
    return replace(one, title=shown(plain_title(entity, found.named))) if found and entity.key in NUMBERS else one


def _with_staff(rows: list[Limit], together: list[Measure]) -> list[Limit]:
    """Add the figures of all staff to the limits of teachers, or else of other staff."""
    beside = next((one for one in rows if one.entity in (TEACHER.key, ADMIN.key)), None)
    if beside is None:
        return rows
    kinds = (*beside.kinds, *(one for one in together if not one.place))
    schools = _nearest([*beside.schools, *(one for one in together if one.place and one.crossed)])
    return [replace(one, kinds=kinds, schools=schools) if one is beside else one for one in rows]


def _nearest(places: list[Measure]) -> tuple[Measure, ...]:
    return tuple(sorted(places, key=lambda one: (-one.used, -one.count, one.place, one.kind))[:_MOST_PLACES])


def _limit(
    plan: Plan,
    entity: Entity,
    counts: ChangeCounts,
    base: int,
    limits: Mapping[str, Threshold],
) -> Limit:
    kinds = measures.of_district(plan, entity, counts, base, limits)
    places = measures.of_places(plan, entity, limits, all_places=True) if base else []
    return Limit(entity.key, counts, base, limits["remove"], tuple(kinds), _nearest(places))
