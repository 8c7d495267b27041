"""Mapping: from a source row to an entity's mapped attributes, compiled once per run, and the requirements on them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

import msgspec

from psconnect.model.bad_setting import hint_at
from psconnect.model.entities import BY_KEY, ENTITIES, EXTRA, Entity
from psconnect.model.errors import FixSettings
from psconnect.roster.templates import (
    FieldPart,
    Notices,
    Resolve,
    Template,
    ValueList,
    alternatives,
    as_written,
    compile_template,
    one_field,
    parse,
    template_text,
)
from psconnect.roster.text_filters import NAMES, looks_empty
from psconnect.roster.value_lists import unlisted

Shape = Callable[[Any], tuple[str, ...]]
STAFF = ("teacher", "admin")
"""Both kinds of staff. The origin of their usernames is remembered, because people can change kind."""


@dataclass(frozen=True)
class RosterMapping:
    """All attributes' templates: entity key -> attribute -> template; and the value lists they use.

    ``custom`` are a connection's own fields: entity key -> label -> template. ``logins`` are the templates that can
    give staff their username: ``teacher`` and ``admin`` -> text -> template, the preferred one first.
    """

    templates: dict[str, dict[str, Template]]
    value_lists: Mapping[str, ValueList]
    custom: Mapping[str, Mapping[str, Template]] = field(default_factory=dict)
    logins: Mapping[str, Mapping[str, Template]] = field(default_factory=dict)

    def fields(self) -> dict[str, list[str]]:
        """The ``Table.Field`` names used, per entity key."""
        return {
            entity: [
                name
                for template in (
                    *attributes.values(),
                    *self.custom.get(entity, {}).values(),
                    *self.logins.get(entity, {}).values(),
                )
                for name in template.fields
            ]
            for entity, attributes in self.templates.items()
        }


def parse_mapping(
    preset: Mapping[str, Mapping[str, str]],
    changed: Mapping[str, Mapping[str, str]],
    value_lists: Mapping[str, ValueList],
    resolve: Callable[[str, str, str], str] = lambda name, _entity, where: as_written(name, where),
    custom: Mapping[str, str] | None = None,
) -> RosterMapping:
    """The preset's mapping with the connection's changes; raises FixSettings for anything unknown or malformed.

    ``resolve`` finds a field (see roster.filters). ``custom`` gives further fields per entity key, as
    ``Field Name|label, Table.Field|label``.
    """
    for name in value_lists:
        check_list_name(name)
    templates: dict[str, dict[str, Template]] = {}
    for entity in ENTITIES:
        key = entity.key
        # Always in the same order: a query's name depends on the columns that are added for them.
        texts = {**preset.get(key, {}), **changed.get(key, {})}
        for attribute in texts:
            _check_attribute(entity, attribute)
        find = _finder(resolve, key)
        templates[key] = {
            attribute: parse(text, f"mapping.{key}.{attribute}", value_lists, find) for attribute, text in texts.items()
        }
    chosen = {
        key: parse_custom(text, BY_KEY[key], f"custom.{key}", _finder(resolve, key))
        for key, text in (custom or {}).items()
    }
    logins = {
        key: {template_text(one): one for one in alternatives(templates[key]["username"])}
        for key in STAFF
        if "username" in templates[key]
    }
    return RosterMapping(templates, value_lists, chosen, logins)


_LIST_NAME = re.compile(r"[^\s|:{}](?:[^|:{}]*[^\s|:{}])?")


def check_list_name(name: str) -> None:
    """Refuse a value list that no template could use, because its name is a filter's or not a valid name."""
    if name in NAMES:
        raise FixSettings("PSC-SETTINGS-INVALID/filter-cant-value", where=f"values.{name}", name=name)
    if not _LIST_NAME.fullmatch(name):
        raise FixSettings("PSC-SETTINGS-INVALID/value-list-name", where=f"values.{name}", name=name)


_LABEL = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}")


def parse_custom(text: str, entity: Entity, where: str, resolve: Resolve) -> dict[str, Template]:
    """Custom fields from text like ``Students.Gender|gender, U_STUDENTS_EXTENSION.note|note``: label -> template.

    Without a label, the field's own name is the label. Raises FixSettings for unknown, malformed and duplicate fields.
    """
    if not entity.extensible:
        raise FixSettings("PSC-SETTINGS-INVALID/cant-custom-fields", where=where, entity=entity.key)
    found: dict[str, Template] = {}
    for written in filter(None, (piece.strip() for piece in text.split(","))):
        name, _, label = (piece.strip() for piece in written.partition("|"))
        full_name = resolve(name, where)
        label = label or full_name.partition(".")[2]
        if not _LABEL.fullmatch(label):
            raise FixSettings("PSC-SETTINGS-INVALID/custom-label", where=where, label=label)
        if label.lower() in (one.lower() for one in found):
            raise FixSettings("PSC-SETTINGS-INVALID/label-stands-twice", where=where, label=label)
        found[label] = Template((FieldPart(full_name, ()),))
    return found


