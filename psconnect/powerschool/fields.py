"""The catalogue of PowerSchool's fields: their names and tables, and which field a person means.

The list is resources/fields.toml (docs/powerschool.md 16). It is not complete, so an unlisted field of a known table is
taken as written, and an unlisted name without a table is a field of the entity's standard table. The access check asks
the server whether the field exists, and suggests a listed one with a similar name. A table that is neither known nor an
extension is certainly wrong and is refused at once.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from psconnect import resources
from psconnect.model.bad_setting import hint_at
from psconnect.model.errors import FixSettings
from psconnect.model.phrases import Phrase, phrase
from psconnect.wording.catalogue import translated

_EXTENSIONS = ("U_", "S_")
_CORE_EXTENSIONS = ("STUDENTCOREFIELDS", "USERSCOREFIELDS")

TABLES_OF: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "school": ("Schools",),
        "calendar": ("Terms",),
        "course": ("Courses",),
        "class": ("Sections", "Courses"),
        "student": ("Students", "EmailAddress", "StudentCoreFields"),
        "teacher": ("Users", "UsersCoreFields"),
        "admin": ("Users", "UsersCoreFields"),
        "contact": ("Person", "EmailAddress", "PhoneNumber"),
        "relationship": ("StudentContactDetail", "CodeSet"),
        "enrollment": ("CC",),
    }
)
"""The tables whose fields an entity can be mapped from, in order of precedence."""


DATES = frozenset(
    {
        "STUDENTS.DOB",
        "STUDENTS.ENTRYDATE",
        "STUDENTS.EXITDATE",
        "TERMS.FIRSTDAY",
        "TERMS.LASTDAY",
        "CC.DATEENROLLED",
        "CC.DATELEFT",
    }
)
"""The listed fields that are dates, in upper case."""


@dataclass(frozen=True)
class Field:
    """A field of a standard table, as PowerSchool writes it, and what it means."""

    table: str
    name: str
    english: str

    @property
    def meaning(self) -> str:
        """What it means, in the chosen language."""
        return translated(self.english)

    @property
    def full_name(self) -> str:
        """``Table.Field``."""
        return f"{self.table}.{self.name}"


@cache
def catalogue() -> tuple[Field, ...]:
    """All listed fields by table."""
    tables = tomllib.loads(resources.read_text("fields.toml"))
    return tuple(Field(table, name, meaning) for table, fields in tables.items() for name, meaning in fields.items())


@cache
def _by_full_name() -> dict[str, Field]:
    return {field.full_name.lower(): field for field in catalogue()}


def listed_field(table: str, field: str) -> Field | None:
    """The field in the catalogue; None if it is not listed."""
    return _by_full_name().get(f"{table}.{field}".lower())


def spelled(table: str, field: str) -> str:
    """``Table.Field`` in PowerSchool's spelling, if known."""
    found = listed_field(table, field)
    return found.full_name if found else f"{table}.{field}"


def fields_of(entity: str) -> list[Field]:
    """The listed fields that an entity can be mapped from."""
    tables = TABLES_OF[entity]
    return sorted((field for field in catalogue() if field.table in tables), key=lambda f: tables.index(f.table))


def search(text: str, entity: str = "") -> list[Field]:
    """Listed fields whose name or meaning contains all words of a text, for one entity or for all."""
    words = text.lower().split()
    among = fields_of(entity) if entity else catalogue()
    return [field for field in among if all(word in f"{field.full_name} {field.meaning}".lower() for word in words)]


def is_extension(table: str) -> bool:
    """Whether a table belongs to the district or state (docs/powerschool.md 16.2, 16.3)."""
    return table.upper().startswith(_EXTENSIONS) or table.upper() in _CORE_EXTENSIONS


def resolve(name: str, entity: str, where: str) -> str:
    """``Table.Field`` for a field as a person writes it: with its table, or without it if the entity's tables have it.

    An unlisted name without a table is a field of the entity's standard table. Case is ignored; a listed field is
    returned in PowerSchool's spelling. Raises FixSettings that names the nearest known field.
    """
    if re.fullmatch(r"\w+\.\w+", name):
        return _with_table(name, entity, where)
    known = fields_of(entity)
    for field in known:
        if field.name.lower() == name.lower():
            return field.full_name
    if not re.fullmatch(r"\w+", name):
        raise FixSettings("PSC-MAPPING-TEMPLATE/not-a-name", where=where, name=name)
    return f"{TABLES_OF[entity][0]}.{name}"


def _with_table(name: str, entity: str, where: str) -> str:
    listed_field = _by_full_name().get(name.lower())
    if listed_field:
        return listed_field.full_name
    table, _, field = name.partition(".")
    tables = {one.lower(): one for one in TABLES_OF[entity]}
    if table.lower() in tables:
        return f"{tables[table.lower()]}.{field}"
    if is_extension(table):
        return name
    hint = hint_at(name, [one.full_name for one in fields_of(entity)])
    if hint.key == "known":
        # None is near, and all of them would fill the screen.
        hint = phrase("known", names=list(TABLES_OF[entity]))
    raise FixSettings(
        "PSC-MAPPING-TEMPLATE/table-entity", where=where, table=table, name=name, entity=entity, hint=hint
    )


def nearest_field(name: str) -> Phrase:
    """A hint that names the listed field nearest to a field that the server lacks."""
    table, _, _ = name.partition(".")
    among = [one.full_name for one in catalogue() if one.table.lower() == table.lower()]
    return hint_at(name, among or [one.full_name for one in catalogue()])


def perhaps_meant(name: str) -> str:
    """The listed field with a name similar to this unlisted one; empty if there is none, or if the field is listed."""
    table, _, field = name.partition(".")
    listed_field = {one.name.lower(): one.full_name for one in catalogue() if one.table.lower() == table.lower()}
    if not listed_field or field.lower() in listed_field:
        return ""
    close = difflib.get_close_matches(field.lower(), listed_field, n=1, cutoff=0.8)
    return listed_field[close[0]] if close else ""
