"""A workbook (XLSX) written row by row: texts are texts, dates dates, figures figures, and nothing a formula."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from pathlib import Path

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from psconnect.model.shown_text import shown

MOST_ROWS = 1_048_576
"""The most rows of a sheet, its header included (ECMA-376, and what Excel opens)."""
LONGEST_CELL = 32_767
"""The most characters of a cell; Excel refuses a file with more."""
_MOST_LINKS = 40_000
"""On a sheet. Each is held until the workbook is written, some 0.7 KB; and Excel refuses more than 65,530."""
_LONGEST_NAME = 31
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\]|^'|'$")
_FIRST_YEAR = 1900
_PIECE = 1 << 18

CellValue = str | int | date | None


@dataclass(frozen=True)
class CellLink:
    """A web address, and what stands in its cell."""

    url: str
    text: str


@dataclass(frozen=True)
class SheetColumn:
    """A column: heading, width in characters, and whether its texts are ids, which must never become numbers."""

    heading: str
    width: int
    is_id: bool = False


@dataclass
class Sheet:
    """A table on one or more sheets: its header stays in sight, and each column can be filtered."""

    book: Workbook
    name: str
    columns: Sequence[SheetColumn]
    most_rows: int = MOST_ROWS
    _part: int = field(init=False, default=0)
    _row: int = field(init=False, default=0)
    _links: int = field(init=False, default=0)
    _sheet: Worksheet = field(init=False)

    def __post_init__(self) -> None:
        self._begin()

    def add(self, values: Sequence[CellValue | CellLink]) -> None:
        """A row; one that has no room on its sheet goes to the next."""
        if self._row >= self.most_rows:
            self.end()
            self._begin()
        for place, value in enumerate(values):
            self._write(place, value)
        self._row += 1

    def end(self) -> None:
        """Set the filter over what was written."""
        self._sheet.autofilter(0, 0, max(self._row - 1, 0), len(self.columns) - 1)

    def _begin(self) -> None:
        self._part += 1
        self._sheet = self.book.new_sheet(self.name if self._part == 1 else f"{self.name} ({self._part})")
        for place, column in enumerate(self.columns):
            self._sheet.set_column(place, place, column.width)
            self._sheet.write_string(0, place, column.heading, self.book.head)
        self._sheet.freeze_panes(1, 0)
        self._sheet.repeat_rows(0)
        self._row, self._links = 1, 0

    def _write(self, place: int, value: CellValue | CellLink) -> None:
        if isinstance(value, CellLink):
            self._links += 1
            if value.url and self._links <= _MOST_LINKS:
                self._sheet.write_url(self._row, place, value.url, string=value.text)
            elif value.url:
                self._sheet.write_string(self._row, place, value.url)
        elif isinstance(value, int):
            self._sheet.write_number(self._row, place, value, self.book.figure)
        elif isinstance(value, date):
            self._sheet.write_datetime(self._row, place, datetime.combine(value, time()), self.book.day)
        elif value:
            form = self.book.text if self.columns[place].is_id else None
            self._sheet.write_string(self._row, place, _cell(value), form)


@dataclass
class Workbook:
    """A workbook in the making; what it holds until it is whole is in a folder of its own that nobody else can open."""

    title: str
    made: datetime
    folder: Path
    _book: xlsxwriter.Workbook = field(init=False)
    _names: set[str] = field(init=False, default_factory=set)

    def __post_init__(self) -> None:
        never = ("strings_to_formulas", "strings_to_urls", "strings_to_numbers")
        options = {"constant_memory": True, "tmpdir": str(self.folder), **dict.fromkeys(never, False)}
        self._book = xlsxwriter.Workbook(str(self.path), options)
        self._book.use_zip64()
        created = self.made.astimezone(UTC).replace(tzinfo=None)
        self._book.set_properties({"title": self.title, "author": "psconnect", "created": created})
        self.head: Format = self._book.add_format({"bold": True, "bottom": 1, "valign": "top", "text_wrap": True})
        self.text: Format = self._book.add_format({"num_format": "@"})
        self.day: Format = self._book.add_format({"num_format": "yyyy-mm-dd"})
        self.figure: Format = self._book.add_format({"num_format": "#,##0"})

    @property
    def path(self) -> Path:
        """The file that is being made."""
        return self.folder / "report.xlsx"

    def new_sheet(self, name: str) -> Worksheet:
        """A sheet by this name, or as near to it as a workbook allows; no two are alike."""
        plain = _NOT_IN_NAMES.sub(" ", name).strip()[:_LONGEST_NAME] or "-"
        found, more = plain, 1
        while found.casefold() in self._names:
            more += 1
            end = f" ({more})"
            found = f"{plain[: _LONGEST_NAME - len(end)]}{end}"
        self._names.add(found.casefold())
        return self._book.add_worksheet(found)

    def finish(self) -> None:
        """Write the file."""
        self._book.close()

    def abandon(self) -> None:
        """Let go of what was begun, so that its folder can be removed."""
        for sheet in self._book.worksheets():
            with suppress(AttributeError):
                sheet.row_data_fh.close()


def in_workbook(folder: Path, title: str, made: datetime) -> tuple[tempfile.TemporaryDirectory[str], Workbook]:
    """A workbook in a hidden folder beside where it will stand: a disk with room for one has room for both."""
    aside = tempfile.TemporaryDirectory(prefix=".psconnect-", suffix=".tmp", dir=folder)
    return aside, Workbook(title, made, Path(aside.name))


def pieces_of(path: Path) -> Iterator[bytes]:
    """The bytes of a file, in pieces."""
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece


def day_or_text(value: str) -> CellValue:
    """A day that a workbook can hold, of an ISO date; anything else stays the text that it is."""
    try:
        found = date.fromisoformat(value)
    except ValueError:
        return value
    return found if found.year > _FIRST_YEAR and value == found.isoformat() else value


def _cell(value: str) -> str:
    text = shown(value)
    return text if len(text) <= LONGEST_CELL else f"{text[: LONGEST_CELL - 1]}…"
