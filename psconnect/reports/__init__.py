"""A run's report as a file: HTML to read and print, CSV to work through."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from pathlib import Path

from psconnect.model.connection import Connection
from psconnect.model.errors import FixSettings
from psconnect.reports.csv_report import csv_report
from psconnect.reports.html_report import html_report
from psconnect.store.files import write_atomically

Make = Callable[[sqlite3.Connection, Connection, int], Iterable[bytes]]
FORMATS: dict[str, Make] = {".html": html_report, ".csv": csv_report}
"""File ending -> function that makes the file's bytes, in pieces."""


def write_report(db: sqlite3.Connection, connection: Connection, number: int, path: Path) -> Path:
    """Write the report of a run; raises FixSettings for an unknown ending, or LocalStorage."""
    make = FORMATS.get(path.suffix.lower())
    if make is None:
        known = " or ".join(FORMATS)
        raise FixSettings("PSC-REPORT-FORMAT/unknown", where=str(path), ending=path.suffix or path.name, known=known)
    write_atomically(path, make(db, connection, number))
    return path
