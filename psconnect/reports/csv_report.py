"""A report as one CSV file to work through in a spreadsheet: a line per finding, and per value that changed."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Iterable, Iterator, Sequence

from psconnect.model.errors import FixSettings
from psconnect.reports.changes import ChangedRecord
from psconnect.reports.content import ReportContent, ReportedFinding
from psconnect.reports.problems import FoundIn
from psconnect.reports.words import action_done, found_field, found_name, found_outcome, found_title
from psconnect.store.history.run_table import ROW_DAYS
from psconnect.wording.attributes import attribute_word
from psconnect.wording.catalogue import tr
from psconnect.wording.records import record_kind

_AT_A_TIME = 1_000
# Skip invisible characters before the sign: some spreadsheets drop them first.
_FORMULA = re.compile("[\\s\\0\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]*[=+\\-@＝＋－＠]|[\\t\\r\\n\\0]")


def csv_report(content: ReportContent) -> Iterator[bytes]:
    """The report, in pieces: UTF-8 with BOM and CRLF, as spreadsheets expect; formulas become text.

    One file rather than a ZIP of several, because a spreadsheet opens it at once and filters it by its first column.
    Raises FixSettings if the run's findings are no longer kept, because a file without them would mean there were none.
    """
    check_kept(content)
    content.expect(content.all_rows())
    if content.wish.listed:
        yield from _as_list(content)
        return
    parts = [_found(content, content.found)]
    if content.wish.since_last and content.corrected:
        parts.append(_found(content, content.corrected, tr("Corrected")))
    yield from as_csv(_header(content), itertools.chain(*parts, _changed(content)))


def _as_list(content: ReportContent) -> Iterator[bytes]:
    """The findings alone, for a registrar: what is not about a school's own work is left out."""
    masked, link = content.wish.masked, [tr("Page in PowerSchool")]
    who = [tr("Name")] if masked else [tr("Number"), tr("Name")]
    told = [tr("Problem"), tr("Field"), tr("What to do")]
    header = [tr("School"), tr("What"), *who, *told, *([] if masked else link)]
    rows = content.rows(content.found, content.schools(content.found))
    yield from as_csv(header, (_list_line(row, masked=masked) for row in rows))


def _list_line(row: ReportedFinding, *, masked: bool) -> list[str]:
    one = row.record
    who = [found_name(row)] if masked else [one.number, found_name(row)]
    told = [found_title(row), found_field(row), row.line.rule.to_do]
    line = [row.line.school, record_kind(one.entity), *who, *told, *([] if masked else [one.link])]
    return [" ".join(value.split()) for value in line]


def check_kept(content: ReportContent) -> None:
    """Raise FixSettings if the run had findings and none of their records is kept."""
    view = content.view
    if view.forgotten:
        where = content.run.id
        raise FixSettings("PSC-REPORT-FORGOTTEN/counted", where=where, count=view.forgotten, days=ROW_DAYS)


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


def _header(content: ReportContent) -> list[str]:
    masked = content.wish.masked
    start = [tr("Part"), tr("School"), tr("What")]
    who = [tr("Name")] if masked else [tr("Number"), tr("Name"), tr("Id")]
    found = [tr("What became of it"), tr("Problem"), tr("Field"), tr("Since the run before")]
    values = [] if masked else [tr("Before"), tr("After")]
    return [*start, *who, *found, *values, tr("What to do"), *([] if masked else [tr("Page in PowerSchool")])]


def _found(content: ReportContent, found: FoundIn, outcome: str = "") -> Iterator[list[str]]:
    for row in content.rows(found, content.schools(found)):
        yield _found_line(row, masked=content.wish.masked, outcome=outcome)


def _found_line(row: ReportedFinding, *, masked: bool, outcome: str) -> list[str]:
    one = row.record
    start = [tr("Finding"), row.line.school, record_kind(one.entity)]
    who = [found_name(row)] if masked else [one.number, found_name(row), row.sourced_id]
    told = [outcome or found_outcome(row), found_title(row), found_field(row)]
    told.append(tr("new") if row.line.new and not outcome else "")
    values = [] if masked else ["", ""]
    return [*start, *who, *told, *values, row.line.rule.to_do, *([] if masked else [one.link])]


def _changed(content: ReportContent) -> Iterator[list[str]]:
    for entity in content.changed_kinds():
        for one in content.changed(entity):
            yield from _changed_lines(one, masked=content.wish.masked, delivered=content.view.delivered)


def _changed_lines(one: ChangedRecord, *, masked: bool, delivered: bool) -> Iterator[list[str]]:
    """A line for each value that an update changes; one for a record that is new or gone."""
    row = one.row
    start = [tr("Change"), row.school, record_kind(row.entity)]
    who = [row.title] if masked else [row.number, row.title, one.sourced_id]
    outcome = action_done(row.action, delivered=delivered)
    end = [] if masked else [""]
    for name, before, after in row.values if row.action == "update" else (("", "", ""),):
        field = attribute_word(row.entity, name) if name else ""
        values = [] if masked else [before or "", after or ""]
        yield [*start, *who, outcome, "", field, "", *values, "", *end]
