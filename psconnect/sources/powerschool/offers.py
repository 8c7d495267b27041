"""What a district has to choose from: schools, years, terms, courses; and the roles people have in its classes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from psconnect.powerschool.streams import GRADUATES
from psconnect.roster.roles import Roles
from psconnect.roster.terms import FIRST_YEAR
from psconnect.sources.kind import Offer, OfferedCourse, OfferedSchool, OfferedTerm, RoleUse
from psconnect.sources.powerschool.district import DISTRICT_OFFICE
from psconnect.sources.powerschool.read_plan import ReadPlan


@dataclass(frozen=True)
class Offering:
    """Rows of schools and terms, with the current school year; None if there is none."""

    plan: ReadPlan
    schools: list[Any]
    terms: list[Any]
    this_year: int | None

    @property
    def year(self) -> int | None:
        """The chosen year."""
        return self.plan.start_year or self.this_year

    def offer(self, students: Mapping[str, int] | None, sections: list[Any] | None) -> Offer:
        """What there is to choose from; ``students`` are active ones by school number, ``sections`` the year's."""
        classes = None if sections is None else Counter(row.schoolid for row in sections)
        found = [
            OfferedSchool(
                int(row.school_number),
                row.name,
                _grades(row.low_grade, row.high_grade),
                None if students is None else students.get(row.school_number, 0),
                None if classes is None else classes.get(row.school_number, 0),
            )
            for row in self.schools
            if row.school_number.isdecimal() and row.school_number != GRADUATES
        ]
        schools = sorted(found, key=lambda one: (one.name.casefold(), one.number))
        courses = None if sections is None else _courses(sections)
        return Offer(tuple(schools), self._years(), self.this_year, self.year, self._terms(), courses)

    def _years(self) -> tuple[int, ...]:
        """The years that any school has."""
        numbers = {row.school_number for row in self.schools}
        rows = (row for row in self.terms if row.isyearrec == "1" and row.schoolid in numbers)
        return tuple(sorted({int(row.yearid) + FIRST_YEAR for row in rows if row.yearid.isdecimal()}, reverse=True))

    def _terms(self) -> tuple[OfferedTerm, ...]:
        if self.year is None:
            return ()
        wanted, numbers = str(self.year - FIRST_YEAR), {row.school_number for row in self.schools}
        found = [
            OfferedTerm(int(row.schoolid), row.name, row.abbreviation, row.firstday, row.lastday, row.isyearrec == "1")
            for row in self.terms
            if row.yearid == wanted and row.schoolid in numbers - {DISTRICT_OFFICE, GRADUATES}
        ]
        return tuple(sorted(found, key=lambda one: (one.school, one.first_day, not one.year, one.last_day, one.name)))


def _grades(low: str, high: str) -> str:
    # 0 is kindergarten, and what is below it pre-kindergarten (docs/powerschool.md 16.2).
    first, last = ("PK" if grade.startswith("-") else "K" if grade == "0" else grade for grade in (low, high))
    return first if first == last else f"{first}–{last}" if first and last else first or last


def _courses(sections: Iterable[Any]) -> tuple[OfferedCourse, ...]:
    counted: Counter[tuple[int, str]] = Counter()
    names: dict[tuple[int, str], tuple[str, str]] = {}
    for row in sections:
        if row.schoolid.isdecimal():
            # Course numbers are compared without case and blanks (roster.school_choices).
            place = int(row.schoolid), row.course_number.strip().casefold()
            counted[place] += 1
            names.setdefault(place, (row.course_number.strip(), row.course_name))
    return tuple(OfferedCourse(place[0], *names[place], counted[place]) for place in sorted(counted))


def role_uses(rows: Iterable[Any], roles: Roles) -> tuple[RoleUse, ...]:
    """The roles of teaching assignments, the most used first; names are empty where a plugin may not read them."""
    counted: Counter[tuple[str, str, str]] = Counter()
    classes: dict[tuple[str, str, str], set[str]] = {}
    for row in rows:
        role = getattr(row, "role_name", ""), getattr(row, "role_key", ""), row.roleid
        counted[role] += 1
        classes.setdefault(role, set()).add(row.section_dcid)
    found = [
        RoleUse(name, key, number, len(classes[name, key, number]), count, roles.kind_of(key, name, number))
        for (name, key, number), count in counted.items()
    ]
    return tuple(sorted(found, key=lambda one: (-one.assignments, one.name, one.number)))
