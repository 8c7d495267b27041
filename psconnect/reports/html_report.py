"""A printed report as one self-contained HTML file for screen and paper; it fetches nothing and sends nothing."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator

import jinja2

from psconnect import resources
from psconnect.model.printed import PrintedColumn, PrintedReport, PrintedTable
from psconnect.reports.content import ReportContent
from psconnect.reports.printing import ROOM, printed_report
from psconnect.wording.catalogue import counted, language, tr

LARGEST_REPORT = 4_000_000
"""The most bytes of a report of a run; a list that somebody asked for may be longer."""
ROOMS = (ROOM, ROOM // 2, ROOM // 4, ROOM // 16, 0)
"""How many records to name; if the file gets too large, the next value is tried."""
_LONGEST_TEXT = 600
_TEXTS_OF_A_NOTICE = 50
_UNPRINTABLE = re.compile("[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\ud800-\\udfff\\ufffe\\uffff]")
_WIDTHS = "".join(f".w{width}{{width:{width}%}}" for width in range(1, 101))
_ODD = re.compile("[^A-Za-z0-9-]")


def html_report(content: ReportContent) -> Iterator[bytes]:
    """The report of a run, in one piece."""
    content.expect(content.all_rows())
    page = b""
    for room in ROOMS:
        page = html_of(printed_report(content, room))
        if len(page) <= LARGEST_REPORT or content.wish.listed:
            break
    yield page


def html_of(report: PrintedReport) -> bytes:
    """A report that is laid out, as an HTML page."""
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True, finalize=_printable
    )
    environment.globals |= {"counted": counted}
    environment.filters |= {"anchor": _anchor, "width": _width}
    template = environment.from_string(resources.read_text("templates", "report.html"))
    css = resources.read_text("templates", "report.css") + _WIDTHS
    page = template.render(
        report=report,
        css=css,
        css_hash=base64.b64encode(hashlib.sha256(css.encode()).digest()).decode(),
        language=language() or "en",
        cap=_TEXTS_OF_A_NOTICE,
        show=tr("Show"),
    )
    return page.encode()


def _anchor(name: str) -> str:
    """A name as an id that needs no escape in an address: a rule may be named by whoever made a filter."""
    return _ODD.sub(lambda found: f"_{ord(found[0]):x}_", name)


def _width(column: PrintedColumn, table: PrintedTable) -> int:
    return round(100 * column.share / sum(one.share for one in table.columns))


def _printable(value: object) -> object:
    """A text for the page: of limited length, without characters that HTML can't hold."""
    if not isinstance(value, str) or hasattr(value, "__html__"):
        return value
    text = _UNPRINTABLE.sub("\ufffd", value)
    return text if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT]}…"
