"""The schools as a table with switches: filtered as one types, switched by click or space, with their terms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPoint, Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from psconnect.desktop.text import number, tr
from psconnect.desktop.widgets.table import LEFT, RIGHT, STATE_ROLE, ModelIndex, Table
from psconnect.desktop.widgets.word_filter import WordFilter
from psconnect.service import OfferedSchool

_NO_INDEX = QModelIndex()
_NAME, _NUMBER, _GRADES, _STUDENTS, _CLASSES, _TERMS = range(6)
_CHECK = Qt.ItemDataRole.CheckStateRole
_WIDE_TERMS, _NARROW_TERMS, _ENOUGH = 200, 120, 760
"""Pixels: of the terms, and of a table that has room for all columns."""
_NUMERIC = (_NUMBER, _STUDENTS, _CLASSES)


class SchoolsModel(QAbstractTableModel):
    """Schools with a switch each; ``on_switch`` gets a school's number and whether it is on."""

    def __init__(self, on_switch: Callable[[int, bool], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._on_switch = on_switch
        self._schools: tuple[OfferedSchool, ...] = ()
        self._on: frozenset[int] = frozenset()
        self._terms: Mapping[int, str] = {}

    def show_schools(
        self, schools: tuple[OfferedSchool, ...], on: frozenset[int], terms: Mapping[int, str] | None = None
    ) -> None:
        """Show these schools, those in ``on`` switched on; ``terms`` says which terms each delivers, in words."""
        terms = terms or {}
        if [one.number for one in schools] != [one.number for one in self._schools]:
            self.beginResetModel()
            self._schools, self._on, self._terms = schools, on, terms
            self.endResetModel()
        elif (schools, on, terms) != (self._schools, self._on, self._terms):
            self._schools, self._on, self._terms = schools, on, terms
            if schools:
                self.dataChanged.emit(self.index(0, 0), self.index(len(schools) - 1, _TERMS))

    def school(self, row: int) -> OfferedSchool:
        """The school in a row."""
        return self._schools[row]

    def rowCount(self, parent: ModelIndex = _NO_INDEX) -> int:  # noqa: N802 - Qt's name
        """How many schools there are."""
        return 0 if parent.isValid() else len(self._schools)

    def columnCount(self, parent: ModelIndex = _NO_INDEX) -> int:  # noqa: N802 - Qt's name
        """Name with switch, number, grades, students, classes, terms."""
        return 0 if parent.isValid() else 6

    def flags(self, index: ModelIndex) -> Qt.ItemFlag:
        """The name's cell can be switched."""
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return flags | Qt.ItemFlag.ItemIsUserCheckable if index.column() == _NAME else flags

    def data(self, index: ModelIndex, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        """What a cell shows."""
        school, column = self._schools[index.row()], index.column()
        on = school.number in self._on
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._text(school, column, on=on)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return int(RIGHT if column in _NUMERIC else LEFT)
        if role == STATE_ROLE:
            if column == _TERMS:
                return "accent"
            return "" if on or column == _NAME else "muted"
        if role == _CHECK and column == _NAME:
            return Qt.CheckState.Checked if on else Qt.CheckState.Unchecked
        return None

    def _text(self, school: OfferedSchool, column: int, *, on: bool) -> str:
        terms = self._terms.get(school.number, "") if on else ""
        return (
            school.name,
            str(school.number),
            school.grades,
            _counted(school.students),
            _counted(school.classes),
            terms,
        )[column]

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
            headings = tr("School"), tr("Number"), tr("Grades"), tr("Students"), tr("Classes"), tr("Terms")
            return headings[section]
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            return int(RIGHT if section in _NUMERIC else LEFT)
        return None


def _counted(count: int | None) -> str:
    """A count, or a sign that it is not known yet."""
    return "…" if count is None else number(count)


class SchoolFilter(WordFilter):
    """Schools whose name or number has the searched words in it."""

    columns = (_NAME, _NUMBER)


class SchoolTable(Table):
    """The table: space switches the school the cursor is on, Enter or a click on its terms chooses them.

    ``on_terms`` gets the row of the school in the model below, and where to open a menu.
    """

    def __init__(
        self, model: SchoolFilter, on_terms: Callable[[int, QPoint], object], parent: QWidget | None = None
    ) -> None:
        super().__init__(model, tr("Schools and terms"), (0, 84, 84, 92, 84, _WIDE_TERMS), parent=parent)
        self._on_terms = on_terms
        self.clicked.connect(self._clicked)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """In little room the name goes before grades and the names of terms."""
        narrow = event.size().width() < _ENOUGH
        self.setColumnHidden(_GRADES, narrow)
        self.set_width(_TERMS, _NARROW_TERMS if narrow else _WIDE_TERMS)
        super().resizeEvent(event)

    def _clicked(self, index: ModelIndex) -> None:
        if index.column() == _TERMS and index.data():
            self._choose_terms(index)

    def _choose_terms(self, index: ModelIndex) -> None:
        model = self.model()
        assert isinstance(model, SchoolFilter)  # noqa: S101 - as it was given
        place = self.viewport().mapToGlobal(self.visualRect(index).bottomLeft())
        self._on_terms(model.mapToSource(index).row(), place)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Space switches; Enter opens the terms of a school that is on."""
        index = self.currentIndex()
        if event.key() == Qt.Key.Key_Space and index.isValid():
            name = index.siblingAtColumn(_NAME)
            on = name.data(_CHECK) == Qt.CheckState.Checked
            self.model().setData(name, Qt.CheckState.Unchecked if on else Qt.CheckState.Checked, _CHECK)
            return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and index.siblingAtColumn(_TERMS).data():
            self._choose_terms(index.siblingAtColumn(_TERMS))
            return
        super().keyPressEvent(event)
