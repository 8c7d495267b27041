"""The button that exports a run: in which format, with names or masks, whole or only what changed, or by school."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QWidget

from psconnect.desktop.bridge import BridgeTask
from psconnect.desktop.context import PageContext
from psconnect.desktop.print import draw_report
from psconnect.desktop.text import counted, number, tr
from psconnect.desktop.widgets.banner import Banner
from psconnect.desktop.widgets.button import Button
from psconnect.model.clock import CancelToken
from psconnect.model.errors import PsconnectError
from psconnect.model.events import OnEvent, RunEvent
from psconnect.model.review import FindingQuery
from psconnect.service import REPORT_ENDINGS, new_accounts_name, report_name
from psconnect.wording.catalogue import marked, translated
from psconnect.wording.errors import word

_KINDS = {
    ".html": (marked("To read or print (HTML) …"), marked("Web page (*.html)")),
    ".pdf": (marked("To print or pass on (PDF) …"), marked("PDF (*.pdf)")),
    ".xlsx": (marked("Excel workbook (XLSX) …"), marked("Workbook (*.xlsx)")),
    ".csv": (marked("One table (CSV) …"), marked("Table (*.csv)")),
    ".json": (marked("For programs (JSON) …"), marked("Document (*.json)")),
}


@dataclass(frozen=True)
class Exported:
    """What is exported: a run's report, or the findings that are ``wanted``."""

    run_id: str
    wanted: FindingQuery | None = None


