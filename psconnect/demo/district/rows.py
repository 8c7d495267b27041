"""How the generators write rows and get random numbers."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

Value = str | int | float | None
Row = tuple[Value, ...]


class RowWriter:
    """Writes one district's rows into an open database, table by table."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def write(self, table: str, columns: str, rows: Iterable[Row]) -> None:
        """Insert rows with values in the order of ``columns`` (names separated by blanks); other columns stay null."""
        names = columns.split()
        marks = ", ".join("?" * len(names))
        # The names come only from the generators.
        statement = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})"  # noqa: S608
        self._database.executemany(statement, rows)


def chance(seed: int, students: int, part: str) -> random.Random:
    """A random generator that depends only on these three, so that one part never affects another."""
    return random.Random(f"{seed}/{students}/{part}")  # noqa: S311 - a made-up district, nothing secret
