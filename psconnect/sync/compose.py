"""Puts a connection's parts together: preset and settings become streams, mapping, source, destination, fingerprint."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, tzinfo
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from psconnect import __version__, resources
from psconnect.destinations import find_kind
from psconnect.http import HttpClient
from psconnect.model.bad_setting import nearest, refuse
from psconnect.model.clock import CancelToken, Clock
from psconnect.model.connection import Connection
from psconnect.model.entities import LONGEST
from psconnect.model.errors import FixSettings
from psconnect.model.ids import Ids
from psconnect.model.staff_usernames import StaffNames
from psconnect.powerschool.client import PowerSchoolClient
from psconnect.powerschool.fields import resolve
from psconnect.powerschool.plugin import digest_of
from psconnect.powerschool.streams import StreamSet, streams_for
from psconnect.powerschool.version import refuse_old
from psconnect.roster.mapping import RosterMapping, parse_mapping
from psconnect.roster.presets import Preset, parse_preset
from psconnect.roster.whole_names import WholeNames
from psconnect.sources.powerschool import PowerSchoolSource, ReadPlan
from psconnect.sync.assigning import Naming
from psconnect.sync.contact_names import whole_names
from psconnect.sync.included import Selection, as_filter_error, selection_of
from psconnect.sync.naming import labels_of, naming_of, said_by_options
from psconnect.sync.without import settled_without


def preset_names() -> list[str]:
    """The presets of this version."""
    return resources.names("presets", ".toml")


def load_preset(name: str) -> Preset:
    """A preset by its name; raises FixSettings for one that this version does not have."""
    if name not in preset_names():
        raise FixSettings(
            "PSC-SETTINGS-PRESET",
            "This preset can’t be used",
            f"The preset “{name}” does not exist in this version.",
            nearest(name, preset_names()),
            where="preset",
        )
    preset = parse_preset(name, resources.read_text("presets", f"{name}.toml"))
    return preset.on(load_preset(preset.base)) if preset.base else preset


def in_effect(connection: Connection) -> Connection:
    """The settings by which a connection runs: its own, and its preset's where it says nothing; raises FixSettings."""
    return _layered(connection)[1]


def _layered(connection: Connection) -> tuple[Preset, Connection]:
    """The preset with what the options say worked in, and the settings in effect."""
    preset = load_preset(connection.preset)
    preset = preset.with_settings(said_by_options(preset.beneath(connection)))
    return preset, preset.beneath(connection)


@dataclass(frozen=True)
class Choices:
    """A connection's settings with its preset worked in.

    ``given`` are the settings as its file has them, ``connection`` those in effect, ``preset`` what lies beneath.
    """

    given: Connection
    connection: Connection
    preset: Preset
    mapping: RosterMapping
    streams: StreamSet
    contacts: bool
    co_teachers: bool
    selection: Selection
    naming: Naming
    labels: Mapping[str, tuple[str, ...]]
    names: WholeNames | None = None


def choices_of(given: Connection) -> Choices:
    """Work the preset into the settings; raises FixSettings that names what is wrong."""
    preset, connection = _layered(given)
    selection = selection_of(connection)
    options, lists = selection.options, connection.values
    mapping = parse_mapping(preset.mapping, given.mapping, lists, resolve, connection.custom)
    selection = replace(selection, rules=replace(selection.rules, birth_date=_label_of(mapping, "Students.DOB")))
    contacts = options.parents != "none"
    names = whole_names(connection, options.parents, lists)
    without = settled_without(connection, parents=options.parents, module=names is None, filtered=selection.fields())
    streams = _streams(mapping, selection, names, contacts=contacts).going_without(without)
    needed = find_kind(connection.destination_kind).needed if connection.destination_kind else {}
    naming = naming_of(connection, preset, needed)
    labels = labels_of(naming, mapping)
    return Choices(
        given, connection, preset, mapping, streams, contacts, options.co_teachers, selection, naming, labels, names
    )


def _label_of(mapping: RosterMapping, field: str) -> str:
    """The label of the students' custom field that is that field of PowerSchool; empty where there is none."""
    custom = mapping.custom.get("student", {})
    return next((label for label, template in custom.items() if template.fields == [field]), "")


