"""A run's changes as a table over SQL: rows are fetched in blocks when they come into view, filter and order in SQL."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from psconnect.desktop.bridge import Bridge
from psconnect.desktop.text import action_word, counted, tr
from psconnect.desktop.widgets.table import Cell, cell_data, header_data
from psconnect.model.errors import PsconnectError
from psconnect.model.review import ChangeQuery, ChangeRow
from psconnect.service import Arrangement, Service

BLOCK, _BLOCKS = 200, 40
_ORDERS = ("title", "number", "school", "action")
_COLOURS = {"create": "good", "remove": "bad", "update": ""}
_NO_INDEX = QModelIndex()
_DISPLAY = int(Qt.ItemDataRole.DisplayRole)


class ChangesModel(QAbstractTableModel):
    """Changes of one entity of one run. ``arranged`` tells the number of rows, ``failed`` a PsconnectError."""

    arranged = Signal(int)
    failed = Signal(object)

    def __init__(self, service: Service, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._service, self._bridge = service, bridge
        self._headers = [tr("Record"), tr("Number"), tr("School"), tr("Change"), tr("What changes")]
        self._run_id = ""
        self._wanted: ChangeQuery | None = None
        self._arrangement: Arrangement | None = None
        self._blocks: OrderedDict[int, list[ChangeRow]] = OrderedDict()

    def arrange(self, run_id: str, wanted: ChangeQuery) -> None:
        """Show these changes as soon as they are found; what was shown stays until then."""
        if (run_id, wanted) == (self._run_id, self._wanted):
            return
        self._run_id, self._wanted = run_id, wanted
        self._bridge.call(
            lambda: self._service.arrange_changes(run_id, wanted),
            lambda found: self._take(run_id, found),
            self.failed.emit,
            owner=self,
        )

    def reload(self) -> None:
        """Read the same changes again, because the plan has changed."""
        wanted, self._wanted = self._wanted, None
        if wanted:
            self.arrange(self._run_id, wanted)

    def close(self) -> None:
        """Show nothing, and let go of the file."""
        self._run_id, self._wanted = "", None
        self._put(None)

    def row(self, place: int) -> ChangeRow | None:
        """The change in a row, or None where there is none."""
        if self._arrangement is None or not 0 <= place < self._arrangement.total:
            return None
        block = self._block(place // BLOCK)
        return block[place % BLOCK] if place % BLOCK < len(block) else None

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _NO_INDEX) -> int:  # noqa: N802 - Qt's name
        """How many changes there are."""
        return 0 if parent.isValid() or self._arrangement is None else self._arrangement.total

    def columnCount(self, parent: QModelIndex | QPersistentModelIndex = _NO_INDEX) -> int:  # noqa: N802 - Qt's name
        """How many columns there are."""
        return 0 if parent.isValid() else len(self._headers)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = _DISPLAY) -> Any:
        """What a cell shows."""
        change = self.row(index.row())
        return cell_data(_cell(change, index.column()), role) if change else None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY) -> Any:  # noqa: N802 - Qt's
        """A column's heading."""
        return header_data(self._headers, frozenset(), section, orientation, role)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Order by a column, in SQL; the last column has no order."""
        if self._wanted is None or not 0 <= column < len(_ORDERS):
            return
        old = self._wanted
        descending = order == Qt.SortOrder.DescendingOrder
        self.arrange(self._run_id, ChangeQuery(old.entity, old.action, old.text, _ORDERS[column], descending))

    @property
    def wanted(self) -> ChangeQuery | None:
        """What is shown, or asked for."""
        return self._wanted

    def _take(self, run_id: str, found: Arrangement) -> None:
        if (run_id, found.wanted) != (self._run_id, self._wanted):
            found.close()
            return
        self._put(found)
        self.arranged.emit(found.total)

    def _put(self, arrangement: Arrangement | None) -> None:
        self.beginResetModel()
        before, self._arrangement = self._arrangement, arrangement
        self._blocks.clear()
        self.endResetModel()
        if before:
            before.close()

    def _block(self, number: int) -> list[ChangeRow]:
        found = self._blocks.get(number)
        if found is None and self._arrangement:
            try:
                found = self._arrangement.page(number * BLOCK, BLOCK)
            except PsconnectError as error:
                self.failed.emit(error)
                found = []
            self._blocks[number] = found
            if len(self._blocks) > _BLOCKS:
                self._blocks.popitem(last=False)
        else:
            self._blocks.move_to_end(number)
        return found or []


def _cell(change: ChangeRow, column: int) -> Cell:
    if column == 0:
        return Cell(_one_line(change.title))
    if column == 1:
        return Cell(change.number)
    if column == 2:  # noqa: PLR2004 - the columns stand in the order of the headers
        return Cell(_one_line(change.school))
    if column == 3:  # noqa: PLR2004 - same
        return Cell(action_word(change.action), state=_COLOURS[change.action], strong=True)
    return Cell(_one_line(what_changes(change)), state="muted" if change.action != "update" else "")


def what_changes(change: ChangeRow) -> str:
    """The changed attributes of an update in a line; of another record, how many it has or how it was found."""
    if change.found_by:
        return tr("already there: {how}", how=change.found_by)
    if change.action != "update":
        return counted(len(change.values), "1 attribute", "{count} attributes")
    shown = [
        tr("{attribute}: {before} → {after}", attribute=name, before=before or tr("none"), after=after or tr("none"))
        for name, before, after in change.values
    ]
    return ", ".join(shown)


def _one_line(text: str) -> str:
    """A value as a table shows it: a line break or tab in a name must not break the row."""
    return " ".join(text.split())
