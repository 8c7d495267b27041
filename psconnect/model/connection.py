"""A connection's settings: what the connection file holds (docs/connection-file.md), typed and checked.

Settings contain no secret, so that the file can be mailed. An unknown key is an error that names the key and
the nearest known one; a value out of range names the key and what would be right.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from psconnect.model.bad_setting import hint_at
from psconnect.model.connection_id import PATTERN
from psconnect.model.entities import ENTITIES
from psconnect.model.errors import FixSettings
from psconnect.model.filter_rules import FilterRule, parse_filters
from psconnect.model.ids import IdRules, IdSettings, id_rules_of
from psconnect.model.notices import NoticeSettings, check_notices
from psconnect.model.pasted import pasted
from psconnect.model.paths import check_path
from psconnect.model.phrases import Phrase
from psconnect.model.roster_rules import UniquenessSettings, check_uniqueness
from psconnect.model.schedule import ScheduleSettings, check_schedule
from psconnect.model.scope import ScopeSettings, check_scope
from psconnect.model.sections import (
    POWERSCHOOL,
    BuiltPlugin,
    EntityThresholds,
    OptionSettings,
    Requirement,
    RoleKind,
    SafetySettings,
    SourceSettings,
)
from psconnect.model.server_address import normalise_url
from psconnect.model.values import refused

FILE_FORMAT = 1
LONGEST_NAME = 200
"""The longest name of a connection, in characters; files are named after it."""
NEWER = "PSC-SETTINGS-NEWER"
_SET_APART = "source.client_secret"


class Connection(msgspec.Struct, frozen=True, omit_defaults=True):
    """One PowerSchool source joined to one destination.

    ``id`` is in the names of its plugin and queries; empty only until it is stored (``model.connection_id``).
    ``mapping`` and ``requirements`` are per entity key, then attribute; they hold only what differs from the preset.
    ``values`` are value lists, by name, then value in the source; they too hold only what differs from the preset.
    ``custom`` are further fields per entity key, as ``Field Name|label, Table.Field|label``. ``usernames`` are patterns
    per entity key for people without a username. ``sign_in`` are e-mail domains per kind of sign-in.
    ``roles`` says what the district's own roles in a class mean, by their name, key or number (roster.roles).
    ``destination`` holds ``kind`` and the keys that this kind of destination declares; a table of its place is flat
    here: ``sftp.host``.
    ``plugin`` is what psconnect noted of the plugin it built last.
    ``stated`` are the settings, by section, that the file states although they equal the default; for settings that are
    not stated, the preset decides (roster.presets). It is not a key of the file.
    """

    name: str
    preset: str
    id: Annotated[str, msgspec.Meta(pattern=PATTERN, description="4 to 12 small letters and digits")] = ""
    source: SourceSettings = SourceSettings()
    scope: ScopeSettings = ScopeSettings()
    options: OptionSettings = OptionSettings()
    ids: IdSettings = IdSettings()
    mapping: dict[str, dict[str, str]] = msgspec.field(default_factory=dict)
    values: dict[str, dict[str, str]] = msgspec.field(default_factory=dict)
    custom: dict[str, str] = msgspec.field(default_factory=dict)
    usernames: dict[str, str] = msgspec.field(default_factory=dict)
    sign_in: dict[Literal["google", "microsoft"], list[str]] = msgspec.field(default_factory=dict)
    roles: dict[str, RoleKind] = msgspec.field(default_factory=dict)
    requirements: dict[str, dict[str, Requirement]] = msgspec.field(default_factory=dict)
    filters: dict[str, list[FilterRule]] = msgspec.field(default_factory=dict)
    uniqueness: UniquenessSettings = UniquenessSettings()
    safety: SafetySettings = SafetySettings()
    destination: dict[str, Any] = msgspec.field(default_factory=dict)
    schedule: ScheduleSettings = ScheduleSettings()
    notices: NoticeSettings = NoticeSettings()
    plugin: BuiltPlugin = BuiltPlugin()
    disabled: bool = False
    stated: dict[str, dict[str, Any]] = msgspec.field(default_factory=dict)

    @property
    def id_rules(self) -> IdRules:
        """How the ids of this connection's records are made."""
        return id_rules_of(self.options.id_prefix, self.ids)

    @property
    def prefixes(self) -> dict[str, dict[str, str]]:
        """Prefixes of attributes' values: entity key -> attribute -> prefix."""
        username = {"username": self.options.username_prefix}
        people = dict.fromkeys(("student", "teacher", "admin", "contact"), username)
        return {**people, "course": {"courseCode": self.options.course_prefix}}

    @property
    def destination_kind(self) -> str:
        """The chosen kind of destination; empty if none is chosen yet."""
        return str(self.destination.get("kind", ""))


