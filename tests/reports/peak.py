"""Writes the reports of a run with many problems, in a process of its own: ``python -m tests.reports.peak FOLDER N``.

Prints as JSON how much the memory that this process took at most has grown with each of them, in MB.
"""

from __future__ import annotations

import json
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from psconnect.model.connection import from_dict
from psconnect.model.problems import Problem
from psconnect.reports import FORMATS, write_report
from psconnect.reports.content import ReportContent
from psconnect.store.database import open_rosters
from psconnect.store.history import run_table
from tests.bench.memory import peak_mb

_RULES = ("missing-reported", "missing-required", "orphan", "unreadable")


def main(folder: Path, count: int) -> dict[str, float]:
    """Store a run with so many problems at 50 schools and write it in every format."""
    connection = from_dict({"name": "Lincoln", "preset": "oneroster", "source": {"url": "https://lincoln.example"}})
    with closing(open_rosters(folder / "lincoln.sqlite")) as db:
        number = run_table.begin_run(
            db, "r", trigger="schedule", scope="all", started=datetime(2026, 11, 21, tzinfo=UTC)
        )
        db.execute("BEGIN")
        found = (Problem(_RULES[key % 4], "student", key, key % 50, "email") for key in range(count))
        run_table.store_problems(db, number, found)
        run_table.update_run(db, number, state="finished_with_problems", problems={"error": count})
        db.execute("COMMIT")
        grown = {}
        for ending in FORMATS:
            before = peak_mb()
            write_report(ReportContent(db, connection, number), folder / f"report{ending}")
            grown[ending] = round(peak_mb() - before, 1)
    return grown


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(Path(sys.argv[1]), int(sys.argv[2]))))
