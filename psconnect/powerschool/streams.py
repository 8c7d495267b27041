"""The streams a connection reads: the declared ones, with the fields that its choices and mapping add.

The streams are declared in ``stream_definitions`` and can also be imported from here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from psconnect.model.bad_setting import hint_at
from psconnect.model.errors import FixSettings
from psconnect.powerschool.fields import DATES, is_extension
from psconnect.powerschool.pieces import Piece, go_without
from psconnect.powerschool.stream import Lookup, Stream, StreamColumn
from psconnect.powerschool.stream_definitions import (
    CALENDAR_DAYS,
    CONTACTS,
    COURSES,
    ENROLLMENTS,
    GRADUATES,
    PORTAL_ACCOUNTS,
    RELATIONSHIPS,
    SCHOOL_STAFF,
    SCHOOLS,
    SECTION_TEACHERS,
    SECTIONS,
    STUDENTS,
    TERMS,
    USERS,
    own,
)
from psconnect.powerschool.ways import way_to

__all__ = [
    "CALENDAR_DAYS",
    "CONTACTS",
    "COURSES",
    "ENROLLMENTS",
    "GRADUATES",
    "MAPPED_STREAMS",
    "PORTAL_ACCOUNTS",
    "RELATIONSHIPS",
    "SCHOOLS",
    "SCHOOL_STAFF",
    "SECTIONS",
    "SECTION_TEACHERS",
    "STUDENTS",
    "TERMS",
    "USERS",
    "StreamSet",
    "streams_for",
]

_ALWAYS = (
    SCHOOLS,
    TERMS,
    CALENDAR_DAYS,
    COURSES,
    SECTIONS,
    USERS,
    SCHOOL_STAFF,
    SECTION_TEACHERS,
    STUDENTS,
    ENROLLMENTS,
)
MAPPED_STREAMS = {
    "school": SCHOOLS.name,
    "calendar": TERMS.name,
    "course": COURSES.name,
    "class": SECTIONS.name,
    "student": STUDENTS.name,
    "teacher": USERS.name,
    "admin": USERS.name,
    "contact": CONTACTS.name,
    "relationship": RELATIONSHIPS.name,
    "enrollment": ENROLLMENTS.name,
}
"""The stream whose fields an entity's mapping may use."""


@dataclass(frozen=True)
class StreamSet:
    """The streams of one connection, by name. Choices and mapped fields decide, so that access stays minimal."""

    by_name: dict[str, Stream] = field(default_factory=dict)
    mapped: Mapping[str, Iterable[str]] = field(default_factory=dict)
    whole_names: tuple[str, ...] = ()
    without: tuple[Piece, ...] = ()

    def going_without(self, pieces: Iterable[Piece]) -> StreamSet:
        """The same streams without these pieces."""
        pieces = tuple(pieces)
        left = {name: go_without(stream, pieces) for name, stream in self.by_name.items()}
        return replace(self, by_name={name: stream for name, stream in left.items() if stream}, without=pieces)

    def for_entity(self, entity: str) -> Stream:
        """The stream whose fields that entity's mapping uses; KeyError if the choices leave it out."""
        return self.by_name[(_NAMED_STREAMS if self.whole_names else {}).get(entity, MAPPED_STREAMS[entity])]

    def grants(self) -> list[tuple[str, str]]:
        """Every (TABLE, FIELD) the plugin asks for, sorted."""
        return sorted(set().union(*(stream.grants() for stream in self.by_name.values())))


_ROLES = Piece("roledef", frozenset({"ROLEDEF"}), frozenset({"SECTIONTEACHER.ROLEID"}))
_WITHOUT_ROLES = go_without(SECTION_TEACHERS, [_ROLES]) or SECTION_TEACHERS
_NAMED_STREAMS = {"contact": "contact_names", "relationship": "contact_links"}


def _of_names(name: str, label: str, fields: Iterable[str]) -> Stream:
    """A stream of the students' fields that hold contacts' whole names, in place of PowerSchool's contact module."""
    columns = own("STUDENTS", "DCID", *(full_name.upper().partition(".")[2] for full_name in fields))
    return Stream(name, label, "STUDENTS", "DCID", columns, where=STUDENTS.where)