def _check_keys(data: dict[str, Any], section: type[msgspec.Struct], path: str) -> None:
    known = [key for key in section.__struct_encode_fields__ if key != "stated"]
    for key in data:
        if f"{path}{key}" == _SET_APART:
            raise FixSettings("PSC-SETTINGS-INVALID/client-secret", where=_SET_APART)
        if key not in known:
            raise _unknown(f"{path}{key}", hint_at(key, known))


def _unknown(where: str, hint: Phrase) -> FixSettings:
    return FixSettings("PSC-SETTINGS-INVALID/unknown", where=where, name=where, hint=hint)


def _check_table(data: Any, path: str, kind: Any, known: list[str] | None = None) -> None:
    """Check a table with settings per entity, so that an error names the exact key."""
    if not isinstance(data, dict):
        raise FixSettings("PSC-SETTINGS-INVALID/table-of-entities", where=path, place=path)
    for key, settings in data.items():
        where = f"{path}.{key}"
        # Which entities have limits depends on the kinds of destination: sync.thresholds checks it.
        entities = [entity.key for entity in ENTITIES]
        if path != "safety.thresholds" and key not in entities:
            raise FixSettings(
                "PSC-SETTINGS-INVALID/entity", where=where, name=key, place=path, hint=hint_at(key, entities)
            )
        if not isinstance(settings, dict):
            raise FixSettings("PSC-SETTINGS-INVALID/table", where=where, place=where)
        for name, value in settings.items():
            if known is not None and name not in known:
                raise _unknown(f"{where}.{name}", hint_at(name, known))
            try:
                msgspec.convert(value, kind)
            except msgspec.ValidationError as error:
                raise refused(error, kind, f"{where}.{name}") from None


_SECTIONS: dict[str, type[msgspec.Struct]] = {
    "source": SourceSettings,
    "scope": ScopeSettings,
    "options": OptionSettings,
    "ids": IdSettings,
    "uniqueness": UniquenessSettings,
    "safety": SafetySettings,
    "schedule": ScheduleSettings,
    "notices": NoticeSettings,
    "plugin": BuiltPlugin,
}


_STATED = {"source": ("read", "without"), "scope": (), "options": (), "ids": (), "filters": (), "safety": ()}
"""Sections and keys (or all keys) in which stating the default differs from leaving the setting out."""


def from_dict(data: dict[str, Any]) -> Connection:
    """Reads the tables of a connection file; raises FixSettings with the key that is wrong."""
    data = dict(data)
    file_format = data.pop("format", FILE_FORMAT)
    if file_format != FILE_FORMAT:
        raise FixSettings(
            NEWER,
            file_format=file_format if isinstance(file_format, int) else str(file_format),
            known_format=FILE_FORMAT,
        )
    _check_keys(data, Connection, "")
    data = _with_place(_with_own_settings(data))
    for name, section in _SECTIONS.items():
        if isinstance(data.get(name), dict):
            _check_keys(data[name], section, f"{name}.")
    _check_table(data.get("mapping", {}), "mapping", str)
    _check_table(data.get("requirements", {}), "requirements", Requirement)
    thresholds = data["safety"].get("thresholds", {}) if isinstance(data.get("safety"), dict) else {}
    _check_table(thresholds, "safety.thresholds", str, list(EntityThresholds.__struct_fields__))
    filters = parse_filters(data.get("filters", {}))
    try:
        connection = msgspec.convert({**data, "filters": filters}, Connection)
    except msgspec.ValidationError as error:
        raise refused(error, Connection) from None
    return msgspec.structs.replace(_normalised(connection), stated=_stated(data, to_dict(connection)))


