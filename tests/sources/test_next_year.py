"""The first day of the next school calendar, before and while PowerSchool has it."""

from __future__ import annotations

from datetime import date

from psconnect.sources.powerschool.district import District, SchoolDays, find_district
from psconnect.sources.powerschool.next_year import next_first_day
from tests.sources.conftest import Maker

NEXT = {"isyearrec": 1, "yearid": 37, "firstday": "2027-08-02", "lastday": "2028-06-09", "id": 3700}


def asked(maker: Maker, today: date, days: list[tuple[int, str]] | None) -> tuple[date | None, list[str]]:
    """What is found on that day, and the years whose calendar was read; ``days`` are (school, day), None for none."""
    read: list[str] = []
    maker.choose(today=today)
    years = maker.rows("terms", *({"dcid": 90 + n, "schoolid": n * 100, **NEXT} for n in (1, 2)))
    terms = [*maker.terms(), *years]
    frame = find_district(maker.plan, maker.schools(), maker.terms())

    def days_of(frame: District) -> SchoolDays:
        read.append(frame.label)
        sessions = (
            {"dcid": n, "schoolid": school, "date_value": day, "insession": 1}
            for n, (school, day) in enumerate(days or [])
        )
        return SchoolDays(maker.rows("calendar_days", *sessions))

    return next_first_day(maker.plan, frame, maker.schools(), terms, None if days is None else days_of), read


def test_mission_g22_the_first_day_of_school_is_that_of_the_calendar_once_it_is_near(maker: Maker) -> None:
    days = [(100, "2027-08-18"), (100, "2027-08-16"), (200, "2027-08-23")]
    # Far away, the year's own first day has to do, and nothing is read for it.
    assert asked(maker, date(2026, 11, 18), days) == (date(2027, 8, 2), [])
    assert asked(maker, date(2027, 7, 1), days) == (date(2027, 8, 16), ["2027-2028"])
    # The year's record has begun, but not school.
    assert asked(maker, date(2027, 8, 5), days)[0] == date(2027, 8, 16)


def test_without_a_calendar_it_is_the_first_day_of_the_years_record(maker: Maker) -> None:
    assert asked(maker, date(2027, 7, 1), [])[0] == date(2027, 8, 2)
    assert asked(maker, date(2027, 7, 1), None)[0] == date(2027, 8, 2)


def test_it_is_not_known_before_a_school_has_the_year(maker: Maker) -> None:
    frame = find_district(maker.plan, maker.schools(), maker.terms())
    assert next_first_day(maker.plan, frame, maker.schools(), maker.terms(), None) is None
