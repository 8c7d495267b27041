"""Section moves: a field of a section names another course or class under which its people are delivered.

The field holds ``new_course``, a course number, or ``new_course.new_section``. With only a course, the class moves to
that course. With a section, its students and teachers move to that class, and the section itself is not delivered.
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
        into: own id of a section -> own id of the class its people move to.
    """

    into: dict[str, str] = field(default_factory=dict)

    def of(self, own_id: str) -> str:
        """The own id of the class that a section's people are delivered in: its own unless moved."""
        return self.into.get(own_id, own_id)


def move_sections(
    plan: ReadPlan, schools: Mapping[str, str], sections: Iterable[Any], courses: Iterable[Any], intake: Intake
) -> SectionMoves:
    """Change rows of sections moved to another course; returns those moved into another class.

    ``schools`` are own ids of schools by number. If several terms have the section number, the section's own term
    counts. A target that doesn't exist, is ambiguous in other terms or leads in a circle is reported, and the section
    stays unchanged.
    """
    wanted = plan.included.section_move
    if not wanted:
        return SectionMoves()
    name, rows = plan.name_of(CLASS)(wanted), list(sections)
    numbers: dict[str, Any] = {}
    for row in courses:
        numbers.setdefault(row.course_number, row)  # the older of two with one number (docs/powerschool.md 16.4)
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
    """Sections by school, course and number; if several terms have it, the asking section's term counts."""

    def __init__(self, rows: Iterable[Any]) -> None:
        self._found: dict[tuple[str, str, str], dict[str, str]] = {}
        for row in rows:
            place = (row.schoolid, row.course_number, row.section_number)
            self._found.setdefault(place, {})[row.termid] = row.dcid

    def find(self, school: str, course: str, section: str, term: str) -> str | None:
        """The own id of that section; None if there is none, or several in other terms."""
        by_term = self._found.get((school, course, section), {})
        return next(iter(by_term.values())) if len(by_term) == 1 else by_term.get(term)


_COURSE = attrgetter("course_number", "course_name", "dcid")


def _follow(moves: SectionMoves) -> set[str]:
    """Follow each move to a class that is not moved; returns sections that stay because they go in a circle."""
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
