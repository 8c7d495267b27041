"""A report as it is laid out on a page: blocks in their order, whatever draws them (HTML, or Qt for PDF)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from psconnect.model.clock import CancelToken

Tone = Literal["", "good", "warning", "bad", "muted"]


@dataclass(frozen=True, slots=True)
class PrintedCell:
    """One cell of a table.

    Attributes:
        text: what it says.
        tone: its colour; never the only signal.
        strong: whether it is bold.
        to: the anchor within the report that it leads to; a printed page says the page instead.
        url: a web address that it leads to.
    """

    text: str
    tone: Tone = ""
    strong: bool = False
    to: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class PrintedColumn:
    """A column of a table: its heading, its share of the width, and whether its cells are figures."""

    heading: str
    share: float
    right: bool = False


PrintedLine = Sequence[PrintedCell]
"""A cell for every column."""


@dataclass(frozen=True)
class PrintedTable:
    """A table; on paper its headings are repeated on every page, and no line is cut in two.

    Attributes:
        caption: what the table shows, for those who can't see it.
        sums: whether the last line is one of sums.
        headed: whether the headings are shown; they are told to a screen reader in any case.
    """

    columns: tuple[PrintedColumn, ...]
    lines: Sequence[PrintedLine]
    caption: str
    sums: bool = False
    headed: bool = True


@dataclass(frozen=True)
class PrintedHeading:
    """A heading; ``level`` 1 is the sentence that matters, 2 a section, 3 a school or a kind, 4 what was found.

    Attributes:
        anchors: names under which cells lead here.
        aside: what stands behind it, quietly.
    """

    text: str
    level: int = 2
    anchors: tuple[str, ...] = ()
    aside: str = ""


@dataclass(frozen=True)
class PrintedText:
    """A paragraph."""

    text: str
    tone: Tone = ""


@dataclass(frozen=True)
class PrintedNotice:
    """Paragraphs that must not be overlooked, under a heading of their own."""

    heading: str
    texts: tuple[str, ...]
    tone: Tone = "warning"


@dataclass(frozen=True)
class PrintedFacts:
    """Facts with their labels: side by side in one row, or below each other."""

    facts: tuple[tuple[str, str], ...]
    in_a_row: bool = True


@dataclass(frozen=True)
class PrintedBeside:
    """Two lists of blocks beside each other; the first takes ``share`` of the width."""

    left: tuple[PrintedBlock, ...]
    right: tuple[PrintedBlock, ...]
    share: float = 0.64


@dataclass(frozen=True)
class NewPage:
    """What follows begins on a page of its own."""


PrintedBlock = PrintedTable | PrintedHeading | PrintedText | PrintedNotice | PrintedFacts | PrintedBeside | NewPage


@dataclass(frozen=True)
class PrintedReport:
    """A report to lay out.

    Attributes:
        title: what the file is called in its properties.
        kind: what it is: ``Run report``.
        whose: whose it is, opposite to that.
        foot: what stands at the foot of every page: who may have it.
        names: the anchor where people are named from; empty for a report that names nobody.
        printed: when it was made, in words.
    """

    title: str
    kind: str
    whose: str
    blocks: tuple[PrintedBlock, ...]
    foot: str = ""
    names: str = ""
    printed: str = ""


class DrawReport(Protocol):
    """Draws a report as a PDF file: the window's part, because Qt finds fonts and lays out every script."""

    def __call__(self, report: PrintedReport, cancel: CancelToken) -> bytes:
        """The bytes of the file; raises Cancelled."""
