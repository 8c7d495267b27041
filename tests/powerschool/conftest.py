"""A reading of a demo district, below the service: client, streams and clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from psconnect.demo import DemoServer
from psconnect.powerschool.client import PowerSchoolClient
from psconnect.powerschool.reader import Gatherer, QueryReader, Reader, read_stream
from psconnect.powerschool.stream import Stream
from psconnect.powerschool.tables import TableReader
from psconnect.sync.compose import choices_of
from tests.support.demo import Connect, Connected, TestClock

YEAR = {"first_term": "3600", "last_term": "3699", "first_day": "2026-07-01", "last_day": "2027-06-30",
        "today": "2026-11-18"}  # fmt: skip
TOKEN_PATH = "/oauth/access_token"


@pytest.fixture
def district_size() -> int:
    """Enough for three pages of 100 students."""
    return 300


@dataclass
class Sink:
    """Takes what a reading hands on, as tuples of texts; ``restarts`` counts how often it was void."""

    rows: list[tuple[str, ...]] = field(default_factory=list)
    repeats: list[int] = field(default_factory=list)
    news: list[tuple[int, int]] = field(default_factory=list)
    restarts: int = 0

    def page(self, rows: list[Any]) -> None:
        self.rows += [tuple(getattr(row, name) for name in row.__struct_fields__) for row in rows]

    def restart(self) -> None:
        self.restarts += 1
        self.rows.clear()

    def progress(self, done: int, expected: int) -> None:
        self.news.append((done, expected))

    def repeated(self, key: int) -> None:
        self.repeats.append(key)


@dataclass
class Reading:
    """A client of a running demo server, and what to read with it."""

    connected: Connected
    client: PowerSchoolClient
    streams: Mapping[str, Stream]

    @property
    def server(self) -> DemoServer:
        return self.connected.server

    @property
    def clock(self) -> TestClock:
        return self.connected.clock

    @property
    def tokens(self) -> int:
        """How often a token was asked for."""
        return self.server.calls.to(TOKEN_PATH)

    def queries(self, page_rows: int = 20_000) -> QueryReader:
        return QueryReader(self.client, page_rows)

    def tables(self, page_size: int = 100) -> TableReader:
        return TableReader(self.client, page_size)

    def read(self, name: str, reader: Reader | Gatherer | None = None) -> Sink:
        """Read one stream of the school year 2026-2027 completely."""
        sink = Sink()
        read_stream(reader or self.queries(), self.streams[name], YEAR, sink)
        return sink

    def anew(self) -> PowerSchoolClient:
        """Another client of the same plugin, which has no token yet."""
        made = self.connected.client()
        self._close.append(made.http.close)
        return made

    _close: list[Callable[[], None]] = field(default_factory=list)


Open = Callable[..., Reading]


@pytest.fixture
def open_reading(connect: Connect) -> Iterator[Open]:
    """Makes readings: the arguments are those of ``connect``."""
    close: list[Callable[[], None]] = []

    def make(**options: Any) -> Reading:
        connected = connect(**options)
        connection = connected.service.connection(connected.name)
        client = connected.client()
        close.append(client.http.close)
        # Tables and queries then show the same texts; a time of day is cut off further on.
        connected.server.set_quirks(timestamp_text="date")
        connected.server.reset_calls()
        return Reading(connected, client, choices_of(connection).reads.streams.by_name, close)

    yield make
    for each in close:
        each()


@pytest.fixture
def reading(open_reading: Open) -> Reading:
    """A reading of 300 students."""
    return open_reading()
