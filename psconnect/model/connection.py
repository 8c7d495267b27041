"""A connection's settings: what the connection file holds (design.md section 7), typed and checked.

Settings contain no secret, so that the file can be mailed. An unknown key is an error that names the key and
the nearest known one; a value out of range names the key and what would be right.
"""

from __future__ import annotations

import difflib
import re
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import msgspec

from psconnect.model.entities import BY_KEY
from psconnect.model.errors import FixSettings

FORMAT = 1
NEWER = "PSC-SETTINGS-NEWER"
_CORRECT = "Correct the value in the connection file."
_KEPT = {"filters": "Filter rules", "uniqueness": "Domains of uniqueness", "schedule": "A schedule"}
"""Sections that the file format reserves for parts that this version does not have."""


class _Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A table of the connection file."""


class SourceSettings(_Section, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Where records are read.

    Attributes:
        kind: ``powerschool``, the native API.
        url: scheme and host of the PowerSchool server, without a path.
        client_id: from the plugin's Data Provider Configuration page.
        ca_file: PEM file with the certificate authority of a privately signed server; added to the system's own.
        read: ``auto`` reads by the plugin's queries and falls back to tables; ``queries`` and ``tables`` insist.
    """

    kind: Literal["powerschool"] = "powerschool"
    url: str = ""
    client_id: str = ""
    ca_file: str = ""
    read: Literal["auto", "queries", "tables"] = "auto"


