"""Writing a kind's files from a stored roster, beside a bare csv + zip writer of the same rows.

``python -m tests.bench.bundle SUBJECT STUDENTS ROUNDS`` prints seconds of the processor: of the product, of the bare
writer, whose rows are in memory already, and of only reading the stored roster once, which no bare writer does; and
the memory that the product took. The bare writer is never edited to improve a ratio.

Product and bare writer take turns, and the ratio is the median of these pairs: taken one after the other, a machine
that slows down in between made the same code 4.5 or 9.5 times as slow as the bare writer.
"""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from statistics import median
from typing import Any

from psconnect.destinations import KINDS, Context, open_destination
from psconnect.destinations.snapshot import Snapshot
from psconnect.model.clock import CancelToken
from psconnect.model.entities import BY_KEY
from psconnect.store.database import open_rosters, transaction
from psconnect.store.record import encode_record
from psconnect.sync.delivery.roster import PlannedRoster
from psconnect.sync.preflight import Look
from tests.bench.memory import peak_mb
from tests.contracts.rosters import small

SUBJECTS: Mapping[str, Mapping[str, Any]] = {
    "OneRoster 1.1": {"kind": "oneroster-csv", "version": "1.1"},
    "OneRoster 1.2": {"kind": "oneroster-csv", "version": "1.2"},
    "ClassLink": {"kind": "classlink-csv", "packing": "zip"},
    "Clever": {"kind": "clever-csv", "packing": "zip"},
    "School Data Sync": {"kind": "sds-csv", "packing": "zip"},
    "School Data Sync with contacts": {"kind": "sds-csv", "packing": "zip", "relationships": True},
    "Apple School Manager": {"kind": "apple-csv"},
    "Canvas": {"kind": "canvas-csv", "packing": "zip"},
    "PowerSchool Learning": {"kind": "learning-csv", "packing": "zip"},
}
_CLASSES, _FIRST, _A_TEACHER = 8, 1_000_000, 15
_PORTION = 5_000


def _stored(students: int) -> Iterator[tuple[int, int, bytes]]:
    """The small district with that many more students: each in eight classes, with two contacts; and their teachers."""
    for name, records in small().items():
        for key, record in enumerate(records, 1):
            yield _row(name, key, record)
    for number in range(_FIRST, _FIRST + students):
        yield from _family(number)
        place = {"classSourcedId": "5101", "schoolSourcedId": "3", "role": "student", "primary": "false"}
        place |= {"beginDate": "2026-08-17", "endDate": "2027-06-12", "userSourcedId": str(number)}
        for key in range(number * _CLASSES, (number + 1) * _CLASSES):
            yield _row("enrollment", key, {"sourcedId": str(key), **place})
    for number in range(_FIRST, _FIRST + students // _A_TEACHER):
        yield _row("teacher", number, {**_person(f"T{number}", number), "schoolSourcedIds": "3,4"})


def _family(number: int) -> Iterator[tuple[int, int, bytes]]:
    yield _row("student", number, {**_person(str(number), number), "schoolSourcedIds": "3", "grade": "05"})
    for key in (2 * number, 2 * number + 1):
        # PowerSchool Learning leaves out contacts without a guardian ID: it would read them and write nothing.
        guardian = {"phone": f"555-{key}", "extra": f'{{"guardianId":"{key}"}}'}
        yield _row("contact", key, {**_person(f"C{key}", key), **guardian})
        joined = {"studentSourcedId": str(number), "contactSourcedId": f"C{key}"}
        joined |= {"relation": "Mother", "role": "parent"}
        flags = dict.fromkeys(("custodial", "livesWith", "emergency", "schoolPickup"), "true")
        yield _row("relationship", key, {"sourcedId": str(key), **joined, **flags})


def _person(sourced_id: str, number: int) -> dict[str, str]:
    names = {"username": f"u{sourced_id}", "givenName": f"Ana{number % 977}", "familyName": f"Nguyen{number % 1999}"}
    return {"sourcedId": sourced_id, **names, "identifier": str(number), "email": f"u{sourced_id}@example.org"}


def _row(name: str, key: int, record: Mapping[str, str]) -> tuple[int, int, bytes]:
    entity = BY_KEY[name]
    assert set(record) <= set(entity.attributes), f"{name} has no such attribute"
    return entity.rank, key, encode_record([record.get(attribute, "") for attribute in entity.attributes])


def _seconds(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def _write(destination: Snapshot, roster: PlannedRoster) -> None:
    destination.prepare(roster, CancelToken()).publish()


def _read(roster: PlannedRoster, entities: tuple[str, ...]) -> None:
    for key in entities:
        for _record in roster.records(BY_KEY[key]):
            pass


def _rows_of(bundle: Path) -> dict[str, list[list[str]]]:
    with zipfile.ZipFile(bundle) as archive:
        texts = {name: archive.read(name).decode("utf-8-sig") for name in archive.namelist() if name.endswith(".csv")}
    return {name: list(csv.reader(io.StringIO(text, newline=""))) for name, text in texts.items()}


def _write_bare(path: Path, tables: Mapping[str, list[list[str]]]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, rows in tables.items():
            with archive.open(name, "w") as file:
                for place in range(0, len(rows), _PORTION):
                    text = io.StringIO(newline="")
                    csv.writer(text, lineterminator="\r\n").writerows(rows[place : place + _PORTION])
                    file.write(text.getvalue().encode())


def _fill(rosters: Path, students: int) -> sqlite3.Connection:
    db = open_rosters(rosters)
    with transaction(db):
        db.executemany("INSERT OR IGNORE INTO ledger (entity, key, record) VALUES (?, ?, ?)", _stored(students))
    return db


def figures(subject: str, students: int, rounds: int) -> dict[str, float]:
    """The figures of one subject; of the seconds and the ratio, the median of all rounds."""
    given = SUBJECTS[subject]
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place, "out")
        folder.mkdir()
        with (
            closing(_fill(Path(place, "rosters.sqlite"), students)) as db,
            closing(open_destination({**given, "folder": str(folder)}, Context("Bench"))) as destination,
        ):
            assert isinstance(destination, Snapshot)
            kind = KINDS[given["kind"]]
            roster = PlannedRoster(Look(kind, destination), db, 0)
            before = peak_mb()
            _write(destination, roster)
            more = peak_mb() - before
            (bundle,) = folder.glob("*.zip")
            tables, bare = _rows_of(bundle), Path(place, "bare.zip")
            turns = [
                (
                    _seconds(lambda: _write(destination, roster)),
                    _seconds(lambda: _write_bare(bare, tables)),
                    _seconds(lambda: _read(roster, kind.entities)),
                )
                for _ in range(rounds)
            ]
    product, written, read = (median(seconds) for seconds in zip(*turns, strict=True))
    return {
        "product": product,
        "bare": written,
        "read": read,
        "rows": sum(map(len, tables.values())),
        "ratio": median(turn[0] / turn[1] for turn in turns),
        "more_mb": more,
    }


def main() -> None:
    """Print the figures as JSON."""
    subject, students, rounds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    print(json.dumps(figures(subject, students, rounds)))


if __name__ == "__main__":
    main()
