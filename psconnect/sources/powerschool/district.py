"""The district's frame, read first: schools, terms, days in session. Everything else depends on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from psconnect.model.entities import DISTRICT_KEY, SCHOOL
from psconnect.model.errors import BadRecord, FixSettings
from psconnect.model.problems import NOT_CHOSEN, Fate
from psconnect.powerschool.streams import GRADUATES
from psconnect.roster.terms import (
    FIRST_YEAR,
    DateCheck,
    YearRow,
    first_in_session,
    natural_end,
    term_range,
    year_by_date,
)
from psconnect.sources.base import Intake, SourceRow, SourceSink, Verdict
from psconnect.sources.powerschool.read_plan import ReadPlan
from psconnect.wording.rules import rule_of

DISTRICT = str(DISTRICT_KEY)
"""The district's own id among the schools."""
DISTRICT_OFFICE = "0"
"""Its school number."""
_DAYS_IN_DOUBT = timedelta(days=14)
"""How long before a term's last day school may have ended, if there is no calendar."""


@dataclass(frozen=True)
class Term:
    """A term of the chosen year: its own id and its last school day.

    ``doubtful_from`` is the first day on which it may already be over, if there is no calendar; else empty.
    """

    own_id: str
    natural_end: str
    doubtful_from: str = ""


@dataclass
class District:
    """Schools, terms and the chosen school year.

    Attributes:
        schools: school number -> own id, of every school that exists.
        chosen: own ids of the chosen schools.
        refused: own ids of chosen schools that can't be delivered because they have no name; known once shaped.
        year_id: the chosen school year's YearID.
        terms: (school number, Terms.ID) -> Term, of the chosen year.
    """

    schools: dict[str, str]
    chosen: set[str]
    year_id: int
    first_day: str
    last_day: str
    terms: dict[tuple[str, str], Term] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)

    @property
    def delivered(self) -> set[str]:
        """Own ids of the delivered schools."""
        return self.chosen - self.refused

    @property
    def label(self) -> str:
        """The school year as people write it."""
        return f"{self.year_id + FIRST_YEAR}-{self.year_id + FIRST_YEAR + 1}"


def find_district(
    plan: ReadPlan, schools: Iterable[Any], terms: Iterable[Any], days: SchoolDays | None = None
) -> District:
    """The frame from school and term rows; a year begins with its first day in session, as far as ``days`` tell.

    Raises FixSettings if there is no such year or no chosen school, and BadRecord if no year has valid dates.
    """
    numbers = {row.school_number: row.dcid for row in schools if row.school_number}
    wanted = "all" if plan.schools == "all" else {str(number) for number in plan.schools}
    chosen = {key for number, key in numbers.items() if wanted == "all" or number in wanted}
    if not numbers:
        raise FixSettings("PSC-SCOPE-NO-SCHOOL/none-listed", where="scope.schools")
    if not chosen:
        raise FixSettings("PSC-SCOPE-NO-SCHOOL/none-exists", where="scope.schools")
    is_date = DateCheck()
    dated = [
        row
        for row in terms
        if row.isyearrec == "1" and numbers.get(row.schoolid) in chosen and row.yearid and row.firstday and row.lastday
    ]
    rows = [
        YearRow(int(row.yearid), row.firstday, row.lastday, row.schoolid)
        for row in dated
        if is_date(row.firstday) and is_date(row.lastday) and row.firstday <= row.lastday
    ]
    if dated and not rows:
        raise _no_dates()
    begun = [_begins_in_session(row, days) for row in rows] if days else rows
    year_id = plan.start_year - FIRST_YEAR if plan.start_year else _year_of(plan, begun)
    asked = f"{plan.start_year}-{plan.start_year + 1}" if plan.start_year else "today"
    if plan.next_year and year_id is not None:
        year_id += 1
        asked = f"{year_id + FIRST_YEAR}-{year_id + FIRST_YEAR + 1}"
    of_year = [row for row in rows if row.year_id == year_id]
    if year_id is None or not of_year:
        raise FixSettings("PSC-SCOPE-NO-YEAR", where="scope.start_year", asked=asked)
    first_day, last_day = min(r.first_day for r in of_year), max(r.last_day for r in of_year)
    return District(numbers, chosen, year_id, first_day, last_day)


