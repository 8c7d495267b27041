"""Where the generators put their rows, and where they get their chance from."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

Value = str | int | float | None
Row = tuple[Value, ...]


class RowWriter:
    """Writes rows of one district into an open database, a table at a time."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def write(self, table: str, columns: str, rows: Iterable[Row]) -> None:
        """Insert rows whose values stand in the order of ``columns`` (names with blanks between); others stay null."""
        names = columns.split()
        marks = ", ".join("?" * len(names))
        # The names come from the generators alone, never from outside.
        statement = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})"  # noqa: S608
        self._database.executemany(statement, rows)


def chance(seed: int, students: int, part: str) -> random.Random:
    """A stream of chance that depends on these three alone, so that one part never disturbs another."""
    return random.Random(f"{seed}/{students}/{part}")  # noqa: S311 - a made-up district, nothing secret
