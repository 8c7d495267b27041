"""School years and terms by date."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psconnect.roster.terms import DateCheck, YearRow, first_in_session, natural_end, term_range, year_by_date

YEARS = [YearRow(35, "2025-08-18", "2026-06-05"), YearRow(36, "2026-08-17", "2027-06-04")]


@pytest.mark.parametrize(
    ("today", "year"),
    [
        ("2020-01-01", 35),  # before there was any: the first one
        ("2025-08-18", 35),
        ("2026-06-05", 35),
        ("2026-06-06", 35),  # between two: the one that ended …
        ("2026-07-17", 35),
        ("2026-08-16", 35),  # … until the next begins
        ("2026-08-17", 36),
        ("2027-06-04", 36),
        ("2027-07-01", 36),
        ("2040-01-01", 36),
    ],
)
def test_the_year_of_a_day(today: str, year: int) -> None:
    assert year_by_date(YEARS, date.fromisoformat(today)) == year


def test_most_schools_decide_and_then_the_later_year() -> None:
    late = YearRow(35, "2025-08-18", "2026-09-30")
    early = [YearRow(36, "2026-08-17", "2027-06-04"), YearRow(36, "2026-08-17", "2027-06-04")]
    assert year_by_date([late, *early], date(2026, 9, 1)) == 36
    assert year_by_date([late, late, late, *early], date(2026, 9, 1)) == 35
    assert year_by_date([late, early[0]], date(2026, 9, 1)) == 36


def test_no_school_no_year() -> None:
    assert year_by_date([], date(2026, 9, 1)) is None


years = st.builds(
    lambda year, start, days: YearRow(
        year,
        (date(1990 + year, 8, 1) + timedelta(start)).isoformat(),
        (date(1990 + year, 8, 1) + timedelta(start + days)).isoformat(),
    ),
    st.integers(5, 60),
    st.integers(-40, 60),
    st.integers(0, 330),
)


@given(st.lists(years, min_size=1, max_size=6), st.dates(date(1994, 1, 1), date(2055, 12, 31)), st.integers(-3, 3))
def test_a_year_is_always_one_that_exists_and_the_running_one_if_there_is_one(
    rows: list[YearRow], somewhen: date, shift: int
) -> None:
    turns = [date.fromisoformat(day) for row in rows for day in (row.first_day, row.last_day)]
    for today in (somewhen, *(turn + timedelta(shift) for turn in turns), *(t - timedelta(30) for t in turns)):
        found = year_by_date(rows, today)
        assert found in {row.year_id for row in rows}
        running = {row.year_id for row in rows if row.first_day <= today.isoformat() <= row.last_day}
        assert not running or found in running


def test_the_terms_of_a_year() -> None:
    assert term_range(36) == (3600, 3699)


DAYS = ["2027-06-02", "2027-06-03", "2027-06-04", "2027-06-07"]


@pytest.mark.parametrize(
    ("last_day", "end"),
    [
        ("2027-06-04", "2027-06-04"),
        ("2027-06-06", "2027-06-04"),  # a weekend is no school day
        ("2027-12-31", "2027-06-07"),
        ("2027-06-02", "2027-06-02"),
        ("2027-06-01", "2027-06-01"),  # no school day before: the term's own last day
    ],
)
def test_the_last_school_day_of_a_term(last_day: str, end: str) -> None:
    assert natural_end(last_day, DAYS) == end
    assert natural_end(last_day, []) == last_day


@pytest.mark.parametrize(
    ("first_day", "last_day", "begin"),
    [
        ("2027-06-05", "2027-12-31", "2027-06-07"),  # dated from a weekend before
        ("2027-06-03", "2027-12-31", "2027-06-03"),
        ("2027-06-08", "2027-12-31", "2027-06-08"),  # no school day at all: its own first day
        ("2027-01-01", "2027-05-31", "2027-01-01"),  # none within it
    ],
)
def test_the_first_school_day_of_a_year(first_day: str, last_day: str, begin: str) -> None:
    assert first_in_session(first_day, last_day, DAYS) == begin
    assert first_in_session(first_day, last_day, []) == first_day


@given(st.lists(st.dates().map(date.isoformat), unique=True).map(sorted), st.dates().map(date.isoformat))
def test_the_last_school_day_is_never_after_the_term(days: list[str], last_day: str) -> None:
    end = natural_end(last_day, days)
    assert end <= last_day
    assert end in {last_day, *days}
    assert not [day for day in days if end < day <= last_day]


@pytest.mark.parametrize("text", ["2026-08-17", "1899-12-30", "9999-12-31", "2024-02-29"])
def test_a_date(text: str) -> None:
    check = DateCheck()
    assert check(text)
    assert check(text), "also when seen before"


@pytest.mark.parametrize(
    "text",
    ["", " ", "0", "2026-8-17", "20260817", "2026-W34-1", "2026-02-29", "2026-13-01", "0000-00-00", "2026-08-17T00:00",
     "17.08.2026", "08/17/2026", "2026-08-17 ", "٢٠٢٦-٠٨-١٧", "2026-08-17 (changed)"],
)  # fmt: skip
def test_no_date(text: str) -> None:
    check = DateCheck()
    assert not check(text)
    assert not check(text)


def test_more_texts_than_are_remembered_are_judged_as_well() -> None:
    check = DateCheck()
    assert not any(check(f"garbage {n}") for n in range(12_000))
    assert check("2026-08-17")
    assert not check("2026-02-30")


def year_rows(*rows: tuple[str, int, str, str]) -> list[YearRow]:
    return [YearRow(year, first, last, school) for school, year, first, last in rows]


TWO_SCHOOLS = year_rows(
    ("1", 36, "2026-08-17", "2027-06-04"), ("2", 36, "2026-08-17", "2027-06-04"),
    ("1", 37, "2027-08-16", "2028-06-02"), ("2", 37, "2027-08-30", "2028-06-02"),
    ("3", 36, "2026-08-17", "2027-06-04"), ("3", 37, "2027-08-16", "2028-06-02"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("today", "days", "year"),
    [
        ("2027-05-01", 0, 36),
        ("2027-07-20", 0, 36),  # between two years: the one that ended
        ("2027-08-15", 0, 36),
        ("2027-08-16", 0, 37),  # two of three schools begin
        ("2027-05-17", 90, 36),
        ("2027-05-18", 90, 37),  # 90 days before, while the year still runs
        ("2025-01-01", 0, 36),  # before any year: the first there is
        ("2029-01-01", 0, 37),
        ("2027-08-15", None, 36),  # without the setting: not before the first day
        ("2027-08-16", None, 37),
        ("2027-06-01", None, 36),
    ],
)
def test_prior_data(today: str, days: int | None, year: int) -> None:
    assert year_by_date(TWO_SCHOOLS, date.fromisoformat(today), days) == year


@given(st.integers(0, 330), st.dates(date(2026, 1, 1), date(2028, 12, 31)))
def test_with_prior_data_no_school_goes_back(days: int, today: date) -> None:
    now = year_by_date(TWO_SCHOOLS, today, days)
    assert now in (36, 37)
    assert year_by_date(TWO_SCHOOLS, today + timedelta(days=1), days) >= now
    assert year_by_date(TWO_SCHOOLS, today, min(330, days + 1)) >= now
