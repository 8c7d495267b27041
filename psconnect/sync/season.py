"""When between two school years every delivery had better be looked at: worked out from the schools' calendars."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from psconnect.model.errors import FixSettings
from psconnect.powerschool import streams as s
from psconnect.powerschool.client import PowerSchoolClient
from psconnect.powerschool.reader import Gatherer, Reader, read_stream
from psconnect.powerschool.stream import Stream
from psconnect.roster.terms import YearRow, settle_dates, year_by_date
from psconnect.sources.powerschool import choose_reader
from psconnect.sync.compose import Choices, today_there, zone_there
from psconnect.sync.inspect import WHILE_SOMEBODY_WAITS, Rows

BEFORE_THE_LAST_DAY = timedelta(days=2)
BEFORE_THE_FIRST_DAY = timedelta(days=14)
_A_YEAR = timedelta(days=364)
"""The same day of the week a year later."""


@dataclass(frozen=True)
class SeasonProposal:
    """A freeze that the calendars suggest.

    Attributes:
        first: two days before the first of the schools has its last day in session.
        until: two weeks before the first of the schools begins again.
        last_day, first_day: those two days of school themselves.
        estimated: whether the next school year does not stand in PowerSchool yet, so that its first day is taken to be
            a year after the present one's.
    """

    first: date
    until: date
    last_day: date
    first_day: date
    estimated: bool


def propose(choices: Choices, client: PowerSchoolClient, now: datetime) -> SeasonProposal:
    """Read schools, terms and days in session, and propose; raises FixSettings when there is no school year."""
    client.retries = WHILE_SOMEBODY_WAITS
    client.sign_in()
    timezone = client.metadata().district_timezone
    today, zone = today_there(now, timezone), zone_there(timezone)
    reader = choose_reader(client, choices.connection.source.read)
    wanted = choices.connection.scope.schools
    numbers = {
        row.school_number
        for row in _rows(reader, s.SCHOOLS, {}, zone)
        if wanted == "all" or (row.school_number.isdigit() and int(row.school_number) in wanted)
    }
    years = [
        (row.schoolid, YearRow(int(row.yearid), row.firstday, row.lastday))
        for row in _rows(reader, s.TERMS, {}, zone)
        if row.isyearrec == "1" and row.schoolid in numbers and row.yearid and row.firstday and row.lastday
    ]
    year = year_by_date([row for _school, row in years], today)
    this = {school: row for school, row in years if row.year_id == year}
    if year is None or not this:
        raise FixSettings(
            "PSC-SCOPE-NO-YEAR",
            "No school year to read",
            "The chosen schools have no school year in PowerSchool.",
            "Check the years and terms: Start Page > School > Years & Terms.",
            where="scope.schools",
        )
    following = {school: row for school, row in years if row.year_id == year + 1}
    first_day = min(row.first_day for row in this.values())
    last_day = max(row.last_day for row in (*this.values(), *following.values()))
    days: dict[str, list[str]] = {}
    arguments = {"first_day": first_day, "last_day": last_day}
    # Without the calendar, the terms' own days have to do.
    calendar = s.CALENDAR_DAYS.name in choices.streams.by_name
    for row in _rows(reader, s.CALENDAR_DAYS, arguments, zone) if calendar else ():
        days.setdefault(row.schoolid, []).append(row.date_value)
    return between_years(this, following, days)


def between_years(
    this: Mapping[str, YearRow], following: Mapping[str, YearRow], days: Mapping[str, list[str]]
) -> SeasonProposal:
    """The proposal from this and the following year and the days in session, each per school number."""
    ends = [
        max((day for day in days.get(school, []) if row.first_day <= day <= row.last_day), default=row.last_day)
        for school, row in this.items()
    ]
    begins = [
        min((day for day in days.get(school, []) if row.first_day <= day <= row.last_day), default=row.first_day)
        for school, row in (following or this).items()
    ]
    last_day, first_day = date.fromisoformat(min(ends)), date.fromisoformat(min(begins))
    if not following:
        first_day += _A_YEAR
    first = last_day - BEFORE_THE_LAST_DAY
    until = max(first_day - BEFORE_THE_FIRST_DAY, first)
    return SeasonProposal(first, until, last_day, first_day, estimated=not following)


def _rows(reader: Reader | Gatherer, stream: Stream, arguments: Mapping[str, str], zone: tzinfo) -> list[Any]:
    rows = Rows()
    read_stream(reader, stream, arguments, rows)
    settle_dates(rows.rows, stream.dates, zone)
    return rows.rows
