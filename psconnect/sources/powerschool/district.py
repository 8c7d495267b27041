"""The district's frame, read first: schools, terms, days in session. Everything else is shaped against it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from psconnect.model.entities import CALENDAR, COURSE, DISTRICT_KEY, SCHOOL
from psconnect.model.errors import FixSettings
from psconnect.model.problems import Fate, Problem
from psconnect.roster.terms import FIRST_YEAR, YearRow, natural_end, year_by_date
from psconnect.sources.base import StagedRow
from psconnect.sources.powerschool.plan import OnProblem, ReadPlan, encode

DISTRICT_OFFICE = "0"


@dataclass(frozen=True)
class Term:
    """A term of the chosen year: its key and its last school day."""

    key: int
    natural_end: str


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


def find_district(plan: ReadPlan, schools: Iterable[Any], terms: Iterable[Any]) -> District:
    """The frame from the school and term rows; raises FixSettings when there is no such year or no chosen school."""
    numbers = {row.school_number: int(row.dcid) for row in schools if row.school_number}
    wanted = "all" if plan.schools == "all" else {str(number) for number in plan.schools}
    chosen = {key for number, key in numbers.items() if wanted == "all" or number in wanted}
    if not chosen:
        raise FixSettings(
            "PSC-SCOPE-NO-SCHOOL",
            "No school to read",
            "None of the chosen school numbers exists in PowerSchool.",
            "Choose the schools again. The number stands under Start Page > District > Schools.",
            where="scope.schools",
        )
    rows = [
        YearRow(int(row.yearid), row.firstday, row.lastday)
        for row in terms
        if row.isyearrec == "1" and numbers.get(row.schoolid) in chosen and row.yearid and row.firstday and row.lastday
    ]
    year_id = plan.start_year - FIRST_YEAR if plan.start_year else year_by_date(rows, plan.today)
    of_year = [row for row in rows if row.year_id == year_id]
    if year_id is None or not of_year:
        asked = f"{plan.start_year}-{plan.start_year + 1}" if plan.start_year else "today"
        raise FixSettings(
            "PSC-SCOPE-NO-YEAR",
            "No school year to read",
            f"The chosen schools have no school year for {asked} in PowerSchool.",
            "Check the years and terms: Start Page > School > Years & Terms.",
            where="scope.start_year",
        )
    first_day, last_day = min(r.first_day for r in of_year), max(r.last_day for r in of_year)
    return District(numbers, chosen, year_id, first_day, last_day)


def set_terms(district: District, terms: Iterable[Any], days: Iterable[Any]) -> None:
    """Fill in the chosen year's terms with their last school day, from term and calendar-day rows."""
    in_session: dict[str, list[str]] = {}
    for day in days:
        in_session.setdefault(day.schoolid, []).append(day.date_value)
    for dates in in_session.values():
        dates.sort()
    for row in terms:
        if row.yearid == str(district.year_id) and row.schoolid != DISTRICT_OFFICE:
            end = natural_end(row.lastday, in_session.get(row.schoolid, []))
            district.terms[row.schoolid, row.id] = Term(int(row.dcid), end)


def school_rows(plan: ReadPlan, district: District, schools: Iterable[Any], on_problem: OnProblem) -> list[StagedRow]:
    """Shaped schools, and the district itself as their parent."""
    shape, judge = plan.shape(SCHOOL), plan.judge(SCHOOL, on_problem)
    parent = SCHOOL.sourced_id(DISTRICT_KEY)
    names = ["" for _ in SCHOOL.mapped]
    names[SCHOOL.mapped.index("name")] = plan.district_name
    rows: list[StagedRow] = [(DISTRICT_KEY, Fate.IN, None, encode((parent, "district", "", *names)))]
    for row in schools:
        key, values = int(row.dcid), shape(row)
        fate, rule = judge(key, key, values) if key in district.chosen else (Fate.LEFT_OUT, "school-not-chosen")
        district.refused |= {key} if rule == "missing-required" else set()
        rows.append((key, fate, rule, encode((SCHOOL.sourced_id(key), "school", parent, *values))))
    return rows


def term_rows(plan: ReadPlan, district: District, terms: list[Any], on_problem: OnProblem) -> list[StagedRow]:
    """Shaped terms: those of the chosen year are in, with the school's year as parent of its smaller terms."""
    shape, judge = plan.shape(CALENDAR), plan.judge(CALENDAR, on_problem)
    years = {
        row.schoolid: int(row.dcid) for row in terms if row.isyearrec == "1" and row.yearid == str(district.year_id)
    }
    rows: list[StagedRow] = []
    for row in terms:
        key, school, values = int(row.dcid), district.schools.get(row.schoolid), shape(row)
        fate: Fate
        rule: str | None
        if row.schoolid == DISTRICT_OFFICE:
            fate, rule = Fate.LEFT_OUT, "district-term"
        elif row.yearid and row.yearid != str(district.year_id):
            fate, rule = Fate.LEFT_OUT, "other-year"
        elif school is None or not row.yearid:
            fate, rule = Fate.KEPT, "orphan" if school is None else "unreadable"
            on_problem(Problem(rule, "calendar", key, school, "school" if school is None else "schoolYear"))
        else:
            fate, rule = judge(key, school, values)
        year = years.get(row.schoolid, key)
        parent = CALENDAR.sourced_id(year) if year != key else ""
        school_id = SCHOOL.sourced_id(school) if school is not None else ""
        school_year = str(int(row.yearid) + FIRST_YEAR + 1) if row.yearid else ""
        record = encode((CALENDAR.sourced_id(key), school_id, parent, school_year, *values))
        rows.append((key, fate, rule, record, school))
    return rows


def course_rows(plan: ReadPlan, district: District, courses: Iterable[Any], on_problem: OnProblem) -> list[StagedRow]:
    """Shaped courses; those with school number 0 belong to the district (powerschool-api.md 16.4)."""
    shape, judge = plan.shape(COURSE), plan.judge(COURSE, on_problem)
    rows: list[StagedRow] = []
    for row in courses:
        key = int(row.dcid)
        school = DISTRICT_KEY if row.schoolid in ("", DISTRICT_OFFICE) else district.schools.get(row.schoolid)
        values = shape(row)
        fate: Fate
        rule: str | None
        if school is None:
            fate, rule = Fate.KEPT, "orphan"
            on_problem(Problem("orphan", "course", key, None, "school"))
        else:
            fate, rule = judge(key, school, values)
        org = SCHOOL.sourced_id(school) if school is not None else ""
        rows.append((key, fate, rule, encode((COURSE.sourced_id(key), org, *values)), school))
    return rows
