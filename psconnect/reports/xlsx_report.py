"""A report as a workbook: a sheet of figures, one of findings, and one for each kind of records that changed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import gettempdir

from psconnect.model.entities import EXTRA, Entity
from psconnect.reports.changes import ChangedRecord
from psconnect.reports.content import ReportContent, ReportedFinding
from psconnect.reports.csv_report import check_kept
from psconnect.reports.problems import FoundIn
from psconnect.reports.words import action_done, changed_values, found_field, found_name, found_outcome, found_title
from psconnect.reports.workbook import (
    MOST_ROWS,
    CellLink,
    CellValue,
    Sheet,
    SheetColumn,
    Workbook,
    day_or_text,
    in_workbook,
    pieces_of,
)
from psconnect.store.files import storage_errors
from psconnect.wording.attributes import attribute_word
from psconnect.wording.catalogue import counted, tr
from psconnect.wording.records import entity_label, record_kind

_DAYS = ("startDate", "endDate", "beginDate")
_NARROW, _MEDIUM, _WIDE, _WIDEST = 12, 18, 28, 60


def xlsx_report(content: ReportContent, most_rows: int = MOST_ROWS) -> Iterator[bytes]:
    """The report, in pieces. Raises FixSettings if the run's findings are no longer kept."""
    check_kept(content)
    content.expect(content.all_rows())
    made = content.wish.made or content.run.started
    folder = content.folder or Path(gettempdir())
    with storage_errors(folder):
        aside, book = in_workbook(folder, tr("Run report"), made)
    with aside:
        try:
            _Sheets(content, book, most_rows).write()
            book.finish()
        finally:
            book.abandon()
        yield from pieces_of(book.path)


