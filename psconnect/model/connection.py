"""A connection's settings: what the connection file holds (docs/connection-file.md), typed and checked.

Settings contain no secret, so that the file can be mailed. An unknown key is an error that names the key and
the nearest known one; a value out of range names the key and what would be right.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import msgspec

from psconnect.model.bad_setting import nearest
from psconnect.model.bad_setting import refuse as _refuse
from psconnect.model.connection_id import PATTERN
from psconnect.model.entities import BY_KEY
from psconnect.model.errors import FixSettings
from psconnect.model.ids import IdRules, IdSettings, Prefix, rules_of
from psconnect.model.pasted import pasted, trimmed
from psconnect.model.paths import check_path
from psconnect.model.rules import (
    FilterRule,
    ScopeSettings,
    UniquenessSettings,
    check_scope,
    check_uniqueness,
    parse_filters,
)
from psconnect.model.values import refused

__all__ = [
    "Connection",
    "EntityThresholds",
    "Freeze",
    "OptionSettings",
    "RoleKind",
    "SafetySettings",
    "ScopeSettings",
    "SourceSettings",
    "from_dict",
    "is_loopback",
    "nearest",
    "normalise_url",
    "to_dict",
]

FORMAT = 1
LONGEST_NAME = 200
"""Characters of a connection's name, of which files are named, too."""
NEWER = "PSC-SETTINGS-NEWER"
RoleKind = Literal["lead", "co-teacher", "neither"]
"""What a role in a class means ([roles] in the connection file)."""
_SET_APART = "source.client_secret"
_KEPT = {"schedule": "A schedule"}
"""Sections that the file format reserves for parts that this version does not have."""


class _Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A table of the connection file."""


PieceName = Literal[
    "roledef",
    "sectionteacher",
    "calendar_day",
    "loginid",
    "student_web_id",
    "emailaddress",
    "phonenumber",
    "guardianpersonassoc",
    "contacts",
]
"""What a connection can go without where PowerSchool refuses it (powerschool.pieces)."""


class SourceSettings(_Section, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Where records are read.

    Attributes:
        kind: ``powerschool``, the native API.
        url: scheme and host of the PowerSchool server, without a path.
        client_id: from the plugin's Data Provider Configuration page.
        ca_file: PEM file with the certificate authority of a privately signed server; added to the system's own.
        read: ``auto`` reads by the plugin's queries and falls back to tables, then to the v1
            interface; ``queries``, ``tables`` and ``v1`` insist.
        compare: ``bulk`` reads everything in every run; ``incremental`` asks the server what changed and reads that,
            and everything once a week. None means: as the preset says.
        without: what is not asked for, because this PowerSchool refuses it.
    """

    kind: Literal["powerschool"] = "powerschool"
    url: str = ""
    client_id: str = ""
    ca_file: str = ""
    read: Literal["auto", "queries", "tables", "v1"] = "auto"
    compare: Literal["bulk", "incremental"] | None = None
    without: list[PieceName] = msgspec.field(default_factory=list)


