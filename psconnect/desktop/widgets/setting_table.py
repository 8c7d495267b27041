"""A setting that is a table: one widget for all, made from the columns and rows that the setting declares."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QAbstractTableModel, QModelIndex, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from psconnect.desktop.text import tr
from psconnect.desktop.theme.tokens import SPACE_S
from psconnect.desktop.widgets.button import secondary
from psconnect.desktop.widgets.card import row
from psconnect.desktop.widgets.label import Label
from psconnect.desktop.widgets.table import LEFT, RIGHT, STATE_ROLE, CellDelegate, ModelIndex, Table
from psconnect.model.setting_fields import ROW, SettingField, TableColumn

SettingCells = dict[str, Any]
_NO_INDEX = QModelIndex()
_CHECK, _EDIT, _SHOWN = Qt.ItemDataRole.CheckStateRole, Qt.ItemDataRole.EditRole, Qt.ItemDataRole.DisplayRole
_MOST_SHOWN = 8
_WIDTHS = {"number": 110, "switch": 90, "choice": 150, "text": 0}


class SettingRows(QAbstractTableModel):
    """The rows of such a table; ``take`` gets all of them after each change, as they stand in the connection file.

    Unless rows are free, the first column says what a row is about, and a row without any value of its own is not in
    the file. Rows of the file that are about something unknown are shown and kept.
    """

    def __init__(
        self, setting: SettingField, take: Callable[[list[SettingCells]], object], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setting, self._take = setting, take
        self.free = setting.rows == "free"
        self._labels: dict[str, str] = {}
        self.rows: list[SettingCells] = []

    def show_rows(self, value: Sequence[SettingCells], labels: dict[str, str]) -> None:
        """Show these rows; ``labels`` are what rows can be about, by key, unless they are free."""
        rows = [dict(one) for one in value]
        if not self.free:
            given = {str(one.get(ROW, "")): one for one in rows}
            rows = [given.get(key, {ROW: key}) for key in dict.fromkeys([*labels, *given])]
        if (rows, labels) != (self.rows, self._labels):
            self.beginResetModel()
            self.rows, self._labels = rows, labels
            self.endResetModel()

    def add(self) -> None:
        """Add an empty row at the end."""
        self._give([*self.rows, {column.key: column.default for column in self.setting.columns}])

    def delete(self, place: int) -> None:
        """Delete a row."""
        self._give([one for number, one in enumerate(self.rows) if number != place])

    def _give(self, rows: list[SettingCells]) -> None:
        self._take(rows if self.free else [one for one in rows if self._own(one)])

    def _own(self, one: SettingCells) -> list[str]:
        """Keys of the cells that differ from the default."""
        columns = self.setting.columns
        return [column.key for column in columns if one.get(column.key, column.default) != column.default]

    def column_of(self, index: ModelIndex) -> TableColumn | None:
        """The declared column of a cell; None for what a row is about."""
        place = index.column() - (0 if self.free else 1)
        return self.setting.columns[place] if place >= 0 else None

    def rowCount(self, parent: ModelIndex = _NO_INDEX) -> int:  # noqa: N802 - Qt's name
        """How many rows there are."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: ModelIndex = _NO_INDEX) -> int:  # noqa: N802 - Qt's name
        """What a row is about, unless rows are free, and the declared columns."""
        return 0 if parent.isValid() else len(self.setting.columns) + (0 if self.free else 1)

    def flags(self, index: ModelIndex) -> Qt.ItemFlag:
        """All declared cells can be changed."""
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        found = self.column_of(index)
        if found is None:
            return flags
        return flags | (Qt.ItemFlag.ItemIsUserCheckable if found.kind == "switch" else Qt.ItemFlag.ItemIsEditable)

    def data(self, index: ModelIndex, role: int = int(_SHOWN)) -> Any:
        """What a cell shows."""
        found, one = self.column_of(index), self.rows[index.row()]
        if found is None:
            return _about(str(one.get(ROW, "")), self._labels, role)
        value = one.get(found.key, found.default)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return int(RIGHT if found.kind == "number" else LEFT)
        return _switch_data(value, role) if found.kind == "switch" else _cell_data(found, value, role)

    def setData(self, index: ModelIndex, value: Any, role: int = int(_EDIT)) -> bool:  # noqa: N802 - Qt's name
        """Change a cell. Text that is no number stays text, so that the error can name it."""
        found = self.column_of(index)
        if found is None or role not in (_CHECK, _EDIT):
            return False
        if found.kind == "switch":
            value = Qt.CheckState(value) == Qt.CheckState.Checked
        elif found.kind == "number":
            plain = str(value).strip()
            value = int(plain) if plain.isascii() and plain.isdigit() else plain
        if value != self.rows[index.row()].get(found.key, found.default):
            rows = [dict(one) for one in self.rows]
            rows[index.row()][found.key] = value
            self._give(rows)
        return True

    def headerData(  # noqa: N802 - Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = int(_SHOWN)
    ) -> Any:
        """The headings."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        found = self.column_of(self.index(0, section)) if self.rows else self._heading(section)
        if role == _SHOWN:
            return found.label if found else _about_word(self.setting)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return int(RIGHT if found and found.kind == "number" else LEFT)
        return None

    def _heading(self, section: int) -> TableColumn | None:
        place = section - (0 if self.free else 1)
        return self.setting.columns[place] if place >= 0 else None


def _about_word(setting: SettingField) -> str:
    words = {"schools": tr("School"), "entities": tr("Records")}
    return words.get(setting.rows, setting.label)


def _about(key: str, labels: dict[str, str], role: int) -> str | None:
    """What a row is about: its label, or its key where nothing is known of it."""
    if role == STATE_ROLE:
        return "" if key in labels else "muted"
    return labels.get(key, key) if role in (_SHOWN, Qt.ItemDataRole.AccessibleTextRole) else None


def _switch_data(value: Any, role: int) -> Any:
    if role == Qt.ItemDataRole.AccessibleTextRole:
        return tr("on") if value else tr("off")
    return (Qt.CheckState.Checked if value else Qt.CheckState.Unchecked) if role == _CHECK else None


def _cell_data(declared: TableColumn, value: Any, role: int) -> str | None:
    empty = value in ("", None)
    if role == STATE_ROLE:
        return "muted" if empty else ""
    if role == _SHOWN and empty:
        return tr("Choose …") if declared.choices else tr("Type …")
    return str(value) if role in (_SHOWN, _EDIT, Qt.ItemDataRole.AccessibleTextRole) else None


class _Cells(CellDelegate):
    """Edits a cell: a list of choices, or a line of text."""

    def createEditor(  # noqa: N802 - Qt's name
        self, parent: QWidget, option: QStyleOptionViewItem, index: ModelIndex
    ) -> QWidget:
        """The control for the cell, with its name."""
        model = index.model()
        found = model.column_of(index) if isinstance(model, SettingRows) else None
        editor = super().createEditor(parent, option, index)
        if found and found.choices:
            editor = choice = QComboBox(parent)
            choice.addItems(list(found.choices))
            choice.activated.connect(lambda _place: self.commitData.emit(choice))
        if found:
            editor.setAccessibleName(found.label)
        return editor

    def setEditorData(self, editor: QWidget, index: ModelIndex) -> None:  # noqa: N802 - Qt's name
        """Put the cell's value into the control."""
        if isinstance(editor, QComboBox):
            editor.setCurrentText(str(index.data(_EDIT) or ""))
            editor.showPopup()
        else:
            super().setEditorData(editor, index)

    def setModelData(  # noqa: N802 - Qt's name
        self, editor: QWidget, model: QAbstractItemModel, index: ModelIndex
    ) -> None:
        """Put the control's value into the cell."""
        if isinstance(editor, QComboBox):
            model.setData(index, editor.currentText(), _EDIT)
        else:
            super().setModelData(editor, model, index)


