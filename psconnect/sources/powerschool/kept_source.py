"""PowerSchool as an earlier reading kept it (see sources.kind.KeptSource)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import Executor, Future
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, ParamSpec, TypeVar

from psconnect.model.clock import CancelToken
from psconnect.model.entities import ENTITIES, Entity
from psconnect.model.errors import BadRecord, FixSettings
from psconnect.model.events import OnEvent
from psconnect.powerschool import streams as s
from psconnect.powerschool.fields import spelled
from psconnect.powerschool.stream import Stream
from psconnect.roster.terms import FIRST_YEAR
from psconnect.sources.base import Memory, ReadSummary, SourceSink
from psconnect.sources.kind import Offer, RoleUse, SourceContext
from psconnect.sources.powerschool import district as d
from psconnect.sources.powerschool.kept_rows import (
    READ_ON,
    SERVER,
    WAY,
    ZONE,
    KeptReader,
    lacks,
    server_of,
    with_extras,
)
from psconnect.sources.powerschool.offers import Offering, role_uses
from psconnect.sources.powerschool.parallel_read import Lanes
from psconnect.sources.powerschool.read_plan import ReadPlan, entity_list
from psconnect.sources.powerschool.reading import Reading
from psconnect.sources.powerschool.reads import PowerSchoolReads
from psconnect.sources.powerschool.system import plan_of, zone_there
from psconnect.sources.wanted import Wanted
from psconnect.store.reading.kept_streams import KeptStream, KeptStreams, not_held

_P = ParamSpec("_P")
_T = TypeVar("_T")


class _AtOnce(Executor):
    """Does work in the calling thread: rows come from a file, and whoever asks may stop in the middle."""

    def submit(self, fn: Callable[_P, _T], /, *args: _P.args, **kwargs: _P.kwargs) -> Future[_T]:
        """Do it now; raises what it raises."""
        future: Future[_T] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


@dataclass(frozen=True)
class KeptPowerSchool:
    """The kept rows with a connection's settings.

    Attributes:
        plan: the connection's choices, as of the day of the reading.
        kept: the rows.
        cancel: stops a replay.
        indispensable: fields, in lower case, without which nothing can be said.
        everything: whether rows have all kept columns, not only those that these settings use.
    """

    plan: ReadPlan
    kept: KeptStreams
    cancel: CancelToken
    indispensable: frozenset[str] = frozenset()
    everything: bool = False

    def source(self, *, everything: bool = False) -> KeptPowerSchoolSource:
        """The kept rows as a source."""
        return KeptPowerSchoolSource(replace(self, everything=everything))

    @property
    def reader(self) -> KeptReader:
        """What gives the kept rows."""
        return KeptReader(self.kept, self._mapped(), self.cancel, self.kept.fact(WAY), self.everything)

    def _mapped(self) -> dict[str, frozenset[str]]:
        streams, found = self.plan.streams, dict[str, frozenset[str]]()
        for entity, names in streams.mapped.items():
            if entity in s.MAPPED_STREAMS and s.MAPPED_STREAMS[entity] in streams.by_name:
                stream = streams.for_entity(entity).name
                lowered = frozenset(name.lower() for name in names) - self.indispensable
                found[stream] = found.get(stream, frozenset()) | lowered
        return found

    def unread(self, entity: Entity) -> frozenset[str]:
        """The mapped fields of an entity that were not kept."""
        stream = self.plan.streams.for_entity(entity.key)
        held = self._held(stream)
        return frozenset(spelled(one.table, one.field) for one in self.reader.lacking(stream, held))

    def kept_fields(self, entity: Entity) -> Mapping[str, str]:
        """Every kept field of an entity, and the attribute that holds it."""
        own = self.plan.streams.for_entity(entity.key)
        held = self._held(own)
        missing = self.reader.lacking(own, held)
        columns = [one for one in with_extras(own, held).columns if one not in missing and one.full_name]
        # The first column of a field is the one that mappings read (ReadPlan.name_of).
        return {spelled(one.table, one.field): one.name for one in reversed(columns)}

    def _held(self, stream: Stream) -> KeptStream:
        held = self.kept.held(stream.name)
        if not held:
            raise lacks(stream)
        return held[0]

    def offer(self) -> Offer:
        """What there is to choose from."""
        schools, terms = self._rows(s.SCHOOLS), self._rows(s.TERMS)
        this_year = self._this_year(schools, terms)
        offering = Offering(self.plan, schools, terms, this_year)
        return offering.offer(self._students(), self._sections(offering.year))

    def _this_year(self, schools: list[Any], terms: list[Any]) -> int | None:
        anywhere = replace(self.plan, start_year=None, schools="all")
        try:
            return self._frame(anywhere, schools, terms).year_id + FIRST_YEAR
        except (FixSettings, BadRecord):
            return None

    def _frame(self, plan: ReadPlan, schools: list[Any], terms: list[Any]) -> d.District:
        has_calendar = self.kept.fact(WAY) != "v1" and s.CALENDAR_DAYS.name in plan.streams.by_name
        return d.frame_of(plan, schools, terms, self._days if has_calendar else None)[0]

    def _days(self, frame: d.District) -> d.SchoolDays:
        return d.SchoolDays(self._rows(s.CALENDAR_DAYS, d.frame_arguments(frame, self.plan.today)))

    def _rows(self, declared: Stream, arguments: Mapping[str, str] | None = None) -> list[Any]:
        if declared.name not in self.plan.streams.by_name:
            raise lacks(declared)
        return self.reader.rows(self.plan.streams.by_name[declared.name], arguments or {})

    def _students(self) -> Counter[str] | None:
        """Active students by school number; None while they are not read."""
        try:
            rows = self._rows(s.STUDENTS)
        except FixSettings:
            return None
        active = self.plan.included.enroll_status
        return Counter(row.schoolid for row in rows if row.enroll_status in active)

    def _sections(self, year: int | None) -> list[Any] | None:
        """The classes of a year; None while they are not read."""
        if year is None:
            return None
        try:
            return self._rows(s.SECTIONS, d.year_arguments(year - FIRST_YEAR))
        except FixSettings:
            return None

    def roles(self) -> tuple[RoleUse, ...]:
        """The roles in classes of the chosen year at chosen schools."""
        frame = self._frame(self.plan, self._rows(s.SCHOOLS), self._rows(s.TERMS))
        year = d.year_arguments(frame.year_id)
        places = {row.dcid for row in self._rows(s.SECTIONS, year) if frame.schools.get(row.schoolid) in frame.chosen}
        rows = (row for row in self._rows(s.SECTION_TEACHERS, year) if row.section_dcid in places)
        return role_uses(rows, self.plan.included.roles)


@dataclass(frozen=True)
class KeptPowerSchoolSource:
    """The kept rows as a source (see sources.base.Source)."""

    kept: KeptPowerSchool

    @property
    def today(self) -> date:
        """The date in the district on the day of the reading."""
        return self.kept.plan.today

    def attribute_of(self, entity: Entity, field: str) -> str:
        """The attribute that holds a ``Table.Field`` in an entity's rows."""
        return self.kept.plan.name_of(entity)(field)

    def entities(self) -> tuple[Entity, ...]:
        """The entities it gives with the connection's choices."""
        return entity_list(contacts=self.kept.plan.contacts)

    def read(
        self,
        sink: SourceSink,
        on_event: OnEvent,
        cancel: CancelToken,
        only: frozenset[str] = frozenset(),
        *,
        memory: Memory | None = None,  # noqa: ARG002 - what is kept is read whole
    ) -> ReadSummary:
        """Read what was kept of these entities, and of what they depend on."""
        plan, summary = self.kept.plan, ReadSummary(way=self.kept.kept.fact(WAY), today=self.kept.plan.today)
        lanes = Lanes(plan, self.kept.reader, sink, on_event, cancel, _AtOnce(), summary, abort=self.kept.cancel)
        Reading(plan, self.kept.reader, sink, on_event, summary, lanes, only).everything()
        return summary


def kept_powerschool(
    context: SourceContext, wanted: Wanted, reads: PowerSchoolReads, kept: KeptStreams
) -> KeptPowerSchool:
    """The kept rows with these settings; raises FixSettings while nothing is kept, or if it is another server's."""
    if not kept.fact(READ_ON) or kept.fact(SERVER) != server_of(context.connection):
        raise not_held()
    today, zone = date.fromisoformat(kept.fact(READ_ON)), zone_there(kept.fact(ZONE))
    numbers = [wanted.connection.id_rules.field_of(entity) for entity in ENTITIES]
    indispensable = frozenset(name.lower() for name in (wanted.included.section_move, *numbers) if name)
    return KeptPowerSchool(plan_of(context.connection, wanted, reads, today, zone), kept, context.cancel, indispensable)