def _year_of(plan: ReadPlan, rows: list[YearRow]) -> int | None:
    return year_by_date(rows, plan.today, plan.included.prior_days)


def _begins_in_session(row: YearRow, days: SchoolDays) -> YearRow:
    return replace(row, first_day=first_in_session(row.first_day, row.last_day, days.of(row.school)))


def _no_dates() -> BadRecord:
    return BadRecord("PSC-READ-DATES", where="TERMS.FIRSTDAY")


class SchoolDays:
    """The days in session of each school, from calendar-day rows page by page; the rows are not kept."""

    def __init__(self, rows: Iterable[Any] = ()) -> None:
        """Begin with these rows."""
        self._days: dict[str, list[str]] = {}
        self._same: dict[str, str] = {}
        self._is_date = DateCheck()
        self.extend(rows)

    def extend(self, rows: Iterable[Any]) -> None:
        """Take rows; values that aren't dates are skipped."""
        for row in rows:
            if self._is_date(row.date_value):
                # All schools share most days: store each text once.
                day = self._same.setdefault(row.date_value, row.date_value)
                self._days.setdefault(row.schoolid, []).append(day)

    def clear(self) -> None:
        """Forget all days because they are read again."""
        self._days.clear()

    def of(self, school: str) -> list[str]:
        """The days of the school with that number, in ascending order."""
        return sorted(self._days.get(school, ()))


def frame_of(
    plan: ReadPlan, schools: list[Any], terms: list[Any], days_of: Callable[[District], SchoolDays] | None
) -> tuple[District, SchoolDays | None]:
    """The district's frame, and the days in session of its year as ``days_of`` reads them; None without a calendar.

    A year's dates may begin weeks before its first day in session; it is not read before that day. Raises as
    ``find_district`` does.
    """
    today = find_district(replace(plan, next_year=False), schools, terms)
    if days_of is None:
        return find_district(plan, schools, terms), None
    days = days_of(today)
    frame = find_district(plan, schools, terms, days)
    return frame, days if frame.year_id == today.year_id else days_of(frame)


def year_arguments(year_id: int) -> dict[str, str]:
    """The query arguments for a school year's terms."""
    first, last = term_range(year_id)
    return {"first_term": str(first), "last_term": str(last)}


def frame_arguments(frame: District, today: date) -> dict[str, str]:
    """The query arguments for a frame's school year and its days."""
    days = {"first_day": frame.first_day, "last_day": frame.last_day, "today": today.isoformat()}
    return {**year_arguments(frame.year_id), **days}


def set_terms(district: District, terms: Iterable[Any], days: SchoolDays | None) -> None:
    """Set the chosen year's terms and their last school days, from term rows and the schools' days in session.

    Without a calendar (``days`` is None), a term may have ended some days before its last one.
    """
    is_date = DateCheck()
    for row in terms:
        if row.yearid == str(district.year_id) and row.schoolid != DISTRICT_OFFICE and is_date(row.lastday):
            end = natural_end(row.lastday, days.of(row.schoolid) if days else [])
            doubtful = _days_before(row.lastday) if days is None else ""
            district.terms[row.schoolid, row.id] = Term(row.dcid, end, doubtful)


def _days_before(last_day: str) -> str:
    return (date.fromisoformat(last_day) - _DAYS_IN_DOUBT).isoformat()


def hand_over_schools(plan: ReadPlan, district: District, schools: Iterable[Any], sink: SourceSink) -> None:
    """Hand over the schools and the district as their parent; notes which schools can't be delivered."""
    name = tuple(plan.district_name if attribute == "name" else "" for attribute in SCHOOL.shaped)
    sink.intake(SCHOOL, given=True).rows([(DISTRICT, (Fate.IN, None), name, "district", "")])
    rows = [
        (row.dcid, None if row.dcid in district.chosen else (Fate.LEFT_OUT, NOT_CHOSEN), row, "school", DISTRICT)
        for row in schools
    ]
    for (own_id, *_row), (_key, fate, rule, *_others) in zip(rows, sink.intake(SCHOOL).rows(rows), strict=True):
        if fate == Fate.KEPT:
            raise _unfit(own_id, str(rule))
        district.refused |= {own_id} if rule == "missing-required" else set()


