"""Puts a connection's parts together: preset and settings become streams, mapping, source, destination, fingerprint."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from psconnect import resources
from psconnect.destinations import declaration_of
from psconnect.http import HttpClient
from psconnect.model.clock import CancelToken, Clock
from psconnect.model.connection import Connection, nearest
from psconnect.model.errors import FixSettings
from psconnect.powerschool.client import PowerSchoolClient, RetryPolicy
from psconnect.powerschool.streams import StreamSet, streams_for
from psconnect.roster.mapping import RosterMapping, parse_mapping
from psconnect.roster.presets import Preset, parse_preset
from psconnect.sources.powerschool import PowerSchoolSource, ReadPlan


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
    return parse_preset(resources.read_text("presets", f"{name}.toml"))


@dataclass(frozen=True)
class Choices:
    """A connection's settings with its preset worked in."""

    connection: Connection
    preset: Preset
    mapping: RosterMapping
    streams: StreamSet
    contacts: bool
    co_teachers: bool


def choices_of(connection: Connection) -> Choices:
    """Work the preset into the settings; raises FixSettings that names what is wrong."""
    preset = load_preset(connection.preset)
    options = connection.options
    contacts = (options.parents or preset.options.parents) != "none"
    co_teachers = preset.options.co_teachers if options.co_teachers is None else options.co_teachers
    mapping = parse_mapping(preset.mapping, connection.mapping, preset.values)
    streams = streams_for(contacts=contacts, fields=mapping.fields())
    return Choices(connection, preset, mapping, streams, contacts, co_teachers)


def rules_fingerprint(choices: Choices) -> str:
    """A fingerprint of everything that decides who is delivered, how and where to: if it differs, a preview is due."""
    connection, preset = choices.connection, choices.preset
    deciding = [
        connection.source.url,
        connection.scope,
        choices.contacts,
        choices.co_teachers,
        connection.options.district_name,
        preset.values,
        preset.mapping,
        preset.requirements,
        connection.mapping,
        connection.requirements,
        connection.destination,
    ]
    return hashlib.sha256(msgspec.json.encode(deciding, order="deterministic")).hexdigest()


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
    return PowerSchoolClient(http, connection.source.client_id, secret, clock, cancel, RetryPolicy())


def district_name(connection: Connection) -> str:
    """The district's name as an organisation: as set, else the first part of the server's name."""
    host = urlsplit(connection.source.url).hostname or ""
    return connection.options.district_name or host.split(".")[0].title() or "District"


def today_there(now: datetime, timezone: str) -> date:
    """The date in the district's time zone, which the server's metadata names; in UTC when it names none we know."""
    try:
        return now.astimezone(ZoneInfo(timezone)).date()
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return now.astimezone(UTC).date()


def make_source(choices: Choices, client: PowerSchoolClient, clock: Clock) -> PowerSchoolSource:
    """The connection's source; asks the server for its time zone."""
    connection = choices.connection
    metadata = client.metadata()
    plan = ReadPlan(
        streams=choices.streams,
        mapping=choices.mapping,
        needed=declaration_of(connection.destination_kind).needed,
        preset_requirements=choices.preset.requirements,
        requirements=connection.requirements,
        schools="all" if connection.scope.schools == "all" else frozenset(connection.scope.schools),
        start_year=connection.scope.start_year,
        co_teachers=choices.co_teachers,
        contacts=choices.contacts,
        district_name=district_name(connection),
        today=today_there(clock.now(), metadata.district_timezone),
    )
    return PowerSchoolSource(client, plan, connection.source.read)
