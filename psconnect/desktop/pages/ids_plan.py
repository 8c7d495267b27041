"""What a re-key would change, shown to the person who decides, and where to save its list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtWidgets import QCheckBox, QFileDialog, QVBoxLayout, QWidget

from psconnect.desktop.pages import ids_words as words
from psconnect.desktop.text import tr
from psconnect.desktop.theme.tokens import SPACE_M
from psconnect.desktop.widgets.banner import Banner
from psconnect.desktop.widgets.label import Label
from psconnect.desktop.widgets.table import Cell, RowsModel, Table
from psconnect.service import RekeyPlan, slug

_ROW = 28


class NewIds(QWidget):
    """Counts, examples and side effects of a re-key, and a box to tick if the other system must be told."""

    def __init__(self, on_tick: Callable[[], object]) -> None:
        super().__init__()
        self.sentence, self.beside = Label("", "strong"), Label("")
        headers = [tr("Records"), tr("Get another id"), tr("For example, now"), tr("Then")]
        self._model = RowsModel(headers, frozenset({1}), self)
        self.table = Table(self._model, tr("New ids per kind of record"), [120, 120, 0, 0])
        self.table.verticalHeader().setDefaultSectionSize(_ROW)
        self.warning = Banner()
        self.tick = QCheckBox(tr("The administrator of the other system knows the new ids"))
        self.tick.toggled.connect(lambda _on: on_tick())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_M)
        for part in (self.sentence, self.table, self.beside, self.warning, self.tick):
            layout.addWidget(part)

    def show_plan(self, plan: RekeyPlan, rows: Sequence[tuple[str, str, str, str]]) -> None:
        """Show a plan with the lines of its table (words.plan_rows); nothing is ticked."""
        dangerous = words.is_dangerous(plan)
        self.sentence.setText(tr("{sentence}.", sentence=words.plan_in_words(plan)))
        self.beside.setText(words.beside_in_words(plan))
        self.beside.setVisible(bool(self.beside.text()))
        self._model.show_rows(
            [
                [Cell(records), Cell(count, right=True), Cell(before), Cell(after)]
                for records, count, before, after in rows
            ]
        )
        self.table.fit_rows()
        self.table.setVisible(bool(rows))
        if plan.warning and dangerous:
            self.warning.tell(plan.warning, "warning")
        else:
            self.warning.hide()
        self.tick.setChecked(False)
        self.tick.setVisible(dangerous)


def ask_for_list(parent: QWidget, name: str, save: Callable[[Path], object]) -> None:
    """Ask where the list from old to new ids of a connection is to be saved."""
    title = tr("Save the list from old to new ids")
    ask_where(parent, title, f"new-ids-{slug(name)}.csv", tr("Table (*.csv)"), save)


def ask_where(parent: QWidget, title: str, file: str, kinds: str, save: Callable[[Path], object]) -> None:
    """Ask where to save a file; ``save`` gets the path, and is not called if none is chosen."""
    dialog = QFileDialog(parent, title, str(Path.home() / file), kinds)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix(Path(file).suffix.removeprefix("."))
    dialog.fileSelected.connect(lambda path: save(Path(path)))
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()
