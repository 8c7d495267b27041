"""School years: which one a day belongs to, its terms, and its days of instruction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Final

_MONDAY: Final = 0
_WEDNESDAY: Final = 2
_THURSDAY: Final = 3
_FRIDAY: Final = 4


@dataclass(frozen=True, slots=True)
class TermSpan:
    """One term of a year: ``number`` is added to YearID * 100 for Terms.ID; ``portion`` is the part of a year."""

    number: int
    name: str
    abbreviation: str
    first_day: date
    last_day: date
    portion: int


@dataclass(frozen=True)
class SchoolYear:
    """The school year that starts in August of ``start_year``."""

    start_year: int

    @property
    def year_id(self) -> int:
        """PowerSchool's YearID: the start year less 1990."""
        return self.start_year - 1990

    @cached_property
    def first_day(self) -> date:
        """The first day of school: a Monday in the middle of August."""
        return _weekday_from(date(self.start_year, 8, 14), _MONDAY)

    @cached_property
    def last_day(self) -> date:
        """The last day of school: a Friday in the middle of June."""
        return _weekday_from(date(self.start_year + 1, 6, 9), _FRIDAY)

    @cached_property
    def terms(self) -> tuple[TermSpan, ...]:
        """The year, its two semesters and its four quarters, in the order of their Terms.ID."""
        quarter = _weekday_from(date(self.start_year, 10, 14), _FRIDAY)
        half = _weekday_from(date(self.start_year + 1, 1, 11), _FRIDAY)
        third = _weekday_from(date(self.start_year + 1, 3, 19), _FRIDAY)
        short = f"{self.start_year % 100:02d}-{(self.start_year + 1) % 100:02d}"
        weekend = timedelta(days=3)
        first, last = self.first_day, self.last_day
        return (
            TermSpan(0, f"{self.start_year}-{self.start_year + 1}", short, first, last, 1),
            TermSpan(1, "Semester 1", "S1", first, half, 2),
            TermSpan(2, "Semester 2", "S2", half + weekend, last, 2),
            TermSpan(3, "Quarter 1", "Q1", first, quarter, 4),
            TermSpan(4, "Quarter 2", "Q2", quarter + weekend, half, 4),
            TermSpan(5, "Quarter 3", "Q3", half + weekend, third, 4),
            TermSpan(6, "Quarter 4", "Q4", third + weekend, last, 4),
        )

    @cached_property
    def holidays(self) -> dict[date, str]:
        """Weekdays of the year without school, and what they are called."""
        year = self.start_year
        thanksgiving = _weekday_from(date(year, 11, 22), _THURSDAY)
        named = {
            _weekday_from(date(year, 9, 1), _MONDAY): "Labor Day",
            thanksgiving: "Thanksgiving",
            thanksgiving + timedelta(days=1): "Thanksgiving",
            _weekday_from(date(year + 1, 1, 15), _MONDAY): "Martin Luther King Jr. Day",
            _weekday_from(date(year + 1, 2, 15), _MONDAY): "Presidents' Day",
            _weekday_from(date(year + 1, 5, 25), _MONDAY): "Memorial Day",
        }
        named.update(_weekdays(date(year, 12, 21), date(year + 1, 1, 1), "Winter break"))
        spring = _weekday_from(date(year + 1, 4, 1), _MONDAY)
        named.update(_weekdays(spring, spring + timedelta(days=4), "Spring break"))
        return named

    def weekdays(self) -> list[date]:
        """Every Monday to Friday from the first to the last day of the year, holidays included."""
        return list(_weekdays(self.first_day, self.last_day, ""))

    def term_id(self, number: int) -> int:
        """Terms.ID of the term with this number."""
        return self.year_id * 100 + number

    def shifted(self, years: int) -> SchoolYear:
        """The school year so many years later (or earlier, if negative)."""
        return SchoolYear(self.start_year + years)


def school_year(today: date) -> SchoolYear:
    """The school year ``today`` counts to: the old one up to 30 June, the new one from 1 July on."""
    return SchoolYear(today.year if today >= date(today.year, 7, 1) else today.year - 1)


def is_early_release(day: date) -> bool:
    """Whether school ends early on this day (every Wednesday)."""
    return day.weekday() == _WEDNESDAY


def _weekday_from(day: date, weekday: int) -> date:
    return day + timedelta(days=(weekday - day.weekday()) % 7)


def _weekdays(first: date, last: date, name: str) -> dict[date, str]:
    span = (last - first).days + 1
    days = (first + timedelta(days=offset) for offset in range(span))
    return {day: name for day in days if day.weekday() <= _FRIDAY}
