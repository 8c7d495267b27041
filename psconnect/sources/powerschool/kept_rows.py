"""Keeps the rows of PowerSchool's streams as they came, and reads them again with other settings.

A column is recognised by table, field and lookup, not by its name in a stream, because names depend on what else is
read. What was not read is never taken for empty: a stream or an indispensable column that is not held is an error, and
a mapped field that is not held is named (``unread``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Any

from psconnect.model.clock import CancelToken
from psconnect.model.connection import Connection
from psconnect.model.errors import FixSettings
from psconnect.powerschool.reader import Sink
from psconnect.powerschool.rows import row_type
from psconnect.powerschool.stream import Stream, StreamColumn
from psconnect.sources.powerschool.read_plan import ReadPlan
from psconnect.store.reading.kept_streams import KeptStream, KeptStreams

READ_ON, ZONE, WAY, SERVER = "today", "zone", "way", "server"
"""Facts about a kept reading: the date and time zone of the district, how it was read, and by which plugin."""
_ROWS = 2_000
"""Rows per kept page: somebody who types on is waited for no longer than that."""
_FIRST_DAY, _LAST_DAY, _DAY = "first_day", "last_day", "date_value"


def note_reading(keep: KeptStreams, plan: ReadPlan, way: str) -> None:
    """Note what a replay has to know of this reading."""
    for name, value in ((READ_ON, plan.today.isoformat()), (ZONE, str(plan.zone)), (WAY, way)):
        keep.note(name, value)


def server_of(connection: Connection) -> str:
    """Tells servers and plugins apart: rows of another one are not these settings' rows."""
    return f"{connection.source.url} {connection.source.client_id}"


def column_id(column: StreamColumn) -> str:
    """What a column is, whatever its name: ``LOOKUP/TABLE/FIELD/of``."""
    return f"{column.lookup}/{column.table}/{column.field}/{column.of}".upper()


@contextmanager
def keeping(keep: KeptStreams | None, stream: Stream, arguments: Mapping[str, str], sink: Sink) -> Iterator[Sink]:
    """A sink that passes a stream's rows on and keeps them, complete once the block ends."""
    if keep is None:
        yield sink
        return
    asked = {name: arguments[name] for name in stream.arguments}
    number = keep.begin(stream.name, asked, [column_id(column) for column in stream.columns])
    kept = _Keeping(sink, keep, number, [attrgetter(column.name) for column in stream.columns])
    yield kept
    keep.end(number, kept.count)


@dataclass
class _Keeping:
    """Passes rows on, which cleans them, and keeps them."""

    sink: Sink
    keep: KeptStreams
    number: int
    columns: Sequence[Callable[[Any], str]]
    count: int = 0
    pages: int = 0

    def page(self, rows: list[Any]) -> None:
        self.sink.page(rows)
        for start in range(0, len(rows), _ROWS):
            some = rows[start : start + _ROWS]
            self.keep.page(self.number, self.pages, [list(map(get, some)) for get in self.columns])
            self.pages += 1
        self.count += len(rows)

    def restart(self) -> None:
        self.sink.restart()
        self.keep.restart(self.number)
        self.count = self.pages = 0

    def progress(self, done: int, expected: int) -> None:
        self.sink.progress(done, expected)

    def repeated(self, key: int) -> None:
        self.sink.repeated(key)


@dataclass(frozen=True)
class KeptReader:
    """Gives kept rows stream by stream; ``way`` is how they were read.

    ``everything`` adds to each row the columns that these settings don't use (``extras_of``).
    """

    kept: KeptStreams
    mapped: Mapping[str, frozenset[str]]
    cancel: CancelToken
    way: str
    everything: bool = False

    def read(self, stream: Stream, arguments: Mapping[str, str], sink: Sink) -> None:
        """Hand all rows of a stream on; raises FixSettings if it is not held, or lacks an indispensable column."""
        for rows in self._all(stream, arguments):
            sink.page(rows)

    def rows(self, stream: Stream, arguments: Mapping[str, str]) -> list[Any]:
        """All rows of a stream; raises as ``read`` does."""
        return [row for rows in self._all(stream, arguments) for row in rows]

    def _all(self, stream: Stream, arguments: Mapping[str, str]) -> Iterator[list[Any]]:
        held = self.find(stream, arguments)
        missing = self.lacking(stream, held)
        if any(column.full_name not in self.mapped.get(stream.name, ()) for column in missing):
            raise lacks(stream)
        for rows in self._pages(stream, held):
            self.cancel.check()
            yield _within(rows, stream, held, arguments)

    def find(self, stream: Stream, arguments: Mapping[str, str]) -> KeptStream:
        """The kept stream that was asked for the same; of days, for at least these."""
        found = next((one for one in self.kept.held(stream.name) if _covers(one, stream, arguments)), None)
        if found is None:
            raise lacks(stream)
        return found

    def lacking(self, stream: Stream, held: KeptStream) -> list[StreamColumn]:
        """The columns of a stream that were not kept."""
        return [column for column in stream.columns if column_id(column) not in held.columns]

    def _pages(self, stream: Stream, held: KeptStream) -> Iterator[list[Any]]:
        whole = with_extras(stream, held) if self.everything else stream
        kind = row_type(whole)
        places = {name: place for place, name in enumerate(held.columns)}
        wanted = [places.get(column_id(column)) for column in whole.columns]
        for cells in self.kept.pages(held, [place for place in wanted if place is not None]):
            given, blank = iter(cells), [""] * len(cells[0])
            columns = [blank if place is None else next(given) for place in wanted]
            yield list(map(kind, *columns))


def with_extras(stream: Stream, held: KeptStream) -> Stream:
    """The stream with the columns that were kept of it besides its own."""
    own = {column_id(column) for column in (*stream.columns, *stream.absent)}
    extras = []
    for place, name in enumerate(held.columns):
        if name not in own:
            lookup, table, field, of = name.split("/")
            if not of:
                extras.append(StreamColumn(f"kept_{place}", table, field, lookup))
    return replace(stream, columns=(*stream.columns, *extras))


def _covers(one: KeptStream, stream: Stream, arguments: Mapping[str, str]) -> bool:
    asked = {name: arguments[name] for name in stream.arguments}
    if not {_FIRST_DAY, _LAST_DAY} <= asked.keys():
        return one.arguments == asked
    kept = one.arguments
    return kept[_FIRST_DAY] <= asked[_FIRST_DAY] and asked[_LAST_DAY] <= kept[_LAST_DAY]


def _within(rows: list[Any], stream: Stream, held: KeptStream, arguments: Mapping[str, str]) -> list[Any]:
    """Of kept days, those that were asked for."""
    if not {_FIRST_DAY, _LAST_DAY} <= set(stream.arguments):
        return rows
    first, last = arguments[_FIRST_DAY], arguments[_LAST_DAY]
    if (held.arguments[_FIRST_DAY], held.arguments[_LAST_DAY]) == (first, last):
        return rows
    return [row for row in rows if first <= getattr(row, _DAY) <= last]


def lacks(stream: Stream) -> FixSettings:
    """The error for a stream that was not kept, or not with all it needs."""
    return FixSettings("PSC-LIVE-NOT-READ/stream", where=stream.name, label=stream.label)
