"""Reads a stream completely, or says why not: keyset pages, and the proof that nothing is missing.

By query, each page starts after the last key seen, so that rows that appear or disappear meanwhile can't shift others
(fault D04). By table it is the same, with the filter ``dcid=gt=LAST`` and with the looked-up tables read beforehand.
The proof: the server's counts before and after, strictly ascending keys, no duplicate key. If it fails, the stream is
read again, three times in all; then the run stops. A short read never looks like a removal.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar, runtime_checkable

from psconnect.model.errors import BadRecord, FixSettings, TryLater
from psconnect.powerschool import answers
from psconnect.powerschool.client import PowerSchoolClient
from psconnect.powerschool.fields import spelled
from psconnect.powerschool.plugin import query_name
from psconnect.powerschool.rows import RowDecoder, decode_count
from psconnect.powerschool.stream import Stream

_T = TypeVar("_T")
ALL_ROWS = "2000000000"
PAGE_ROWS = 10_000
"""Rows per request: few calls, but no page takes so long to decode that the window stalls (5 ms)."""

_READS = 3


@dataclass(frozen=True)
class RowPage:
    """One page of a stream.

    Attributes:
        rows: typed rows in ascending order of their keys.
        scanned: rows that the server gave for it; more than ``rows`` if some were filtered out here.
        end: the last key seen; the next page starts after it.
        last: whether it is the last page.
    """

    rows: list[Any]
    scanned: int
    end: int
    last: bool


class Reader(Protocol):
    """A way to read streams: by queries or by tables."""

    client: PowerSchoolClient
    way: str

    def count(self, stream: Stream, arguments: Mapping[str, str]) -> int:
        """The number of the stream's rows according to the server."""
        ...

    def page(self, stream: Stream, arguments: Mapping[str, str], after: int) -> RowPage:
        """The rows after the key ``after``."""
        ...


@dataclass(frozen=True)
class Gathered:
    """A stream read as a whole: typed rows in ascending order of keys, and the keys that the server listed twice."""

    rows: list[Any]
    repeats: list[int] = field(default_factory=list)


@runtime_checkable
class Gatherer(Protocol):
    """A way to read streams as a whole, if the server can't order them by key: ``/ws/v1``."""

    client: PowerSchoolClient
    way: str

    def gather(self, stream: Stream, arguments: Mapping[str, str], news: Callable[[int, int], None]) -> Gathered:
        """All rows of the stream, proved complete; ``news`` is called with the rows so far and the rows expected.

        Raises PageFailed if the proof fails.
        """
        ...


class Sink(Protocol):
    """Receives a stream's rows."""

    def page(self, rows: list[Any]) -> None:
        """Take one page of rows."""

    def restart(self) -> None:
        """Everything received so far is void: the stream is read again."""

    def progress(self, done: int, expected: int) -> None:
        """Progress: rows so far, and rows expected."""

    def repeated(self, key: int) -> None:
        """The server listed a row twice; it was taken once."""


class PageFailed(Exception):
    """The proof failed for one reading of a stream, which is tried again. The text contains only counts."""


@dataclass
class QueryReader:
    """Reads streams by the PowerQueries of our plugin (docs/powerschool.md 11)."""

    client: PowerSchoolClient
    page_rows: int = PAGE_ROWS
    way: str = "queries"
    _decoders: dict[str, RowDecoder] = field(default_factory=dict)

    def count(self, stream: Stream, arguments: Mapping[str, str]) -> int:
        """The number of the stream's rows according to the server."""
        body = {**_needed(stream, arguments), "first_key": "0", "page_rows": ALL_ROWS}
        path = f"/ws/schema/query/{query_name(stream, self.client.plugin)}/count"
        return self._asked(path, f"the number of {stream.label.lower()}", decode_count, body)

    def page(self, stream: Stream, arguments: Mapping[str, str], after: int) -> RowPage:
        """The rows after the key ``after``; a page with fewer rows than requested is the last one."""
        body = {**_needed(stream, arguments), "first_key": str(after + 1), "page_rows": str(self.page_rows)}
        path = f"/ws/schema/query/{query_name(stream, self.client.plugin)}"
        params = {"pagesize": "0"}
        rows: list[Any] = self._asked(path, f"the query {stream.name}", self._decode(stream), body, params)
        end = keys_of(rows[-1:], stream, self.client.host)[0] if rows else after
        return RowPage(rows, len(rows), end, len(rows) < self.page_rows)

    def _asked(
        self,
        path: str,
        what: str,
        decode: Callable[[bytes], _T],
        body: Mapping[str, str],
        params: Mapping[str, str] | None = None,
    ) -> _T:
        try:
            return self.client.read("POST", path, what, decode, params=params, body=body)
        except FixSettings as error:
            if error.code != "PSC-ACCESS-NOT-FOUND":
                raise
            raise answers.no_query(self.client.host, what) from None

    def _decode(self, stream: Stream) -> RowDecoder:
        if stream.name not in self._decoders:
            self._decoders[stream.name] = RowDecoder(stream)
        return self._decoders[stream.name]


def _needed(stream: Stream, arguments: Mapping[str, str]) -> dict[str, str]:
    """The arguments of the stream's conditions as digits, dates as YYYYMMDD (sql)."""
    kinds = {name: condition.kind for name, (_table, condition) in stream.compared.items()}
    return {
        name: arguments[name].replace("-", "") if kinds[name] == "date" else arguments[name]
        for name in stream.arguments
    }


