"""Writes rows of the district: checks values against the columns and assigns keys."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Final

from psconnect.demo.district.schema import BY_NAME

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

    from psconnect.demo.district.rows import Value
    from psconnect.demo.district.schema import TableDefinition

#: Kinds by the first word of a column's declared type; types with a length are text.
_KINDS: Final = {"INTEGER": "whole", "NUMBER": "number", "DATE": "date", "TIMESTAMP": "date", "CLOB": "clob"}
_LENGTH: Final = re.compile(r"VARCHAR2\((\d+)\)")
_WHOLE: Final = re.compile(r"-?\d{1,18}")
_NUMBER: Final = re.compile(r"-?\d{1,15}(\.\d{1,15})?")


class BadValueError(ValueError):
    """A value doesn't fit its column; the message names the column, never the value."""


@dataclass(frozen=True, slots=True)
class ColumnRule:
    """What a column accepts: its kind (whole, number, date, text, clob), longest text, and whether it may be empty."""

    name: str
    kind: str
    longest: int | None
    required: bool


@cache
def column_rules(table: str) -> dict[str, ColumnRule]:
    """The rules of a table's columns by name in upper case."""
    definition = BY_NAME[table.upper()]
    return {name.upper(): _rule(name, declared) for name, declared in definition.columns}


def _rule(name: str, declared: str) -> ColumnRule:
    length = _LENGTH.fullmatch(declared)
    if length:
        return ColumnRule(name, "text", int(length[1]), required=False)
    kind = _KINDS[declared.split(maxsplit=1)[0]]
    return ColumnRule(name, kind, None, required="NOT NULL" in declared)


def read_value(rule: ColumnRule, text: str) -> Value:
    """A wire text in the column's stored form; empty text is NULL (10.5).

    Raises:
        BadValueError: if it is invalid.

    """
    if text == "":
        if rule.required:
            message = f"{rule.name} is required"
            raise BadValueError(message)
        return None
    if rule.kind == "whole" and not _WHOLE.fullmatch(text):
        message = f"Invalid number for field {rule.name}"
        raise BadValueError(message)
    if rule.kind == "number" and not _NUMBER.fullmatch(text):
        message = f"Invalid number for field {rule.name}"
        raise BadValueError(message)
    if rule.kind == "date" and not is_date(text):
        message = f"Invalid date for field {rule.name}; dates are YYYY-MM-DD"
        raise BadValueError(message)
    if rule.longest is not None and len(text) > rule.longest:
        message = f"{rule.name} is longer than {rule.longest} characters"
        raise BadValueError(message)
    if rule.kind == "whole":
        return int(text)
    return float(text) if rule.kind == "number" else text


def checked_text(name: str, value: object, *, any_kind: bool) -> str:
    """A value of a body as text; null is empty.

    Raises:
        BadValueError: for a number or boolean unless ``any_kind`` is true, and for objects and lists.

    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if any_kind and isinstance(value, int | float):
        return str(int(value)) if isinstance(value, bool) else str(value)
    message = f"The value of {name} must be a text"
    raise BadValueError(message)


def is_date(text: str) -> bool:
    """Whether a text is a date as YYYY-MM-DD."""
    try:
        return len(text) == len("YYYY-MM-DD") and bool(date.fromisoformat(text))
    except ValueError:
        return False


def insert(database: sqlite3.Connection, table: str, values: Mapping[str, Value]) -> int:
    """Insert a row and return its key. A missing key or ``ID`` gets the table's next one."""
    definition = BY_NAME[table.upper()]
    given = dict(values)
    names = [name for name, _ in definition.columns]
    if definition.primary_key != "ID" and names[1:2] == ["ID"] and "ID" not in given:
        (highest,) = database.execute(f"SELECT coalesce(max(ID), 0) FROM {definition.name}").fetchone()  # noqa: S608 - a table of the schema
        given["ID"] = int(highest) + 1
    columns = ", ".join(f'"{name}"' for name in given)
    marks = ", ".join("?" * len(given))
    sql = f"INSERT INTO {definition.name} ({columns}) VALUES ({marks})"  # noqa: S608 - names of the schema
    if not given:
        sql = f"INSERT INTO {definition.name} DEFAULT VALUES"
    key = database.execute(sql, list(given.values())).lastrowid
    return int(key or 0)


def update(database: sqlite3.Connection, table: str, key: int, values: Mapping[str, Value]) -> bool:
    """Update the row with this key; False if there is none."""
    definition = BY_NAME[table.upper()]
    if not values:
        return exists(database, definition, key)
    changes = ", ".join(f'"{name}" = ?' for name in values)
    sql = f"UPDATE {definition.name} SET {changes} WHERE {definition.primary_key} = ?"  # noqa: S608 - names of the schema
    return database.execute(sql, [*values.values(), key]).rowcount > 0


def delete(database: sqlite3.Connection, table: str, key: int, column: str | None = None) -> int:
    """Delete the rows whose ``column`` (or primary key) is ``key``; returns how many."""
    definition = BY_NAME[table.upper()]
    sql = f"DELETE FROM {definition.name} WHERE {column or definition.primary_key} = ?"  # noqa: S608 - names of the schema
    return database.execute(sql, [key]).rowcount


def exists(database: sqlite3.Connection, definition: TableDefinition, key: int) -> bool:
    """Whether a table has a row with this key."""
    sql = f"SELECT 1 FROM {definition.name} WHERE {definition.primary_key} = ?"  # noqa: S608 - names of the schema
    return database.execute(sql, [key]).fetchone() is not None


def read_key(text: str) -> int | None:
    """A key from a path; None if invalid."""
    return int(text) if _WHOLE.fullmatch(text) else None
