"""Writes the files of a bundle and its manifest (OneRoster 1.1 CSV binding, bulk)."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from operator import itemgetter

from psconnect.destinations.oneroster_csv import rows
from psconnect.destinations.snapshot import Roster
from psconnect.model.clock import CancelToken
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
"""The files a OneRoster 1.1 manifest declares, used or not."""

FILES: dict[str, Callable[[Roster], Iterator[Sequence[str]]]] = {
    "academicSessions": rows.academic_sessions,
    "orgs": rows.orgs,
    "courses": rows.courses,
    "classes": rows.classes,
    "users": rows.users,
    "enrollments": rows.enrollments,
}
_BATCH = 5_000


def write_bundle(files: FileSet, roster: Roster, cancel: CancelToken) -> dict[str, int]:
    """Write the files that have rows and the manifest; returns the rows of each."""
    counts: dict[str, int] = {}
    for name, produce in FILES.items():
        with _ending(produce(roster)) as produced:
            count = _write_file(files, name, rows.header(name, roster), produced, cancel)
        if count:
            counts[name] = count
    with files.file("manifest.csv") as file:
        file.write(_text(_manifest(counts)).encode())
    return counts


@contextmanager
def _ending(produced: Iterator[Sequence[str]]) -> Iterator[Iterator[Sequence[str]]]:
    """Rows whose making ends with the block, also when they are given up in the middle: what they use is let go."""
    try:
        yield produced
    finally:
        if isinstance(produced, Generator):
            produced.close()


def _write_file(
    files: FileSet,
    name: str,
    header: Sequence[str],
    produced: Iterator[Sequence[str]],
    cancel: CancelToken,
) -> int:
    """Write one file, row by row through, so that no batch of rows is ever held; nothing where there is no row."""
    first = next(produced, None)
    if first is None:
        return 0
    remaining, done = itertools.chain([first], produced), 0
    with files.file(f"{name}.csv") as file:
        file.write(_text([header]).encode())
        while (batch := _batch(remaining))[1]:
            cancel.check()
            text, count = batch
            if text.count("\n") != count or text.count("\r") != count:
                text = _one_line_each(text)
            file.write(text.encode())
            done += count
    return done


def _batch(remaining: Iterator[Sequence[str]]) -> tuple[str, int]:
    """The text of the next rows and their number, which a counter beside them counts in C."""
    counted = itertools.count()
    text = _text(map(itemgetter(0), zip(itertools.islice(remaining, _BATCH), counted, strict=False)))
    return text, next(counted)


def _text(batch: Iterable[Sequence[str]]) -> str:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator="\r\n").writerows(batch)
    return buffer.getvalue()


def _one_line_each(text: str) -> str:
    """The same rows, each line break inside a value as a blank, because the format forbids them."""
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
