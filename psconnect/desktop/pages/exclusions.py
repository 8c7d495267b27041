"""What a waiting run leaves alone: records that a person excluded, what goes along, and what an undo does not touch."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractItemView, QVBoxLayout, QWidget

from psconnect.desktop.text import action_word, number, tr
from psconnect.desktop.theme.tokens import SPACE_S
from psconnect.desktop.widgets.button import secondary
from psconnect.desktop.widgets.card import row, wide
from psconnect.desktop.widgets.label import ElidedLabel
from psconnect.desktop.widgets.table import Cell, RowsModel, Table
from psconnect.model.shown_text import shown
from psconnect.service import SetAside
from psconnect.wording.catalogue import plural, translated
from psconnect.wording.records import record_kind
from psconnect.wording.runs import aside_word

CHOSEN = "chosen"
_LEAST_HEIGHT = 110
_COUNTED = {
    CHOSEN: plural("1 change is excluded", "{count} changes are excluded"),
    "goes-along": plural("1 goes along", "{count} go along"),
    "changed-since": plural("1 was changed since", "{count} were changed since"),
    "still-needed": plural("1 is still needed", "{count} are still needed"),
    "refused": plural("1 was refused", "{count} were refused"),
    "waits": plural("1 waits for a refused one", "{count} wait for refused ones"),
    "adopted": plural("1 was there before", "{count} were there before"),
}


def left_alone_in_words(counts: dict[str, int]) -> str:
    """How many changes a plan leaves alone, by reason: ``2 changes are excluded, 14 go along``; empty for none."""
    return ", ".join(translated(words, counts[key]) for key, words in _COUNTED.items() if counts.get(key))


class AsidePane(QWidget):
    """A table of what is left alone; ``on_include`` gets the excluded ones that a person takes back."""

    def __init__(self, on_include: Callable[[list[SetAside]], object]) -> None:
        super().__init__()
        self._on_include = on_include
        self._records: list[SetAside] = []
        headers = [tr("Record"), tr("Kind"), tr("Change"), tr("Left alone, because")]
        self._model = RowsModel(headers, parent=self)
        self.table = Table(self._model, tr("What this run leaves alone"), [0, 110, 84, 230])
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.table.setMinimumHeight(_LEAST_HEIGHT)
        self.include_button = secondary(tr("Include again"), self._include)
        self.words = ElidedLabel("", "muted")
        include = QAction(tr("Include again"), self.table)
        include.triggered.connect(lambda _checked=False: self._include())
        self.table.addAction(include)
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self._action = include
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_S)
        layout.addWidget(self.table, 1)
        layout.addWidget(row(wide(self.words), self.include_button))
        self.table.selectionModel().selectionChanged.connect(lambda _new, _old: self._selected())

    def show_records(self, records: list[SetAside], counts: dict[str, int], *, fixed: bool) -> None:
        """Show these; ``fixed`` where nothing can be taken back."""
        self._records = records
        self._model.show_rows([_cells(one) for one in records])
        self.words.setText(tr("{counts}.", counts=left_alone_in_words(counts)))
        self.include_button.setVisible(not fixed and bool(counts.get(CHOSEN)))
        self._action.setVisible(not fixed)
        if records:
            chosen = [place for place, one in enumerate(records) if one.because == CHOSEN]
            self.table.selectRow(chosen[0] if chosen else 0)
        self._selected()

    def _chosen(self) -> list[SetAside]:
        rows = self.table.selectionModel().selectedRows()
        return [one for one in (self._records[index.row()] for index in rows) if one.because == CHOSEN]

    def _selected(self) -> None:
        count = len(self._chosen())
        for one in (self.include_button, self._action):
            one.setEnabled(bool(count))
        self.include_button.setText(
            tr("Include {count} again", count=number(count)) if count > 1 else tr("Include again")
        )
        self.include_button.setToolTip("" if count else tr("What goes along follows the record it belongs to"))

    def _include(self) -> None:
        chosen = self._chosen()
        if chosen:
            self._on_include(chosen)


def _cells(one: SetAside) -> list[Cell]:
    return [
        Cell(" ".join(shown(one.title or one.sourced_id).split())),
        Cell(record_kind(one.entity)),
        Cell(action_word(one.action)),
        Cell(aside_word(one.because), state="muted" if one.because != CHOSEN else ""),
    ]
