"""Preview of a connection's filter rules: who passes and who is left out. Nothing is stored."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from psconnect.model.bad_setting import hint_at
from psconnect.model.clock import CancelToken
from psconnect.model.entities import BY_KEY, SCHOOL, Entity
from psconnect.model.errors import FixSettings
from psconnect.model.events import OnEvent, ignore
from psconnect.model.filter_rules import FILTERED
from psconnect.model.id_attributes import SEPARATOR, school_place
from psconnect.model.problems import FILTER, Fate, Problem
from psconnect.sources.base import StagedRow
from psconnect.store.history.titles import number_of, plain_title
from psconnect.store.record import record_by_name
from psconnect.sync.shaping import ShapedSource

_REACHED = ("missing-required", "too-long", "unreadable")
"""Rules that apply only after the filters, or because a filter could not read a field."""


@dataclass(frozen=True)
class Caught:
    """A record that a filter rule leaves out. Its title and number are personal data, for the screen only.

    ``rule`` is the place of that rule among those of the entity, from 1 on; 0 if nobody asked.
    """

    key: int
    title: str
    number: str
    school: str
    filter: str
    sourced_id: str = ""
    rule: int = 0


@dataclass(frozen=True)
class FilterPreview:
    """What the filter rules of one entity do: ``passing`` of ``total`` records pass; ``caught`` has the first others.

    Only records that reach the filters count, not those left out before (inactive students, schools not chosen).
    """

    entity: str
    total: int
    passing: int
    caught: tuple[Caught, ...]


def preview_filters(
    source: ShapedSource,
    entity_key: str,
    cancel: CancelToken,
    *,
    on_event: OnEvent = ignore,
    most: int = 200,
) -> FilterPreview:
    """Read the entity and apply its filter rules; ``caught`` has at most ``most`` records.

    The settings need no destination. Raises FixSettings if the entity can't have filter rules or is not read, and the
    source's errors.
    """
    if entity_key not in FILTERED:
        raise _no_filters(entity_key)
    entity = BY_KEY[entity_key]
    if entity not in source.entities():
        raise FixSettings("PSC-FILTER-NOT-READ", where="options.parents", entity=entity.key)
    sink = _Looking(entity, most)
    source.read(sink, on_event, cancel, only=frozenset({entity_key}))
    return sink.preview()


def _no_filters(entity: str) -> FixSettings:
    return FixSettings(
        "PSC-FILTER-ENTITY", where=f"filters.{entity}", entity=entity, hint=hint_at(entity, list(FILTERED))
    )


@dataclass
class _Looking:
    """Keeps the rows of one entity and the schools' names, ignores the rest (see sync.shaping.StageSink)."""

    entity: Entity
    most: int
    counted: dict[int, bool] = field(default_factory=dict)
    rows_caught: dict[int, tuple[str, bytes]] = field(default_factory=dict)
    schools: dict[str, str] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def rows(self, entity: Entity, rows: Sequence[StagedRow]) -> None:
        """Take shaped records."""
        with self.lock:
            if entity is SCHOOL:
                for row in rows:
                    named = _named(SCHOOL, row[3])
                    self.schools[named["sourcedId"]] = named["name"]
            if entity is self.entity:
                for row in rows:
                    self._take(row)

    def _take(self, row: StagedRow) -> None:
        key, rule, record = int(row[0] or 0), str(row[2] or ""), row[3]
        caught = rule.startswith(FILTER)
        if caught or row[1] == Fate.IN or rule in _REACHED:
            self.counted[key] = not caught
        if caught and isinstance(record, bytes):
            self.rows_caught[key] = (rule.removeprefix(FILTER), record)
            if len(self.rows_caught) > self.most:
                del self.rows_caught[max(self.rows_caught)]

    def clear(self, entity: Entity, *, negative: bool | None = None) -> None:
        """Forget the entity's rows because it is read again. ``negative`` matters only for enrollments."""
        if entity is self.entity and negative is None:
            with self.lock:
                self.counted.clear()
                self.rows_caught.clear()

    def problem(self, problem: Problem) -> None:
        """Findings are the run's to report."""

    def preview(self) -> FilterPreview:
        """The result."""
        caught = [self._caught(key, *found) for key, found in sorted(self.rows_caught.items())]
        return FilterPreview(self.entity.key, len(self.counted), sum(self.counted.values()), tuple(caught))

    def _caught(self, key: int, name: str, record: bytes) -> Caught:
        return caught_record(self.entity, key, record, name, self.schools)


def caught_record(
    entity: Entity, key: int, record: object, name: str, schools: Mapping[str, str], rule: int = 0
) -> Caught:
    """A record that the filter rule with that name leaves out; ``schools`` are names by delivered id."""
    named = _named(entity, record)
    title, number = plain_title(entity, named), number_of(entity, named)
    return Caught(key, title, number, first_school(entity, named, schools), name, named["sourcedId"], rule)


def first_school(entity: Entity, named: Mapping[str, str], schools: Mapping[str, str]) -> str:
    """The name of a record's (first) school, by its attributes; empty for none."""
    place = school_place(entity)
    first = "" if place is None else named[entity.attributes[place]].split(SEPARATOR)[0]
    return schools.get(first, "")


def _named(entity: Entity, record: object) -> Mapping[str, str]:
    return record_by_name(entity, record if isinstance(record, bytes) else b"[]")
