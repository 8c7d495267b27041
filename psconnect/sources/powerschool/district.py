"""The district's frame, read first: schools, terms, days in session. Everything else is shaped against it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from psconnect.model.entities import CALENDAR, COURSE, DISTRICT_KEY, SCHOOL
from psconnect.model.errors import BadRecord, FixSettings
from psconnect.model.problems import NOT_CHOSEN, Fate, Problem
from psconnect.powerschool.streams import GRADUATES
from psconnect.roster.terms import FIRST_YEAR, DateCheck, YearRow, first_in_session, natural_end, year_by_date
from psconnect.sources.base import StagedRow
from psconnect.sources.powerschool.read_plan import OnProblem, ReadPlan, encode
from psconnect.sources.powerschool.term_merging import dated_title, merged_terms
from psconnect.wording.rules import rule_of

DISTRICT_OFFICE = "0"
_DAYS_IN_DOUBT = timedelta(days=14)
"""How long before a term's last day school may have ended, where no calendar says."""


@dataclass(frozen=True)
class Term:
    """A term of the chosen year: its key and its last school day.

    ``doubtful_from`` is the first day on which it may have been over already, where no calendar says; else empty.
    """

    key: int
    natural_end: str
    doubtful_from: str = ""


@dataclass
class District:
    """Schools, terms and the chosen school year.

    Attributes:
        schools: school number -> key, of every school that exists.
        chosen: keys of the schools that are read.
        refused: keys of chosen schools that can't be delivered, for want of a name; known once they are shaped.
        year_id: the chosen school year's YearID.
        terms: (school number, Terms.ID) -> Term, of the chosen year.
    """

    schools: dict[str, int]
    chosen: set[int]
    year_id: int
    first_day: str
    last_day: str
    terms: dict[tuple[str, str], Term] = field(default_factory=dict)
    refused: set[int] = field(default_factory=set)

    @property
    def delivered(self) -> set[int]:
        """Keys of the schools that are delivered."""
        return self.chosen - self.refused

    @property
    def label(self) -> str:
        """The school year as people write it."""
        return f"{self.year_id + FIRST_YEAR}-{self.year_id + FIRST_YEAR + 1}"


def find_district(
    plan: ReadPlan, schools: Iterable[Any], terms: Iterable[Any], days: SchoolDays | None = None
) -> District:
    """The frame from the school and term rows; a year begins with its first day in session, as far as ``days`` tell.

    Raises FixSettings when there is no such year or no chosen school, BadRecord when no year has dates that are any.
    """
    numbers = {row.school_number: int(row.dcid) for row in schools if row.school_number}
    wanted = "all" if plan.schools == "all" else {str(number) for number in plan.schools}
    chosen = {key for number, key in numbers.items() if wanted == "all" or number in wanted}
    if not numbers:
        raise FixSettings(
            "PSC-SCOPE-NO-SCHOOL",
            "No school to read",
            "PowerSchool has no school: its list of schools came back empty.",
            "Look at Start Page > District > Schools. If there are schools, build the plugin again and install it: the "
            "installed one may not view them.",
            where="scope.schools",
        )
    if not chosen:
        raise FixSettings(
            "PSC-SCOPE-NO-SCHOOL",
            "No school to read",
            "None of the chosen school numbers exists in PowerSchool.",
            "Choose the schools again. The number stands under Start Page > District > Schools.",
            where="scope.schools",
        )
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
        raise FixSettings(
            "PSC-SCOPE-NO-YEAR",
            "No school year to read",
            f"The chosen schools have no school year for {asked} in PowerSchool.",
            "Check the years and terms: Start Page > School > Years & Terms.",
            where="scope.start_year",
        )
    first_day, last_day = min(r.first_day for r in of_year), max(r.last_day for r in of_year)
    return District(numbers, chosen, year_id, first_day, last_day)


def _year_of(plan: ReadPlan, rows: list[YearRow]) -> int | None:
    return year_by_date(rows, plan.today, plan.included.prior_days)


def _begins_in_session(row: YearRow, days: SchoolDays) -> YearRow:
    return replace(row, first_day=first_in_session(row.first_day, row.last_day, days.of(row.school)))


