"""Rows with a box to tick in the first column; of more than two ticks, the oldest goes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt

from psconnect.desktop.widgets.table import Cell, RowsModel

_MOST = 2
_CHECK = int(Qt.ItemDataRole.CheckStateRole)


class TickedRows(RowsModel):
    """``ticked`` holds the names of the ticked rows, in the order of the ticks; ``on_ticks`` is told of each change."""

    ticked: tuple[str, ...] = ()
    on_ticks: Callable[[], object] = staticmethod(lambda: None)
    _names: tuple[str, ...] = ()

    def show_runs(self, names: Sequence[str], rows: Sequence[Sequence[Cell]]) -> None:
        """Show these rows; ticks stay where their rows are still there."""
        self._names = tuple(names)
        self.ticked = tuple(name for name in self.ticked if name in self._names)
        self.show_rows(rows)
        self.on_ticks()

    def flags(self, index: QModelIndex | QPersistentModelIndex) -> Qt.ItemFlag:
        """The first column can be ticked."""
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsUserCheckable if index.column() == 0 else flags

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        """What a cell shows, and whether its row is ticked."""
        if int(role) == _CHECK:
            if index.column():
                return None
            on = self._names[index.row()] in self.ticked
            return int((Qt.CheckState.Checked if on else Qt.CheckState.Unchecked).value)
        return super().data(index, role)

    def setData(  # noqa: N802 - Qt's name
        self, index: QModelIndex | QPersistentModelIndex, value: Any, role: int = int(Qt.ItemDataRole.EditRole)
    ) -> bool:
        """Tick a row, or take its tick away."""
        if int(role) != _CHECK or index.column():
            return False
        name = self._names[index.row()]
        others = tuple(one for one in self.ticked if one != name)
        on = int(getattr(value, "value", value)) == int(Qt.CheckState.Checked.value)
        self.ticked = (*others[-(_MOST - 1) :], name) if on else others
        self.dataChanged.emit(self.index(0, 0), self.index(self.rowCount() - 1, 0))
        self.on_ticks()
        return True
