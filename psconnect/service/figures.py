"""What stands at the destination: the figures of every kind of record, and the records behind each figure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from psconnect.model.reconciled import Reconciled, by_care
from psconnect.model.record_list import Figure
from psconnect.model.runs import Run
from psconnect.service.base import Base
from psconnect.store.history import run_table
from psconnect.store.plan.ledger import ledger_counts
from psconnect.store.reading.standing_records import RecordList
from psconnect.sync.system_name import system_name


@dataclass(frozen=True)
class StandingFigures:
    """What the other system has, by the ledger: no plan, rehearsal or failure changes it.

    Attributes:
        rows: entity key -> its figures, those that a person cares about first, first; empty before the first delivery.
        last: the last run that delivered, or found nothing to deliver; None before the first one.
        system: what the other system is called within a sentence: ``School Passport``, ``the OneRoster CSV bundle``.
        counted: whether the figures are known; after a delivery by an older version, only ``delivered`` is.
    """

    rows: Mapping[str, Reconciled] = field(default_factory=dict)
    last: Run | None = None
    system: str = ""
    counted: bool = True


class Figures(Base):
    """What a user can ask about what stands at the destination."""

    def standing(self, name: str) -> StandingFigures:
        """What the other system has of a connection, as its last success left it."""
        connection = self._files.get(name)
        name, system = connection.name, system_name(connection)
        with self._history(name) as db:
            last = run_table.last_success(db, name) if db else None
            if db is None or last is None:
                return StandingFigures(system=system)
            there = ledger_counts(db)
        if last.reconciled:
            return StandingFigures(by_care(last.reconciled), last, system)
        return StandingFigures(
            by_care({key: Reconciled(0, count) for key, count in there.items()}), last, system, counted=False
        )

    def list_records(self, name: str, entity: str, figure: Figure) -> RecordList:
        """The records behind a figure of ``standing``, to read page by page; close it when done."""
        name = self._files.get(name).name
        with self._history(name) as db:
            last = run_table.last_success(db, name) if db else None
            reader = run_table.standing_reader(db) if db else ""
            found = run_table.find_run(db, name, last.id) if db and last else None
        return RecordList(self.rosters_of(name), entity, figure, found[0] if found else 0, reader)
