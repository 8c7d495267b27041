"""The district's lists of codes: enrollment codes, races, residence, full-time equivalency, tests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Code:
    """One entry of a list: its key, its code and its description."""

    key: int
    code: str
    name: str


ENTRY_CODES: Final = (Code(1, "E1", "First enrollment this year"), Code(2, "E2", "Return to the district"))
EXIT_CODES: Final = (
    Code(11, "W1", "Left for another district"),
    Code(12, "W2", "Left for another school of the district"),
)
RESIDENCES: Final = (Code(21, "0100", "Demo Valley"), Code(22, "0200", "Quillby County"))
#: Students.Ethnicity.
ETHNICITIES: Final = (
    Code(31, "W", "White"),
    Code(32, "B", "Black"),
    Code(33, "H", "Hispanic"),
    Code(34, "A", "Asian"),
    Code(35, "I", "Native American"),
    Code(36, "P", "Pacific Islander"),
)
#: Code, description and federal category of StudentRace.RaceCD.
RACES: Final = (
    ("WH", "White", "White"),
    ("BL", "Black", "Black or African American"),
    ("AS", "Asian", "Asian"),
    ("AI", "Native American", "American Indian or Alaska Native"),
    ("PI", "Pacific Islander", "Native Hawaiian or Other Pacific Islander"),
)
FULL_TIME: Final = Code(2, "FT", "Full Time")
TESTS: Final = (Code(51, "RDG", "Reading Check"), Code(52, "MTH", "Mathematics Check"))
PAYMENT_METHODS: Final = (Code(61, "CASH", "Cash"), Code(62, "CHECK", "Check"))


def sql_case(column: str, words: Mapping[str, str] | Mapping[int, str], other: str | None = None) -> str:
    """An SQL expression that translates the values of a column; ``other`` is for unlisted values."""
    lines = [f"WHEN {_literal(value)} THEN {_literal(word)}" for value, word in words.items()]
    rest = f" ELSE {_literal(other)}" if other is not None else ""
    return f"CASE {column} {' '.join(lines)}{rest} END"


def _literal(value: str | int) -> str:
    return str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"