def keys_of(rows: list[Any], stream: Stream, host: str) -> list[int]:
    """The keys of rows; raises BadRecord for one that is not a whole number."""
    try:
        return list(map(int, map(operator.attrgetter(stream.columns[0].name), rows)))
    except ValueError:
        raise answers.drifted(host, f"the query {stream.name}", f"{stream.key} is not a whole number") from None


def read_stream(
    reader: Reader | Gatherer,
    stream: Stream,
    arguments: Mapping[str, str],
    sink: Sink,
    filled: set[str] | None = None,
) -> int:
    """Read a stream completely and hand its rows on page by page; returns the number of rows the server gave.

    ``filled`` gets the names of the columns in which any row has a value.

    Raises BadRecord if one key comes with different rows (D02) or a required column is empty in all rows (D08), and
    TryLater if the proof fails three times (D03, D05, D06).
    """
    reason = ""
    for number in range(_READS):
        if number:
            sink.restart()
        try:
            if isinstance(reader, Gatherer):
                count, empty = _gather_once(reader, stream, arguments, sink)
            else:
                count, empty = _read_once(reader, stream, arguments, sink)
            if filled is not None:
                filled.update({column.name for column in stream.columns} - empty)
            return count  # noqa: TRY300 - what is read once is read
        except PageFailed as failed:
            reason = str(failed)
    raise unstable(stream, reason)


def unstable(stream: Stream, reason: str, times: int = _READS) -> TryLater:
    """The error after the proof failed each time, the last time for this reason."""
    how_often = f"{times} times, and each time" if times > 1 else "once, and"
    return TryLater("PSC-READ-UNSTABLE", where=stream.name, label=stream.label, how_often=how_often, reason=reason)


def _read_once(reader: Reader, stream: Stream, arguments: Mapping[str, str], sink: Sink) -> tuple[int, set[str]]:
    """The number of rows, and the columns that are empty in all of them."""
    expected = reader.count(stream, arguments)
    after, done, handed, last = -1, 0, 0, False
    unseen = {column.name for column in stream.columns}
    sink.progress(0, expected)
    while not last:
        page = reader.page(stream, arguments, after)
        rows, repeats, end = _without_repeats(page.rows, after, stream, reader.client.host)
        if not page.scanned and done < expected:
            raise PageFailed(f"an empty page came after {done:,} of {expected:,} rows")
        for key in repeats:
            sink.repeated(key)
        after, last = max(page.end, end), page.last
        done += page.scanned - len(repeats)
        unseen = _still_unseen(unseen, rows)
        handed += len(rows)
        sink.page(rows)
        sink.progress(done, max(expected, done))
    if handed:
        _stop_if_missing(unseen, stream, reader.client.host)
    counted = reader.count(stream, arguments)
    if not done == expected == counted:
        raise PageFailed(f"{expected:,} rows were announced, {done:,} came, {counted:,} are there now")
    return done, unseen


def _gather_once(reader: Gatherer, stream: Stream, arguments: Mapping[str, str], sink: Sink) -> tuple[int, set[str]]:
    gathered = reader.gather(stream, arguments, sink.progress)
    unseen = _still_unseen({column.name for column in stream.columns}, gathered.rows)
    if gathered.rows:
        _stop_if_missing(unseen, stream, reader.client.host)
    rows, repeats, _ = _without_repeats(gathered.rows, -1, stream, reader.client.host)
    for key in (*gathered.repeats, *repeats):
        sink.repeated(key)
    for start in range(0, len(rows), PAGE_ROWS):
        sink.page(rows[start : start + PAGE_ROWS])
    sink.progress(len(rows), len(rows))
    return len(rows), unseen


def _still_unseen(unseen: set[str], rows: list[Any]) -> set[str]:
    """Of these columns, those that none of the rows has."""
    return {name for name in unseen if not any(map(operator.attrgetter(name), rows))}


def _stop_if_missing(unseen: set[str], stream: Stream, host: str) -> None:
    """Raise BadRecord if a required column is empty in all rows (D08)."""
    missing = [column for column in stream.columns if column.name in stream.always and column.name in unseen]
    if missing:
        raise answers.field_missing(host, stream.label.lower(), [spelled(c.table, c.field) for c in missing])


def _without_repeats(rows: list[Any], after: int, stream: Stream, host: str) -> tuple[list[Any], list[int], int]:
    """The rows without exact repeats (D01), the repeated keys, and the highest key.

    Raises BadRecord if a key comes with two different rows (D02).
    """
    keys = keys_of(rows, stream, host)
    if all(map(operator.lt, [after, *keys], keys)):
        return rows, [], keys[-1] if keys else after
    first: dict[int, Any] = {}
    repeats: list[int] = []
    for key, row in zip(keys, rows, strict=True):
        if first.setdefault(key, row) is row:
            continue
        if first[key] != row:
            names = [column.name for column in stream.columns]
            differ = [name.upper() for name in names if getattr(first[key], name) != getattr(row, name)]
            raise two_rows(stream.label, f"{stream.table}.{stream.key}", key, differ)
        repeats.append(key)
    if not all(map(operator.lt, [after, *first], first)):
        raise PageFailed("rows came out of order")
    return list(first.values()), repeats, max(first)


def two_rows(label: str, where: str, key: int, differ: Sequence[str] = ()) -> BadRecord:
    """The error for one key with two different rows (D02); names the fields that differ, not their values."""
    fields = f" in {', '.join(differ)}" if differ else ""
    return BadRecord("PSC-READ-TWO-ROWS", where=f"{where} {key}", label=label, name=key, fields=fields)
