"""The problems of a run as a CSV file to work through in a spreadsheet."""

from __future__ import annotations

import csv
import io
import sqlite3

from psconnect.model.connection import Connection
from psconnect.reports.view import problem_rows

HEADER = ("School", "Severity", "Rule", "What", "Record", "Record id", "About", "What to do", "Page in PowerSchool")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_report(db: sqlite3.Connection, connection: Connection, number: int) -> bytes:
    """One row a problem. UTF-8 with BOM and CRLF, as spreadsheets expect; what looks like a formula is made text."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(HEADER)
    for row in problem_rows(db, connection, number):
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
    return buffer.getvalue().encode("utf-8-sig")


def as_text(value: str) -> str:
    """A cell that no spreadsheet takes for a formula (OWASP ASVS 1.2.10, fault D15)."""
    return f"'{value}" if value.startswith(_FORMULA) else value