def _streams(mapping: RosterMapping, selection: Selection, names: WholeNames | None, *, contacts: bool) -> StreamSet:
    options, mapped, more = selection.options, mapping.fields(), selection.fields()
    portal = options.parents == "portal"
    if names:
        # What the contact module's tables give is not mapped: they are not read.
        mapped = {entity: fields for entity, fields in mapped.items() if entity not in ("contact", "relationship")}
        if more.get("contact"):
            raise refuse(
                "A filter of contacts uses a field of the contact module, which is switched off.",
                "Filter contacts by an attribute, like familyName.",
                "filters.contact",
            )
        fields = tuple(f"Students.{column}" for column in names.columns)
        return streams_for(
            contacts=contacts,
            fields={entity: [*mapped.get(entity, ()), *more.get(entity, ())] for entity in {**mapped, **more}},
            admins=options.admins,
            whole_names=fields,
        )
    streams = streams_for(contacts=contacts, fields=mapped, portal=portal, admins=options.admins)
    if not more:
        return streams
    both = {entity: [*mapped.get(entity, ()), *more.get(entity, ())] for entity in {**mapped, **more}}
    try:
        return streams_for(contacts=contacts, fields=both, portal=portal, admins=options.admins)
    except FixSettings as error:
        raise as_filter_error(error) from None


def rules_fingerprint(choices: Choices) -> str:
    """A fingerprint of everything that decides who is delivered, how and where to: if it differs, a preview is due."""
    connection, preset, given = choices.connection, choices.preset, choices.given
    deciding = [
        connection.source.url,
        connection.scope,
        choices.selection.deciding(),
        connection.options.district_name,
        [connection.options.name_fields, connection.options.contact_names] if choices.names else None,
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
    ]
    return hashlib.sha256(msgspec.json.encode(deciding, order="deterministic")).hexdigest()


def compare_of(choices: Choices) -> str:
    """``bulk`` or ``incremental``."""
    return choices.connection.source.compare or "bulk"


def reading_fingerprint(choices: Choices) -> str:
    """A fingerprint of how PowerSchool is read: by whose plugin, which way, and shaped by which version."""
    source, streams = choices.connection.source, choices.streams.by_name.values()
    how = [__version__, source.client_id, source.read, [digest_of(stream) for stream in streams]]
    return hashlib.sha256(msgspec.json.encode(how)).hexdigest()


def make_client(connection: Connection, secret: str, clock: Clock, cancel: CancelToken) -> PowerSchoolClient:
    """The connection's PowerSchool server, not yet signed in to; raises FixSettings when there is no address."""
    if not connection.source.url:
        raise FixSettings(
            "PSC-SETTINGS-URL",
            "The PowerSchool address is missing",
            f"“{connection.name}” has no address yet.",
            "Set it as you see it in the browser: psconnect connection set NAME source.url https://…",
            where="source.url",
        )
    http = HttpClient(connection.source.url, connection.source.ca_file, monotonic=clock.monotonic)
    return PowerSchoolClient(http, connection.source.client_id, secret, clock, cancel, plugin=connection.id)


def district_name(connection: Connection) -> str:
    """The district's name as an organisation: as set, else the first part of the server's name."""
    host = urlsplit(connection.source.url).hostname or ""
    return connection.options.district_name or host.split(".")[0].title() or "District"


def today_there(now: datetime, timezone: str) -> date:
    """The date in the district's time zone."""
    return now.astimezone(zone_there(timezone)).date()


def zone_there(timezone: str) -> tzinfo:
    """The district's time zone, which the server's metadata names; UTC when it names none we know."""
    try:
        return ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def make_source(
    choices: Choices,
    client: PowerSchoolClient,
    clock: Clock,
    *,
    next_year: bool = False,
    ids: Ids | None = None,
    names: StaffNames | None = None,
) -> PowerSchoolSource:
    """The connection's source; asks the server for its time zone, and raises FixSettings where it is too old.

    ``next_year`` reads the year after the chosen one. Without ``ids``, which know what was delivered under which id,
    they are made as the settings say; without ``names``, nothing of staff is known to be delivered.
    """
    connection = choices.connection
    metadata = client.metadata()
    refuse_old(metadata)
    # Settings that are only looked at may have no destination yet.
    destination = find_kind(connection.destination_kind) if connection.destination_kind else None
    plan = ReadPlan(
        streams=choices.streams,
        mapping=choices.mapping,
        needed=destination.needed if destination else {},
        preset_requirements=choices.preset.requirements,
        requirements=choices.given.requirements,
        named_later=frozenset(choices.naming.usernames),
        whole_names=choices.names,
        schools="all" if connection.scope.schools == "all" else frozenset(connection.scope.schools),
        start_year=connection.scope.start_year,
        co_teachers=choices.co_teachers,
        contacts=choices.contacts,
        district_name=district_name(connection),
        today=today_there(clock.now(), metadata.district_timezone),
        longest=destination.longest if destination else LONGEST,
        zone=zone_there(metadata.district_timezone),
        next_year=next_year,
        included=choices.selection.included,
        ids=ids or Ids(connection.id_rules),
        prefixes=connection.prefixes,
        names=names or StaffNames(),
    )
    return PowerSchoolSource(client, plan, connection.source.read)
