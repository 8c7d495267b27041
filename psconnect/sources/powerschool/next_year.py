"""The first day of the next school calendar, as far as PowerSchool knows it already."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from psconnect.model.errors import FixSettings
from psconnect.roster.terms import FIRST_YEAR, first_in_session
from psconnect.sources.powerschool.district import District, SchoolDays, find_district
from psconnect.sources.powerschool.read_plan import ReadPlan

_NEAR = timedelta(days=60)
"""From when on the calendar is asked for: a year's record may begin weeks before its first day in session."""


def next_first_day(
    plan: ReadPlan,
    frame: District,
    schools: list[Any],
    terms: list[Any],
    days_of: Callable[[District], SchoolDays] | None,
) -> date | None:
    """The first day of the year after the one in ``frame``; None if no school has that year yet.

    It is the first day in session of any chosen school once that is near, else the first day of the year's record.
    """
    year = frame.year_id + FIRST_YEAR + 1
    try:
        following = find_district(replace(plan, start_year=year, next_year=False), schools, terms)
    except FixSettings:
        return None
    first = date.fromisoformat(following.first_day)
    if days_of is None or first > plan.today + _NEAR:
        return first
    days = days_of(following)
    chosen = [number for number, own_id in following.schools.items() if own_id in following.chosen]
    begun = [
        first_in_session(following.first_day, following.last_day, known) for known in map(days.of, chosen) if known
    ]
    return date.fromisoformat(min(begun)) if begun else first
