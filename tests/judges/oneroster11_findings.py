"""What the OneRoster judge reports, and the parsed form of a bundle that its parts hand to each other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

WARNINGS = frozenset({"duplicate-username"})
"""Rules that importers do not enforce but people suffer from; everything else is an error."""


@dataclass(frozen=True)
class Finding:
    """One departure from the format.

    Attributes:
        file: name inside the archive; the archive's own name for what concerns it as a whole.
        line: line number from 1 (the header); 0 where it is about the file as a whole.
        rule: stable word for the rule.
        text: what is wrong, in a sentence.
    """

    file: str
    line: int
    rule: str
    text: str

    @property
    def warning(self) -> bool:
        """Whether importers take the bundle nevertheless."""
        return self.rule in WARNINGS


Report = Callable[[str, int, str, str], None]
"""Takes file, line, rule and text of a finding."""


@dataclass(frozen=True)
class Row:
    """One data row: its line number and its cells by column name, exactly as they stand in the file."""

    line: int
    cells: dict[str, str]


@dataclass
class Table:
    """One file of the bundle: its catalogue name, whether it is sent as ``bulk`` or ``delta``, its rows."""

    name: str
    mode: str
    rows: list[Row] = field(default_factory=list)

    @property
    def file(self) -> str:
        """Name inside the archive."""
        return f"{self.name}.csv"

    def ids(self) -> set[str]:
        """The sourcedIds of all rows."""
        return {row.cells["sourcedId"] for row in self.rows}
