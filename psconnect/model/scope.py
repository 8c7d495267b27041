"""Which part of the district is delivered: schools, school year, terms and courses."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from psconnect.model.errors import FixSettings


class CourseChoice(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Courses that a school delivers; a school without any choice, and without one for all schools, delivers all.

    Attributes:
        courses: course numbers.
        school: the school's number; None for every school that has no choice of its own.
        deliver_as: whether their sections become classes or groups of users.
        category: where the destination files them; empty for its own order.
    """

    courses: list[str]
    school: int | None = None
    deliver_as: Literal["class", "group"] = "class"
    category: str = ""


class ScopeSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Which part of the district is read.

    Attributes:
        schools: ``all``, or a list of school numbers.
        start_year: first calendar year of the school year; None for the one of today.
        prior_data_days: from how many days before its first school day the next year is read, even while this
            one still runs. 0: by itself at 00:00 of that day in the district's time zone. None: on that day, but not
            before this year has ended. The first school day is the first one in session, where the calendar has any.
        terms: school number (or ``all``) -> names or abbreviations of the terms that are delivered.
        courses: which courses are delivered, and as what.
    """

    schools: Literal["all"] | list[int] = "all"
    start_year: Annotated[int, msgspec.Meta(ge=1991, le=2200)] | None = None
    prior_data_days: Annotated[int, msgspec.Meta(ge=0, le=330)] | None = None
    terms: dict[str, list[str]] = {}
    courses: list[CourseChoice] = []


def check_scope(scope: ScopeSettings) -> None:
    """Raise FixSettings for a term's school that is no number, an empty choice, or a course chosen twice."""
    for school, names in scope.terms.items():
        where = f"scope.terms.{school}"
        if school != "all" and not school.isdecimal():
            raise FixSettings("PSC-SETTINGS-INVALID/scope-terms-school", where=where, school=school)
        if not names or not all(name.strip() for name in names):
            raise FixSettings("PSC-SETTINGS-INVALID/term-named-school", where=where, school=school)
    seen: set[tuple[int | None, str]] = set()
    for choice in scope.courses:
        where = "scope.courses"
        if not choice.courses or not all(number.strip() for number in choice.courses):
            raise FixSettings("PSC-SETTINGS-INVALID/choice-courses-names", where=where)
        for number in choice.courses:
            if (choice.school, number) in seen:
                place = f"school {choice.school}" if choice.school is not None else "all schools"
                raise FixSettings("PSC-SETTINGS-INVALID/course-chosen-twice", where=where, number=number, place=place)
            seen.add((choice.school, number))
