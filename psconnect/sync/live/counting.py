"""Counts of one entity: read, left out by each rule, passing; and what each filter rule and condition leaves out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import msgspec

from psconnect.model.entities import BY_KEY, Entity
from psconnect.model.errors import FixSettings
from psconnect.model.filter_rules import FILTERED, FilterPart, FilterRule
from psconnect.model.problems import FILTER, Fate, base_rule
from psconnect.roster.filters import Filter, compile_filters
from psconnect.sources.base import SourceRow, StagedRow
from psconnect.store.record import decode_record
from psconnect.sync.filter_preview import Caught, caught_record
from psconnect.sync.live.replay import Replay


@dataclass(frozen=True)
class EntityCounts:
    """What becomes of an entity's records: ``read`` less ``left_out`` are ``passing``.

    References between records, uniqueness and the like are not judged: that takes all entities (live_delivery).

    Attributes:
        left_out: rule (model.problems) -> records.
        unread: fields that the settings use and that were not read; rules about them are set aside.
    """

    entity: str
    read: int
    left_out: Mapping[str, int]
    passing: int
    unread: tuple[str, ...] = ()


@dataclass(frozen=True)
class RuleLoss:
    """What a filter rule leaves out.

    Attributes:
        name: the rule for people.
        loss: records that it leaves out of those that the rules before it let through; None if it looks at a field that
            was not read.
        parts: of a group, what each part by itself leaves out of these, in their order; None as above.
    """

    name: str
    loss: int | None
    parts: tuple[int | None, ...] = ()


@dataclass(frozen=True)
class FilterCounts:
    """What the filter rules of one entity do: ``passing`` of ``total`` records that reach them pass.

    Rules that look at ``unread`` fields are set aside; ``caught`` has the first records that are left out.
    """

    entity: str
    total: int
    passing: int
    rules: tuple[RuleLoss, ...]
    caught: tuple[Caught, ...]
    unread: tuple[str, ...] = ()


def entity_counts(replay: Replay, entity_key: str) -> EntityCounts:
    """Count an entity's records; raises FixSettings if it is not delivered or was not kept."""
    entity, read, left_out = BY_KEY[entity_key], 0, Counter[str]()

    def seen(_rows: Sequence[SourceRow], staged: Sequence[StagedRow]) -> None:
        nonlocal read
        read += len(staged)
        left_out.update(base_rule(str(row[2])) for row in staged if row[1] != Fate.IN)

    replay.watch(entity, seen)
    return EntityCounts(entity_key, read, dict(left_out), read - left_out.total(), replay.unread(entity))


def filter_counts(replay: Replay, entity_key: str, most: int = 200) -> FilterCounts:
    """Count what the entity's filter rules do; ``caught`` has at most ``most`` records.

    Raises FixSettings if the entity has no filter rules, is not delivered, or was not kept.
    """
    if entity_key not in FILTERED:
        raise FixSettings("PSC-FILTER-ENTITY", where=f"filters.{entity_key}", entity=entity_key)
    entity = BY_KEY[entity_key]
    every = replay.choices.selection.filters.get(entity_key, [])
    looking = _Looking(entity, _numbered(replay, entity), _Parts(replay, entity, every), most)
    rules = replace(replay.rules, filters={**replay.rules.filters, entity_key: looking.rules})
    schools = replay.watch(entity, looking.seen, rules=rules)
    losses = [
        RuleLoss(rule.name, looking.loss[place] if replay.can_tell(entity, rule) else None, looking.parts.of(place))
        for place, rule in enumerate(every)
    ]
    caught = [
        caught_record(entity, key, record, every[place].name, schools, place + 1)
        for key, (place, record) in sorted(looking.caught.items())
    ]
    passing = looking.total - looking.loss.total()
    return FilterCounts(entity_key, looking.total, passing, tuple(losses), tuple(caught), replay.unread(entity))


def _numbered(replay: Replay, entity: Entity) -> list[FilterRule]:
    """The entity's rules that can be told, named by their place: two rules may have one name."""
    every = replay.choices.selection.filters.get(entity.key, [])
    return [
        msgspec.structs.replace(rule, name=str(place))
        for place, rule in enumerate(every)
        if replay.can_tell(entity, rule)
    ]


class _Parts:
    """Tells which parts of a group leave a record out."""

    def __init__(self, replay: Replay, entity: Entity, rules: Sequence[FilterRule]) -> None:
        source = replay.kept.source()

        def compiled(part: FilterPart, rule: FilterRule) -> Filter | None:
            if not replay.can_tell(entity, part):
                return None
            alone = FilterRule(**{name: getattr(part, name) for name in FilterPart.__struct_fields__}, name="part")
            alone = msgspec.structs.replace(alone, action=rule.action)
            return compile_filters([alone], entity, lambda name: source.attribute_of(entity, name), source.today)

        self._tests = [[compiled(part, rule) for part in rule.parts] for rule in rules]
        self._told = [replay.can_tell(entity, rule) for rule in rules]
        self._counts = [[0] * len(rule.parts) for rule in rules]

    def count(self, place: int, row: SourceRow, values: tuple[str, ...]) -> None:
        """Count a record that the rule at that place leaves out."""
        counts = self._counts[place]
        for number, test in enumerate(self._tests[place]):
            if test and test.left_out_by(row[2], values):
                counts[number] += 1

    def of(self, place: int) -> tuple[int | None, ...]:
        """The counts of a rule's parts; None for one that looks at a field that was not read."""
        told = self._told[place]
        return tuple(
            count if test and told else None
            for test, count in zip(self._tests[place], self._counts[place], strict=True)
        )


class _Looking:
    """Counts records that reach the filters, and keeps the first ones that are left out."""

    def __init__(self, entity: Entity, rules: list[FilterRule], parts: _Parts, most: int) -> None:
        self.rules, self.parts = rules, parts
        self.total, self.loss = 0, Counter[int]()
        self.caught: dict[int, tuple[int, object]] = {}
        self._most, self._values_from = most, 1 + len(entity.structural)

    def seen(self, rows: Sequence[SourceRow], staged: Sequence[StagedRow]) -> None:
        """Take a page."""
        for row, made in zip(rows, staged, strict=True):
            if row[1] is not None:
                continue
            self.total += 1
            rule = str(made[2] or "")
            if rule.startswith(FILTER):
                self._left_out(row, made, int(rule.removeprefix(FILTER)))

    def _left_out(self, row: SourceRow, made: StagedRow, place: int) -> None:
        self.loss[place] += 1
        record = made[3]
        if self.rules and isinstance(record, bytes):
            self.parts.count(place, row, tuple(decode_record(record)[self._values_from :]))
        self.caught[int(made[0] or 0)] = place, record
        if len(self.caught) > self._most:
            del self.caught[max(self.caught)]