def _unfit(own_id: str, rule: str) -> BadRecord:
    """The error for an unusable school: everything belongs to a school, so it makes the whole roster wrong."""
    return BadRecord("PSC-READ-SCHOOL", where=f"SCHOOLS.DCID {own_id}", reason=rule_of(rule).because)


def term_rows(plan: ReadPlan, district: District, terms: Iterable[Any], intake: Intake) -> list[SourceRow]:
    """The terms. Those of the chosen year are included, with the school's year as parent of its smaller terms."""
    terms, is_date = list(terms), DateCheck()
    this_year = str(district.year_id)
    years = {row.schoolid: row.dcid for row in terms if row.isyearrec == "1" and row.yearid == this_year}
    rows: list[SourceRow] = []
    for row in terms:
        school = district.schools.get(row.schoolid, "")
        verdict = _term_verdict(plan, district, row, is_date)
        if verdict and verdict[1] in _WRONG_TERM:
            detail = _WRONG_TERM[verdict[1]] or ("startDate" if row.yearid else "schoolYear")
            intake.problem(verdict[1], row.dcid, school, detail)
        parent = years.get(row.schoolid, "")
        school_year = str(int(row.yearid) + FIRST_YEAR + 1) if row.yearid else ""
        rows.append((row.dcid, verdict, row, school, "" if parent == row.dcid else parent, school_year))
    return rows


_WRONG_TERM = {"orphan": "school", "ends-before-it-begins": "endDate", "unreadable": ""}
"""Reported rules and what is wrong; empty if that depends on the row."""


def _term_verdict(plan: ReadPlan, district: District, row: Any, is_date: DateCheck) -> Verdict:
    if row.schoolid == DISTRICT_OFFICE:
        return Fate.LEFT_OUT, "district-term"
    if row.yearid and row.yearid != str(district.year_id):
        return Fate.LEFT_OUT, "other-year"
    if row.schoolid == GRADUATES:
        return Fate.LEFT_OUT, "graduates-school"
    if row.schoolid not in district.schools:
        return Fate.KEPT, "orphan"
    return _dates_verdict(row, is_date) or (
        None
        if plan.included.terms.takes(row.schoolid, row.name, row.abbreviation)
        else (Fate.LEFT_OUT, "term-not-chosen")
    )


def _dates_verdict(row: Any, is_date: DateCheck) -> Verdict:
    """The verdict on a term's year and dates, as far as it has any."""
    if not row.yearid or (row.firstday and row.lastday and not (is_date(row.firstday) and is_date(row.lastday))):
        return Fate.KEPT, "unreadable"
    if row.lastday and row.lastday < row.firstday:
        return Fate.LEFT_OUT, "ends-before-it-begins"
    return None


def course_rows(plan: ReadPlan, district: District, courses: Iterable[Any], intake: Intake) -> list[SourceRow]:
    """The courses; school number 0 means the district (docs/powerschool.md 16.4)."""
    numbers = [number for number, own_id in district.schools.items() if own_id in district.chosen]
    rows: list[SourceRow] = []
    for row in courses:
        school = DISTRICT if row.schoolid in ("", DISTRICT_OFFICE) else district.schools.get(row.schoolid, "")
        verdict: Verdict = None
        if row.schoolid == GRADUATES:
            verdict = Fate.LEFT_OUT, "graduates-school"
        elif not school:
            verdict = Fate.KEPT, "orphan"
            intake.problem("orphan", row.dcid, detail="school")
        elif not plan.included.courses.takes_course(row.course_number, numbers):
            verdict = Fate.LEFT_OUT, "course-not-chosen"
        rows.append((row.dcid, verdict, row, school))
    return rows
