"""Where everything of a report stands on paper: blocks become pages of placed texts, lines and marks.

A line of a table is never cut in two, headings stay with what follows them, and the headings of a table come again on
every page that it runs on to. Measures are in tenths of a point, so that texts are not moved to whole points.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial

from PySide6.QtCore import QRectF

from psconnect.desktop.theme.tokens import LIGHT
from psconnect.desktop.typesetting import BOLD, PLAIN, POINT, SMALL_SIZE, TEXT_SIZE, TextStyle, Typesetter
from psconnect.model.clock import CancelToken
from psconnect.model.printed import (
    PrintedBeside,
    PrintedBlock,
    PrintedCell,
    PrintedFacts,
    PrintedHeading,
    PrintedLine,
    PrintedNotice,
    PrintedReport,
    PrintedTable,
    PrintedText,
)

WIDE, HIGH = 595 * POINT, 842 * POINT
"""A4, upright."""
PAGE_LEFT, PAGE_TOP, PAGE_BOTTOM = 42 * POINT, 64 * POINT, HIGH - 54 * POINT
_ACROSS = WIDE - 2 * PAGE_LEFT
_LONGEST_TEXT = 600
_GAP, _ROW_AIR, _HEADING_AIR = 8 * POINT, 2.2 * POINT, 11 * POINT
_KEPT_WITH_NEXT = {1: 0.0, 2: 48 * POINT, 3: 84 * POINT, 4: 60 * POINT}
_SIZES = {1: 16.5, 2: 11.5, 3: 11.0, 4: 9.5}


@dataclass(frozen=True, slots=True)
class PlacedText:
    """A text in its place; with an anchor and no text of its own it says the page of that anchor."""

    x: float
    y: float
    width: float
    text: str
    style: TextStyle
    to: str = ""


@dataclass(frozen=True, slots=True)
class PlacedLine:
    """A hairline, or a bar of another width."""

    x: float
    y: float
    width: float
    height: float = 0.6 * POINT
    colour: str = "line"


Placed = PlacedText | PlacedLine


@dataclass
class PageLayout:
    """Pages in the making.

    Attributes:
        anchors: the page (from 1) on which each anchor stands.
        x, across: the column that is filled: the whole width, or one of two beside each other.
    """

    type: Typesetter = field(default_factory=Typesetter)
    pages: list[list[Placed]] = field(default_factory=lambda: [[]])
    anchors: dict[str, int] = field(default_factory=dict)
    x: float = PAGE_LEFT
    across: float = _ACROSS
    y: float = PAGE_TOP
    cancel: CancelToken = field(default_factory=CancelToken)

    def add(self, blocks: Iterable[PrintedBlock]) -> None:
        """Lay out blocks below what is there."""
        for block in blocks:
            self.cancel.check()
            if isinstance(block, PrintedHeading):
                self._heading(block)
            elif isinstance(block, PrintedText):
                self._paragraph(block.text, TextStyle(TEXT_SIZE, colour=block.tone or "text"))
            elif isinstance(block, PrintedNotice):
                self._notice(block)
            elif isinstance(block, PrintedFacts):
                self._facts_in_a_row(block) if block.in_a_row else self._facts(block)
            elif isinstance(block, PrintedTable):
                self._table(block)
            elif isinstance(block, PrintedBeside):
                self._beside(block)
            elif self.pages[-1]:  # NewPage
                self.new_page()

    def new_page(self) -> None:
        """Go on at the top of a new page."""
        self.pages.append([])
        self.y = PAGE_TOP

    def _room_for(self, height: float) -> bool:
        """Whether so much fits on what is left of the page; goes on to the next one if not."""
        if self.y + height <= PAGE_BOTTOM or self.y <= PAGE_TOP:
            return True
        self.new_page()
        return False

    def _put(self, text: str, style: TextStyle, *, x: float, width: float, to: str = "") -> None:
        if text or to:
            self.pages[-1].append(PlacedText(x, self.y, width, text, style, to))

    def _rule(self) -> None:
        self.pages[-1].append(PlacedLine(self.x, self.y, self.across))

    def _heading(self, block: PrintedHeading) -> None:
        style, text = TextStyle(_SIZES[block.level], BOLD), _short(block.text)
        quiet = TextStyle(SMALL_SIZE + 0.5, colour="muted")
        advance = self.type.font(style)[1].horizontalAdvance(text) + _GAP
        beside = advance + self.type.font(quiet)[1].horizontalAdvance(block.aside) <= self.across
        text = text if beside or not block.aside else f"{text}   {block.aside}"
        height = self.type.height(text, style, self.across)
        air = 0.0 if self.y <= PAGE_TOP else _HEADING_AIR
        self._room_for(air + height + _KEPT_WITH_NEXT[block.level])
        self.y += air if self.y > PAGE_TOP else 0.0
        for anchor in block.anchors:
            self.anchors.setdefault(anchor, len(self.pages))
        if block.level == 3:  # noqa: PLR2004 - a school or a kind begins under a line
            self._rule()
            self.y += 4 * POINT
        self._put(text, style, x=self.x, width=self.across)
        if beside and block.aside:
            lower = self.type.font(style)[1].ascent() - self.type.font(quiet)[1].ascent()
            self.y += lower
            self._put(block.aside, quiet, x=self.x + advance, width=self.across - advance)
            self.y -= lower
        self.y += height + 3 * POINT

    def _paragraph(self, text: str, style: TextStyle, *, indent: float = 0.0) -> None:
        width = self.across - indent
        height = self.type.height(_short(text), style, width)
        self._room_for(height)
        self._put(_short(text), style, x=self.x + indent, width=width)
        self.y += height + 3 * POINT

    def _notice(self, block: PrintedNotice) -> None:
        self._room_for(60 * POINT)
        self.y += _GAP
        page, begun = len(self.pages), self.y
        self._paragraph(block.heading, TextStyle(_SIZES[2], BOLD, block.tone or "text"), indent=_GAP)
        for text in block.texts:
            self._paragraph(text, TextStyle(), indent=_GAP)
        if page == len(self.pages):
            bar = PlacedLine(self.x, begun, 2.5 * POINT, self.y - begun, block.tone or "line")
            self.pages[-1].append(bar)

    def _facts_in_a_row(self, block: PrintedFacts) -> None:
        if not block.facts:
            return
        label, value = TextStyle(SMALL_SIZE, colour="muted"), TextStyle(TEXT_SIZE, BOLD)
        gap = 12 * POINT
        shares = [
            max(
                self.type.font(value)[1].horizontalAdvance(_short(text)),
                self.type.font(label)[1].horizontalAdvance(name),
            )
            for name, text in block.facts
        ]
        room = self.across - gap * (len(shares) - 1)
        widths = [share * room / sum(shares) for share in shares]
        pairs = list(zip(block.facts, widths, strict=True))
        height = max(self.type.height(_short(text), value, width) for (_name, text), width in pairs)
        above = self.type.font(label)[1].height()
        self._room_for(above + height + 24 * POINT)
        self.y += 6 * POINT
        self._rule()
        self.y += 6 * POINT
        x, begun = self.x, self.y
        for (name, text), width in pairs:
            self._put(name, label, x=x, width=width)
            self.y += above
            self._put(_short(text), value, x=x, width=width)
            self.y, x = begun, x + width + gap
        self.y = begun + above + height + 6 * POINT
        self._rule()

    def _facts(self, block: PrintedFacts) -> None:
        lines = [[PrintedCell(name, "muted"), PrintedCell(text)] for name, text in block.facts]
        for line in lines:
            self._line(line, [0.24 * self.across, 0.76 * self.across], [False, False], strong=False, ruled=False)

    def _table(self, block: PrintedTable) -> None:
        kept = [place for place, _column in enumerate(block.columns) if not _only_links(block.lines, place)]
        columns = [block.columns[place] for place in kept]
        total = sum(column.share for column in columns)
        widths = [self.across * column.share / total for column in columns]
        rights = [column.right for column in columns]
        head = partial(self._head, [column.heading for column in columns], widths, rights)
        if block.headed:
            self._room_for(40 * POINT)
            head()
        for place, line in enumerate(block.lines):
            if place % 100 == 0:
                self.cancel.check()
            last = block.sums and place == len(block.lines) - 1
            again = head if block.headed else None
            cells = [line[one] for one in kept]
            self._line(cells, widths, rights, strong=last, ruled=block.headed or place > 0, again=again)
        self.y += 2 * POINT

    def _head(self, headings: Sequence[str], widths: Sequence[float], rights: Sequence[bool]) -> None:
        cells = [PrintedCell(text, "muted", strong=True) for text in headings]
        self._line(cells, widths, rights, strong=True, ruled=False, size=SMALL_SIZE)

    def _line(
        self,
        cells: PrintedLine,
        widths: Sequence[float],
        rights: Sequence[bool],
        *,
        strong: bool,
        ruled: bool,
        size: float = SMALL_SIZE + 0.5,
        again: Callable[[], None] | None = None,
    ) -> None:
        """One line of a table, whole on this page or on the next one, under the table's headings again."""
        gap = 6 * POINT
        styles = [
            _style_of(cell, right=right, strong=strong, size=size) for cell, right in zip(cells, rights, strict=True)
        ]
        told = [
            (_short(cell.text), style, width - gap) for cell, style, width in zip(cells, styles, widths, strict=True)
        ]
        height = max(self.type.height(*one) for one in told) + 2 * _ROW_AIR
        if not self._room_for(height) and again:
            again()
        if ruled:
            self._rule()
        x, begun = self.x, self.y
        self.y += _ROW_AIR
        for cell, (text, style, width), across in zip(cells, told, widths, strict=True):
            self._put(text, style, x=x + (gap if style.right else 0), width=width, to=cell.to)
            x += across
        self.y = begun + height

    def _beside(self, block: PrintedBeside) -> None:
        """Two columns on one page; below each other if that has no room for the longer one."""
        gap = 24 * POINT
        room = self.across - gap
        columns = (
            (self.x, block.share * room, block.left),
            (self.x + block.share * room + gap, room * (1 - block.share), block.right),
        )
        tried = [self._column(*column, self.y) for column in columns]
        if any(len(one.pages) > 1 for one in tried) and self.y > PAGE_TOP:
            self.new_page()
            tried = [self._column(*column, PAGE_TOP) for column in columns]
        if any(len(one.pages) > 1 for one in tried):
            self.add((*block.left, *block.right))
            return
        for one in tried:
            self.pages[-1] += one.pages[0]
        self.y = max(one.y for one in tried)

    def _column(self, x: float, across: float, blocks: Iterable[PrintedBlock], y: float) -> PageLayout:
        column = PageLayout(self.type, x=x, across=across, y=y, cancel=self.cancel)
        column.add(blocks)
        return column


def lay_out(report: PrintedReport, cancel: CancelToken) -> PageLayout:
    """The pages of a report, without their heads and feet; raises Cancelled."""
    layout = PageLayout(cancel=cancel)
    layout.add(report.blocks)
    return layout


def area(one: PlacedLine) -> QRectF:
    """What a line covers."""
    return QRectF(one.x, one.y, one.width, one.height)


def token_of(colour: str) -> str:
    """The colour of a token on paper, which is always light."""
    return str(getattr(LIGHT, colour))


def _style_of(cell: PrintedCell, *, right: bool, strong: bool, size: float) -> TextStyle:
    return TextStyle(size, BOLD if strong or cell.strong else PLAIN, cell.tone or "text", right)


def _only_links(lines: Sequence[PrintedLine], place: int) -> bool:
    """Whether a column has nothing but web addresses, which paper can't follow."""
    return any(line[place].url for line in lines) and all(line[place].url or not line[place].text for line in lines)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT]}…"