class OptionSettings(_Section, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Choices that change what is read. None means: as the preset says.

    Attributes:
        co_teachers: whether co-teachers are delivered as teachers of their classes.
        co_teacher_classes: how many classes a co-teacher has at most; None for no limit.
        parents: ``none``, the contacts with a ``portal`` account, or ``all`` contacts of the students.
        admins: whether active staff without a class are delivered.
        enroll_status: values of Students.Enroll_Status that count as active.
        guest_students: what becomes of students whose school is not chosen and who are in a class of a chosen one:
            ``leave-out`` or ``bring-in``.
        merge_terms: whether terms with the same title and dates become one, and each tells its dates in its title.
        only_taught_classes: whether a class without a teacher is left out.
        only_used_courses: whether a course without a class is left out.
        section_move: ``Table.Field`` of the sections that says where a class is delivered instead: ``new_course`` or
            ``new_course.new_section``; empty for none.
        devices: what students work on. ``chromebooks``: nobody is left out for want of a user name, which is the
            e-mail, else Student_Web_ID, else a number; anything else: Student_Web_ID is the user name, and who has
            none is left out.
        contact_module: whether contacts come from PowerSchool's contact module; otherwise from fields of the student
            that hold a whole name each.
        contact_fields: those fields, per relationship: ``Mother`` -> ``Students.Mother``.
        contact_names: how a whole name is split (roster.whole_names); empty for the usual ways.
        district_name: name of the district as an organisation at the destination.
        id_prefix: stands in front of every id, so that two PowerSchool servers can share a destination.
        username_prefix: stands in front of every user name; course_prefix in front of every course number.
        student_identifier: which number people see as a student's: ``dcid``, ``id`` or ``number``; a mapping of the
            attribute ``identifier`` goes before it. None: as the preset says.
    """

    co_teachers: bool | None = None
    co_teacher_classes: Annotated[int, msgspec.Meta(ge=1, le=1000)] | None = None
    parents: Literal["none", "portal", "all"] | None = None
    admins: bool | None = None
    enroll_status: Annotated[list[int], msgspec.Meta(min_length=1)] | None = None
    guest_students: Literal["leave-out", "bring-in"] | None = None
    merge_terms: bool | None = None
    only_taught_classes: bool | None = None
    only_used_courses: bool | None = None
    section_move: Annotated[str, msgspec.Meta(pattern=r"^(\w+\.\w+)?$", description="a field, as Table.Field")] = ""
    devices: Literal["chromebooks", "other", "mix"] | None = None
    contact_module: bool = True
    contact_fields: dict[str, str] = msgspec.field(
        default_factory=lambda: {"Mother": "Students.Mother", "Father": "Students.Father"}
    )
    contact_names: str = ""
    district_name: str = ""
    id_prefix: Prefix = ""
    username_prefix: Prefix = ""
    course_prefix: Prefix = ""
    student_identifier: Literal["dcid", "id", "number"] | None = None


class EntityThresholds(_Section, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Limits of one entity, each like ``3% and 25, or 500``, or ``off``; None means the built-in one.

    Attributes:
        create, update, remove: changes of a run, per district and per school; for terms ``update`` counts those whose
            dates move by more than 14 days, and ``remove`` those in use.
        identity: records that get another id, username, number or email.
        rejected: records that can't be used, out of those read, beyond those of the last delivery; five times its
            percentage stops the run.
        role: teachers who become other staff, or the other way round; for ``teacher`` and ``admin`` only.
        remove_per_class: enrollments removed from one class; for ``enrollment`` only.
    """

    create: str | None = None
    update: str | None = None
    remove: str | None = None
    identity: str | None = None
    rejected: str | None = None
    role: str | None = None
    remove_per_class: str | None = None


class Freeze(_Section, frozen=True, forbid_unknown_fields=True, omit_defaults=True, rename={"first": "from"}):
    """A season in which every delivery is looked at first; both days belong to it. ``from`` in files."""

    first: date
    until: date


class SafetySettings(_Section, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a run is held for, and what it may do at all.

    Attributes:
        preview: ``always``; ``first``: the first run and any run after a change of ids, filters, schools, terms or
            destination; ``never``. Limits and completeness hold a run all the same.
        thresholds: per entity key.
        freeze: seasons in which every run waits for an approval.
        additions_only: only new records are delivered; what is not applied is counted and said.
    """

    preview: Literal["always", "first", "never"] = "first"
    thresholds: dict[str, EntityThresholds] = msgspec.field(default_factory=dict)
    freeze: list[Freeze] = msgspec.field(default_factory=list)
    additions_only: bool = False


class Connection(msgspec.Struct, frozen=True, omit_defaults=True):
    """One PowerSchool source joined to one destination.

    ``id`` is in the names of its plugin and queries; empty only until it is stored (``model.connection_id``).
    ``mapping`` and ``requirements`` are per entity key, then attribute; they hold only what differs from the preset.
    ``values`` are value lists, by name, then value in the source; they too hold only what differs from the preset.
    ``custom`` are further fields per entity key, as ``Field Name|label, Table.Field|label``. ``usernames`` are patterns
    per entity key for people who have no user name. ``sign_in`` are e-mail domains per kind of sign-in.
    ``roles`` says what the district's own roles in a class mean, by their name, key or number (roster.roles).
    ``destination`` holds ``kind`` and the keys which that kind of destination declares.
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
    requirements: dict[str, dict[str, Literal["report", "skip"]]] = msgspec.field(default_factory=dict)
    filters: dict[str, list[FilterRule]] = msgspec.field(default_factory=dict)
    uniqueness: UniquenessSettings = UniquenessSettings()
    safety: SafetySettings = SafetySettings()
    destination: dict[str, Any] = msgspec.field(default_factory=dict)
    disabled: bool = False

    @property
    def id_rules(self) -> IdRules:
        """How the ids of its records are made."""
        return rules_of(self.options.id_prefix, self.ids)

    @property
    def prefixes(self) -> dict[str, dict[str, str]]:
        """What stands in front of attributes' values: entity key -> attribute -> prefix."""
        username = {"username": self.options.username_prefix}
        people = dict.fromkeys(("student", "teacher", "admin", "contact"), username)
        return {**people, "course": {"courseCode": self.options.course_prefix}}

    @property
    def destination_kind(self) -> str:
        """The chosen kind of destination; empty while none is chosen."""
        return str(self.destination.get("kind", ""))


def _check_keys(data: dict[str, Any], section: type[msgspec.Struct], path: str, extra: tuple[str, ...] = ()) -> None:
    known = [*section.__struct_encode_fields__, *extra]
    for key in data:
        if f"{path}{key}" == _SET_APART:
            to_do = f"Keep it in the keyring: psconnect secret set NAME {_SET_APART}"
            raise _refuse("The client secret never stands among the settings.", to_do, _SET_APART)
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
                raise refused(error, kind, f"{where}.{name}") from None


_SECTIONS: dict[str, type[msgspec.Struct]] = {
    "source": SourceSettings,
    "scope": ScopeSettings,
    "options": OptionSettings,
    "ids": IdSettings,
    "uniqueness": UniquenessSettings,
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
    data["filters"] = parse_filters(data.get("filters", {}))
    try:
        connection = msgspec.convert(data, Connection)
    except msgspec.ValidationError as error:
        raise refused(error, Connection) from None
    return _normalised(connection)


def _normalised(connection: Connection) -> Connection:
    if len(connection.name) > LONGEST_NAME:
        raise _refuse(
            f"The connection's name has {len(connection.name):,} characters.",
            f"Give it one of at most {LONGEST_NAME} characters.",
            "name",
        )
    for key, value in connection.destination.items():
        check_path(value, f"destination.{key}")
    check_path(connection.source.ca_file, "source.ca_file")
    if not connection.name.strip() or not connection.name.isprintable():
        raise _refuse("The connection has no name, or one with invisible characters.", "Give it a name.", "name")
    if not connection.preset:
        raise _refuse("No preset is chosen.", 'Set preset, for example preset = "oneroster".', "preset")
    for number, season in enumerate(connection.safety.freeze):
        if season.until < season.first:
            where = f"safety.freeze[{number}]"
            raise _refuse(
                f"{where} ends on {season.until}, before it begins.", "Give a later day, or the same one.", where
            )
    check_uniqueness(connection.uniqueness)
    check_scope(connection.scope)
    source = connection.source
    if source.url:
        source = msgspec.structs.replace(source, url=normalise_url(source.url))
    if source.client_id:
        client_id = pasted(source.client_id, "client ID", "source.client_id")
        source = msgspec.structs.replace(source, client_id=client_id)
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
    text = trimmed(text)
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


# msgspec works a type out when it is first used, and crashes the whole program when two threads do so at once, as the
# window's first pages did: so it is worked out here, before any thread can ask.
msgspec.json.Decoder(Connection)
