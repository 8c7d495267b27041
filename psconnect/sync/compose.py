"""Builds a connection's parts from its preset and settings: mapping, source, destination, fingerprints."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from psconnect import __version__, resources
from psconnect.destinations import find_kind
from psconnect.model.bad_setting import hint_at
from psconnect.model.connection import Connection
from psconnect.model.entities import LONGEST
from psconnect.model.errors import FixSettings
from psconnect.model.ids import Ids
from psconnect.model.sections import OptionSettings
from psconnect.model.setting_parts import part_of, setting_parts
from psconnect.model.staff_usernames import StaffNames
from psconnect.roster.mapping import RosterMapping, parse_mapping, with_fields
from psconnect.roster.presets import Preset, parse_preset
from psconnect.roster.sign_in import NO_SIGN_IN_TYPES
from psconnect.sources import source_kind_of
from psconnect.sources.kind import OpenSource, SourceContext, SourceKind
from psconnect.sources.wanted import Wanted
from psconnect.sync.generated_values import Naming
from psconnect.sync.included import Selection, options_of, selection_of
from psconnect.sync.naming import custom_labels, naming_of, said_by_options
from psconnect.sync.shaping import ShapedSource, ShapingRules
from psconnect.sync.shaping.keys import NumberedKeys, PassingKeys


def preset_names() -> list[str]:
    """The presets of this version."""
    return resources.names("presets", ".toml")


def load_preset(name: str) -> Preset:
    """A preset by name; raises FixSettings if this version doesn't have it."""
    if name not in preset_names():
        raise FixSettings("PSC-SETTINGS-PRESET", where="preset", name=name, hint=hint_at(name, preset_names()))
    preset = parse_preset(name, resources.read_text("presets", f"{name}.toml"))
    return preset.on(load_preset(preset.base)) if preset.base else preset


def in_effect(connection: Connection) -> Connection:
    """The settings in effect: the connection's own, and its preset's for what it leaves open; raises FixSettings."""
    return layers_of(connection)[1]


def deciding_parts(connection: Connection) -> dict[str, str]:
    """The settings that decide what is delivered (model.setting_parts).

    An option that states what holds anyway is no part: who chooses something and then takes it back has changed
    nothing, even though the file says more than before.
    """
    found = setting_parts(connection)
    stated = {section: keys for section, keys in connection.stated.items() if section != "options"}
    bare = msgspec.structs.replace(connection, options=OptionSettings(), stated=stated)
    try:
        usual = msgspec.structs.asdict(options_of(in_effect(bare)))
    except FixSettings:
        # A stored file may have a preset that this version lacks: it is compared as it stands.
        return found
    same = {f"options.{name}": part_of(value) for name, value in usual.items()}
    return {key: value for key, value in found.items() if same.get(key) != value}


def layers_of(connection: Connection) -> tuple[Preset, Connection]:
    """The preset with the options applied, and the settings in effect; raises FixSettings."""
    preset = load_preset(connection.preset)
    preset = preset.with_settings(said_by_options(preset.beneath(connection)))
    return preset, preset.beneath(connection)


@dataclass(frozen=True)
class Choices:
    """A connection's settings combined with its preset.

    ``given`` are the settings in its file, ``connection`` those in effect, ``preset`` the defaults beneath them.
    ``kind`` is the source's kind, ``reads`` what that kind reads (sources.kind.Reads).
    """

    given: Connection
    connection: Connection
    preset: Preset
    kind: SourceKind
    wanted: Wanted
    reads: Any
    selection: Selection
    naming: Naming
    labels: Mapping[str, tuple[str, ...]]

    @property
    def mapping(self) -> RosterMapping:
        """How attributes are made from fields."""
        return self.wanted.mapping


def choices_of(given: Connection) -> Choices:
    """Combine the settings with their preset; raises FixSettings that names what is wrong."""
    kind = source_kind_of(given)
    kind.check_settings(given)
    preset, connection = layers_of(given)
    selection, lists = selection_of(connection, kind.resolve), connection.values
    defaults = preset.mapping if kind.mapping is None else kind.mapping
    custom = connection.custom if kind.mapping is not None else asked_by_destination(connection)
    mapping = parse_mapping(defaults, given.mapping, lists, kind.resolve, custom)
    selection = replace(selection, rules=replace(selection.rules, birth_date=_label_of(mapping, kind.birth_date)))
    wanted = Wanted(
        connection, selection.options, mapping, lists, selection.included, selection.filters, selection.fields()
    )
    reads = kind.reads(wanted)
    destination = find_kind(connection.destination_kind) if connection.destination_kind else None
    needed = destination.needed if destination else {}
    types = destination.sign_in_types if destination else NO_SIGN_IN_TYPES
    naming = naming_of(connection, preset, needed, types)
    return Choices(given, connection, preset, kind, wanted, reads, selection, naming, custom_labels(naming, mapping))


