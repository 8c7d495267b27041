"""Pre-flight beside one reading of the same roster, in a process of its own.

``python -m tests.bench.preflight KIND STUDENTS FOLDER`` prints the seconds of both, their ratio and the peak of memory.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

from psconnect.destinations import KINDS, Context, open_destination
from psconnect.model.entities import BY_KEY, ENTITIES
from psconnect.store.database import open_rosters, transaction
from psconnect.store.record import encode_record
from psconnect.sync.delivery.roster import PlannedRoster
from psconnect.sync.preflight import Look, found_ahead
from tests.bench.memory import peak_mb
from tests.contracts.rosters import small

_CLASSES, _FIRST = 8, 1_000_000


def _stored(students: int) -> Iterator[tuple[int, int, bytes]]:
    """The small district with that many more students in eight classes each, none of them held."""
    tables = small()
    for name, records in tables.items():
        for key, record in enumerate(records, 1):
            yield _row(name, key, record)
    for number in range(_FIRST, _FIRST + students):
        person = {"username": f"u{number}", "givenName": f"Ana {number}", "familyName": "Nguyen", "grade": "05"}
        school = {"schoolSourcedIds": "3", "identifier": str(number), "email": f"u{number}@example.org"}
        yield _row("student", number, {"sourcedId": str(number), **person, **school})
        place = {"classSourcedId": "5101", "schoolSourcedId": "3", "role": "student", "primary": "false"}
        for key in range(number * _CLASSES, (number + 1) * _CLASSES):
            yield _row("enrollment", key, {"sourcedId": str(key), "userSourcedId": str(number), **place})


def _row(name: str, key: int, record: Mapping[str, str]) -> tuple[int, int, bytes]:
    entity = BY_KEY[name]
    return entity.rank, key, encode_record([record.get(attribute, "") for attribute in entity.attributes])


def main() -> None:
    kind, students, folder = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
    rosters = folder / f"{kind}.sqlite"
    with closing(open_rosters(rosters)) as db:
        with transaction(db):
            db.executemany("INSERT OR IGNORE INTO ledger (entity, key, record) VALUES (?, ?, ?)", _stored(students))
        filled = peak_mb()
        with closing(open_destination({"kind": kind, "folder": str(folder)}, Context("Bench"))) as destination:
            look = Look(KINDS[kind], destination)
            started = time.perf_counter()
            roster = PlannedRoster(look, db, 0, "planning")
            rows_read = sum(sum(1 for _record in roster.records(entity)) for entity in ENTITIES)
            read = time.perf_counter()
            found = found_ahead(look, db)
            ended = time.perf_counter()
    figures = {"rows": rows_read, "reading": read - started, "preflight": ended - read, "found": sum(found.values())}
    print(json.dumps({**figures, "ratio": (ended - read) / (read - started), "more_mb": peak_mb() - filled}))


if __name__ == "__main__":
    main()