def _no_dates() -> BadRecord:
    return BadRecord(
        "PSC-READ-DATES",
        "The dates of the school years can’t be read",
        "PowerSchool gives the first and last days of the school years in a form that psconnect does not know. Nothing "
        "is delivered, because nobody can say which year it is.",
        "Look at the dates: Start Page > School > Years & Terms. If they are right, tell us: Copy details.",
        where="TERMS.FIRSTDAY",
    )


class SchoolDays:
    """The days in session of each school, from calendar-day rows page by page; the rows themselves are not kept."""

    def __init__(self, rows: Iterable[Any] = ()) -> None:
        """Begin with these rows."""
        self._days: dict[str, list[str]] = {}
        self._same: dict[str, str] = {}
        self._is_date = DateCheck()
        self.extend(rows)

    def extend(self, rows: Iterable[Any]) -> None:
        """Take rows; what is no date is no day."""
        for row in rows:
            if self._is_date(row.date_value):
                # All schools have much the same days: one text for each.
                day = self._same.setdefault(row.date_value, row.date_value)
                self._days.setdefault(row.schoolid, []).append(day)

    def clear(self) -> None:
        """Forget all days: they are read again."""
        self._days.clear()

    def of(self, school: str) -> list[str]:
        """The days of the school with that number, in ascending order."""
        return sorted(self._days.get(school, ()))


def set_terms(district: District, terms: Iterable[Any], days: SchoolDays | None) -> None:
    """Fill in the chosen year's terms with their last school day, from term rows and the schools' days in session.

    Without a calendar (``days`` is None) a term may have been over some days before its last one.
    """
    is_date = DateCheck()
    for row in terms:
        if row.yearid == str(district.year_id) and row.schoolid != DISTRICT_OFFICE and is_date(row.lastday):
            end = natural_end(row.lastday, days.of(row.schoolid) if days else [])
            doubtful = _days_before(row.lastday) if days is None else ""
            district.terms[row.schoolid, row.id] = Term(int(row.dcid), end, doubtful)


def _days_before(last_day: str) -> str:
    return (date.fromisoformat(last_day) - _DAYS_IN_DOUBT).isoformat()


def school_rows(plan: ReadPlan, district: District, schools: Iterable[Any], on_problem: OnProblem) -> list[StagedRow]:
    """Shaped schools, and the district itself as their parent."""
    shape, judge = plan.shaping(SCHOOL, on_problem)
    schools = list(schools)
    plan.learn(SCHOOL, schools)
    parent = plan.ids.of(SCHOOL, DISTRICT_KEY)
    names = ["" for _ in SCHOOL.shaped]
    names[SCHOOL.mapped.index("name")] = plan.district_name
    rows: list[StagedRow] = [(DISTRICT_KEY, Fate.IN, None, encode((parent, "district", "", *names)))]
    for row in schools:
        key, values = int(row.dcid), shape(row)
        fate, rule = judge(key, key, values, row) if key in district.chosen else (Fate.LEFT_OUT, NOT_CHOSEN)
        if fate == Fate.KEPT:
            raise _unfit(key, str(rule))
        district.refused |= {key} if rule == "missing-required" else set()
        rows.append((key, fate, rule, encode((plan.ids.of(SCHOOL, key), "school", parent, *values))))
    return rows


def _unfit(key: int, rule: str) -> BadRecord:
    """Everything belongs to a school: no part of the roster is right while one school's name is not."""
    return BadRecord(
        "PSC-READ-SCHOOL",
        "A school can’t be delivered",
        f"A school can’t be delivered because {rule_of(rule).because}. Nothing is delivered, because everything "
        "belongs to a school.",
        "Correct the school in PowerSchool: Start Page > District > Schools.",
        where=f"SCHOOLS.DCID {key}",
    )


