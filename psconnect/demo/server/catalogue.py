"""The tables as a server has them that lacks some (15.4, 19)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from psconnect.demo.oracle import Catalogue, TableInfo


def present(catalogue: Catalogue, missing: frozenset[str]) -> Catalogue:
    """The catalogue without what is missing: TABLE or TABLE.FIELD names in upper case."""
    if not missing:
        return catalogue
    return {name: _without(table, name, missing) for name, table in catalogue.items() if name not in missing}


def _without(table: TableInfo, name: str, missing: frozenset[str]) -> TableInfo:
    kept = tuple(column for column in table.columns if f"{name}.{column.name or ''}".upper() not in missing)
    return replace(table, columns=kept)
