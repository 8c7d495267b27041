"""A PowerSchool server with a connection's settings: its check, its schools, and its source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, tzinfo
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from psconnect.model.connection import Connection
from psconnect.model.errors import FixSettings
from psconnect.model.findings import Finding
from psconnect.model.news import ReadBefore, SourceNews
from psconnect.powerschool import streams as s
from psconnect.powerschool.client import PowerSchoolClient
from psconnect.powerschool.doctor import examine
from psconnect.powerschool.reader import read_stream
from psconnect.powerschool.retries import RetryPolicy
from psconnect.powerschool.version import refuse_old
from psconnect.sources.kind import School, SourceContext
from psconnect.sources.powerschool.kept_rows import SERVER, server_of
from psconnect.sources.powerschool.news import news_since
from psconnect.sources.powerschool.read_methods import choose_reader
from psconnect.sources.powerschool.read_plan import ReadPlan
from psconnect.sources.powerschool.reads import PowerSchoolReads
from psconnect.sources.powerschool.source import PowerSchoolSource
from psconnect.sources.wanted import Wanted
from psconnect.store.settings.secrets import CLIENT_SECRET

_ACTIVE = "0"
_HURRIED = RetryPolicy(tries=2, first_pause=0.5, longest_pause=5.0, budget=60.0, longest_asked=30.0)


def open_client(context: SourceContext) -> PowerSchoolClient:
    """The connection's PowerSchool server, not yet signed in to; raises FixSettings if there is no address."""
    connection, settings = context.connection, context.connection.source
    if not settings.url:
        raise FixSettings("PSC-SETTINGS-URL", where="source.url", name=connection.name)
    http, secret = context.http(settings.url, settings.ca_file), context.secret(CLIENT_SECRET)
    return PowerSchoolClient(http, settings.client_id, secret, context.clock, context.cancel, plugin=connection.id)


@dataclass
class PowerSchool:
    """A PowerSchool server, not contacted yet (see sources.kind.OpenSource)."""

    client: PowerSchoolClient
    context: SourceContext
    wanted: Wanted
    reads: PowerSchoolReads

    def __post_init__(self) -> None:
        """Shorten retries if a person is waiting."""
        if self.context.hurried:
            self.client.retries = _HURRIED

    @property
    def _connection(self) -> Connection:
        return self.context.connection

    def check(self) -> Iterator[Finding]:
        """What the access doctor finds."""
        co_teachers = self.wanted.options.co_teachers
        return examine(self.client, self.reads.streams, self._connection.source.read, co_teachers=co_teachers)

    def schools(self) -> list[School]:
        """The schools with their active students (Enroll_Status 0).

        Reads the schools and, page by page, the students: a few dozen calls in a district of 50,000.
        """
        streams = self.reads.streams.by_name
        self.client.sign_in()
        reader = choose_reader(self.client, self._connection.source.read)
        schools, students = _Rows(), _ActiveStudents()
        read_stream(reader, streams[s.SCHOOLS.name], {}, schools)
        read_stream(reader, streams[s.STUDENTS.name], {}, students)
        found = [
            School(int(row.school_number), row.name, students.of_school[row.school_number])
            for row in schools.rows
            if row.school_number.isdigit()
        ]
        return sorted(found, key=lambda school: (school.name.casefold(), school.number))

    def source(self, *, next_year: bool = False) -> PowerSchoolSource:
        """The source; asks the server for its time zone, and raises FixSettings if it is too old."""
        metadata = self.client.metadata()
        refuse_old(metadata)
        timezone, now = metadata.district_timezone, self.context.clock.now()
        today, zone = today_there(now, timezone), zone_there(timezone)
        if self.context.keep:
            self.context.keep.note(SERVER, server_of(self._connection))
        plan = replace(plan_of(self._connection, self.wanted, self.reads, today, zone), next_year=next_year)
        return PowerSchoolSource(self.client, plan, self._connection.source.read, self.context.keep)

    def news(self, before: ReadBefore) -> SourceNews | None:
        """What changed since an earlier reading."""
        return news_since(self.client, self.reads, self._connection.source.read, before)

    def close(self) -> None:
        """Close the connections to the server."""
        self.client.http.close()


def plan_of(connection: Connection, wanted: Wanted, reads: PowerSchoolReads, today: date, zone: tzinfo) -> ReadPlan:
    """A connection's choices, ready for reading on that day in the district's time zone."""
    schools = connection.scope.schools
    return ReadPlan(
        streams=reads.streams,
        whole_names=reads.names,
        schools="all" if schools == "all" else frozenset(schools),
        start_year=connection.scope.start_year,
        co_teachers=wanted.options.co_teachers,
        contacts=wanted.contacts,
        district_name=district_name(connection),
        today=today,
        zone=zone,
        included=wanted.included,
        daily=wanted.daily,
    )


def district_name(connection: Connection) -> str:
    """The district's name as an organisation: as set, else the first part of the server's name."""
    host = urlsplit(connection.source.url).hostname or ""
    return connection.options.district_name or host.split(".")[0].title() or "District"


def today_there(now: datetime, timezone: str) -> date:
    """The date in the district's time zone."""
    return now.astimezone(zone_there(timezone)).date()


def zone_there(timezone: str) -> tzinfo:
    """The district's time zone from the server's metadata; UTC if it is unknown."""
    try:
        return ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


@dataclass
class _Rows:
    """Keeps the rows of a short stream."""

    rows: list[Any] = field(default_factory=list)

    def page(self, rows: list[Any]) -> None:
        """Keep them."""
        self.rows.extend(rows)

    def restart(self) -> None:
        """Start again."""
        self.rows.clear()

    def progress(self, done: int, expected: int) -> None:
        """Nobody watches: it takes a moment only."""

    def repeated(self, key: int) -> None:
        """Taken once; the run reports it."""


@dataclass
class _ActiveStudents:
    """Counts active students per school number and keeps nothing else."""

    of_school: Counter[str] = field(default_factory=Counter)

    def page(self, rows: list[Any]) -> None:
        self.of_school.update(row.schoolid for row in rows if row.enroll_status == _ACTIVE)

    def restart(self) -> None:
        self.of_school.clear()

    def progress(self, done: int, expected: int) -> None:
        """Nobody watches: it takes a moment only."""

    def repeated(self, key: int) -> None:
        """Taken once; the run reports it."""
