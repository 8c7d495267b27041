"""What a connection's settings say of each attribute: what fills it, what is wrong with that, what if it is missing.

Unlike ``compose.choices_of``, this stops at no mistake: settings that are being typed are shown with all their errors.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial

import msgspec

from psconnect.destinations import KINDS
from psconnect.model.connection import Connection
from psconnect.model.entities import ENTITIES, Entity
from psconnect.model.errors import FixSettings
from psconnect.model.sections import Requirement
from psconnect.roster.mapping import check_list_name, parse_custom
from psconnect.roster.templates import FieldPart, Template, parse
from psconnect.sources import source_kind_of
from psconnect.sources.kind import SourceField, SourceKind
from psconnect.sync.compose import layers_of
from psconnect.sync.included import options_of


@dataclass(frozen=True)
class AttributeSetting:
    """One attribute of an entity.

    Attributes:
        text: the template in effect; empty where nothing fills it.
        default: the template if the connection had none of its own.
        own: whether the connection has a template of its own.
        error: what is wrong with the template; None where nothing is.
        fields: the ``Table.Field`` names it uses.
        unlisted: those that the source's catalogue lacks, each with the nearest listed field (empty for none).
        lists: the value lists it uses.
        needed: whether the destination can't take a record without it.
        requirement, default_requirement: what becomes of a record without it, in effect and by default.
    """

    entity: str
    attribute: str
    text: str = ""
    default: str = ""
    own: bool = False
    error: FixSettings | None = None
    fields: tuple[str, ...] = ()
    unlisted: Mapping[str, str] = field(default_factory=dict)
    lists: tuple[str, ...] = ()
    needed: bool = False
    requirement: Requirement = "off"
    default_requirement: Requirement = "off"


@dataclass(frozen=True)
class EntitySettings:
    """What the settings say of one entity.

    Attributes:
        attributes: those that are mapped, in their order.
        included: whether its records are delivered with these choices.
        unknown: attributes that the settings map although it does not have them.
        custom: text of its custom fields; ``custom_error`` what is wrong with it; ``labels`` label -> ``Table.Field``.
        domain, default_domain: attributes that together are unique, in effect and by default; empty for off.
    """

    entity: str
    attributes: tuple[AttributeSetting, ...]
    included: bool = True
    unknown: tuple[str, ...] = ()
    custom: str = ""
    custom_error: FixSettings | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    domain: tuple[str, ...] = ()
    default_domain: tuple[str, ...] = ()

    def of(self, attribute: str) -> AttributeSetting:
        """One attribute; raises KeyError for one that it does not have."""
        found = next((one for one in self.attributes if one.attribute == attribute), None)
        if found is None:
            raise KeyError(attribute)
        return found


@dataclass(frozen=True)
class RosterSettings:
    """What the settings say of all entities, and the value lists in effect and by default."""

    entities: Mapping[str, EntitySettings]
    lists: Mapping[str, Mapping[str, str]]
    default_lists: Mapping[str, Mapping[str, str]]
    list_errors: Mapping[str, FixSettings]


def roster_settings(given: Connection) -> RosterSettings:
    """What the settings of a connection file say, possibly unsaved and with mistakes.

    Raises FixSettings only for an unknown preset or kind of source, and for sections that can't be combined.
    """
    maker = _Maker(given)
    lists = maker.connection.values
    errors = {name: error for name in lists if (error := _refused(partial(check_list_name, name)))}
    entities = {one.key: maker.entity(one) for one in ENTITIES}
    return RosterSettings(entities, lists, maker.default_lists, errors)


def usable(given: Connection) -> Connection:
    """The connection without those templates, custom fields and value lists that can't be used, to look at the rest."""
    found = roster_settings(given)
    mapping = {
        key: {name: text for name, text in texts.items() if key in found.entities and _good(found.entities[key], name)}
        for key, texts in given.mapping.items()
    }
    return msgspec.structs.replace(
        given,
        mapping=mapping,
        custom={key: text for key, text in given.custom.items() if not found.entities[key].custom_error},
        values={name: values for name, values in given.values.items() if name not in found.list_errors},
    )


