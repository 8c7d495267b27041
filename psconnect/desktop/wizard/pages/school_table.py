"""The schools as a table with switches: filtered as one types, switched by click or space."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QSortFilterProxyModel, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from psconnect.desktop.text import number, tr
from psconnect.desktop.widgets.table import LEFT, RIGHT, ModelIndex, Table
from psconnect.service import School

_NO_INDEX = QModelIndex()
_NAME, _NUMBER, _STUDENTS = range(3)
_CHECK = Qt.ItemDataRole.CheckStateRole


class SchoolsModel(QAbstractTableModel):
    """Schools with a switch each; ``on_switch`` gets a school's number and whether it is on."""

    def __init__(self, on_switch: Callable[[int, bool], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._on_switch = on_switch
        self._schools: tuple[School, ...] = ()
        self._on: frozenset[int] = frozenset()

    def show_schools(self, schools: tuple[School, ...], on: frozenset[int]) -> None:
        """Show these schools, those in ``on`` switched on."""
        if schools != self._schools:
            self.beginResetModel()
            self._schools, self._on = schools, on
            self.endResetModel()
        elif on != self._on:
            self._on = on
            if schools:
                self.dataChanged.emit(self.index(0, 0), self.index(len(schools) - 1, 0), [_CHECK])

    def rowCount(self, parent: ModelIndex = _NO_INDEX) -> int:  # noqa: N802 - Qt's name
        """How many schools there are."""
        return 0 if parent.isValid() else len(self._schools)

    def columnCount(self, parent: ModelIndex = _NO_INDEX) -> int:  # noqa: N802 - Qt's name
        """Name with switch, number, students."""
        return 0 if parent.isValid() else 3

    def flags(self, index: ModelIndex) -> Qt.ItemFlag:
        """The name's cell can be switched."""
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return flags | Qt.ItemFlag.ItemIsUserCheckable if index.column() == _NAME else flags

    def data(self, index: ModelIndex, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        """What a cell shows."""
        school, column = self._schools[index.row()], index.column()
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return (school.name, str(school.number), number(school.students))[column]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return int(LEFT if column == _NAME else RIGHT)
        if role == _CHECK and column == _NAME:
            return Qt.CheckState.Checked if school.number in self._on else Qt.CheckState.Unchecked
        return None

    def setData(self, index: ModelIndex, value: Any, role: int = int(Qt.ItemDataRole.EditRole)) -> bool:  # noqa: N802
        """Switch a school."""
        if role != _CHECK:
            return False
        self._on_switch(self._schools[index.row()].number, Qt.CheckState(value) == Qt.CheckState.Checked)
        return True

    def headerData(  # noqa: N802 - Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = int(Qt.ItemDataRole.DisplayRole)
    ) -> Any:
        """The headings."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return (tr("School"), tr("Number"), tr("Active students"))[section]
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            return int(LEFT if section == _NAME else RIGHT)
        return None


class SchoolFilter(QSortFilterProxyModel):
    """Schools whose name or number has the searched words in it."""

    def __init__(self, model: SchoolsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words: Sequence[str] = ()
        self.setSourceModel(model)

    def search(self, text: str) -> None:
        """Show only schools with all these words."""
        self.beginFilterChange()
        self._words = text.casefold().split()
        self.endFilterChange()

    def filterAcceptsRow(self, row: int, parent: ModelIndex) -> bool:  # noqa: N802 - Qt's name
        """Whether a school is shown."""
        model = self.sourceModel()
        shown = " ".join(str(model.index(row, column, parent).data()) for column in (_NAME, _NUMBER)).casefold()
        return all(word in shown for word in self._words)


class SchoolTable(Table):
    """The table: space switches the school the cursor is on, whichever column it is in."""

    def __init__(self, model: SchoolFilter, parent: QWidget | None = None) -> None:
        super().__init__(model, tr("Schools"), (0, 110, 150), parent=parent)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Space switches."""
        index = self.currentIndex()
        if event.key() == Qt.Key.Key_Space and index.isValid():
            name = index.siblingAtColumn(_NAME)
            on = name.data(_CHECK) == Qt.CheckState.Checked
            self.model().setData(name, Qt.CheckState.Unchecked if on else Qt.CheckState.Checked, _CHECK)
            return
        super().keyPressEvent(event)