def term_rows(plan: ReadPlan, district: District, terms: list[Any], on_problem: OnProblem) -> list[StagedRow]:
    """Shaped terms: those of the chosen year are in, with the school's year as parent of its smaller terms.

    Where terms are merged, ``district.terms`` lead to those that are delivered from now on.
    """
    shape, judge = plan.shaping(CALENDAR, on_problem)
    is_date = DateCheck()
    judged: list[_JudgedTerm] = []
    for row in terms:
        key, school, values = int(row.dcid), district.schools.get(row.schoolid), shape(row)
        fate: Fate
        rule: str | None
        if row.schoolid == DISTRICT_OFFICE:
            fate, rule = Fate.LEFT_OUT, "district-term"
        elif row.yearid and row.yearid != str(district.year_id):
            fate, rule = Fate.LEFT_OUT, "other-year"
        elif row.schoolid == GRADUATES:
            fate, rule = Fate.LEFT_OUT, "graduates-school"
        elif school is None or not row.yearid:
            fate, rule = Fate.KEPT, "orphan" if school is None else "unreadable"
            on_problem(Problem(rule, "calendar", key, school, "school" if school is None else "schoolYear"))
        elif not (is_date(row.firstday) and is_date(row.lastday)) and row.firstday and row.lastday:
            fate, rule = Fate.KEPT, "unreadable"
            on_problem(Problem(rule, "calendar", key, school, "startDate"))
        elif row.lastday and row.lastday < row.firstday:
            fate, rule = Fate.LEFT_OUT, "ends-before-it-begins"
            on_problem(Problem(rule, "calendar", key, school, "endDate"))
        elif not plan.included.terms.takes(row.schoolid, row.name, row.abbreviation):
            fate, rule = Fate.LEFT_OUT, "term-not-chosen"
        else:
            fate, rule = judge(key, school, values, row)
        judged.append(_JudgedTerm(row, key, school, values, fate, rule))
    return _term_records(plan, district, judged)


@dataclass(frozen=True)
class _JudgedTerm:
    row: Any
    key: int
    school: int | None
    values: tuple[str, ...]
    fate: Fate
    rule: str | None


def _term_records(plan: ReadPlan, district: District, judged: list[_JudgedTerm]) -> list[StagedRow]:
    this_year = str(district.year_id)
    years = {one.row.schoolid: one for one in judged if one.row.isyearrec == "1" and one.row.yearid == this_year}
    delivered = [(one.key, one.values) for one in judged if one.fate == Fate.IN and one.school in district.delivered]
    merged = merged_terms(delivered if plan.included.merge_terms else ())
    for name, term in district.terms.items():
        district.terms[name] = replace(term, key=merged.key_of(term.key))
    rows: list[StagedRow] = []
    for one in judged:
        key, school, fate, rule = one.key, one.school, one.fate, one.rule
        values = dated_title(one.values) if plan.included.merge_terms else one.values
        if merged.key_of(key) != key:
            fate, rule = Fate.LEFT_OUT, "term-merged"
        elif merged.is_shared(key):
            school = DISTRICT_KEY
        year = years.get(one.row.schoolid)
        # A year that is not delivered is nobody's parent; one that was not chosen for want of dates may be there.
        has_parent = year is not None and year.key != key and year.fate != Fate.LEFT_OUT
        parent = plan.ids.of(CALENDAR, merged.key_of(year.key)) if year is not None and has_parent else ""
        school_id = plan.ids.of(SCHOOL, school) if school is not None else ""
        school_year = str(int(one.row.yearid) + FIRST_YEAR + 1) if one.row.yearid else ""
        record = encode((plan.ids.of(CALENDAR, key), school_id, parent, school_year, *values))
        rows.append((key, fate, rule, record, school))
    return rows


def course_rows(plan: ReadPlan, district: District, courses: Iterable[Any], on_problem: OnProblem) -> list[StagedRow]:
    """Shaped courses; those with school number 0 belong to the district (docs/powerschool.md 16.4)."""
    courses = list(courses)
    plan.learn(COURSE, courses)
    shape, judge = plan.shaping(COURSE, on_problem)
    numbers = [number for number, key in district.schools.items() if key in district.chosen]
    rows: list[StagedRow] = []
    for row in courses:
        key = int(row.dcid)
        school = DISTRICT_KEY if row.schoolid in ("", DISTRICT_OFFICE) else district.schools.get(row.schoolid)
        values = shape(row)
        fate: Fate
        rule: str | None
        if row.schoolid == GRADUATES:
            fate, rule = Fate.LEFT_OUT, "graduates-school"
        elif school is None:
            fate, rule = Fate.KEPT, "orphan"
            on_problem(Problem("orphan", "course", key, None, "school"))
        elif not plan.included.courses.takes_course(row.course_number, numbers):
            fate, rule = Fate.LEFT_OUT, "course-not-chosen"
        else:
            fate, rule = judge(key, school, values, row)
        org = plan.ids.of(SCHOOL, school) if school is not None else ""
        rows.append((key, fate, rule, encode((plan.ids.of(COURSE, key), org, *values)), school))
    return rows
