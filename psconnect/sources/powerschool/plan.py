"""What one run reads and how it is shaped: everything the shaping needs that is fixed before the first call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import msgspec

from psconnect.model.entities import BY_KEY, Entity
from psconnect.powerschool.streams import Stream, StreamSet
from psconnect.roster.mapping import Requirements, RosterMapping, Shape, compile_mapping, requirements_for

encode = msgspec.json.Encoder().encode


@dataclass(frozen=True)
class ReadPlan:
    """The choices of a connection, ready for reading.

    Attributes:
        streams: what is read.
        mapping: attributes from fields.
        needed: per entity key, the attributes the destination can't do without.
        preset_requirements, requirements: ``skip`` or ``report`` per entity key and attribute.
        schools: ``all`` or the chosen school numbers.
        start_year: first calendar year of the school year, or None for the one of today.
        co_teachers: whether co-teachers are delivered.
        contacts: whether contacts are read.
        district_name: name of the district as an organisation.
        today: the date in the district's time zone.
    """

    streams: StreamSet
    mapping: RosterMapping
    needed: Mapping[str, frozenset[str]]
    preset_requirements: Mapping[str, Mapping[str, str]]
    requirements: Mapping[str, Mapping[str, str]]
    schools: Literal["all"] | frozenset[int]
    start_year: int | None
    co_teachers: bool
    contacts: bool
    district_name: str
    today: date

    def shape(self, entity: Entity) -> Shape:
        """The compiled mapping of an entity."""
        stream = self.streams.for_entity(entity.key)
        return compile_mapping(self.mapping, entity, _namer(stream))

    def requirements_of(self, entity: Entity) -> Requirements:
        """The requirements of an entity."""
        needed = self.needed.get(entity.key, frozenset())
        return requirements_for(entity, needed, self.preset_requirements, self.requirements)


def _namer(stream: Stream) -> Any:
    names = {column.full_name: column.name for column in reversed(stream.columns)}
    return lambda full_name: names[full_name.lower()]


def entity_list(*, contacts: bool) -> tuple[Entity, ...]:
    """The entities that are read with or without contacts."""
    left_out = () if contacts else ("contact", "relationship")
    return tuple(entity for key, entity in BY_KEY.items() if key not in left_out)
