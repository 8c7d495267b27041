"""Which courses a school delivers, and as what: one row at a time, kept as the settings have them. Knows no Qt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from psconnect.model.scope import CourseChoice
from psconnect.service import CourseScope, OfferedCourse

_WHOLE = CourseChoice([])


def course_states(
    choices: Sequence[CourseChoice], school: int, offered: Iterable[OfferedCourse]
) -> dict[str, CourseChoice | None]:
    """What becomes of each course of a school, by its number: how it is delivered, or None for not at all."""
    scope = CourseScope(choices)
    return {one.number: scope.of_class(str(school), one.number) for one in offered if one.school == school}


def with_courses(
    choices: Sequence[CourseChoice],
    school: int,
    offered: Sequence[OfferedCourse],
    changed: Mapping[str, CourseChoice | None],
) -> tuple[CourseChoice, ...]:
    """The choices after some courses of a school were changed: each is delivered so, or None for not at all.

    A school where every course is delivered as a class needs no choice of its own, so that later courses are delivered,
    too. Numbers that the school does not have today keep their choice.
    """
    states = {**course_states(choices, school, offered), **changed}
    others = [one for one in choices if one.school != school]
    gone = _not_offered(choices, school, states)
    for_all = any(one.school is None for one in others)
    if not gone and not for_all and all(one is not None and _plain(one) == _plain(_WHOLE) for one in states.values()):
        return tuple(others)
    by_kind: dict[tuple[str, str], list[str]] = {}
    for number, state in [*states.items(), *gone.items()]:
        if state is not None:
            by_kind.setdefault(_plain(state), []).append(number)
    own = [
        msgspec.convert({"courses": numbers, "school": school, "deliver_as": kind, "category": category}, CourseChoice)
        for (kind, category), numbers in by_kind.items()
    ]
    return (*others, *own)


def _plain(choice: CourseChoice) -> tuple[str, str]:
    return choice.deliver_as, "" if choice.deliver_as == "group" else choice.category


def _not_offered(
    choices: Sequence[CourseChoice], school: int, states: Mapping[str, object]
) -> dict[str, CourseChoice | None]:
    known = {number.strip().casefold() for number in states}
    return {
        number: choice
        for choice in choices
        if choice.school == school
        for number in choice.courses
        if number.strip().casefold() not in known
    }
