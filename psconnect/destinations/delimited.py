"""Files of rows, one record a line, written as a stream: memory doesn't grow with the rows."""

from __future__ import annotations

import csv
import io
import itertools
import re
import tempfile
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from operator import itemgetter

from psconnect.model.clock import CancelToken
from psconnect.transfer.fileset import FileSet

BATCH = 5_000
"""Rows that are written together; the user's request to stop is looked at in between."""
Lines = tuple[bytes, int]
"""Lines of a file, and how many."""
Encode = Callable[[Iterable[Sequence[str]]], Lines]
"""Makes lines of rows, in UTF-8 without a mark at the beginning."""


def rfc4180(rows: Iterable[Sequence[str]]) -> Lines:
    """Lines with comma, double quotes where needed, and CRLF; a line break in a value becomes a blank."""
    counted = itertools.count()  # counts in C, without holding the rows
    text = _text(map(itemgetter(0), zip(rows, counted, strict=False)))
    count = next(counted)
    if text.count("\n") != count or text.count("\r") != count:
        text = _one_line_each(text)
    return text.encode(), count


def write_rows(
    files: FileSet,
    name: str,
    header: Sequence[str],
    rows: Iterator[Sequence[str]],
    cancel: CancelToken,
    *,
    encode: Encode = rfc4180,
    even_empty: bool = False,
) -> int:
    """Write one file; returns how many rows it has.

    ``name`` is whole, ``users.csv``. Without rows there is no file, unless ``even_empty``: then it has its header.
    """
    return write_lines(files, name, header, _batches(rows, encode), cancel, encode=encode, even_empty=even_empty)


def write_lines(
    files: FileSet,
    name: str,
    header: Sequence[str],
    batches: Generator[Lines],
    cancel: CancelToken,
    *,
    encode: Encode = rfc4180,
    even_empty: bool = False,
) -> int:
    """``write_rows`` for lines that are encoded already; closes the generator."""
    with closing(batches):
        first = next(batches, None)
        if first is None and not even_empty:
            return 0
        done = 0
        with files.file(name) as file:
            file.write(encode([header])[0])
            for lines, count in itertools.chain([first] if first else [], batches):
                cancel.check()
                file.write(lines)
                done += count
        return done


class LaterLines:
    """Lines of a file that is written after another one, kept in an unnamed file that the system deletes.

    ``close`` it when done.
    """

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed with this object
        self._rows: list[Sequence[str]] = []
        self._sizes: list[tuple[int, int]] = []

    def close(self) -> None:
        """Delete the file."""
        self._file.close()

    def add(self, rows: Iterable[Sequence[str]]) -> None:
        """Add rows to the end."""
        self._rows.extend(rows)
        if len(self._rows) >= BATCH:
            self._flush()

    def _flush(self) -> None:
        lines, count = rfc4180(self._rows)
        self._rows.clear()
        self._sizes.append((self._file.write(lines), count))

    def read(self) -> Generator[Lines]:
        """All lines, in the order in which their rows came."""
        if self._rows:
            self._flush()
        self._file.seek(0)
        for size, count in self._sizes:
            yield self._file.read(size), count


def _batches(rows: Iterator[Sequence[str]], encode: Encode) -> Generator[Lines]:
    """Closes the producer of the rows with this generator."""
    try:
        while (batch := encode(itertools.islice(rows, BATCH)))[1]:
            yield batch
    finally:
        if isinstance(rows, Generator):
            rows.close()


def _text(rows: Iterable[Sequence[str]]) -> str:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator="\r\n").writerows(rows)
    return buffer.getvalue()


def _one_line_each(text: str) -> str:
    before = csv.field_size_limit(max(len(text), csv.field_size_limit()))
    try:
        parsed = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    finally:
        csv.field_size_limit(before)
    return _text([_BREAK.sub(" ", value) for value in row] for row in parsed)


_BREAK = re.compile(r"\r\n|\r|\n")
