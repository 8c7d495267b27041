"""PowerSchool as a source: the way to read it, what is reported about it, and the reading itself."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta

from psconnect.model.clock import CancelToken
from psconnect.model.entities import Entity
from psconnect.model.events import OnEvent, RunEvent
from psconnect.powerschool.client import PowerSchoolClient
from psconnect.powerschool.reader import Gatherer, Reader
from psconnect.sources.base import Memory, ReadSummary, SourceSink
from psconnect.sources.powerschool.kept_rows import note_reading
from psconnect.sources.powerschool.parallel_read import Lanes
from psconnect.sources.powerschool.read_methods import check_way, choose_reader, cost
from psconnect.sources.powerschool.read_plan import ReadPlan, entity_list
from psconnect.sources.powerschool.reading import Reading
from psconnect.store.reading.kept_streams import KeptStreams
from psconnect.wording.catalogue import tr
from psconnect.wording.pieces import piece_lost, piece_what

SIDE_BY_SIDE = 4
_ANOTHER_DAY = timedelta(hours=12)


@dataclass
class PowerSchoolSource:
    """PowerSchool, ready to be read (see sources.base.Source).

    Attributes:
        client: the signed-in server.
        plan: the connection's choices.
        access: ``auto``, ``queries``, ``tables`` or ``v1``.
        keep: where rows are kept as they came; None for nowhere.
    """

    client: PowerSchoolClient
    plan: ReadPlan
    access: str = "auto"
    keep: KeptStreams | None = None

    @property
    def today(self) -> date:
        """The date in the district."""
        return self.plan.today

    def attribute_of(self, entity: Entity, field: str) -> str:
        """The attribute that holds a ``Table.Field`` in an entity's rows."""
        return self.plan.name_of(entity)(field)

    def entities(self) -> tuple[Entity, ...]:
        """The entities it gives with the connection's choices."""
        return entity_list(contacts=self.plan.contacts)

    def reader(self) -> Reader | Gatherer:
        """The way to read, by ``access``: queries if the plugin has them, else tables, else v1."""
        return choose_reader(self.client, self.access, self.plan)

    def read(
        self,
        sink: SourceSink,
        on_event: OnEvent,
        cancel: CancelToken,
        only: frozenset[str] = frozenset(),
        *,
        memory: Memory | None = None,
    ) -> ReadSummary:
        """Read everything; raises if completeness can't be proved.

        With a ``memory``, unchanged records may be reused (see takeover). ``only`` limits the reading to these entity
        keys, for previews: such a reading is never delivered. Schools, terms and what shapes these entities are also
        read.
        """
        self.client.sign_in()
        reader = self.reader()
        if abs(self.client.ahead) > _ANOTHER_DAY:
            on_event(RunEvent("reading", message=_skewed(self.client.ahead)))
        without = self.plan.streams.without
        summary = ReadSummary(way=reader.way, today=self.plan.today, without=tuple(piece.name for piece in without))
        for piece in without:
            said = tr(
                "This connection goes without {what}. {lost}", what=piece_what(piece.name), lost=piece_lost(piece.name)
            )
            on_event(RunEvent("reading", message=said))
        check_way(reader, self.plan)
        slow = cost(reader, self.plan)
        if slow:
            on_event(RunEvent("reading", message=slow))
        if self.keep:
            note_reading(self.keep, self.plan, reader.way)
        with ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="reading") as pool:
            lanes = Lanes(self.plan, reader, sink, on_event, cancel, pool, summary, keep=self.keep)
            reading = Reading(self.plan, reader, sink, on_event, summary, lanes, only, memory)
            try:
                reading.everything()
            finally:
                pool.shutdown(wait=True, cancel_futures=True)
        summary.calls = self.client.calls
        return summary


def _skewed(ahead: timedelta) -> str:
    """The warning for clocks that show different days (fault N18)."""
    hours = abs(ahead) // timedelta(hours=1)
    side = "ahead of" if ahead > timedelta() else "behind"
    return (
        f"The clock of this computer is {hours:,} hours {side} PowerSchool’s. Set it right: the date decides which "
        "classes and enrollments are current."
    )
