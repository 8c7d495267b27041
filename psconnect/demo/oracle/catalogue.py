"""What the compiler needs to know about the database's tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import sqlite3

#: The kinds of values; "null" is a NULL literal, which fits every kind.
TypeKind = Literal["number", "text", "date", "clob", "null"]

#: What a bind variable may be bound as; "floating" is a BINARY_DOUBLE.
BindKind = Literal["text", "number", "floating", "date"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table or query: its name (None if it has none), its kind, and whether it may be null."""

    name: str | None
    kind: TypeKind
    nullable: bool = True


@dataclass(frozen=True, slots=True)
class TableInfo:
    """A table or view with its columns in order; names in the database's spelling."""

    name: str
    columns: tuple[Column, ...]
    primary_key: str | None
    view: bool = False

    def column(self, name: str) -> Column | None:
        """The column of this name, ignoring case."""
        wanted = name.upper()
        return next((column for column in self.columns if (column.name or "").upper() == wanted), None)


#: Tables by name in upper case.
Catalogue = dict[str, TableInfo]


def read_catalogue(database: sqlite3.Connection) -> Catalogue:
    """Read the tables and views of a database; the column types give the kinds."""
    catalogue: Catalogue = {}
    rows = database.execute("SELECT name, type FROM sqlite_master WHERE type IN ('table', 'view')")
    for name, kind in rows.fetchall():
        if name.startswith("sqlite_"):
            continue
        info = database.execute('SELECT name, type, "notnull", pk FROM pragma_table_info(?)', (name,)).fetchall()
        columns = tuple(
            Column(column, _kind(declared), nullable=not (required or key)) for column, declared, required, key in info
        )
        key = next((column for column, _, _, pk in info if pk), None)
        catalogue[name.upper()] = TableInfo(name, columns, key, kind == "view")
    return catalogue


def _kind(declared: str) -> TypeKind:
    word = declared.upper().split("(")[0].split()[0] if declared else ""
    if word in ("INTEGER", "NUMBER", "REAL", "INT"):
        return "number"
    if word in ("DATE", "TIMESTAMP"):
        return "date"
    return "clob" if word == "CLOB" else "text"