class _Sheets:
    """Writes the sheets of one report."""

    def __init__(self, content: ReportContent, book: Workbook, most_rows: int) -> None:
        self._content, self._book, self._most = content, book, most_rows
        self._masked = content.wish.masked

    def write(self) -> None:
        content, since = self._content, self._content.wish.since_last
        if not content.wish.listed:
            self._summary()
            self._standing()
            self._left_out()
        self._findings(tr("New findings") if since else tr("Findings"), content.found)
        if since and content.corrected:
            self._findings(tr("Corrected"), content.corrected)
        for entity in content.changed_kinds():
            self._changes(entity)

    def _sheet(self, name: str, columns: list[SheetColumn]) -> Sheet:
        return Sheet(self._book, name, columns, self._most)

    def _summary(self) -> None:
        view, content = self._content.view, self._content
        sheet = self._sheet(tr("Summary"), [SheetColumn(tr("What"), _WIDE), SheetColumn(tr("Value"), _WIDEST)])
        sheet.add([tr("Run"), view.sentence.text])
        for fact in view.facts:
            sheet.add([fact.label, fact.value])
        for reason in view.holds:
            sheet.add([tr("Reason to wait"), reason])
        if view.failure:
            sheet.add([tr("What happened"), f"{view.failure.title}. {view.failure.happened}"])
            sheet.add([tr("What to do"), view.failure.to_do])
        for line in view.attention:
            sheet.add([tr("Needs attention"), tr("{records}: {finding}", records=line.whom, finding=line.title)])
        if view.since and not view.since.forgotten:
            sheet.add([tr("New since the run before"), view.since.new])
            sheet.add([tr("Corrected since the run before"), view.since.corrected])
        lists = [(entity_label(entity.key), sum(some.values())) for entity, some in content.changed_kinds().items()]
        for name, rows in [(tr("Findings"), content.found.count()), *lists]:
            if rows >= self._most:
                sheets = -(-rows // (self._most - 1))
                text = counted(
                    sheets,
                    "{rows} rows, on 1 sheet",
                    "{rows} rows, on {count} sheets, because one holds {most} at most",
                    rows=f"{rows:,}",
                    most=f"{self._most - 1:,}",
                )
                sheet.add([name, text])
        handle = tr("Names are masked") if self._masked else tr("Handle as student records.")
        sheet.add([tr("Who may see it"), handle])
        sheet.end()

    def _standing(self) -> None:
        view = self._content.view
        if not view.standing:
            return
        names = (tr("Read"), tr("− Left out"), tr("+ Added"), tr("= Delivered"))
        changes = (tr("+ New"), tr("~ Changed"), tr("− Removed"))
        columns = [SheetColumn(tr("Records"), _WIDE), *(SheetColumn(name, _NARROW) for name in (*names, *changes))]
        sheet = self._sheet(tr("Figures"), columns)
        for row in view.standing:
            one, counts = row.figures, row.counts
            figures = (one.read, one.left_out, one.added, one.delivered)
            sheet.add([row.label, *figures, counts.create, counts.update, counts.remove])
        sheet.end()

    def _left_out(self) -> None:
        view = self._content.view
        if not view.left_out:
            return
        columns = [
            SheetColumn(tr("Rule"), _WIDE * 2),
            SheetColumn(tr("Which"), _WIDE * 2),
            SheetColumn(tr("Records"), _NARROW),
        ]
        sheet = self._sheet(tr("Left out"), columns)
        for row in view.left_out:
            sheet.add([row.rule.title, row.kinds, row.count])
        sheet.end()

    def _findings(self, name: str, found: FoundIn) -> None:
        content = self._content
        columns = [SheetColumn(tr("School"), _WIDE), SheetColumn(tr("What"), _NARROW)]
        columns += [] if self._masked else [SheetColumn(tr("Number"), _NARROW, is_id=True)]
        columns += [SheetColumn(tr("Name"), _WIDE)]
        columns += [] if self._masked else [SheetColumn(tr("Id"), _NARROW, is_id=True)]
        columns += [
            SheetColumn(tr("What became of it"), _MEDIUM),
            SheetColumn(tr("Problem"), _WIDE),
            SheetColumn(tr("Field"), _WIDE),
            SheetColumn(tr("Records"), _NARROW),
            SheetColumn(tr("Since the run before"), _NARROW),
            SheetColumn(tr("What to do"), _WIDEST),
        ]
        columns += [] if self._masked else [SheetColumn(tr("Page in PowerSchool"), _MEDIUM)]
        sheet = self._sheet(name, columns)
        for row in content.rows(found, content.schools(found)):
            sheet.add(self._finding(row))
        sheet.end()

    def _finding(self, row: ReportedFinding) -> list[CellValue | CellLink]:
        one = row.record
        values: list[CellValue | CellLink] = [row.line.school, record_kind(one.entity)]
        values += [found_name(row)] if self._masked else [one.number, found_name(row), row.sourced_id]
        new = tr("new") if row.line.new else ""
        values += [found_outcome(row), found_title(row), found_field(row), one.records, new, row.line.rule.to_do]
        return values if self._masked else [*values, CellLink(one.link, tr("Open in PowerSchool"))]

    def _changes(self, entity: Entity) -> None:
        columns = [SheetColumn(tr("Change"), _NARROW)]
        if self._masked:
            columns += [SheetColumn(tr("Name"), _WIDE)]
        columns += [SheetColumn(tr("School"), _WIDE), SheetColumn(tr("What changes"), _WIDEST)]
        if not self._masked:
            columns += [_attribute_column(entity, name) for name in entity.attributes]
        sheet = self._sheet(entity_label(entity.key), columns)
        # The attributes have columns of their own, the name with them.
        for one in self._content.changed(entity, titled=False):
            sheet.add(self._change(entity, one))
        sheet.end()

    def _change(self, entity: Entity, one: ChangedRecord) -> list[CellValue | CellLink]:
        row, delivered = one.row, self._content.view.delivered
        start = [action_done(row.action, delivered=delivered), *([row.title] if self._masked else [])]
        told = [*start, row.school, changed_values(row, masked=self._masked)]
        values = ((name, one.values[name]) for name in entity.attributes) if not self._masked else ()
        return [*told, *(day_or_text(value) if name in _DAYS else value for name, value in values)]


def _attribute_column(entity: Entity, name: str) -> SheetColumn:
    word = attribute_word(entity.key, name)
    return SheetColumn(word[:1].upper() + word[1:], _WIDE if name == EXTRA else _MEDIUM, is_id=True)
