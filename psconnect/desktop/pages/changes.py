"""The table of changes with its filter, and beside it the current change, attribute by attribute."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QModelIndex, Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from psconnect.desktop.models.changes import ChangesModel
from psconnect.desktop.text import action_word, counted, entity_label, number, tr
from psconnect.desktop.theme.tokens import SPACE_M
from psconnect.desktop.widgets.button import Button
from psconnect.desktop.widgets.card import Card, column, row, wide
from psconnect.desktop.widgets.label import ElidedLabel, Label
from psconnect.desktop.widgets.table import Cell, RowsModel, Table
from psconnect.service import Limit
from psconnect.store.review import ChangeRow, Wanted

_TYPING_MS = 250
_ACTIONS = ("create", "update", "remove")
_FILTER_LEAST, _FILTER_WIDTH, _DETAIL_WIDTH, _ALL_COLUMNS_WIDTH = 96, 240, 310, 1_080
_WHAT_COLUMN = 4


class ChangesCard(Card):
    """All changes of one entity, filtered by text and action, sorted by a press on a heading."""

    def __init__(self, model: ChangesModel, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.setAccessibleName(tr("Changes"))
        self.model = model
        self._run_id, self._entity = "", ""
        self.filter = QLineEdit()
        self.filter.setPlaceholderText(tr("Filter by name, number, school"))
        self.filter.setAccessibleName(tr("Filter the changes by name, number or school"))
        self.filter.setMinimumWidth(_FILTER_LEAST)
        self.filter.setMaximumWidth(_FILTER_WIDTH)
        self.pills = {action: Button("", partial(self._toggle, action), look="pill") for action in _ACTIONS}
        self.total = Label("", "muted", wrap=False)
        self.total.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.total.setProperty("wide", True)  # noqa: FBT003 - Qt's signature
        for pill in self.pills.values():
            pill.setCheckable(True)
        self.add(row(wide(self.filter), *self.pills.values(), self.total))
        self.table = Table(model, tr("Changes"), [0, 84, 150, 84, 220])
        self.table.setSortingEnabled(True)
        self.table.horizontalHeader().setSortIndicatorShown(False)
        self.detail = _Detail()
        middle = QHBoxLayout()
        middle.setSpacing(SPACE_M)
        middle.addWidget(self.table, 1)
        middle.addWidget(self.detail)
        self.body.addLayout(middle, 1)
        self.nothing = Label(tr("No change matches. Type less, or switch the kind of change off."), "muted")
        self.nothing.hide()
        self.add(self.nothing)
        self.body.addStretch(0)
        self._middle = middle
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(_TYPING_MS)
        self._typing.timeout.connect(self._arrange)
        self.filter.textChanged.connect(lambda _text: self._typing.start())
        self.filter.returnPressed.connect(self._arrange)
        model.arranged.connect(self._arranged)
        self.table.selectionModel().currentRowChanged.connect(self._row_changed)

    def show_entity(self, run_id: str, entity: str, limit: Limit) -> None:
        """List the changes of an entity of a run."""
        self._run_id, self._entity = run_id, entity
        counts = {"create": limit.changes.create, "update": limit.changes.update, "remove": limit.changes.remove}
        for action, pill in self.pills.items():
            pill.setText(tr("{action} {count}", action=action_word(action), count=number(counts[action])))
            pill.setAccessibleName(tr("Show only: {what}", what=pill.text()))
            pill.setChecked(False)
            pill.setEnabled(bool(counts[action]))
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """What changes stands in the table where there is room for it; beside it, it always does."""
        super().resizeEvent(event)
        self.table.setColumnHidden(_WHAT_COLUMN, self.width() < _ALL_COLUMNS_WIDTH)

    def _toggle(self, action: str) -> None:
        for other, pill in self.pills.items():
            if other != action:
                pill.setChecked(False)
        self._arrange()

    def _arrange(self) -> None:
        self._typing.stop()
        before = self.model.wanted
        action = next((action for action, pill in self.pills.items() if pill.isChecked()), "")
        order, descending = (before.order, before.descending) if before else ("key", False)
        self.model.arrange(self._run_id, Wanted(self._entity, action, self.filter.text(), order, descending))

    def _arranged(self, total: int) -> None:
        self.total.setText(counted(total, "1 change", "{count} changes"))
        self.total.setToolTip(entity_label(self._entity))
        self.nothing.setVisible(not total)
        self.table.setVisible(bool(total))
        self.body.setStretchFactor(self._middle, 1 if total else 0)
        self.body.setStretch(self.body.count() - 1, 0 if total else 1)
        if total:
            self.table.selectRow(0)
        else:
            self.detail.show_change(None)

    def _row_changed(self, current: QModelIndex, _before: QModelIndex) -> None:
        self.detail.show_change(self.model.row(current.row()) if current.isValid() else None)


class _Detail(QWidget):
    """One change: each attribute before and after."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedWidth(_DETAIL_WIDTH)
        self._title, self._what = ElidedLabel("", "strong"), Label("", "help")
        self._model = RowsModel([tr("Attribute"), tr("Before"), tr("After")], parent=self)
        self.table = Table(self._model, tr("The current change, attribute by attribute"), [118, 0, 0])
        self.table.verticalHeader().setDefaultSectionSize(28)
        layout = column(self._title, self._what, spacing=2)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(column(layout, self.table))

    def show_change(self, change: ChangeRow | None) -> None:
        """Show a change, or nothing."""
        self.setVisible(change is not None)
        if change is None:
            return
        self._title.setText(" ".join(change.title.split()))
        kind = entity_label(change.entity)
        self._what.setText(tr("{action}, {kind}", action=action_word(change.action), kind=kind.lower()))
        self._model.show_rows([_value_row(*value) for value in change.values])


def _value_row(name: str, before: str | None, after: str | None) -> list[Cell]:
    return [
        Cell(name),
        Cell(_shown(before), state="bad" if before else "muted"),
        Cell(_shown(after), state="good" if after else "muted"),
    ]


def _shown(value: str | None) -> str:
    return tr("none") if not value else " ".join(value.split())
