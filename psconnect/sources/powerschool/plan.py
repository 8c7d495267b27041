"""What one run reads and how it is shaped: everything the shaping needs that is fixed before the first call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import msgspec

from psconnect.model.entities import BY_KEY, Entity
from psconnect.model.problems import Fate, Problem
from psconnect.powerschool.streams import Stream, StreamSet
from psconnect.roster.mapping import Requirements, RosterMapping, Shape, compile_mapping, requirements_for

encode = msgspec.json.Encoder().encode
OnProblem = Callable[[Problem], None]


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

    def judge(self, entity: Entity, on_problem: OnProblem) -> Judge:
        """What judges the records of an entity by its requirements; problems go to ``on_problem``."""
        return Judge(entity, self.requirements_of(entity), on_problem)


@dataclass(frozen=True)
class Judge:
    """Judges records of one entity that qualify otherwise: are the attributes there that have to be?"""

    entity: Entity
    requirements: Requirements
    on_problem: OnProblem

    @property
    def active(self) -> bool:
        """Whether any attribute is required."""
        return bool(self.requirements.skip or self.requirements.report)

    def __call__(self, key: int, school: int | None, values: tuple[str, ...]) -> tuple[Fate, str | None]:
        """Fate and rule of a record: left out when a required attribute is empty; what is empty becomes a problem."""
        missing, reported = self.requirements.missing(values)
        if missing:
            self.on_problem(Problem("missing-required", self.entity.key, key, school, missing))
            return Fate.LEFT_OUT, "missing-required"
        for attribute in reported:
            self.on_problem(Problem("missing-reported", self.entity.key, key, school, attribute))
        return Fate.IN, None


def _namer(stream: Stream) -> Any:
    names = {column.full_name: column.name for column in reversed(stream.columns)}
    return lambda full_name: names[full_name.lower()]


def entity_list(*, contacts: bool) -> tuple[Entity, ...]:
    """The entities that are read with or without contacts."""
    left_out = () if contacts else ("contact", "relationship")
    return tuple(entity for key, entity in BY_KEY.items() if key not in left_out)
