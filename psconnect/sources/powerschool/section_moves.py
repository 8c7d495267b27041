"""Section moves: a field of the section says under which course, or in which class, its people are delivered.

The field holds ``new_course``, a course number, or ``new_course.new_section``. With a course alone the class stays and
belongs to that course; with a section its students and teachers are in that class, and it is not delivered itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

from psconnect.model.entities import CLASS
from psconnect.sources.base import Intake
from psconnect.sources.powerschool.read_plan import ReadPlan

_TARGET = "section-move-target"


@dataclass
class SectionMoves:
    """Where sections go.

    Attributes:
        into: own id of a section -> own id of the class that its people are in instead.
    """

    into: dict[str, str] = field(default_factory=dict)

    def of(self, own_id: str) -> str:
        """The own id of the class in which a section's people are delivered: its own unless it is moved."""
        return self.into.get(own_id, own_id)


def move_sections(
    plan: ReadPlan, schools: Mapping[str, str], sections: Iterable[Any], courses: Iterable[Any], intake: Intake
) -> SectionMoves:
    """Change the rows of sections that are moved to another course, and say which are moved into another class.

    ``schools`` are the own ids of the schools by number. A section number that several terms have means that of the
    section's own term. A target that does not exist, is one of several in other terms, or leads round in a circle
    becomes a problem, and the section stays what it is.
    """
    wanted = plan.included.section_move
    if not wanted:
        return SectionMoves()
    name, rows = plan.name_of(CLASS)(wanted), list(sections)
    numbers: dict[str, Any] = {}
    for row in courses:
        numbers.setdefault(row.course_number, row)  # of two with one number, the older (docs/powerschool.md 16.4)
    places = _Places(rows)
    moves = SectionMoves()
    without_target: set[str] = set()
    for row in rows:
        target = getattr(row, name).strip()
        if not target:
            continue
        course, _, section = target.rpartition(".")
        key, into = row.dcid, places.find(row.schoolid, course, section, row.termid)
        if target in numbers:
            row.course_number, row.course_name, row.course_dcid = _COURSE(numbers[target])
        elif into is None:
            without_target.add(key)
        elif into != key:
            moves.into[key] = into
    without_target |= _follow(moves)
    for row in rows:
        if row.dcid in without_target:
            intake.problem(_TARGET, row.dcid, schools.get(row.schoolid, ""), wanted)
    return moves


class _Places:
    """The sections by school, course and number; of several in different terms, the one in the term of who asks."""

    def __init__(self, rows: Iterable[Any]) -> None:
        self._found: dict[tuple[str, str, str], dict[str, str]] = {}
        for row in rows:
            place = (row.schoolid, row.course_number, row.section_number)
            self._found.setdefault(place, {})[row.termid] = row.dcid

    def find(self, school: str, course: str, section: str, term: str) -> str | None:
        """The own id of that section; None where there is none, or several of other terms."""
        by_term = self._found.get((school, course, section), {})
        return next(iter(by_term.values())) if len(by_term) == 1 else by_term.get(term)


_COURSE = attrgetter("course_number", "course_name", "dcid")


def _follow(moves: SectionMoves) -> set[str]:
    """Let each move lead to a class that is not moved itself; returns those that stay, because they go in a circle."""
    circles: set[str] = set()
    ends: dict[str, str] = {}
    for start in moves.into:
        seen, key = {start}, moves.into[start]
        while key in moves.into and key not in seen:
            seen.add(key)
            key = moves.into[key]
        if key in moves.into:
            circles.add(start)
        else:
            ends[start] = key
    moves.into = ends
    return circles
