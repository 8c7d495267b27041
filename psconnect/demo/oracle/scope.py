"""Which names are visible where in a query."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from psconnect.demo.oracle.errors import OracleError

if TYPE_CHECKING:
    from psconnect.demo.oracle.catalogue import Column, TypeKind
    from psconnect.demo.oracle.syntax import Name

#: Words that look like columns but aren't.
PSEUDO: Final = frozenset({"SYSDATE", "CURRENT_DATE", "ROWNUM", "LEVEL", "USER", "SYSTIMESTAMP", "CURRENT_TIMESTAMP"})


@dataclass(frozen=True, slots=True)
class Typed:
    """A value's SQLite SQL, with its Oracle kind and whether it may be null.

    A ``floating`` number is a BINARY_DOUBLE: its text form has an exponent.
    """

    sql: str
    kind: TypeKind
    nullable: bool = True
    floating: bool = False


@dataclass(frozen=True, slots=True)
class SourceColumns:
    """One source of a FROM clause: its name and its columns."""

    alias: str
    columns: tuple[Column, ...]


@dataclass(slots=True)
class Scope:
    """The sources of one query block, the WITH names in force, and the block around it (for correlation)."""

    parent: Scope | None
    common: dict[str, tuple[Column, ...]]
    sources: list[SourceColumns]

    def find(self, name: Name) -> Typed:
        """Find a column in this block or an outer one.

        Raises:
            OracleError: if there is none, or more than one.

        """
        found = [
            Typed(f"{quoted(source.alias)}.{quoted(column.name or '')}", column.kind, column.nullable)
            for source in self.sources
            if name.table is None or source.alias == name.table
            for column in source.columns
            if column.name == name.column
        ]
        if len(found) > 1:
            raise OracleError(918)
        if found:
            return found[0]
        if self.parent is None:
            raise OracleError(904, f"{name.table}.{name.column}" if name.table else name.column)
        return self.parent.find(name)

    def is_outer(self, name: Name) -> bool:
        """Whether a column belongs to an outer block."""
        return not any(
            column.name == name.column
            for source in self.sources
            if name.table is None or source.alias == name.table
            for column in source.columns
        )

    def is_pseudo(self, name: Name) -> bool:
        """Whether a name is a pseudo-column."""
        return name.table is None and name.column in PSEUDO

    def expand(self, alias: str) -> list[tuple[Typed, str | None]]:
        """All columns of one source, or of every source if ``alias`` is empty."""
        chosen = [source for source in self.sources if not alias or source.alias == alias]
        if not chosen:
            raise OracleError(904, alias)
        return [
            (Typed(f"{quoted(source.alias)}.{quoted(name)}", column.kind, column.nullable), column.name)
            for source in chosen
            for at, column in enumerate(source.columns)
            for name in (column.name or f"EXPR_{at}",)
        ]


def quoted(name: str) -> str:
    """A quoted name for SQLite; only names found in a scope are ever written."""
    return '"' + name.replace('"', '""') + '"'
