"""Makes rows of the streams from items of ``/ws/v1``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from psconnect.model.errors import FixSettings
from psconnect.powerschool import v1_fields
from psconnect.powerschool import v1_wire as wire
from psconnect.powerschool.reader import Gathered, keys_of
from psconnect.powerschool.rows import row_type
from psconnect.powerschool.stream import Stream
from psconnect.powerschool.streams import GRADUATES
from psconnect.powerschool.v1_lists import Listing

FIRST_YEAR_ID_BASE = 1990
"""The year of YearID 0: ``start_year`` is YearID plus this (16.4)."""
Made = Mapping[str, str]
"""Values of a row that don't come from its own item, by column name."""


def row_maker(stream: Stream) -> Callable[[wire.Item, Made], Any]:
    """A function from an item and further values to the stream's row."""
    kind = row_type(stream)
    columns = [(column.name, v1_fields.path_of(stream, column)) for column in stream.columns]

    def make(item: wire.Item, made: Made) -> Any:
        return kind(*(made[name] if name in made else _value(item, path) for name, path in columns))

    return make


def _value(item: wire.Item, path: str) -> str:
    if not path:
        return ""
    return wire.at(item, path) or wire.at(item, v1_fields.ALTERNATIVES.get(path, path))


def rows_of(stream: Stream, found: Mapping[int, wire.Item], made: Callable[[wire.Item], Made]) -> list[Any]:
    """The rows of these items, in id order."""
    make = row_maker(stream)
    return [make(found[key], made(found[key])) for key in sorted(found)]


def rows_of_values(stream: Stream, values: Iterable[Made], host: str) -> Gathered:
    """Rows made only of values, in key order."""
    make = row_maker(stream)
    rows = [make({}, each) for each in values]
    keys = keys_of(rows, stream, host)
    return Gathered([row for _, row in sorted(zip(keys, rows, strict=True), key=lambda pair: pair[0])])


def term_values(item: wire.Item, numbers: Mapping[int, str]) -> Made:
    """A term's values from other items: its school, its year, whether it is the year itself (16.4)."""
    year = wire.at(item, "start_year")
    return {
        "schoolid": numbers.get(key_at(item, "school_id"), ""),
        "yearid": str(int(year) - FIRST_YEAR_ID_BASE) if year.isdecimal() else "",
        "isyearrec": "1" if wire.at(item, "portion") == "1" else "0",
    }


def section_values(item: wire.Item, term: wire.Item, course: wire.Item, numbers: Mapping[int, str]) -> Made:
    """A section's values from other items: its school, term and course."""
    return {
        "schoolid": numbers.get(key_at(item, "school_id"), ""),
        "termid": wire.at(term, "local_id"),
        "course_number": wire.at(course, "course_number"),
        "course_name": wire.at(course, "course_name"),
        "course_dcid": wire.at(course, "id"),
    }


def enrollment_values(item: wire.Item, section: int) -> Made:
    """An enrollment's values from the section whose list it is in."""
    dropped = wire.at(item, "dropped") == "true"
    return {
        # Only the sign matters: it is negative for a dropped class (16.5).
        "sectionid": f"-{section}" if dropped else str(section),
        "section_dcid": str(section),
        "student_dcid": wire.at(item, "student_id"),
        "student_school": "",
    }


def graduates_of(students: Listing) -> frozenset[str]:
    """The ids, as text, of the students who have graduated."""
    return frozenset(str(key) for key, item in students.found.items() if wire.at(item, _SCHOOL) == GRADUATES)


def in_schools(student: wire.Item, chosen: frozenset[str] | None) -> bool:
    """Whether a student is at one of these schools, or at any for None; graduates are at none."""
    school = wire.at(student, _SCHOOL)
    return school != GRADUATES and (chosen is None or school in chosen)


_SCHOOL = "school_enrollment.school_number"


def merged(listings: Mapping[int, Listing]) -> dict[int, wire.Item]:
    """The items of all schools by id; items listed by several schools are kept once."""
    return {key: item for school in sorted(listings) for key, item in listings[school].found.items()}


def key_at(item: wire.Item, path: str) -> int:
    """The id at a path; -1 if there is none."""
    text = wire.at(item, path)
    return int(text) if text.isdecimal() else -1


def not_offered(host: str, what: str) -> FixSettings:
    """The error for something that this server's ``/ws/v1`` doesn't provide."""
    return FixSettings("PSC-ACCESS-V1-MISSING/not-given", where="source.read", what=what, host=host)