class _View(Table):
    """A click or a key changes a cell; space switches."""

    def __init__(self, model: SettingRows) -> None:
        kinds = [column.kind for column in model.setting.columns]
        widths = [*([] if model.free else [0]), *(_WIDTHS[kind] for kind in kinds)]
        super().__init__(model, model.setting.label, widths if 0 in widths else [0, *widths[1:]])
        self.setItemDelegate(_Cells(self))
        triggers = QAbstractItemView.EditTrigger
        self.setEditTriggers(triggers.DoubleClicked | triggers.EditKeyPressed | triggers.AnyKeyPressed)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectItems)
        self.clicked.connect(self._clicked)

    def _clicked(self, index: QModelIndex) -> None:
        if index.flags() & Qt.ItemFlag.ItemIsEditable:
            self.edit(index)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Space switches a switch."""
        index = self.currentIndex()
        if event.key() == Qt.Key.Key_Space and index.isValid() and index.flags() & Qt.ItemFlag.ItemIsUserCheckable:
            on = index.data(_CHECK) == Qt.CheckState.Checked
            self.model().setData(index, Qt.CheckState.Unchecked if on else Qt.CheckState.Checked, _CHECK)
            return
        super().keyPressEvent(event)

    def fit(self) -> None:
        """As high as its rows up to a maximum, from which on it scrolls."""
        self.fit_rows()
        rows, height = self.model().rowCount(), self.verticalHeader().defaultSectionSize()
        if rows > _MOST_SHOWN:
            self.setFixedHeight(self.height() - (rows - _MOST_SHOWN) * height)
            self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)


class SettingTable(QWidget):
    """The table with buttons for its rows; without rows, a sentence says why."""

    def __init__(self, setting: SettingField, take: Callable[[list[SettingCells]], object]) -> None:
        super().__init__()
        self.setting = setting
        self.model = SettingRows(setting, take, self)
        self.view = _View(self.model)
        self.empty = Label("", "muted")
        self.add_button = secondary(tr("Add a row"), self._add, symbol="plus")
        self.add_button.setAccessibleName(tr("Add a row: {label}", label=setting.label))
        self.delete_button = secondary(tr("Delete the row"), self._delete)
        self.delete_button.setAccessibleName(tr("Delete the row: {label}", label=setting.label))
        self.buttons = row(self.add_button, self.delete_button, 1)
        if not self.model.free:
            self.buttons.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_S)
        for part in (self.view, self.empty, self.buttons):
            layout.addWidget(part)
        self.view.selectionModel().currentChanged.connect(lambda *_where: self._enable())
        self.show_rows([], {})

    def show_rows(self, value: Sequence[SettingCells], labels: dict[str, str]) -> None:
        """Show a value; ``labels`` as in ``SettingRows.show_rows``."""
        place = self.view.currentIndex()
        self.model.show_rows(value, labels)
        if place.row() < self.model.rowCount():
            self.view.setCurrentIndex(self.model.index(place.row(), place.column()))
        there = bool(self.model.rows)
        self.view.setVisible(there)
        self.view.fit()
        self.empty.setText(_why_empty(self.setting.rows))
        self.empty.setVisible(not there)
        self._enable()

    def _add(self) -> None:
        self.model.add()
        self.view.setCurrentIndex(self.model.index(self.model.rowCount() - 1, 0))
        self.view.setFocus()

    def _delete(self) -> None:
        if self.view.currentIndex().isValid():
            self.model.delete(self.view.currentIndex().row())

    def _enable(self) -> None:
        self.delete_button.setEnabled(self.view.currentIndex().isValid())


def _why_empty(rows: str) -> str:
    if rows == "schools":
        return tr("The schools are not known yet. Open Schools, then come back.")
    return tr("There are no rows yet.")
