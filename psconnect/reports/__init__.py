"""A run's report as a file: HTML and PDF to read and print, XLSX and CSV to work through, JSON for programs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from psconnect.model.errors import FixSettings
from psconnect.model.printed import DrawReport
from psconnect.reports.content import ReportContent
from psconnect.reports.csv_report import csv_report
from psconnect.reports.html_report import html_report
from psconnect.reports.json_report import json_report
from psconnect.reports.printing import printed_report
from psconnect.reports.xlsx_report import xlsx_report
from psconnect.store.files import write_atomically

Make = Callable[[ReportContent], Iterable[bytes]]
FORMATS: dict[str, Make] = {".html": html_report, ".xlsx": xlsx_report, ".csv": csv_report, ".json": json_report}
"""File ending -> function that makes the file's bytes, in pieces."""
PDF = ".pdf"
REPORT_ENDINGS = (".html", PDF, ".xlsx", ".csv", ".json")
"""The file endings of reports, in the order in which they are offered."""


def write_report(content: ReportContent, path: Path, draw: DrawReport | None = None) -> Path:
    """Write a report in the format of the file's ending, whole or not at all, for nobody but its owner to read.

    ``draw`` draws PDF. Raises FixSettings for an unknown ending, or LocalStorage.
    """
    content.folder = path.parent
    write_atomically(path, _made(content, path, draw))
    return path


def _made(content: ReportContent, path: Path, draw: DrawReport | None) -> Iterable[bytes]:
    ending = path.suffix.lower()
    if ending == PDF and draw:
        content.expect(content.all_rows())
        return [draw(printed_report(content), content.cancel)]
    if ending not in FORMATS:
        known = ", ".join(one for one in REPORT_ENDINGS if draw or one != PDF)
        raise FixSettings("PSC-REPORT-FORMAT/unknown", where=str(path), ending=path.suffix or path.name, known=known)
    return FORMATS[ending](content)