def asked_by_destination(connection: Connection) -> dict[str, str]:
    """The connection's custom fields and, before them, those that its destination needs.

    A field that the connection has under the same label counts instead.
    """
    if not connection.destination_kind:
        return connection.custom
    settings = dict(connection.destination)
    asked = find_kind(settings.pop("kind")).asks(settings)
    return {
        **connection.custom,
        **{key: with_fields(connection.custom.get(key, ""), text) for key, text in asked.items()},
    }


def _label_of(mapping: RosterMapping, field: str) -> str:
    """The label of the students' custom field that is mapped from this source field; empty for none."""
    custom = mapping.custom.get("student", {})
    return next((label for label, template in custom.items() if template.fields == [field]), "")


def rules_fingerprint(choices: Choices) -> str:
    """A fingerprint of everything that decides who is delivered, how and where; if it differs, the run waits."""
    connection, preset, given = choices.connection, choices.preset, choices.given
    made_up_contacts = choices.wanted.contacts and not connection.options.contact_module
    deciding = [
        connection.source.url,
        connection.scope,
        choices.selection.deciding(),
        connection.options.district_name,
        [connection.options.name_fields, connection.options.contact_names] if made_up_contacts else None,
        connection.prefixes,
        connection.values,
        preset.mapping,
        preset.requirements,
        given.mapping,
        given.requirements,
        connection.custom,
        connection.usernames,
        connection.sign_in,
        connection.destination,
        *([sorted(connection.source.without)] if connection.source.without else ()),
        *([connection.source.kind, connection.source.own] if connection.source.own else ()),
    ]
    return hashlib.sha256(msgspec.json.encode(deciding, order="deterministic")).hexdigest()


def compare_of(choices: Choices) -> str:
    """``bulk`` or ``incremental``; always bulk if the source can't tell what changed."""
    return (choices.connection.source.compare or "bulk") if choices.kind.incremental else "bulk"


def reading_fingerprint(choices: Choices) -> str:
    """A fingerprint of how the source is read and of the psconnect version that shaped its records."""
    return hashlib.sha256(msgspec.json.encode([__version__, *choices.reads.fingerprint()])).hexdigest()


def open_source(choices: Choices, context: SourceContext) -> OpenSource:
    """Open the connection's source without contacting it; raises FixSettings for missing settings."""
    return choices.kind.open(context, choices.wanted, choices.reads)


def shaped_source(
    choices: Choices,
    opened: OpenSource,
    *,
    next_year: bool = False,
    ids: Ids | None = None,
    names: StaffNames | None = None,
) -> ShapedSource:
    """The connection's records, ready to be read; raises the source's errors.

    ``next_year`` reads the year after the chosen one. ``ids`` know the delivered ids; without them, ids are made as the
    settings say. ``names`` know the delivered user names of staff.
    """
    return ShapedSource(
        opened.source(next_year=next_year),
        shaping_of(choices),
        ids or Ids(choices.connection.id_rules),
        names or StaffNames(),
        NumberedKeys() if choices.kind.numbered else PassingKeys(),
        numbered=choices.kind.numbered,
    )


def shaping_of(choices: Choices) -> ShapingRules:
    """The shaping rules of a connection."""
    connection = choices.connection
    # Settings that are only previewed may have no destination yet.
    destination = find_kind(connection.destination_kind) if connection.destination_kind else None
    return ShapingRules(
        mapping=choices.mapping,
        needed=destination.needed if destination else {},
        preset_requirements=choices.preset.requirements,
        requirements=choices.given.requirements,
        filters=choices.selection.filters,
        longest=destination.longest if destination else LONGEST,
        limits=destination.limits if destination else {},
        named_later=frozenset(choices.naming.usernames),
        prefixes=connection.prefixes,
        admins=choices.selection.options.admins,
        merge_terms=choices.selection.options.merge_terms,
    )