class ScopeSettings(_Section, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Which part of the district: ``all`` schools or a list of numbers; without ``start_year``, today's school year."""

    schools: Literal["all"] | list[int] = "all"
    start_year: Annotated[int, msgspec.Meta(ge=1991, le=2200)] | None = None


class OptionSettings(_Section, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Choices that change what is read. None means: as the preset says.

    Attributes:
        co_teachers: whether co-teachers are delivered as teachers of their classes.
        parents: ``none`` or ``all`` contacts of the students.
        district_name: name of the district as an organisation at the destination.
    """

    co_teachers: bool | None = None
    parents: Literal["none", "all"] | None = None
    district_name: str = ""


class EntityThresholds(_Section, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Limits of one entity, each like ``3% and 25, or 500``, or ``off``; None means the built-in one."""

    remove: str | None = None


class SafetySettings(_Section, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a run is held for: ``preview`` as design.md section 8; ``thresholds`` per entity key."""

    preview: Literal["always", "first", "never"] = "first"
    thresholds: dict[str, EntityThresholds] = msgspec.field(default_factory=dict)


class Connection(msgspec.Struct, frozen=True, omit_defaults=True):
    """One PowerSchool source joined to one destination.

    ``mapping`` and ``requirements`` are per entity key, then attribute; they hold only what differs from the preset.
    ``destination`` holds ``kind`` and the keys which that kind of destination declares.
    """

    name: str
    preset: str
    source: SourceSettings = SourceSettings()
    scope: ScopeSettings = ScopeSettings()
    options: OptionSettings = OptionSettings()
    mapping: dict[str, dict[str, str]] = msgspec.field(default_factory=dict)
    requirements: dict[str, dict[str, Literal["report", "skip"]]] = msgspec.field(default_factory=dict)
    safety: SafetySettings = SafetySettings()
    destination: dict[str, Any] = msgspec.field(default_factory=dict)
    disabled: bool = False

    @property
    def destination_kind(self) -> str:
        """The chosen kind of destination; empty while none is chosen."""
        return str(self.destination.get("kind", ""))


def _refuse(happened: str, to_do: str, where: str = "") -> FixSettings:
    return FixSettings("PSC-SETTINGS-INVALID", "The settings can't be used", happened, to_do, where=where)


def nearest(word: str, known: list[str]) -> str:
    """A hint sentence with the known word nearest to the given one, or the list of all when none is near."""
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    return f"Did you mean “{close[0]}”?" if close else f"Known: {', '.join(sorted(known))}."


def _check_keys(data: dict[str, Any], section: type[msgspec.Struct], path: str, extra: tuple[str, ...] = ()) -> None:
    known = [*section.__struct_fields__, *extra]
    for key in data:
        if key not in known:
            raise _refuse(f"There is no setting “{path}{key}”.", nearest(key, known), f"{path}{key}")


def _check_table(data: Any, path: str, kind: Any, known: list[str] | None = None) -> None:
    """Check a table of entities, each a table of settings of one kind, so that an error names the very key."""
    if not isinstance(data, dict):
        raise _refuse(f"“{path}” is not a section.", f"Write it as [{path}.student], for example.", path)
    for key, settings in data.items():
        where = f"{path}.{key}"
        if key not in BY_KEY:
            raise _refuse(f"“{key}” in [{path}] is not an entity.", nearest(key, list(BY_KEY)), where)
        if not isinstance(settings, dict):
            raise _refuse(f"“{where}” is not a section.", f"Write it as [{where}].", where)
        for name, value in settings.items():
            if known is not None and name not in known:
                raise _refuse(f"There is no setting “{where}.{name}”.", nearest(name, known), f"{where}.{name}")
            try:
                msgspec.convert(value, kind)
            except msgspec.ValidationError as error:
                raise _refuse(f"{where}.{name}: {error}.", _CORRECT, f"{where}.{name}") from None


_SECTIONS: dict[str, type[msgspec.Struct]] = {
    "source": SourceSettings,
    "scope": ScopeSettings,
    "options": OptionSettings,
    "safety": SafetySettings,
}


def from_dict(data: dict[str, Any]) -> Connection:
    """Settings from the tables of a connection file; raises FixSettings with the key that is wrong."""
    data = dict(data)
    file_format = data.pop("format", FORMAT)
    if file_format != FORMAT:
        raise FixSettings(
            NEWER,
            "The connection file is of another version",
            f"The file has format {file_format}; this version of psconnect reads format {FORMAT}.",
            "Install the newest version of psconnect, or export the connection again from the version that wrote it.",
        )
    for key, label in _KEPT.items():
        if data.get(key):
            raise _refuse(f"{label} ([{key}]) can't be used in this version.", f"Take [{key}] out of the file.", key)
        data.pop(key, None)
    _check_keys(data, Connection, "")
    for name, section in _SECTIONS.items():
        if isinstance(data.get(name), dict):
            _check_keys(data[name], section, f"{name}.")
    _check_table(data.get("mapping", {}), "mapping", str)
    _check_table(data.get("requirements", {}), "requirements", Literal["report", "skip"])
    thresholds = data["safety"].get("thresholds", {}) if isinstance(data.get("safety"), dict) else {}
    _check_table(thresholds, "safety.thresholds", str, list(EntityThresholds.__struct_fields__))
    try:
        connection = msgspec.convert(data, Connection)
    except msgspec.ValidationError as error:
        text, _, path = str(error).partition(" - at `$.")
        where = path.rstrip("`")
        raise _refuse(f"{where}: {text}." if where else f"{error}.", _CORRECT, where) from None
    return _normalised(connection)


def _normalised(connection: Connection) -> Connection:
    if not connection.name.strip() or not connection.name.isprintable():
        raise _refuse("The connection has no name, or one with invisible characters.", "Give it a name.", "name")
    if not connection.preset:
        raise _refuse("No preset is chosen.", 'Set preset, for example preset = "oneroster".', "preset")
    source = connection.source
    if source.url:
        source = msgspec.structs.replace(source, url=normalise_url(source.url))
    return msgspec.structs.replace(connection, name=connection.name.strip(), source=source)


def to_dict(connection: Connection) -> dict[str, Any]:
    """The tables of the connection file; what equals a default is left out."""
    return {"format": FORMAT, **msgspec.to_builtins(connection)}


def _is_host(host: str) -> bool:
    """Whether a text can be a host name: its labels have 1 to 63 characters, and it is no half-typed scheme."""
    try:
        host.encode("idna")
    except UnicodeError:
        return False
    return bool(host) and host not in ("http", "https") and not re.search(r"[\s<>\"'\\%]", host)


def is_loopback(host: str) -> bool:
    """Whether a host name means this computer, the only place where plain http is accepted."""
    return host in ("localhost", "::1") or re.fullmatch(r"127(\.\d{1,3}){3}", host) is not None


def normalise_url(text: str) -> str:
    """Scheme and host (and port) of a PowerSchool address as a person types or pastes it.

    The scheme is added, path, query and trailing slash are dropped. Raises FixSettings for plain http to anything
    but this computer, for other schemes, for user names in the address, and for text that is no address.
    """
    text = text.strip()
    if "://" not in text:
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port = "", None
        parts = urlsplit("")
    if not _is_host(host) or parts.username or parts.password:
        raise _refuse(
            "The PowerSchool address is not a web address.",
            "Type it as you see it in the browser, for example https://lincoln.powerschool.com",
            "source.url",
        )
    scheme = parts.scheme.lower()
    if scheme not in ("https", "http") or (scheme == "http" and not is_loopback(host)):
        raise FixSettings(
            "PSC-SETTINGS-HTTPS",
            "The address must begin with https",
            "Without https, students' data and the secret would travel unprotected.",
            f"Use https://{host}",
            where="source.url",
        )
    shown = f"[{host}]" if ":" in host else host
    return f"{scheme}://{shown}" + (f":{port}" if port else "")
