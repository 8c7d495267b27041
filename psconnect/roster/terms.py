"""School years and terms by date.

docs/powerschool.md 16.4: YearID = first calendar year - 1990; all terms of a year lie from YearID*100 to YearID*100+99.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from operator import attrgetter
from typing import Any

FIRST_YEAR = 1990
_REMEMBERED = 10_000  # bounded, so that garbage can't fill the memory


@dataclass(frozen=True)
class YearRow:
    """One school's record of one school year: its id, first and last day, and the school's number.

    The first day is the first one in session if there is a calendar: a year's record may begin weeks earlier.
    """

    year_id: int
    first_day: str
    last_day: str
    school: str = ""


def year_by_date(rows: Iterable[YearRow], today: date, prior_days: int | None = None) -> int | None:
    """The YearID that most schools are in on that day; None if no school has any year.

    Between two years it is the one that ended last. With ``prior_days``, a school's next year counts from that many
    days before its first day, even while the current year is still running.
    """
    rows = list(rows)
    if not rows:
        return None
    if prior_days is not None:
        return _year_begun(rows, (today + timedelta(days=prior_days)).isoformat())
    now = today.isoformat()
    counted = Counter(row.year_id for row in rows if row.first_day <= now <= row.last_day)
    if counted:
        return max(counted, key=lambda year: (counted[year], year))
    past = [row.year_id for row in rows if row.last_day < now]
    return max(past) if past else min(row.year_id for row in rows)


def _year_begun(rows: list[YearRow], day: str) -> int:
    """The latest year that most schools have begun by that day; the first one if none has begun."""
    newest: dict[str, int] = {}
    for row in rows:
        if row.first_day <= day:
            newest[row.school] = max(row.year_id, newest.get(row.school, 0))
    counted = Counter(newest.values())
    if not counted:
        return min(row.year_id for row in rows)
    return max(counted, key=lambda year: (counted[year], year))


def term_range(year_id: int) -> tuple[int, int]:
    """The first and last possible Terms.ID of a school year."""
    return year_id * 100, year_id * 100 + 99


def first_in_session(first_day: str, last_day: str, days_in_session: list[str]) -> str:
    """The first school day of a year, from the school's days in ascending order; its own first day if none."""
    place = bisect_left(days_in_session, first_day)
    within = place < len(days_in_session) and days_in_session[place] <= last_day
    return days_in_session[place] if within else first_day


def natural_end(last_day: str, days_in_session: list[str]) -> str:
    """The last school day of a term: a student who leaves after it has completed the class, not dropped it.

    ``days_in_session`` are the school's days in ascending order; if there are none, the term's own last day counts.
    """
    place = bisect_right(days_in_session, last_day)
    return days_in_session[place - 1] if place else last_day


DATE_LENGTH = len("2026-08-17")


def date_part(text: str, zone: tzinfo) -> str:
    """The calendar date of a date with a time; any other text as it is (fault D18).

    A time without a zone is the district's local time and keeps its date, even if clocks skipped it; a time in another
    zone gets the date that it was in the district.
    """
    if len(text) <= DATE_LENGTH:
        return text
    try:
        moment = datetime.fromisoformat(text)
        return (moment.astimezone(zone) if moment.tzinfo else moment).date().isoformat()
    except (ValueError, OverflowError):
        return text


def settle_dates(rows: list[Any], names: Iterable[str], zone: tzinfo) -> None:
    """Turn those attributes of rows into dates where they came with a time."""
    for name in names:
        if max(map(len, map(attrgetter(name), rows)), default=0) > DATE_LENGTH:
            for row in rows:
                setattr(row, name, date_part(getattr(row, name), zone))


class DateCheck:
    """Checks whether a text is a calendar date; caches the answers, because rosters repeat few dates many times."""

    def __init__(self) -> None:
        """Start with nothing seen."""
        self._known: dict[str, bool] = {}

    def __call__(self, text: str) -> bool:
        """Whether the text is a date like 2026-08-17."""
        known = self._known.get(text)
        if known is None:
            try:
                known = date.fromisoformat(text).isoformat() == text
            except ValueError:
                known = False
            if len(self._known) < _REMEMBERED:
                self._known[text] = known
        return known
