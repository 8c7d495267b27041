"""What decides how a connection's records are shaped, fixed before anything is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from psconnect.model.entities import LONGEST, Entity
from psconnect.model.filter_rules import FilterRule
from psconnect.roster.mapping import Requirements, RosterMapping, requirements_for


@dataclass(frozen=True)
class ShapingRules:
    """How rows become records.

    Attributes:
        mapping: attributes from fields.
        needed: per entity key, the attributes the destination can't do without.
        preset_requirements, requirements: ``skip`` or ``report`` per entity key and attribute.
        filters: settled filter rules per entity key (roster.filters).
        longest: characters that the destination takes in a value.
        limits: entity key -> attribute -> characters, where it takes fewer.
        named_later: entity keys whose people are given a user name where they have none.
        prefixes: what stands in front of an attribute's value where it has one: entity key -> attribute -> prefix.
        admins: whether staff without a class is delivered.
        merge_terms: whether terms with the same title and dates become one.
    """

    mapping: RosterMapping
    needed: Mapping[str, frozenset[str]] = field(default_factory=dict)
    preset_requirements: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    requirements: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    filters: Mapping[str, Sequence[FilterRule]] = field(default_factory=dict)
    longest: int = LONGEST
    limits: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    named_later: frozenset[str] = frozenset()
    prefixes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    admins: bool = True
    merge_terms: bool = False

    def limited(self, entity: Entity) -> tuple[tuple[int, int], ...]:
        """The places among the shaped attributes that have a limit of their own, and the characters they take."""
        limits = self.limits.get(entity.key, {})
        return tuple((place, limits[name]) for place, name in enumerate(entity.shaped) if name in limits)

    def requirements_of(self, entity: Entity) -> Requirements:
        """The requirements of an entity, except for a user name that is given later to those who have none."""
        needed = self.needed.get(entity.key, frozenset())
        wanted = requirements_for(entity, needed, self.preset_requirements, self.requirements)
        return wanted.without("username") if entity.key in self.named_later else wanted
