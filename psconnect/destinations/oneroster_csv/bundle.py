"""Writes a bundle's files and manifest (OneRoster 1.1 CSV binding, bulk)."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from operator import itemgetter

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
_BATCH = 5_000
_Batch = tuple[bytes, int]
"""Lines of a file, and how many."""


def write_bundle(files: FileSet, roster: Roster, cancel: CancelToken) -> dict[str, int]:
    """Write the files that have rows, and the manifest; returns each file's row count."""
    counts: dict[str, int] = {}
    produced = {name: _written(produce(roster)) for name, produce in FILES.items()}
    for name, batches in (*produced.items(), ("enrollments", _enrollments(roster))):
        with closing(batches):
            count = _write_file(files, name, rows.header(name, roster), batches, cancel)
        if count:
            counts[name] = count
    with files.file("manifest.csv") as file:
        file.write(_text(_manifest(counts)).encode())
    return counts


def _write_file(
    files: FileSet, name: str, header: Sequence[str], batches: Iterator[_Batch], cancel: CancelToken
) -> int:
    """Write one file, unless it has no rows."""
    first = next(batches, None)
    if first is None:
        return 0
    done = 0
    with files.file(f"{name}.csv") as file:
        file.write(_text([header]).encode())
        for lines, count in itertools.chain([first], batches):
            cancel.check()
            file.write(lines)
            done += count
    return done


def _enrollments(roster: Roster) -> Generator[_Batch]:
    """Students' and teachers' enrollments: their attributes are the columns, with two blank ones after the id.

    They are most of a roster, so they are copied in stored form and decoded only if a value needs quotes.
    """
    encoded = roster.encoded(ENROLLMENT)
    while records := list(itertools.islice(encoded, _BATCH)):
        lines = plain_csv(records, blanks=2)
        yield lines or _lines([one[0], "", "", *one[1:]] for one in map(decode_record, records))[0], len(records)


def _written(produced: Iterator[Sequence[str]]) -> Generator[_Batch]:
    """Stream rows without holding a batch; closes their producer with this generator."""
    try:
        while (batch := _lines(itertools.islice(produced, _BATCH)))[1]:
            yield batch
    finally:
        if isinstance(produced, Generator):
            produced.close()


def _lines(batch: Iterable[Sequence[str]]) -> _Batch:
    """The rows as lines, and their number, counted in C."""
    counted = itertools.count()
    text = _text(map(itemgetter(0), zip(batch, counted, strict=False)))
    count = next(counted)
    if text.count("\n") != count or text.count("\r") != count:
        text = _one_line_each(text)
    return text.encode(), count


def _text(batch: Iterable[Sequence[str]]) -> str:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator="\r\n").writerows(batch)
    return buffer.getvalue()


def _one_line_each(text: str) -> str:
    """Replace line breaks inside values by blanks, because the format forbids them."""
    before = csv.field_size_limit(max(len(text), csv.field_size_limit()))
    try:
        parsed = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    finally:
        csv.field_size_limit(before)
    return _text([_BREAK.sub(" ", value) for value in row] for row in parsed)


_BREAK = re.compile(r"\r\n|\r|\n")


def _manifest(counts: dict[str, int]) -> list[tuple[str, str]]:
    return [
        ("propertyName", "value"),
        ("manifest.version", "1.0"),
        ("oneroster.version", "1.1"),
        *((f"file.{name}", "bulk" if counts.get(name) else "absent") for name in CATALOGUE),
        ("source.systemName", "psconnect"),
        ("source.systemCode", "psconnect"),
    ]
