"""How a connection's records are shaped; fixed before anything is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from psconnect.model.entities import LONGEST, Entity
from psconnect.model.filter_rules import FilterRule
from psconnect.roster.mapping import (
    Requirements,
    RosterMapping,
    Shape,
    compile_mapping,
    prefixed,
    requirements_for,
)
from psconnect.roster.templates import Notices
from psconnect.roster.tidy import tidied


@dataclass(frozen=True)
class ShapingRules:
    """How rows become records.

    Attributes:
        mapping: attributes from fields.
        needed: per entity key, the attributes the destination requires.
        preset_requirements, requirements: ``skip`` or ``report`` per entity key and attribute.
        filters: settled filter rules per entity key (roster.filters).
        longest: the most characters the destination takes in a value.
        limits: entity key -> attribute -> characters, for attributes with a lower limit.
        named_later: keys of entities whose people get a generated user name if they have none.
        prefixes: entity key -> attribute -> prefix put in front of a value that isn't empty.
        admins: whether staff without a class are delivered.
        merge_terms: whether terms with the same title and dates become one.
        unknown: per entity key, attributes that nobody can tell because a field was not read; nothing is required of
            them. Only previews have any.
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
    unknown: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def limited(self, entity: Entity) -> tuple[tuple[int, int], ...]:
        """The places of shaped attributes with their own limit, and that limit."""
        limits = self.limits.get(entity.key, {})
        return tuple((place, limits[name]) for place, name in enumerate(entity.shaped) if name in limits)

    def requirements_of(self, entity: Entity) -> Requirements:
        """The requirements of an entity, except for a user name that is generated later."""
        needed = self.needed.get(entity.key, frozenset())
        wanted = requirements_for(entity, needed, self.preset_requirements, self.requirements)
        named_later = {"username"} if entity.key in self.named_later else set[str]()
        for attribute in named_later | self.unknown.get(entity.key, frozenset()):
            wanted = wanted.without(attribute)
        return wanted

    def shape_of(self, entity: Entity, name_of: Callable[[str], str], notices: Notices) -> Shape:
        """What makes attributes of a row's fields; ``name_of`` gives the row's attribute for a field."""
        mapped = tidied(compile_mapping(self.mapping, entity, name_of, notices), entity, notices)
        return prefixed(mapped, entity, self.prefixes.get(entity.key, {}))
