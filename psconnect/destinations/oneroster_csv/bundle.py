"""Writes a bundle's files and manifest (OneRoster 1.1 CSV binding, bulk)."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Generator, Iterator, Sequence

from psconnect.destinations.delimited import BATCH, Lines, rfc4180, write_lines, write_rows
from psconnect.destinations.oneroster_csv import rows
from psconnect.destinations.snapshot import Roster
from psconnect.model.clock import CancelToken
from psconnect.model.entities import ENROLLMENT
from psconnect.store.record import decode_record, plain_csv
from psconnect.transfer.fileset import FileSet

CATALOGUE = (
    "academicSessions",
    "categories",
    "classes",
    "classResources",
    "courses",
    "courseResources",
    "demographics",
    "enrollments",
    "lineItems",
    "orgs",
    "resources",
    "results",
    "users",
)
"""The files that a OneRoster 1.1 manifest declares, used or not."""

FILES: dict[str, Callable[[Roster], Iterator[Sequence[str]]]] = {
    "academicSessions": rows.academic_sessions,
    "orgs": rows.orgs,
    "courses": rows.courses,
    "classes": rows.classes,
    "users": rows.users,
}


def write_bundle(files: FileSet, roster: Roster, cancel: CancelToken) -> dict[str, int]:
    """Write the files that have rows, and the manifest; returns each file's row count."""
    counts: dict[str, int] = {}
    for name, produce in FILES.items():
        counts[name] = write_rows(files, f"{name}.csv", rows.header(name, roster), produce(roster), cancel)
    header = rows.header("enrollments", roster)
    counts["enrollments"] = write_lines(files, "enrollments.csv", header, _enrollments(roster), cancel)
    counts = {name: count for name, count in counts.items() if count}
    with files.file("manifest.csv") as file:
        file.write(rfc4180(_manifest(counts))[0])
    return counts


def _enrollments(roster: Roster) -> Generator[Lines]:
    """Students' and teachers' enrollments: their attributes are the columns, with two blank ones after the id.

    They are most of a roster, so they are copied in stored form and decoded only if a value needs quotes.
    """
    encoded = roster.encoded(ENROLLMENT)
    while records := list(itertools.islice(encoded, BATCH)):
        lines = plain_csv(records, blanks=2)
        yield lines or rfc4180([one[0], "", "", *one[1:]] for one in map(decode_record, records))[0], len(records)


def _manifest(counts: dict[str, int]) -> list[tuple[str, str]]:
    return [
        ("propertyName", "value"),
        ("manifest.version", "1.0"),
        ("oneroster.version", "1.1"),
        *((f"file.{name}", "bulk" if counts.get(name) else "absent") for name in CATALOGUE),
        ("source.systemName", "psconnect"),
        ("source.systemCode", "psconnect"),
    ]
