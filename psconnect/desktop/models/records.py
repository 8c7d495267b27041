"""The records behind a figure as a table over SQL: rows are fetched in blocks when they come into view."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from psconnect.desktop.models.blocks import RowBlocks
from psconnect.desktop.text import action_word, tr
from psconnect.desktop.widgets.table import Cell, cell_data, header_data
from psconnect.model.record_list import ListedRecord
from psconnect.service import RecordList
from psconnect.wording.rules import rule_of

_NO_INDEX = QModelIndex()
_DISPLAY = int(Qt.ItemDataRole.DisplayRole)
_COLOURS = {"create": "good", "remove": "bad"}


class RecordsModel(QAbstractTableModel):
    """The records of one list at a time; ``failed`` tells a PsconnectError."""

    failed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._headers = [tr("Record"), tr("Number"), tr("School"), tr("What became of it")]
        self._list: RecordList | None = None
        self._blocks: RowBlocks[ListedRecord] = RowBlocks(self.failed.emit)

    def show_list(self, found: RecordList | None) -> None:
        """Show these records and close those that were shown before."""
        self.beginResetModel()
        before, self._list = self._list, found
        self._blocks.clear()
        self.endResetModel()
        if before:
            before.close()

    def record(self, place: int) -> ListedRecord | None:
        """The record in a row, or None where there is none."""
        if self._list is None or not 0 <= place < self.rowCount():
            return None
        return self._blocks.row(place, self._list.page)

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _NO_INDEX) -> int:  # noqa: N802 - Qt's name
        """How many records there are."""
        return 0 if parent.isValid() or self._list is None else self._list.total or 0

    def columnCount(self, parent: QModelIndex | QPersistentModelIndex = _NO_INDEX) -> int:  # noqa: N802 - Qt's name
        """How many columns there are."""
        return 0 if parent.isValid() else len(self._headers)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = _DISPLAY) -> Any:
        """What a cell shows."""
        found = self.record(index.row())
        return cell_data(_cell(found, index.column()), role) if found else None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY) -> Any:  # noqa: N802 - Qt's
        """A column's heading."""
        return header_data(self._headers, frozenset(), section, orientation, role)


def _cell(found: ListedRecord, column: int) -> Cell:
    if column == 0:
        return Cell(" ".join(found.title.split()))
    if column == 1:
        return Cell(found.number)
    if column == 2:  # noqa: PLR2004 - the columns stand in the order of the headers
        return Cell(" ".join(found.school.split()))
    if found.action:
        return Cell(action_word(found.action), state=_COLOURS.get(found.action, ""))
    if found.rule:
        return Cell(rule_of(found.rule).sentence, state="warning")
    return Cell(tr("Made by psconnect") if found.made else tr("Delivered"), state="muted")
