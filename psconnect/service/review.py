"""Looking through a run: its changes, problems and limits."""

from __future__ import annotations

from dataclasses import dataclass, replace

from psconnect.model.runs import ChangeCounts
from psconnect.powerschool.menus import page_of
from psconnect.service.base import Base
from psconnect.store.ledger import ledger_counts
from psconnect.store.review import Arrangement, ProblemGroup, Wanted, problem_groups
from psconnect.sync.thresholds import Threshold, removal_thresholds


@dataclass(frozen=True)
class Limit:
    """An entity's planned changes against the limit on removals; ``base`` is what the destination has of it."""

    entity: str
    changes: ChangeCounts
    base: int
    threshold: Threshold

    @property
    def crossed(self) -> bool:
        """Whether the removals alone hold the run."""
        return bool(self.changes.remove) and self.threshold.crossed(self.changes.remove, self.base)

    @property
    def used(self) -> float:
        """How much of the limit the removals use up: 0 for none, 1 and more when it is crossed."""
        return self.threshold.used(self.changes.remove, self.base)


class Review(Base):
    """What a person can look at in a run."""

    def arrange_changes(self, run_id: str, wanted: Wanted) -> Arrangement:
        """Filter and sort a run's changes of one entity, to be read page by page; close it when done.

        Takes up to seconds for a million changes; its pages take milliseconds.
        """
        with self._found(run_id) as found:
            return Arrangement(self.rosters_of(found.connection), found.number, wanted)

    def problems(self, run_id: str, *, most: int = 200) -> list[ProblemGroup]:
        """A run's findings by school and rule, with links to PowerSchool; of each group at most ``most`` records."""
        with self._found(run_id) as found:
            base = self._files.get(found.connection).source.url
            groups = problem_groups(found.db, found.number, most)
        return [
            replace(
                group, records=tuple(replace(one, link=page_of(base, one.entity, one.key)) for one in group.records)
            )
            for group in groups
        ]

    def limits(self, run_id: str) -> list[Limit]:
        """A waiting run's removals against the limits, per entity with a change."""
        with self._found(run_id) as found:
            limits = removal_thresholds(self._files.get(found.connection).safety.thresholds)
            base = ledger_counts(found.db)
        changes = found.run.changes
        return [Limit(entity, counts, base.get(entity, 0), limits[entity]) for entity, counts in changes.items()]
