"""Puts a changed district back to what it was when it was made."""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from psconnect.demo.district.build import USUAL, build_district
from psconnect.demo.district.schema import TABLES

if TYPE_CHECKING:
    from datetime import date

    from psconnect.demo.district.habits import Habits

#: What belongs to the server and not to the district.
_KEPT = frozenset({"PluginDef"})


def start_over(database: sqlite3.Connection, students: int, seed: int, today: date, habits: Habits = USUAL) -> None:
    """Replace every row by those of a newly made district, inside the transaction that is open on ``database``.

    Rows are copied instead of the file being replaced, because an open file can't be replaced on Windows.
    """
    with tempfile.TemporaryDirectory(prefix="psconnect-demo-") as folder:
        path = build_district(Path(folder), students, seed, today, habits)
        with closing(sqlite3.connect(path)) as fresh:
            for table in TABLES:
                if table.name in _KEPT:
                    continue
                # The names come from the schema alone.
                database.execute(f"DELETE FROM {table.name}")  # noqa: S608
                marks = ", ".join("?" * len(table.columns))
                names = ", ".join(name for name, _ in table.columns)
                rows = fresh.execute(f"SELECT {names} FROM {table.name}")  # noqa: S608
                database.executemany(f"INSERT INTO {table.name} ({names}) VALUES ({marks})", rows)  # noqa: S608
