"""Which schools the district has, and how many students each of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from psconnect.demo.district.names import SCHOOL_WORDS
from psconnect.demo.district.years import SchoolYear, is_early_release

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from psconnect.demo.district.believable import People
    from psconnect.demo.district.rows import Row, RowWriter

Level = Literal["elementary", "middle", "high", "new", "graduated"]

GRADUATED_NUMBER: Final = 999999
DISTRICT_OFFICE: Final = 0
#: Below this size a district is too small for a school of exactly 100 and one without students.
WITH_SPECIAL_SCHOOLS: Final = 500
EXACT: Final = 100
_GRADES: Final[dict[Level, tuple[int, int]]] = {
    "elementary": (-1, 5),
    "middle": (6, 8),
    "high": (9, 12),
    "new": (0, 8),
    "graduated": (99, 99),
}
_SIZE: Final[dict[Level, int]] = {"elementary": 450, "middle": 700, "high": 1300}
_SHARE: Final[dict[Level, float]] = {"elementary": 0.5, "middle": 0.22, "high": 0.28}


@dataclass(frozen=True, slots=True)
class School:
    """One school: its keys, its grades, its number of students, and whether its year has a single term."""

    dcid: int
    number: int
    name: str
    abbreviation: str
    level: Level
    students: int
    single_term: bool = False

    @property
    def grades(self) -> range:
        """The grades taught here."""
        low, high = _GRADES[self.level]
        return range(low, high + 1)


def plan_schools(students: int, names: People) -> list[School]:
    """Share ``students`` out to schools. The first one returned is the school of the graduates (number 999999)."""
    graduates = max(3, students * 15 // 1000)
    schools = [School(2, GRADUATED_NUMBER, "Graduated Students", "GRAD", "graduated", graduates)]
    rest = students - graduates
    sizes: list[tuple[Level, int, bool]] = []
    if students >= WITH_SPECIAL_SCHOOLS:
        sizes.append(("elementary", EXACT, True))
        rest -= EXACT
    sizes += [(level, size, False) for level, size in _sizes(rest)]
    if students >= WITH_SPECIAL_SCHOOLS:
        sizes.insert(3, ("new", 0, False))
    schools += [_school(names, position, *size) for position, size in enumerate(sizes)]
    return schools


def _sizes(students: int) -> Iterator[tuple[Level, int]]:
    left = students
    for level in ("elementary", "middle", "high"):
        wanted = left if level == "high" else int(students * _SHARE[level])
        left -= wanted
        count = max(1, round(wanted / _SIZE[level]))
        for index in range(count):
            yield level, wanted // count + (1 if index < wanted % count else 0)


def _school(names: People, position: int, level: Level, students: int, single_term: bool) -> School:  # noqa: FBT001 - a row of a plan
    number = 100 + 10 * position
    word = SCHOOL_WORDS[position % len(SCHOOL_WORDS)]
    more = "" if position < len(SCHOOL_WORDS) else f" {position // len(SCHOOL_WORDS) + 1}"
    kind = {"elementary": "Elementary", "middle": "Middle", "high": "High"}.get(level, "")
    name = f"{word}{more} {kind} School"
    if level == "new":
        name = names.new_school.format(word=word)
    return School(3 + position, number, name, f"{word[:2].upper()}{number}", level, students, single_term)


def write_schools(writer: RowWriter, schools: list[School], names: People) -> None:
    """Write the Schools rows."""
    columns = """DCID ID School_Number Name Abbreviation Low_Grade High_Grade Alternate_School_Number SchoolAddress
    SchoolCity SchoolState SchoolZip SchoolPhone Principal PrincipalEmail State_ExcludeFromReporting"""
    writer.write("Schools", columns, (_school_row(school, names) for school in schools))


def _school_row(school: School, names: People) -> Row:
    town, postcode = names.towns[school.number // 10 % len(names.towns)]
    grades = school.grades
    keys = (school.dcid, school.dcid + 40, school.number, school.name, school.abbreviation, grades[0], grades[-1])
    if school.level == "graduated":
        return (*keys, 0, None, None, None, None, None, None, None, 1)
    address = (f"{school.number} Schoolhouse Rd", town, "IL", postcode, f"555-01{school.number % 100:02d}")
    return (*keys, school.number + 5000, *address, names.principal, f"office{school.number}@schools.example.org", 0)


def read_schools(database: sqlite3.Connection) -> list[School]:
    """The schools as the district has them by now, in the order of their numbers, with their active students."""
    found = database.execute(
        """SELECT s.DCID, s.School_Number, s.Name, s.Abbreviation, s.Low_Grade, s.High_Grade,
        (SELECT count(*) FROM Students t WHERE t.SchoolID = s.School_Number AND t.Enroll_Status = 0),
        (SELECT count(DISTINCT t.ID % 100) FROM Terms t WHERE t.SchoolID = s.School_Number)
        FROM Schools s ORDER BY s.School_Number"""
    )
    return [
        School(dcid, number, name, abbreviation, _level(low, high), students, single_term=terms == 1)
        for dcid, number, name, abbreviation, low, high, students, terms in found
    ]


def _level(low: int, high: int) -> Level:
    """The level of a school by its grades; of one that was added since, by its lowest grade."""
    for level, grades in _GRADES.items():
        if grades == (low, high):
            return level
    return next((level for level in ("high", "middle") if low >= _GRADES[level][0]), "elementary")


def write_calendar(
    writer: RowWriter, schools: list[School], years: list[SchoolYear], first_place: int = 0, last_day_id: int = 1500
) -> None:
    """Write terms, days, cycle days, bell schedules and periods of these years for every school with lessons.

    ``first_place`` is the number of schools and years that have a calendar already (a school counts once a year);
    ``last_day_id`` is the highest Calendar_Day.ID in use.
    """
    open_schools = [school for school in schools if school.level != "graduated"]
    writer.write(
        "Terms",
        "ID SchoolID YearID Name Abbreviation FirstDay LastDay Portion IsYearRec",
        _term_rows(open_schools, years),
    )
    places = [(school.number, year) for year in years for school in open_schools]
    schedules = list(enumerate(places, first_place))
    writer.write(
        "Cycle_Day",
        "ID SchoolID Year_ID Day_Number Letter Day_Name Abbreviation",
        (
            (400 + 2 * at + day, number, year.year_id, day + 1, letter, f"Day {letter}", letter)
            for at, (number, year) in schedules
            for day, letter in enumerate("AB")
        ),
    )
    _write_bells(writer, schedules)
    writer.write(
        "Calendar_Day",
        "ID SchoolID Date_Value InSession Cycle_Day_ID Bell_Schedule_ID Note Type",
        _day_rows(schedules, last_day_id),
    )


def _write_bells(writer: RowWriter, schedules: list[tuple[int, tuple[int, SchoolYear]]]) -> None:
    """Write two bell schedules and eight periods for each school and year."""
    writer.write(
        "Bell_Schedule",
        "ID SchoolID Year_ID Name",
        (
            (700 + 2 * at + kind, number, year.year_id, name)
            for at, (number, year) in schedules
            for kind, name in enumerate(("Regular", "Early release"))
        ),
    )
    writer.write(
        "Period",
        "ID SchoolID YearID Period_Number Name Abbreviation",
        (
            (900 + 8 * at + period, number, year.year_id, period + 1, f"Period {period + 1}", f"P{period + 1}")
            for at, (number, year) in schedules
            for period in range(8)
        ),
    )
    writer.write(
        "Bell_Schedule_Items",
        "ID Bell_Schedule_ID Period_ID Start_Time End_Time",
        (
            (60 + 16 * at + 8 * kind + period, 700 + 2 * at + kind, 900 + 8 * at + period, start, start + length)
            for at, _ in schedules
            for kind, length in enumerate((2700, 1800))
            for period in range(8)
            for start in (28_800 + period * (length + 300),)
        ),
    )


def _term_rows(schools: list[School], years: list[SchoolYear]) -> Iterator[Row]:
    for year in years:
        for number, single in [(DISTRICT_OFFICE, False), *((s.number, s.single_term) for s in schools)]:
            for term in year.terms[:1] if single else year.terms:
                days = (term.first_day.isoformat(), term.last_day.isoformat())
                is_year = 1 if term.number == 0 else 0
                yield (year.term_id(term.number), number, year.year_id, term.name, term.abbreviation, *days,
                       term.portion, is_year)  # fmt: skip


def _day_rows(schedules: list[tuple[int, tuple[int, SchoolYear]]], last_id: int) -> Iterator[Row]:
    key = last_id
    for at, (number, year) in schedules:
        lessons = 0
        for day in year.weekdays():
            key += 1
            note = year.holidays.get(day)
            if note:
                yield (key, number, day.isoformat(), 0, None, None, note, "HOL")
                continue
            cycle = 400 + 2 * at + lessons % 2
            lessons += 1
            yield (key, number, day.isoformat(), 1, cycle, 700 + 2 * at + is_early_release(day), None, "DI")
