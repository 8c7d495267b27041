"""What the last run came to against each limit, for who sets limits."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from psconnect.model.entities import BY_KEY, CLASS, ENROLLMENT, TEACHER
from psconnect.model.runs import APPLIED, WAITING, Run
from psconnect.service.base import Base
from psconnect.store.history import run_table
from psconnect.store.plan import change_groups
from psconnect.store.plan.ledger import ledger_counts
from psconnect.store.plan.plan import Plan
from psconnect.store.plan.record_ids import names_by_id
from psconnect.sync import measures
from psconnect.sync.compose import in_effect
from psconnect.sync.measures import PER_CLASS, Measure
from psconnect.sync.thresholds import Threshold, thresholds_of

REJECTED = "rejected"
_Limits = Mapping[str, Mapping[str, Threshold]]


@dataclass(frozen=True)
class LastMeasured:
    """A run measured against the limits of today.

    Attributes:
        run: the newest run of the connection that made a plan which still stands or was applied.
        base: records at the destination before it, per entity key.
        measures: its figures for the district; teachers and other staff together have ``staff`` as their entity.
            ``remove_per_class`` is that of the class which comes nearest, ``rejected`` counts those beyond the last
            delivery. Of a waiting run also those of schools, with their ``place``.
    """

    run: Run
    base: Mapping[str, int] = field(default_factory=dict)
    measures: tuple[Measure, ...] = ()


class LimitFigures(Base):
    """What a user can ask about limits."""

    def last_measured(self, name: str) -> LastMeasured | None:
        """The last run of a connection against its limits; None before the first one. Work of up to some seconds."""
        connection = self._files.get(name)
        limits = thresholds_of(in_effect(connection).safety.thresholds)
        with self._history(connection.name) as db:
            if db is None:
                return None
            for run in run_table.list_runs(db, connection.name):
                if run.kind == "sync" and run.planned and run.state in (*APPLIED, *WAITING):
                    found = run_table.find_run(db, connection.name, run.id)
                    return _measured(db, run, found[0], limits) if found else None
        return None


def _measured(db: sqlite3.Connection, run: Run, number: int, limits: _Limits) -> LastMeasured:
    plan, applied = Plan(db, number), run.state in APPLIED
    base = ledger_counts(db)
    if applied:
        # The ledger is what it is after the run; a limit counts what was there before.
        for key, counts in run.planned_changes.items():
            base[key] = base.get(key, 0) - counts.create + counts.remove
    found: list[Measure] = []
    for key, counts in run.planned_changes.items():
        entity = BY_KEY[key]
        found += measures.of_district(plan, entity, counts, base.get(key, 0), limits[key])
        if not applied and base.get(key):
            schools = measures.of_places(plan, entity, limits[key], all_places=True)
            found += [one for one in schools if one.kind != PER_CLASS]
    together = measures.of_staff(plan, run.planned_changes, base, limits[TEACHER.key], all_places=not applied)
    found += [*together, *_of_nearest_class(plan, limits, applied=applied), *_rejected(db, run, number, base, limits)]
    return LastMeasured(run, base, tuple(found))


def _of_nearest_class(plan: Plan, limits: _Limits, *, applied: bool) -> Iterator[Measure]:
    limit = limits[ENROLLMENT.key][PER_CLASS]
    losing = [
        Measure(ENROLLMENT.key, PER_CLASS, count, left + (count if applied else 0), limit, place=class_id)
        for class_id, count, left in change_groups.removed_by_class(plan, 1)
    ]
    nearest = max(losing, key=lambda one: (one.used, one.count), default=None)
    if nearest:
        names = names_by_id(plan.db, plan.run, CLASS, as_delivered=True)
        yield replace(nearest, place=names.get(nearest.place, nearest.place))


def _rejected(
    db: sqlite3.Connection, run: Run, number: int, base: Mapping[str, int], limits: _Limits
) -> Iterator[Measure]:
    """Unusable records beyond those of the delivery before, out of about as many as there are."""
    now, before = run_table.rejected_counts(db, number)
    for key, count in now.items():
        more = max(0, count - before.get(key, 0))
        created = run.planned_changes[key].create if key in run.planned_changes else 0
        yield Measure(key, REJECTED, more, base.get(key, 0) + created + count, limits[key][REJECTED])
