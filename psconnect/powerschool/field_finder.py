"""Finds fields for a person: in the catalogue, by the name as typed, and on the server.

A name without a dot is a field of a standard table, one with a dot is ``Table.Field`` (docs/powerschool.md 16). The
name of a district's own table can look like that of a *group* of tables (``U_DEF_EXT_STUDENTS``): PowerSchool shows
the group where its tables are listed, and a field stands in one of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from psconnect.model.clock import CancelToken
from psconnect.model.entities import ENTITIES
from psconnect.model.errors import FixSettings
from psconnect.powerschool import fields
from psconnect.powerschool.client import PowerSchoolClient

FieldState = Literal["granted", "not-granted", "unknown", "no-table"]
Origin = Literal["standard", "extension", "typed"]
_GROUP = re.compile(r"U_DEF_EXT_\w+", re.IGNORECASE)
_NAME = re.compile(r"\w+(\.\w+)?")


@dataclass(frozen=True)
class FoundField:
    """A field that a person may mean.

    Attributes:
        name: ``Table.Field``, as PowerSchool spells it if it is known.
        meaning: what it holds; empty if that is not known.
        origin: ``standard``, an ``extension`` of the district or state, or ``typed``: a name that is not listed.
        entities: keys of the entities that can have it; empty if psconnect can't read it with any.
        group: the name of a group of tables, if the table may be one: which of its tables it is has to be said.
    """

    name: str
    meaning: str = ""
    origin: Origin = "standard"
    entities: tuple[str, ...] = ()
    group: str = ""

    @property
    def table(self) -> str:
        """The table's name."""
        return self.name.partition(".")[0]

    @property
    def field(self) -> str:
        """The field's name, without its table."""
        return self.name.partition(".")[2]


def find(text: str, entity: str = "", used: Iterable[str] = (), most: int = 60) -> list[FoundField]:
    """Fields whose name or meaning has all words of the text: names that begin so first, then by table.

    ``used`` are the names that a connection uses already: its own fields are found, too. A name that is listed nowhere
    comes last, as it would be read.
    """
    words = text.lower().split()
    listed = [_listed(one) for one in fields.search(text, entity)]
    own = sorted({name for name in used if not fields.listed_field(*name.split(".", 1))}, key=str.lower)
    listed += [_unlisted(name) for name in own if all(word in name.lower() for word in words)]
    found = sorted(listed, key=lambda one: _rank(one, words))
    if entity:
        found = [one for one in found if entity in one.entities]
    found = found[:most]
    # One plain word is rather looked for than named, unless nothing is found.
    typed = as_typed(text.strip(), entity) if not found or re.search(r"[._]", text) else None
    if typed and typed.name.lower() not in [one.name.lower() for one in found]:
        found.append(typed)
    return found


def _rank(one: FoundField, words: Sequence[str]) -> tuple[bool, bool, bool]:
    name = one.field.lower()
    return not one.entities, bool(words) and not name.startswith(words[0]), bool(words) and words[0] not in name


def as_typed(text: str, entity: str = "") -> FoundField | None:
    """The field that a name means as it is typed; None if it is no name, or of a table that can't be read."""
    if not _NAME.fullmatch(text):
        return None
    table, dot, _field = text.partition(".")
    able = _entities_of(table) if dot else _EXTENDED
    if not able or (not dot and (len(text) < _SHORTEST or fields.is_extension(text))):
        return None
    full = fields.resolve(text, entity if entity in able else able[0], text)
    known = fields.listed_field(*full.split(".", 1))
    return _listed(known) if known else _unlisted(full)


_SHORTEST = 3
"""A shorter word without a dot is not yet a name."""


def _listed(one: fields.Field) -> FoundField:
    origin: Origin = "extension" if fields.is_extension(one.table) else "standard"
    return FoundField(one.full_name, one.meaning, origin, _entities_of(one.table))


def _unlisted(name: str) -> FoundField:
    table = name.partition(".")[0]
    origin: Origin = "extension" if fields.is_extension(table) else "typed"
    group = table if _GROUP.fullmatch(table) else ""
    return FoundField(name, "", origin, _entities_of(table), group)


def _entities_of(table: str) -> tuple[str, ...]:
    """The entities that a table's fields can be custom fields of."""
    able = [entity.key for entity in ENTITIES if entity.extensible]
    if fields.is_extension(table) and table.upper() not in _CORE:
        likely = [key for part, key in _HINTS if part in table.upper()]
        return tuple(dict.fromkeys((*likely, *(key for key in _EXTENDED if key in able))))
    return tuple(key for key in able if table.lower() in (one.lower() for one in fields.TABLES_OF[key]))


_EXTENDED = ("student", "teacher", "admin", "class", "course")
"""The entities whose tables districts extend, and whose extensions are read (streams)."""
_CORE = ("STUDENTCOREFIELDS", "USERSCOREFIELDS")
_HINTS = (("STU", "student"), ("USER", "teacher"), ("TEACH", "teacher"), ("SEC", "class"), ("COURSE", "course"))
"""What a part of an extension's name says of the table it extends."""


def states_on(client: PowerSchoolClient, names: Iterable[str], cancel: CancelToken) -> dict[str, FieldState]:
    """Whether each ``Table.Field`` exists on the server, and whether the plugin may view it.

    A server checks first whether a column exists and then whether it is granted (docs/powerschool.md 10.4), so a field
    that is not granted is known all the same. No value is kept. Raises what signing in and reading raise.
    """
    found: dict[str, FieldState] = {}
    for name in dict.fromkeys(names):
        cancel.check()
        found[name] = _state_of(client, name)
    return found


_STATES: dict[str, FieldState] = {
    "PSC-ACCESS-FIELD": "not-granted",
    "PSC-ACCESS-NO-FIELD": "unknown",
    "PSC-ACCESS-NOT-FOUND": "no-table",
}


def _state_of(client: PowerSchoolClient, name: str) -> FieldState:
    table, _, field = name.lower().partition(".")
    params = {"projection": field, "pagesize": "1", "page": "1"}
    try:
        client.read("GET", f"/ws/schema/table/{table}", f"the field {name}", len, params=params)
    except FixSettings as error:
        if error.code in _STATES:
            return _STATES[error.code]
        raise
    return "granted"