def streams_for(
    *,
    contacts: bool,
    fields: Mapping[str, Iterable[str]],
    portal: bool = False,
    admins: bool = True,
    co_teachers: bool = True,
    whole_names: tuple[str, ...] = (),
) -> StreamSet:
    """The streams a connection needs.

    ``contacts`` says whether contacts and relationships are read, ``portal`` whether their portal accounts matter,
    ``admins`` whether staff without a class are delivered, ``co_teachers`` whether roles in a class matter, because
    not only the teacher whom a section names is delivered. ``whole_names`` are the students' fields that hold contacts'
    whole names, if PowerSchool's contact module is not used. ``fields`` has, per entity key, the ``Table.Field`` names
    its mapping uses: those not read anyway are added to the entity's stream. Raises FixSettings for a field of a table
    that the entity's stream can't reach.
    """
    chosen = {stream.name: stream for stream in _ALWAYS}
    if contacts and whole_names:
        for entity, label in (("contact", "Contacts’ names"), ("relationship", "Contacts’ students")):
            stream = _of_names(_NAMED_STREAMS[entity], label, whole_names)
            chosen[stream.name] = stream
    elif contacts:
        chosen |= {stream.name: stream for stream in (CONTACTS, RELATIONSHIPS, *([PORTAL_ACCOUNTS] if portal else ()))}
    if not co_teachers:
        chosen[SECTION_TEACHERS.name] = _WITHOUT_ROLES
    if not admins:
        fields = {entity: names for entity, names in fields.items() if entity != "admin"}
        if "users.loginid" not in (name.lower() for name in fields.get("teacher", ())):
            chosen[USERS.name] = replace(USERS, columns=tuple(c for c in USERS.columns if c.field != "LOGINID"))
    for entity, names in fields.items():
        name = MAPPED_STREAMS[entity]
        if name in chosen:
            chosen[name] = _with_fields(chosen[name], entity, sorted(set(names)))
    mapped = {entity: sorted(set(names)) for entity, names in fields.items()}
    return StreamSet(chosen, mapped, whole_names if contacts else ())


def _with_fields(stream: Stream, entity: str, names: list[str]) -> Stream:
    for full_name in names:
        if any(column.full_name == full_name.lower() for column in stream.columns):
            continue
        table, _, field_name = full_name.upper().partition(".")
        if table == stream.table:
            column = StreamColumn(_free(stream, field_name), table, field_name)
            dates = (column.name,) if f"{table}.{field_name}" in DATES else ()
            stream = replace(stream, columns=(*stream.columns, column), dates=(*stream.dates, *dates))
        elif found := [lookup.alias for lookup in stream.lookups if lookup.table == table]:
            column = StreamColumn(_free(stream, f"{found[0]}_{field_name}"), table, field_name, found[0])
            stream = replace(stream, columns=(*stream.columns, column))
        elif way := way_to(stream, table):
            known = [lookup.alias for lookup in stream.lookups]
            steps = tuple(lookup for lookup in way if lookup.alias not in known)
            column = StreamColumn(_free(stream, f"{way[-1].alias}_{field_name}"), table, field_name, way[-1].alias)
            stream = replace(stream, lookups=(*stream.lookups, *steps), columns=(*stream.columns, column))
        elif stream.extension_key and is_extension(table):
            alias = table.lower()
            if all(lookup.alias != alias for lookup in stream.lookups):
                link = Lookup(alias, table, stream.extension_key, stream.extension_column)
                stream = replace(stream, lookups=(*stream.lookups, link))
            column = StreamColumn(_free(stream, f"{alias}_{field_name}"), table, field_name, alias)
            stream = replace(stream, columns=(*stream.columns, column))
        else:
            raise FixSettings(
                "PSC-MAPPING-FIELD",
                where=f"mapping.{entity}",
                full_name=full_name,
                entity=entity,
                rows=stream.label.lower(),
                hint=hint_at(full_name, [f"{c.table}.{c.field}".title() for c in stream.columns]),
            )
    return stream


_LONGEST_NAME = 30
"""Oracle before 12.2 refuses longer names (ORA-00972)."""


def _free(stream: Stream, name: str) -> str:
    whole, taken = name.lower(), {column.name for column in stream.columns}
    name, number = whole[:_LONGEST_NAME], 1
    while name in taken:
        name, number = f"{whole[: _LONGEST_NAME - 4]}_{number}", number + 1
    return name
