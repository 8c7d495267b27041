"""Reports of a first run, each in a process of its own: ``python -m tests.bench.reports FOLDER STUDENTS ENDING``.

The run creates so many students, with contacts and enrollments as districts have them, and finds something about one in
ten. Prints as JSON the seconds and the growth of memory while the report is written, its size, and the seconds that a
bare baseline needs to write the same records as they are stored to a CSV file. The roster data is made once per FOLDER.
"""

from __future__ import annotations

import csv
import json
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from psconnect.desktop.print import draw_report
from psconnect.model.connection import from_dict
from psconnect.model.entities import CLASS, CONTACT, ENROLLMENT, SCHOOL, STUDENT, Entity
from psconnect.model.problems import Problem
from psconnect.model.reconciled import Reconciled
from psconnect.model.runs import ChangeCounts
from psconnect.reports import write_report
from psconnect.reports.content import ReportContent
from psconnect.store.database import open_rosters
from psconnect.store.history import run_table
from psconnect.store.record import decode_record
from tests.bench.memory import peak_mb

CONNECTION = from_dict({"name": "Lincoln", "preset": "oneroster", "source": {"url": "https://lincoln.example"}})
SCHOOLS, CONTACTS_A_STUDENT, CLASSES_A_STUDENT = 50, 2, 7
_STARTED = datetime(2026, 8, 17, 5, tzinfo=UTC)


def _counts(students: int) -> dict[Entity, int]:
    classes = students * CLASSES_A_STUDENT // 25
    return {
        SCHOOL: SCHOOLS,
        CLASS: classes,
        STUDENT: students,
        CONTACT: students * CONTACTS_A_STUDENT,
        ENROLLMENT: students * CLASSES_A_STUDENT,
    }


def _records(entity: Entity, count: int, counts: dict[Entity, int]) -> Iterator[tuple[int, bytes]]:
    for key in range(1, count + 1):
        values = {
            "sourcedId": entity.sourced_id(key),
            "familyName": f"Family-{key % 9_001}",
            "givenName": f"Given-{key % 4_001}",
            "name": f"School {key}",
            "title": f"Class {key} - Teacher {key % 3_001}",
            "identifier": f"{key:07}",
            "email": f"{key}@lincoln.example",
            "schoolSourcedIds": str(1 + key % SCHOOLS),
            "schoolSourcedId": str(1 + key % SCHOOLS),
            "userSourcedId": str(1 + key // CLASSES_A_STUDENT % counts[STUDENT]),
            "classSourcedId": str(1 + key % counts[CLASS]),
            "beginDate": "2026-08-17",
            "endDate": "2027-06-04",
        }
        yield key, msgspec.json.encode([values.get(name, "") for name in entity.attributes])


def make_first_run(path: Path, students: int) -> None:
    """Store a finished first run of that many students."""
    counts = _counts(students)
    with closing(open_rosters(path)) as db:
        number = run_table.begin_run(db, "first", trigger="button", scope="all", started=_STARTED)
        db.execute("BEGIN")
        for entity, count in counts.items():
            rows = ((number, entity.rank, key, record) for key, record in _records(entity, count, counts))
            db.executemany("INSERT INTO change VALUES (?, ?, ?, 1, NULL, ?)", rows)
        db.execute("INSERT INTO ledger SELECT entity, key, after FROM change WHERE run = ?", [number])
        rules = ("missing-reported", "missing-required", "username-shared", "registered-twice")
        found = (Problem(rules[key % 4], "student", key, 1 + key % SCHOOLS, "email") for key in range(1, students, 10))
        run_table.store_problems(db, number, found)
        run_table.update_run(
            db,
            number,
            state="finished_with_problems",
            planned=_STARTED,
            ended=_STARTED + timedelta(minutes=2),
            changes={entity.key: ChangeCounts(count) for entity, count in counts.items()},
            reconciled={entity.key: Reconciled(count, count) for entity, count in counts.items()},
            problems=run_table.problem_counts(db, number),
        )
        db.execute("COMMIT")


def baseline(path: Path, target: Path) -> float:
    """Seconds that it takes to write the changes as they are stored, without a name looked up, to a CSV file."""
    begun = time.perf_counter()
    with closing(open_rosters(path, to_read=True)) as db, target.open("w", newline="", encoding="utf-8") as file:
        rows = db.execute("SELECT entity, key, after FROM change ORDER BY entity, key")
        csv.writer(file).writerows([entity, key, *decode_record(record)] for entity, key, record in rows)
    return time.perf_counter() - begun


def main(folder: Path, students: int, ending: str) -> dict[str, float]:
    """The figures of one report."""
    path = folder / f"first-{students}.sqlite"
    if not path.exists():
        make_first_run(path, students)
    bare = baseline(path, folder / "baseline.csv")
    with closing(open_rosters(path, to_read=True)) as db:
        before, begun = peak_mb(), time.perf_counter()
        written = write_report(ReportContent(db, CONNECTION, 1), folder / f"report-{students}{ending}", draw_report)
        seconds = time.perf_counter() - begun
    grown = max(0.0, peak_mb() - before)
    return {"seconds": seconds, "baseline": bare, "grown_mb": round(grown, 1), "bytes": written.stat().st_size}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3])))
