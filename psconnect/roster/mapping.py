"""Mapping: from a source row to an entity's mapped attributes, compiled once a run; and requirements on them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from psconnect.model.connection import nearest
from psconnect.model.entities import BY_KEY, Entity
from psconnect.model.errors import FixSettings
from psconnect.roster.templates import Template, ValueList, compile_template, looks_empty, one_field, parse

Shape = Callable[[Any], tuple[str, ...]]


@dataclass(frozen=True)
class RosterMapping:
    """All attributes' templates: entity key -> attribute -> template; and the value lists they use."""

    templates: dict[str, dict[str, Template]]
    value_lists: Mapping[str, ValueList]

    def fields(self) -> dict[str, list[str]]:
        """The ``Table.Field`` names used, per entity key."""
        return {
            entity: [name for template in attributes.values() for name in template.fields]
            for entity, attributes in self.templates.items()
        }


def parse_mapping(
    preset: Mapping[str, Mapping[str, str]],
    changed: Mapping[str, Mapping[str, str]],
    value_lists: Mapping[str, ValueList],
) -> RosterMapping:
    """The preset's mapping with a connection's differences; raises FixSettings for what is unknown or malformed."""
    templates: dict[str, dict[str, Template]] = {}
    for key, entity in BY_KEY.items():
        # Always in the same order: the columns that are added for them are part of a query's name.
        texts = {**preset.get(key, {}), **changed.get(key, {})}
        for attribute in texts:
            _check_attribute(entity, attribute)
        templates[key] = {
            attribute: parse(text, f"mapping.{key}.{attribute}", value_lists) for attribute, text in texts.items()
        }
    return RosterMapping(templates, value_lists)


def _check_attribute(entity: Entity, attribute: str) -> None:
    if attribute not in entity.mapped:
        raise FixSettings(
            "PSC-MAPPING-ATTRIBUTE",
            "An unknown attribute is mapped",
            f"{entity.label} have no attribute “{attribute}” that can be mapped.",
            nearest(attribute, list(entity.mapped)),
            where=f"mapping.{entity.key}.{attribute}",
        )


def compile_mapping(mapping: RosterMapping, entity: Entity, name_of: Callable[[str], str]) -> Shape:
    """A function from a source row to the entity's mapped attributes, in the order of ``entity.mapped``.

    Attributes that are a plain field are fetched all at once; only the others cost a call each.
    """
    templates = mapping.templates.get(entity.key, {})
    some_field = next((name for template in templates.values() for name in template.fields), "")
    if not some_field:
        fixed = tuple(
            compile_template(templates[a], name_of, {})(None) if a in templates else "" for a in entity.mapped
        )
        return lambda _row: fixed
    names: list[str] = []
    changed: list[tuple[int, Callable[[str], str]]] = []
    computed: list[tuple[int, Callable[[Any], str]]] = []
    for index, attribute in enumerate(entity.mapped):
        template = templates.get(attribute, Template(()))
        only = one_field(template, mapping.value_lists)
        names.append(name_of(only.field if only else some_field))
        if only is None:
            computed.append((index, compile_template(template, name_of, mapping.value_lists)))
        elif only.change:
            changed.append((index, only.change))
    return _compiled(names, changed, computed)


def _compiled(
    names: list[str], changed: list[tuple[int, Callable[[str], str]]], computed: list[tuple[int, Callable[[Any], str]]]
) -> Shape:
    width = len(names)
    fetch: Callable[[Any], tuple[str, ...]] = attrgetter(*names, names[0])
    if not computed and not changed:
        return attrgetter(*names) if width > 1 else lambda row: fetch(row)[:1]

    def shape(row: Any) -> tuple[str, ...]:
        values = list(fetch(row))
        values.pop()
        for index, change in changed:
            values[index] = change(values[index])
        for index, getter in computed:
            values[index] = getter(row)
        return tuple(values)

    return shape


@dataclass(frozen=True)
class Requirements:
    """What must be there: positions among an entity's mapped attributes, with the attribute's name."""

    skip: tuple[tuple[int, str], ...]
    report: tuple[tuple[int, str], ...]

    def missing(self, values: tuple[str, ...]) -> tuple[str, Sequence[str]]:
        """The first missing attribute that leaves the record out (or an empty text), and those only reported."""
        for index, name in self.skip:
            if looks_empty(values[index]):
                return name, ()
        return "", [name for index, name in self.report if looks_empty(values[index])]


def requirements_for(
    entity: Entity,
    needed: frozenset[str],
    preset: Mapping[str, Mapping[str, str]],
    changed: Mapping[str, Mapping[str, str]],
) -> Requirements:
    """Requirements of one entity: what the destination needs always skips; the rest as preset and connection say."""
    wishes = {**preset.get(entity.key, {}), **changed.get(entity.key, {})}
    for attribute in wishes:
        _check_attribute(entity, attribute)
    wishes |= dict.fromkeys(needed & set(entity.mapped), "skip")
    positions = {attribute: index for index, attribute in enumerate(entity.mapped)}
    return Requirements(
        tuple((positions[a], a) for a in entity.mapped if wishes.get(a) == "skip"),
        tuple((positions[a], a) for a in entity.mapped if wishes.get(a) == "report"),
    )