def _with_own_settings(data: dict[str, Any]) -> dict[str, Any]:
    """The tables with the settings of a source that is not PowerSchool apart: its kind checks them."""
    source = data.get("source")
    if not isinstance(source, dict) or source.get("kind", POWERSCHOOL) == POWERSCHOOL:
        return data
    own = {key: value for key, value in source.items() if key != "kind"}
    return {**data, "source": {"kind": source["kind"], "own": own}}


def _with_place(data: dict[str, Any]) -> dict[str, Any]:
    """The [destination.sftp] table as settings named ``sftp.host`` and so on; the table itself chooses the place.

    An empty text in place of the table takes it away, so that a folder is chosen again.
    """
    given = data.get("destination")
    if not isinstance(given, dict):
        return data
    if _PLACE in given:
        raise _unknown(f"destination.{_PLACE}", hint_at(_PLACE, ["folder"]))
    if _SFTP not in given:
        return data
    table = given[_SFTP]
    rest = {key: value for key, value in given.items() if key != _SFTP}
    if table == "":
        return {**data, "destination": rest}
    if not isinstance(table, dict):
        raise FixSettings("PSC-SETTINGS-INVALID/table", where=f"destination.{_SFTP}", place=f"destination.{_SFTP}")
    inside = {f"{_SFTP}.{key}": value for key, value in table.items()}
    return {**data, "destination": {**rest, _PLACE: _SFTP, **inside}}


def placed_table(destination: dict[str, Any]) -> dict[str, Any]:
    """The [destination] table as the file has it."""
    inside = {key.removeprefix(f"{_SFTP}."): value for key, value in destination.items() if key.startswith(f"{_SFTP}.")}
    plain = {key: value for key, value in destination.items() if not key.startswith(f"{_SFTP}.") and key != _PLACE}
    return {**plain, _SFTP: inside} if destination.get(_PLACE) == _SFTP else plain


_PLACE, _SFTP = "place", "sftp"


def _stated(data: dict[str, Any], shortened: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The settings of a file that equal the default and would otherwise be left out."""
    found = {}
    for section, keys in _STATED.items():
        kept, given = shortened.get(section, {}), data.get(section, {})
        own = {
            key: value
            for key, value in given.items()
            if value is not None and key not in kept and (not keys or key in keys)
        }
        if own:
            found[section] = own
    return found


def _normalised(connection: Connection) -> Connection:
    if len(connection.name) > LONGEST_NAME:
        raise FixSettings(
            "PSC-SETTINGS-INVALID/long-name", where="name", count=len(connection.name), longest_name=LONGEST_NAME
        )
    for key, value in connection.destination.items():
        check_path(value, f"destination.{key}")
    check_path(connection.source.ca_file, "source.ca_file")
    if not connection.name.strip() or not connection.name.isprintable():
        raise FixSettings("PSC-SETTINGS-INVALID/no-name", where="name")
    if not connection.preset:
        raise FixSettings("PSC-SETTINGS-INVALID/no-preset", where="preset")
    for number, season in enumerate(connection.safety.freeze):
        if season.until < season.first:
            where = f"safety.freeze[{number}]"
            raise FixSettings("PSC-SETTINGS-INVALID/freeze", where=where, place=where, until=season.until.isoformat())
    check_uniqueness(connection.uniqueness)
    check_scope(connection.scope)
    check_schedule(connection.schedule)
    check_notices(connection.notices)
    source = connection.source
    if source.url:
        source = msgspec.structs.replace(source, url=normalise_url(source.url))
    if source.client_id:
        client_id = pasted(source.client_id, "client ID", "source.client_id")
        source = msgspec.structs.replace(source, client_id=client_id)
    return msgspec.structs.replace(connection, name=connection.name.strip(), source=source)


def to_dict(connection: Connection) -> dict[str, Any]:
    """The tables of the connection file; what equals a default is left out unless it was stated."""
    data: dict[str, Any] = {"format": FILE_FORMAT, **msgspec.to_builtins(connection)}
    for section, values in data.pop("stated", {}).items():
        data[section] = {**values, **data.get(section, {})}
    if "destination" in data:
        data["destination"] = placed_table(data["destination"])
    if "own" in data.get("source", {}):
        own = data["source"].pop("own")
        data["source"] |= own
    return {key: value for key, value in data.items() if value != {}}


# msgspec prepares a type on first use, and crashes the program if two threads do that at once, as the window's first
# pages did. So the type is prepared here, before there are threads.
msgspec.json.Decoder(Connection)