class ExportButton(Button):
    """Asks where to save, writes in a worker, and tells in ``outcome`` how far it is and where the file is.

    ``what`` says what is exported when an entry is chosen; None for nothing. A list of findings has no part that only
    changed.
    """

    def __init__(
        self,
        text: str,
        context: PageContext,
        outcome: Banner,
        what: Callable[[], Exported | None],
        *,
        whole: bool = True,
    ) -> None:
        super().__init__(text)
        self._context, self._outcome, self._what = context, outcome, what
        self._task: BridgeTask | None = None
        entries: list[tuple[str, Callable[[], object]]]
        entries = [(translated(_KINDS[ending][0]), partial(self._ask, ending)) for ending in REPORT_ENDINGS]
        self.entries = self.add_menu(entries)
        self.entries.addSeparator()
        self.masked = self._choice(tr("Mask names, ids and all other data of people"))
        self.since_last = self._choice(tr("Only what changed since the run before"))
        self.since_last.setVisible(whole)
        self.entries.addSeparator()
        self.by_school = self.entries.addAction(tr("A list of findings for each school (PDF) …"))
        self.by_school.triggered.connect(lambda _checked=False: self._ask_for_folder())
        self.new_accounts = self.entries.addAction(tr("Save new accounts, with names (CSV) …"))
        self.new_accounts.triggered.connect(lambda _checked=False: self._ask_for_accounts())
        self.new_accounts.setVisible(False)

    def _choice(self, text: str) -> QAction:
        action = self.entries.addAction(text)
        action.setCheckable(True)
        return action

    def _ask(self, ending: str) -> None:
        what = self._what()
        if what is None:
            return
        start = Path.home() / f"{report_name(what.run_id, masked=self.masked.isChecked())}{ending}"
        dialog = QFileDialog(self._page, self._title(), str(start), translated(_KINDS[ending][1]))
        dialog.setDefaultSuffix(ending.removeprefix("."))
        self._open(dialog, lambda chosen: self.export_to(Path(chosen)))

    def _ask_for_folder(self) -> None:
        dialog = QFileDialog(self._page, self._title(), str(Path.home()))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        self._open(dialog, lambda chosen: self.export_per_school(Path(chosen)))

    def _ask_for_accounts(self) -> None:
        what = self._what()
        if what is None:
            return
        start = Path.home() / f"{new_accounts_name(what.run_id)}.csv"
        dialog = QFileDialog(self._page, _with_names(), str(start), translated(_KINDS[".csv"][1]))
        dialog.setDefaultSuffix("csv")
        self._open(dialog, lambda chosen: self.export_new_accounts(Path(chosen)))

    def _open(self, dialog: QFileDialog, chosen: Callable[[str], object]) -> None:
        if dialog.fileMode() != QFileDialog.FileMode.Directory:
            dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.fileSelected.connect(chosen)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    @property
    def _page(self) -> QWidget:
        return self.parentWidget() or self

    def _title(self) -> str:
        if self.masked.isChecked():
            return tr("Save, with masks instead of names")
        return _with_names()

    def export_to(self, path: Path) -> None:
        """Write what is exported to a file; its ending says in which format."""
        what, service = self._what(), self._context.service
        masked, since_last = self.masked.isChecked(), self.since_last.isChecked()
        if what is None:
            return

        def write(on_event: OnEvent, cancel: CancelToken) -> Path:
            if what.wanted is None:
                return service.report(
                    what.run_id,
                    path,
                    masked=masked,
                    since_last=since_last,
                    draw=draw_report,
                    on_event=on_event,
                    cancel=cancel,
                )
            return service.write_findings(
                what.run_id, what.wanted, path, masked=masked, draw=draw_report, on_event=on_event, cancel=cancel
            )

        self._work(write, partial(self._saved_file, masked=masked))

    def export_new_accounts(self, path: Path) -> None:
        """Write the people who are new with the run to a file, always with names."""
        what, service = self._what(), self._context.service
        if what is None:
            return

        def write(on_event: OnEvent, cancel: CancelToken) -> Path:
            return service.write_new_accounts(what.run_id, path, on_event=on_event, cancel=cancel)

        self._work(write, partial(self._saved_file, masked=False))

    def export_per_school(self, folder: Path) -> None:
        """Write a list of findings for each school that has any, as PDF, to a folder."""
        what, service, masked = self._what(), self._context.service, self.masked.isChecked()
        if what is None:
            return

        def write(on_event: OnEvent, cancel: CancelToken) -> list[Path]:
            return service.findings_per_school(
                what.run_id, folder, ".pdf", masked=masked, draw=draw_report, on_event=on_event, cancel=cancel
            )

        def saved(files: list[Path]) -> None:
            text = counted(len(files), "Saved: 1 list in {folder}", "Saved: {count} lists in {folder}", folder=folder)
            self._saved(text, None, folder, masked=masked)

        self._work(write, saved)

    def _work(self, write: Callable[[OnEvent, CancelToken], object], saved: Callable[..., None]) -> None:
        self.setEnabled(False)
        self._task = self._context.bridge.run(
            write, self._news, partial(self._ended, saved), self._refused, on_cancelled=self._stopped, owner=self
        )
        self._outcome.tell(tr("Writing …"), "accent", [(tr("Cancel"), self._task.cancel.cancel)])

    def _news(self, events: list[RunEvent]) -> None:
        event = events[-1]
        if event.total and self._task:
            of = number(event.total)
            self._outcome.label.setText(tr("Writing: {done} of {total} rows", done=number(event.done), total=of))

    def _ended(self, saved: Callable[..., None], result: object) -> None:
        self._let_go()
        saved(result)

    def _saved_file(self, path: Path, *, masked: bool) -> None:
        self._saved(tr("Saved: {path}", path=path), path, path.parent, masked=masked)

    def _saved(self, text: str, file: Path | None, folder: Path, *, masked: bool) -> None:
        careful = tr("It holds student records: keep it where only those who need it can read it.")
        if masked:
            careful = tr("Names are masked; the same mask is the same person within the file.")
        told = tr("{saved}. {careful}", saved=text, careful=careful)
        open_it, show = self._context.open_url, partial(self._context.open_url, folder.as_uri())
        actions = [(tr("Open"), partial(open_it, file.as_uri()))] if file else []
        # Hidden first: a button that joins a shown strip is not there yet, and can't take the focus.
        self._outcome.hide()
        self._outcome.tell(told, "good", [*actions, (tr("Show in folder"), show)])
        self._outcome.buttons[0].setFocus()

    def _stopped(self) -> None:
        self._let_go()
        self._outcome.tell(tr("Cancelled; no file was written."), "accent")

    def _refused(self, error: PsconnectError) -> None:
        self._let_go()
        self._outcome.tell(word(error, window=True).text, "bad")

    def _let_go(self) -> None:
        self._task = None
        self.setEnabled(True)


def _with_names() -> str:
    return tr("Save (the file will hold student records)")
