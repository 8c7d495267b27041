"""Values of one entity's records: which are missing, which repeat, and what a field holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from psconnect.model.entities import BY_KEY, Entity
from psconnect.model.errors import FixSettings
from psconnect.model.problems import Fate
from psconnect.model.shown_text import shown
from psconnect.model.text import folded
from psconnect.roster.text_filters import looks_empty
from psconnect.sources.base import SourceRow, StagedRow
from psconnect.store.history.titles import plain_title
from psconnect.store.record import record_by_name
from psconnect.sync.live.replay import Replay

_EXAMPLES = 3
_MISSING = "missing-required"


@dataclass(frozen=True)
class MissingCount:
    """How many records have no value of an attribute; None if that was not read. ``examples`` are titles of some."""

    count: int | None
    examples: tuple[str, ...] = ()


@dataclass(frozen=True)
class RepeatCount:
    """How many records share all values of a domain with another one, in how many groups.

    ``examples`` are values as people read them, with the number of records that have them.
    """

    groups: int
    records: int
    examples: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class ValueCount:
    """A value of a field, and how many records have it."""

    value: str
    records: int


def missing_values(replay: Replay, entity_key: str) -> Mapping[str, MissingCount]:
    """Per attribute, the records that pass the filters and have no value.

    User names that are generated later are not missing. Raises FixSettings if the entity was not kept.
    """
    entity, unknown = BY_KEY[entity_key], replay.unknown(BY_KEY[entity_key])
    told = [name for name in entity.mapped if name not in unknown and name not in _named_later(replay, entity)]
    counts, examples = Counter[str](), dict[str, list[str]]()

    def seen(rows: Sequence[SourceRow], staged: Sequence[StagedRow]) -> None:
        for row, made in zip(rows, staged, strict=True):
            if row[1] is None and (made[1] == Fate.IN or made[2] == _MISSING):
                named = _named(entity, made)
                for name in told:
                    if looks_empty(named[name]):
                        counts[name] += 1
                        if len(some := examples.setdefault(name, [])) < _EXAMPLES:
                            some.append(shown(plain_title(entity, named)))

    replay.watch(entity, seen)
    found = {name: MissingCount(counts[name], tuple(examples.get(name, ()))) for name in told}
    return {**found, **{name: MissingCount(None) for name in unknown & set(entity.mapped)}}


def _named_later(replay: Replay, entity: Entity) -> set[str]:
    return {"username"} if entity.key in replay.choices.naming.usernames else set()


def repeated_values(replay: Replay, entity_key: str, attributes: Sequence[str]) -> RepeatCount:
    """The records that have the same values of all these attributes, compared as a run compares them.

    Records that lack one of the values are not compared. Raises FixSettings (PSC-LIVE-NOT-READ) if an attribute needs a
    field that was not read.
    """
    entity = BY_KEY[entity_key]
    if not attributes:
        return RepeatCount(0, 0)
    if replay.unknown(entity) & set(attributes):
        raise FixSettings("PSC-LIVE-NOT-READ/stream", where=f"uniqueness.{entity_key}", label=entity.label)
    counts, said = Counter[tuple[str, ...]](), dict[tuple[str, ...], str]()

    def seen(_rows: Sequence[SourceRow], staged: Sequence[StagedRow]) -> None:
        for made in staged:
            if made[1] == Fate.IN:
                named = _named(entity, made)
                values = tuple(folded(named[name]) for name in attributes)
                if all(values):
                    counts[values] += 1
                    said.setdefault(values, shown(" · ".join(named[name] for name in attributes)))

    replay.watch(entity, seen)
    several = [(values, count) for values, count in counts.most_common() if count > 1]
    examples = tuple((said[values], count) for values, count in several[:_EXAMPLES])
    return RepeatCount(len(several), sum(count for _values, count in several), examples)


def values_in(replay: Replay, entity_key: str, attribute: str) -> frozenset[str]:
    """All values of an attribute, as a run compares them; none of one that was not read or is made later.

    Raises FixSettings (PSC-LIVE-NOT-READ) if the entity was not kept.
    """
    entity = BY_KEY[entity_key]
    if attribute in replay.unknown(entity) | _named_later(replay, entity):
        return frozenset()
    found = set[str]()

    def seen(_rows: Sequence[SourceRow], staged: Sequence[StagedRow]) -> None:
        found.update(folded(_named(entity, made)[attribute]) for made in staged if made[1] == Fate.IN)

    replay.watch(entity, seen)
    return frozenset(found - {""})


def distinct_values(replay: Replay, entity_key: str, field_name: str) -> tuple[ValueCount, ...]:
    """What a field holds in the records that no rule of the source leaves out, the most frequent value first.

    Raises FixSettings for an unknown field, and (PSC-LIVE-NOT-READ) for one that was not kept.
    """
    entity = BY_KEY[entity_key]
    name = replay.choices.kind.resolve(field_name, entity_key, f"mapping.{entity_key}")
    places = {kept.lower(): place for kept, place in replay.kept.kept_fields(entity).items()}
    if name.lower() not in places:
        raise FixSettings("PSC-LIVE-NOT-READ/field", where=f"mapping.{entity_key}", name=name)
    place, counts = places[name.lower()], Counter[str]()

    def seen(rows: Sequence[SourceRow], _staged: Sequence[StagedRow]) -> None:
        counts.update(
            getattr(row[2], place).strip() for row in rows if row[1] is None and not isinstance(row[2], tuple)
        )

    replay.watch(entity, seen, everything=True)
    ordered = sorted(counts.items(), key=lambda one: (-one[1], one[0].casefold(), one[0]))
    return tuple(ValueCount(value, count) for value, count in ordered)


def _named(entity: Entity, made: StagedRow) -> Mapping[str, str]:
    return record_by_name(entity, made[3] if isinstance(made[3], bytes) else b"[]")
