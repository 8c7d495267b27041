"""The problems of a run as a CSV file to work through in a spreadsheet."""

from __future__ import annotations

import csv
import io
import re
import sqlite3

from psconnect.model.connection import Connection
from psconnect.model.errors import FixSettings
from psconnect.reports.view import view_of
from psconnect.reports.words import counted
from psconnect.store.history import ROW_DAYS

HEADER = ("School", "Severity", "Rule", "What", "Record", "Record id", "About", "What to do", "Page in PowerSchool")
# Invisible characters before the sign are passed over: some spreadsheets drop them before they look.
_FORMULA = re.compile("[\\s\\0\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]*[=+\\-@＝＋－＠]|[\\t\\r\\n\\0]")


def csv_report(db: sqlite3.Connection, connection: Connection, number: int) -> bytes:
    """One row a problem. UTF-8 with BOM and CRLF, as spreadsheets expect; what looks like a formula is made text.

    Raises FixSettings for a run that does not exist, or whose problems are past their time: a file without rows would
    say that there were none.
    """
    view = view_of(db, connection, number)
    if view.forgotten:
        raise FixSettings(
            "PSC-REPORT-FORGOTTEN",
            "The problems of this run are no longer kept",
            f"The run had {counted(view.forgotten, 'problem', 'problems')}; "
            f"the records are deleted after {ROW_DAYS} days.",
            "Write the report as .html, which has the counts, or choose a newer run.",
            where=str(number),
        )
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(HEADER)
    for row in view.problems:
        rule = row.rule
        values = (
            row.school,
            rule.severity,
            rule.key,
            rule.title,
            row.kind,
            row.record,
            row.detail,
            rule.to_do,
            row.link,
        )
        writer.writerow([as_text(value) for value in values])
    return buffer.getvalue().encode("utf-8-sig", errors="replace")


def as_text(value: str) -> str:
    """A cell that no spreadsheet takes for a formula (OWASP ASVS 1.2.10, fault D15)."""
    return f"'{value}" if _FORMULA.match(value) else value