def with_fields(text: str, asked: str) -> str:
    """Custom fields as text, with the asked ones in front; those whose label ``text`` has itself are left out."""
    own = {_written_label(piece) for piece in text.split(",")}
    missing = [piece.strip() for piece in asked.split(",") if _written_label(piece) not in own]
    return ", ".join([*missing, *([text] if text.strip() else [])])


def _written_label(piece: str) -> str:
    name, _, label = (part.strip() for part in piece.partition("|"))
    return (label or name.rpartition(".")[2]).lower()


def _finder(resolve: Callable[[str, str, str], str], entity: str) -> Resolve:
    return lambda name, where: resolve(name, entity, where)


def _check_attribute(entity: Entity, attribute: str) -> None:
    if attribute not in entity.mapped:
        raise FixSettings(
            "PSC-MAPPING-ATTRIBUTE",
            where=f"mapping.{entity.key}.{attribute}",
            entity=entity.key,
            attribute=attribute,
            hint=hint_at(attribute, list(entity.mapped)),
        )


def compile_mapping(
    mapping: RosterMapping, entity: Entity, name_of: Callable[[str], str], notices: Notices | None = None
) -> Shape:
    """A function from a source row to the attributes that a mapping fills, in the order of ``entity.shaped``.

    Notices about the row are added to ``notices``; the caller empties that list before each row. Attributes that are a
    plain field are fetched all at once; only the others cost a call each.
    """
    templates = mapping.templates.get(entity.key, {})
    custom = mapping.custom.get(entity.key, {})
    some_field = next((name for one in (*templates.values(), *custom.values()) for name in one.fields), "")
    if not some_field:
        fixed = tuple(
            compile_template(templates[a], name_of, {})(None) if a in templates else "" for a in entity.shaped
        )
        return lambda _row: fixed
    names: list[str] = []
    changed: list[tuple[int, Callable[[str], str]]] = []
    computed: list[tuple[int, Callable[[Any], str]]] = []
    for index, attribute in enumerate(entity.shaped):
        if attribute == EXTRA and custom:
            names.append(name_of(some_field))
            computed.append((index, _extra(custom, name_of)))
            continue
        template = templates.get(attribute, Template(()))
        noticed = None if notices is None else unlisted(attribute, notices)
        only = one_field(template, mapping.value_lists, noticed)
        names.append(name_of(only.field if only else some_field))
        if only is None:
            computed.append((index, compile_template(template, name_of, mapping.value_lists, noticed)))
        elif only.change:
            changed.append((index, only.change))
    return _compiled(names, changed, computed)


def prefixed(shape: Shape, entity: Entity, prefixes: Mapping[str, str]) -> Shape:
    """The shape with a prefix in front of the non-empty values of those attributes."""
    places = [(entity.shaped.index(attribute), prefix) for attribute, prefix in prefixes.items() if prefix]
    if not places:
        return shape

    def with_prefixes(row: Any) -> tuple[str, ...]:
        values = list(shape(row))
        for place, prefix in places:
            if not looks_empty(values[place]):
                values[place] = prefix + values[place]
        return tuple(values)

    return with_prefixes


def _extra(custom: Mapping[str, Template], name_of: Callable[[str], str]) -> Callable[[Any], str]:
    """A function from a source row to its custom fields as a JSON object, without the empty ones."""
    getters = {label: compile_template(template, name_of, {}) for label, template in custom.items()}

    def value(row: Any) -> str:
        filled = {label: text for label, getter in getters.items() if (text := getter(row))}
        return msgspec.json.encode(filled).decode() if filled else ""

    return value


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
    """Required attributes: their positions among an entity's mapped attributes, and their names."""

    skip: tuple[tuple[int, str], ...]
    report: tuple[tuple[int, str], ...]

    def without(self, attribute: str) -> Requirements:
        """The same, with nothing required of one attribute."""
        return Requirements(
            tuple(one for one in self.skip if one[1] != attribute),
            tuple(one for one in self.report if one[1] != attribute),
        )

    def missing(self, values: tuple[str, ...]) -> tuple[str, Sequence[str]]:
        """The first missing attribute that leaves the record out (or an empty text), and those only reported."""
        for index, name in self.skip:
            if looks_empty(values[index]):
                return name, ()
        if not self.report:
            return "", ()
        return "", [name for index, name in self.report if looks_empty(values[index])]


def requirements_for(
    entity: Entity,
    needed: frozenset[str],
    preset: Mapping[str, Mapping[str, str]],
    changed: Mapping[str, Mapping[str, str]],
) -> Requirements:
    """The requirements of one entity.

    A record without an attribute that the destination needs is always left out. For the rest, the connection's settings
    win over the preset's.
    """
    wishes = {**preset.get(entity.key, {}), **changed.get(entity.key, {})}
    for attribute in wishes:
        _check_attribute(entity, attribute)
    wishes |= dict.fromkeys(needed & set(entity.mapped), "skip")
    positions = {attribute: index for index, attribute in enumerate(entity.mapped)}
    return Requirements(
        tuple((positions[a], a) for a in entity.mapped if wishes.get(a) == "skip"),
        tuple((positions[a], a) for a in entity.mapped if wishes.get(a) == "report"),
    )
