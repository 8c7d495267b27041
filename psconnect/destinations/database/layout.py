"""The table layout of a roster: one table per entity, typed columns, a link table for each list of ids.

It is plain data made from the model, so that tables, values and documents can't differ. Names are lower case with
underscores: PostgreSQL folds unquoted names, and nobody wants to quote columns in a report.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from psconnect.model.entities import ENTITIES, EXTRA, Entity, Reference
from psconnect.model.id_attributes import Pointer, pointers_in

ColumnKind = Literal["id", "text", "date", "yes_no", "number"]
ColumnValue = str | bool | int | date | None

TABLE_NAMES = {"calendar": "term", "admin": "other_staff", "school-view": "school_view"}
"""Entity key -> table name, if it differs from the key."""
_DATES = frozenset({"startDate", "endDate", "beginDate"})
_YES_NO = frozenset({"primary", "custodial", "emergency", "livesWith", "schoolPickup", "receivesMail"})
_NUMBERS = frozenset({"schoolYear"})
_RENAMED = {"sourcedId": "id", "orgSourcedId": "school_id", "primary": "is_primary"}
_LONGEST_NAME = 50
CUSTOM = "custom_"


@dataclass(frozen=True)
class ColumnShape:
    """A column that holds one attribute.

    Attributes:
        name: its name.
        kind: the type of its values.
        attribute: the attribute it holds.
        target: key of the entity whose ids it holds; empty for other values.
        needed: whether the id is required, so that it has a foreign key.
    """

    name: str
    kind: ColumnKind
    attribute: str
    target: str = ""
    needed: bool = False


@dataclass(frozen=True)
class ListShape:
    """A link table for the ids of one attribute: owner, target, and the target's place in the list.

    ``owner`` and ``target`` are entity keys.
    """

    name: str
    owner: str
    target: str
    attribute: str


@dataclass(frozen=True)
class TableShape:
    """The table of one entity.

    Attributes:
        entity: the entity.
        name: its name, without the prefix.
        columns: the columns that hold attributes, ``id`` first.
        lists: its link tables.
    """

    entity: Entity
    name: str
    columns: tuple[ColumnShape, ...]
    lists: tuple[ListShape, ...]


def table_name(entity: str) -> str:
    """The name of an entity's table, without the prefix."""
    return TABLE_NAMES.get(entity, entity)


def custom_column(label: str) -> str:
    """The column of a custom field with that label.

    Labels ignore case. A label that isn't a plain name gets a few extra characters, so that two labels never share a
    column.
    """
    plain = re.sub(r"\W", "_", label.lower(), flags=re.ASCII)
    if plain == label.lower() and len(plain) <= _LONGEST_NAME:
        return f"{CUSTOM}{plain}"
    return f"{CUSTOM}{plain[:_LONGEST_NAME]}_{hashlib.sha256(label.lower().encode()).hexdigest()[:4]}"


def _snake(attribute: str) -> str:
    plain = attribute.replace("SourcedId", "Id")
    return re.sub(r"[A-Z]", lambda capital: f"_{capital[0].lower()}", plain)


def _kind(attribute: str) -> ColumnKind:
    if attribute in _DATES:
        return "date"
    if attribute in _YES_NO:
        return "yes_no"
    return "number" if attribute in _NUMBERS else "text"


def _columns(attribute: str, pointer: Pointer | None) -> list[ColumnShape]:
    name = _RENAMED.get(attribute) or _snake(attribute)
    if pointer is None:
        return [ColumnShape(name, "id" if attribute == "sourcedId" else _kind(attribute), attribute)]
    if len(pointer.targets) == 1:
        return [ColumnShape(name, "id", attribute, pointer.targets[0], needed=pointer.needed)]
    return [ColumnShape(f"{target}_id", "id", attribute, target, needed=pointer.needed) for target in pointer.targets]


def _shape(entity: Entity) -> TableShape:
    name = table_name(entity.key)
    pointers = {entity.attributes[pointer.place]: pointer for pointer in pointers_in(entity)}
    columns: list[ColumnShape] = []
    lists: list[ListShape] = []
    for attribute in entity.attributes:
        pointer = pointers.get(attribute)
        if pointer is not None and pointer.several:
            target = pointer.targets[0]
            lists.append(ListShape(f"{name}_{table_name(target)}", entity.key, target, attribute))
        elif attribute != EXTRA:
            columns += _columns(attribute, pointer)
    return TableShape(entity, name, tuple(columns), tuple(lists))


SCHOOL_VIEW = Entity(
    "school-view",
    110,
    "School views",
    ("schoolSourcedId",),
    ("name",),
    (Reference("", "school", "schoolSourcedId"),),
    "all",
    titled=("name",),
    singular="School view",
)
"""A derived entity: one record per school, with the name of its views."""
SHAPES: dict[str, TableShape] = {entity.key: _shape(entity) for entity in (*ENTITIES, SCHOOL_VIEW)}
"""Entity key -> its table, in dependency order."""


class UnfitValue(ValueError):
    """A value that its column can't hold; names the column, never the value."""

    def __init__(self, column: str, wanted: str) -> None:
        super().__init__(column)
        self.column = column
        self.wanted = wanted


def _date(text: str) -> date:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, flags=re.ASCII):
        raise ValueError
    return date.fromisoformat(text)


def _number(text: str) -> int:
    if not re.fullmatch(r"-?\d{1,9}", text, flags=re.ASCII):
        raise ValueError
    return int(text)


_READ: dict[ColumnKind, tuple[Callable[[str], ColumnValue], str]] = {
    "id": (str, "a text"),
    "text": (str, "a text"),
    "date": (_date, "a date like 2026-08-17"),
    "yes_no": ({"true": True, "false": False}.__getitem__, "true or false"),
    "number": (_number, "a whole number"),
}


def value_of(column: ColumnShape, text: str) -> ColumnValue:
    """The column's value for an attribute's text, None if empty; raises UnfitValue."""
    if not text:
        return None
    read, wanted = _READ[column.kind]
    try:
        return read(text)
    except (ValueError, KeyError):
        raise UnfitValue(column.name, wanted) from None
