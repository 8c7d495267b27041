"""Real records as examples of a mapping: a few that would be delivered, with the fields they are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

from psconnect.model.entities import BY_KEY, Entity
from psconnect.model.problems import Fate
from psconnect.model.shown_text import shown
from psconnect.model.text import UNREADABLE
from psconnect.roster.templates import compile_template, parse
from psconnect.sources.base import SourceRow, StagedRow
from psconnect.store.history.titles import number_of, plain_title
from psconnect.store.record import record_by_name
from psconnect.sync.filter_preview import first_school
from psconnect.sync.live.replay import EnoughSeen, Replay


@dataclass(frozen=True)
class SampleRecord:
    """A record that would be delivered. It is personal data, for the screen only.

    Attributes:
        own_id: its id in the source.
        title, number, grade, school: how people know it; empty where it has none.
        fields: what was read of it: ``Table.Field`` -> value. Empty for records that the source makes itself.
        values: what would be delivered: attribute -> value; None if a field was not read.
    """

    own_id: str
    title: str
    number: str
    grade: str
    school: str
    fields: Mapping[str, str] = field(default_factory=dict, repr=False)
    values: Mapping[str, str | None] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Samples:
    """A few records of an entity; ``more`` tells whether there are others."""

    entity: str
    records: tuple[SampleRecord, ...]
    more: bool = False


def samples_of(replay: Replay, entity_key: str, skip: int = 0, most: int = 3) -> Samples:
    """The records from the place ``skip`` on that would be delivered, as far as one record can tell.

    Raises FixSettings if the entity is not delivered or was not kept.
    """
    entity = BY_KEY[entity_key]
    picking = _Picking(skip, most)
    schools = replay.watch(entity, picking.seen, everything=True)
    names, unknown = replay.kept.kept_fields(entity), replay.unknown(entity)
    records = [_sample(entity, row, made, names, unknown, schools) for row, made in picking.found[:most]]
    return Samples(entity_key, tuple(records), len(picking.found) > most)


def values_of(replay: Replay, samples: Samples) -> Samples:
    """The same records with other settings; no row is read again. What the source made itself stays as it was."""
    entity, unknown = BY_KEY[samples.entity], replay.unknown(BY_KEY[samples.entity])
    shape = replay.rules.shape_of(entity, _name, [])

    def again(record: SampleRecord) -> SampleRecord:
        if not record.fields:
            return record
        made = dict(zip(entity.shaped, shape(_row_of(record)), strict=True))
        return replace(record, values=_told(made, unknown))

    return replace(samples, records=tuple(again(record) for record in samples.records))


def try_template(replay: Replay, text: str, samples: Samples) -> tuple[str | None, ...]:
    """What a template gives for each of the records; None where it uses a field that was not read.

    Raises FixSettings for a malformed template, or one that names an unknown field.
    """
    lists = replay.choices.wanted.value_lists
    where = f"mapping.{samples.entity}"
    template = parse(text, where, lists, lambda name, place: replay.choices.kind.resolve(name, samples.entity, place))
    get = compile_template(template, _name, lists)

    def value(record: SampleRecord) -> str | None:
        read = {name.lower() for name in record.fields}
        return get(_row_of(record)) if all(name.lower() in read for name in template.fields) else None

    return tuple(value(record) for record in samples.records)


@dataclass
class _Picking:
    """Picks records that are in; ends the replay once there are enough, and one more."""

    skip: int
    most: int
    found: list[tuple[SourceRow, StagedRow]] = field(default_factory=list)

    def seen(self, rows: Sequence[SourceRow], staged: Sequence[StagedRow]) -> None:
        for row, made in zip(rows, staged, strict=True):
            if made[1] != Fate.IN:
                continue
            if self.skip:
                self.skip -= 1
                continue
            self.found.append((row, made))
            if len(self.found) > self.most:
                raise EnoughSeen


def _sample(
    entity: Entity,
    row: SourceRow,
    made: StagedRow,
    names: Mapping[str, str],
    unknown: frozenset[str],
    schools: Mapping[str, str],
) -> SampleRecord:
    named = record_by_name(entity, made[3] if isinstance(made[3], bytes) else b"[]")
    given = isinstance(row[2], tuple)
    fields = {} if given else {name: _shown(getattr(row[2], place, "")) for name, place in names.items()}
    return SampleRecord(
        row[0],
        shown(plain_title(entity, named)),
        shown(number_of(entity, named)),
        named.get("grade", ""),
        first_school(entity, named, schools),
        fields,
        _told({name: named[name] for name in entity.shaped}, unknown),
    )


def _told(values: Mapping[str, str], unknown: frozenset[str]) -> dict[str, str | None]:
    return {name: None if name in unknown else value for name, value in values.items()}


def _shown(value: str) -> str:
    return "" if UNREADABLE in value else value


class _Blank(SimpleNamespace):
    """A row whose other fields are empty."""

    def __getattr__(self, _name: str) -> str:
        return ""


def _row_of(record: SampleRecord) -> Any:
    return _Blank(**{_name(name): value for name, value in record.fields.items()})


def _name(field_name: str) -> str:
    """An attribute's name for ``Table.Field``: names with dots are paths to Python."""
    return field_name.lower().replace(".", "\N{MIDDLE DOT}")
