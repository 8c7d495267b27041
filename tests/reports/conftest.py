"""Small roster databases with runs, schools and problems, as the engine stores them."""

from __future__ import annotations

import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from psconnect.model.connection import Connection, from_dict
from psconnect.model.entities import SCHOOL, STUDENT, Entity
from psconnect.model.problems import Problem
from psconnect.reports.content import ReportContent, ReportWish
from psconnect.reports.html_report import html_report
from psconnect.store.database import open_rosters
from psconnect.store.history import run_table

STARTED = datetime(2026, 11, 21, 11, 30, tzinfo=UTC)


@dataclass(frozen=True)
class District:
    """A connection with its roster data."""

    db: sqlite3.Connection
    connection: Connection

    def school(self, key: int, name: str) -> None:
        """Put a school into the ledger."""
        values = [{"sourcedId": str(key), "name": name}.get(attribute, "") for attribute in SCHOOL.attributes]
        self.db.execute("INSERT INTO ledger VALUES (?, ?, ?)", [SCHOOL.rank, key, msgspec.json.encode(values)])

    def run(self, problems: list[Problem] | None = None, **values: object) -> int:
        """Store a run that finished after 4 min 12 s, unless ``values`` say otherwise; returns its number."""
        trigger = str(values.pop("trigger", "schedule"))
        number = run_table.begin_run(
            self.db,
            run_table.new_run_id(STARTED),
            trigger=trigger,
            scope=str(values.pop("scope", "all")),
            started=STARTED,
        )
        self.db.execute("BEGIN")
        run_table.store_problems(self.db, number, problems or [])
        usual = {
            "state": "finished",
            "planned": STARTED + timedelta(seconds=100),
            "ended": STARTED + timedelta(seconds=252),
            "problems": run_table.problem_counts(self.db, number),
        }
        run_table.update_run(self.db, number, **{**usual, **values})
        self.db.execute("COMMIT")
        return number

    def student_changes(
        self, number: int, key: int, before: dict[str, str] | None, after: dict[str, str] | None
    ) -> None:
        """Put a change of a student into a run: the attributes before and after; None for no record."""
        self.changes(number, STUDENT, key, before, after)

    def changes(
        self, number: int, entity: Entity, key: int, before: dict[str, str] | None, after: dict[str, str] | None
    ) -> None:
        """Put a change of a record into a run."""
        old, new = _encoded(entity, key, before), _encoded(entity, key, after)
        action = 1 if old is None else 3 if new is None else 2
        self.db.execute("INSERT INTO change VALUES (?, ?, ?, ?, ?, ?)", [number, entity.rank, key, action, old, new])

    def content(self, number: int, **wish: Any) -> ReportContent:
        """What a report of a run is made from."""
        return ReportContent(self.db, self.connection, number, ReportWish(**wish))

    def page(self, number: int, **wish: Any) -> bytes:
        """The HTML report of a run."""
        return b"".join(html_report(self.content(number, **wish)))


def _encoded(entity: Entity, key: int, values: dict[str, str] | None) -> bytes | None:
    if values is None:
        return None
    all_values = {"sourcedId": entity.sourced_id(key), **values}
    return msgspec.json.encode([all_values.get(name, "") for name in entity.attributes])


@pytest.fixture
def district(tmp_path: Path) -> Iterator[District]:
    """Lincoln's connection, with nothing in its roster data."""
    connection = from_dict(
        {
            "name": "Lincoln roster",
            "preset": "oneroster",
            "source": {"url": "https://lincoln.example:8443", "client_id": "client-canary"},
            "destination": {"kind": "oneroster-csv", "folder": "/srv/roster", "keep": 7},
        }
    )
    db = open_rosters(tmp_path / "lincoln.sqlite")
    yield District(db, connection)
    db.close()


@pytest.fixture
def pdf_text() -> Callable[[Path], str]:
    """What another program reads in a PDF file: its properties, then its pages with a form feed between them."""

    def read(path: Path) -> str:
        told = [
            subprocess.run(command, check=True, capture_output=True, text=True, encoding="utf-8").stdout
            for command in (["pdfinfo", str(path)], ["pdftotext", "-layout", str(path), "-"])
        ]
        return "\n".join(told)

    return read
