"""The problems of a run as a CSV file to work through in a spreadsheet."""

from __future__ import annotations

import csv
import io
import itertools
import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence

from psconnect.model.connection import Connection
from psconnect.model.errors import FixSettings
from psconnect.reports.problems import problem_rows
from psconnect.reports.view import view_of
from psconnect.store.history.run_table import ROW_DAYS

HEADER = ("School", "Severity", "Rule", "What", "Record", "Record id", "About", "What to do", "Page in PowerSchool")
# Skip invisible characters before the sign: some spreadsheets drop them first.
_AT_A_TIME = 1_000
_FORMULA = re.compile("[\\s\\0\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]*[=+\\-@＝＋－＠]|[\\t\\r\\n\\0]")


def csv_report(db: sqlite3.Connection, connection: Connection, number: int) -> Iterator[bytes]:
    """One row per problem, in pieces: UTF-8 with BOM and CRLF, as spreadsheets expect; formulas become text.

    Raises FixSettings if the run doesn't exist or its problems are no longer kept, because an empty file would mean
    that there were none.
    """
    view = view_of(db, connection, number)
    if view.forgotten:
        raise FixSettings("PSC-REPORT-FORGOTTEN/counted", where=str(number), count=view.forgotten, days=ROW_DAYS)
    yield from as_csv(
        HEADER,
        (
            (
                row.school,
                row.rule.severity,
                row.rule.key,
                row.rule.title,
                row.kind,
                row.record,
                row.detail,
                row.rule.to_do,
                row.link,
            )
            for row in problem_rows(db, connection, number, view.problems)
        ),
    )


def as_csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """The bytes of a CSV file for spreadsheets, in pieces of some rows."""
    yield b"\xef\xbb\xbf"
    written = itertools.chain([header], ([harmless(value) for value in row] for row in rows))
    while some := list(itertools.islice(written, _AT_A_TIME)):
        buffer = io.StringIO(newline="")
        csv.writer(buffer, lineterminator="\r\n").writerows(some)
        yield buffer.getvalue().encode(errors="replace")


def harmless(value: str) -> str:
    """A cell that no spreadsheet treats as a formula (OWASP ASVS 1.2.10, fault D15)."""
    return f"'{value}" if _FORMULA.match(value) else value