def mappable_fields(given: Connection, entity: str) -> Sequence[SourceField]:
    """The listed fields that an entity's attributes can be filled from; raises FixSettings for no such source."""
    return source_kind_of(given).fields(entity)


def _good(entity: EntitySettings, name: str) -> bool:
    return name not in entity.unknown and entity.of(name).error is None


def _refused(check: Callable[[], object]) -> FixSettings | None:
    try:
        check()
    except FixSettings as error:
        return error
    return None


class _Maker:
    """Makes what the settings say of one entity after the other."""

    def __init__(self, given: Connection) -> None:
        preset, self.connection = layers_of(given)
        self.given, self.kind = given, source_kind_of(given)
        self.default_lists = preset.values
        self._options = options_of(self.connection)
        self._lists = tuple(self.connection.values)
        self._mapping = preset.mapping if self.kind.mapping is None else self.kind.mapping
        self._requirements = preset.requirements
        self._domains = preset.settings.get("uniqueness", {})
        self._destination = KINDS.get(self.connection.destination_kind)

    def entity(self, entity: Entity) -> EntitySettings:
        key = entity.key
        own = self.given.mapping.get(key, {})
        custom = self.connection.custom.get(key, "")
        labels, custom_error = self._custom(entity, custom)
        return EntitySettings(
            key,
            tuple(self._attribute(entity, name) for name in entity.mapped),
            self._included(key),
            tuple(name for name in own if name not in entity.mapped),
            custom,
            custom_error,
            labels,
            tuple(self.connection.uniqueness.domains().get(key, ())),
            tuple(self._domains.get(key, ())),
        )

    def _included(self, key: str) -> bool:
        off = {
            "contact": self._options.parents == "none",
            "relationship": self._options.parents == "none",
            "admin": not self._options.admins,
        }
        taken = self._destination is None or key in self._destination.entities
        return taken and not off.get(key, False)

    def _attribute(self, entity: Entity, name: str) -> AttributeSetting:
        key = entity.key
        default = self._mapping.get(key, {}).get(name, "")
        own = self.given.mapping.get(key, {}).get(name)
        text = default if own is None else own
        template, error = _parsed(self.kind, key, text, self._lists)  # type: ignore[arg-type] # by identity
        doubts = ((one, self.kind.unlisted(one, key)) for one in dict.fromkeys(template.fields))
        needed = bool(self._destination and name in self._destination.needed.get(key, ()))
        by_default: Requirement = "skip" if needed else self._requirements.get(key, {}).get(name, "off")  # type: ignore[assignment] # checked by parse_preset
        return AttributeSetting(
            key,
            name,
            text,
            default,
            own=own is not None,
            error=error,
            fields=tuple(dict.fromkeys(template.fields)),
            unlisted={one: nearest for one, nearest in doubts if nearest is not None},
            lists=tuple(dict.fromkeys(_lists_in(template, self._lists))),
            needed=needed,
            requirement="skip" if needed else self.given.requirements.get(key, {}).get(name, by_default),
            default_requirement=by_default,
        )

    def _custom(self, entity: Entity, text: str) -> tuple[dict[str, str], FixSettings | None]:
        if not text:
            return {}, None

        def resolve(name: str, where: str) -> str:
            return self.kind.resolve(name, entity.key, where)

        try:
            templates = parse_custom(text, entity, f"custom.{entity.key}", resolve)
        except FixSettings as error:
            return {}, error
        return {label: template.fields[0] for label, template in templates.items()}, None


@lru_cache(maxsize=2048)
def _parsed(kind: SourceKind, entity: str, text: str, lists: tuple[str, ...]) -> tuple[Template, FixSettings | None]:
    """The template, or an empty one and what is wrong; kept, because each key that is typed asks for all of them."""

    def resolve(name: str, where: str) -> str:
        return kind.resolve(name, entity, where)

    try:
        return parse(text, f"mapping.{entity}", {name: {} for name in lists}, resolve), None
    except FixSettings as error:
        return Template(()), error


def _lists_in(template: Template, lists: tuple[str, ...]) -> list[str]:
    parts = [part for part in template.parts if isinstance(part, FieldPart)]
    return [one.name for part in parts for one in part.filters if one.name in lists]
