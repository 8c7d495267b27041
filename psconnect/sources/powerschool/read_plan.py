"""What one run reads, fixed before the first call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, tzinfo
from typing import Literal

from psconnect.model.entities import ENTITIES, Entity
from psconnect.powerschool.streams import StreamSet
from psconnect.roster.whole_names import WholeNames
from psconnect.sources.wanted import Included


@dataclass(frozen=True)
class ReadPlan:
    """A connection's choices, ready for reading.

    Attributes:
        streams: what is read.
        schools: ``all`` or the chosen school numbers.
        start_year: first calendar year of the school year; None for the current one.
        co_teachers: whether co-teachers are delivered.
        contacts: whether contacts are read.
        district_name: name of the district as an organisation.
        today: the date in the district's time zone.
        zone: the district's time zone, for dates sent as a timestamp.
        included: who and what is included.
        next_year: whether the year after the chosen one is read, as in a rehearsal.
        whole_names: the fields that hold contacts' whole names; None if the contact module is used.
        daily: keys of entities whose filters depend on today's date.
    """

    streams: StreamSet
    schools: Literal["all"] | frozenset[int]
    start_year: int | None
    co_teachers: bool
    contacts: bool
    district_name: str
    today: date
    zone: tzinfo = UTC
    included: Included = field(default_factory=Included)
    next_year: bool = False
    whole_names: WholeNames | None = None
    daily: frozenset[str] = frozenset()

    def name_of(self, entity: Entity) -> Callable[[str], str]:
        """A function from ``Table.Field`` to the attribute that holds it in rows of the entity's stream."""
        stream = self.streams.for_entity(entity.key)
        names = {column.full_name: column.name for column in reversed((*stream.columns, *stream.absent))}
        return lambda full_name: names[full_name.lower()]


def entity_list(*, contacts: bool) -> tuple[Entity, ...]:
    """The entities to read, with or without contacts."""
    left_out = () if contacts else ("contact", "relationship")
    return tuple(entity for entity in ENTITIES if entity.key not in left_out)
