"""The table of changes with its filter, and beside it the current change, attribute by attribute."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QModelIndex, Qt, QTimer
from PySide6.QtGui import QAction, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QLineEdit, QWidget

from psconnect.desktop.models.changes import ChangesModel
from psconnect.desktop.pages.change import ChangeDetail
from psconnect.desktop.pages.exclusions import AsidePane
from psconnect.desktop.text import action_word, counted, entity_label, number, tr
from psconnect.desktop.theme.tokens import SPACE_M, SPACE_S
from psconnect.desktop.widgets.button import Button
from psconnect.desktop.widgets.card import Card, row, wide
from psconnect.desktop.widgets.label import Label
from psconnect.desktop.widgets.table import Table
from psconnect.model.review import ChangeQuery
from psconnect.model.runs import Run
from psconnect.service import Limit, SetAside

_TYPING_MS = 250
_MOST_AT_ONCE = 1_000
_ACTIONS = ("create", "update", "remove")
_FILTER_LEAST, _FILTER_WIDTH, _ALL_COLUMNS_WIDTH = 96, 240, 1_080
_TOTAL_WIDTH, _LEAST_HEIGHT = 640, 130
_WHAT_COLUMN = 4


@dataclass(frozen=True)
class ReviewDeeds:
    """What can be done with changes: exclude those of an entity, include some again, ask why there is one."""

    exclude: Callable[[str, Collection[int]], object]
    include: Callable[[list[SetAside]], object]
    why: Callable[[str, int], object]


class ChangesCard(Card):
    """All changes of one entity, filtered by text and action, sorted by a press on a heading.

    What the run leaves alone is shown in their place when a person asks for it.
    """

    def __init__(self, model: ChangesModel, deeds: ReviewDeeds, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.setAccessibleName(tr("Changes"))
        self.model, self._deeds = model, deeds
        self._fixed, self._waits, self._place = False, False, 0
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
        self.aside_pill = Button("", self._aside_pressed, look="pill")
        for pill in (*self.pills.values(), self.aside_pill):
            pill.setCheckable(True)
        self.add(row(wide(self.filter), *self.pills.values(), self.aside_pill, self.total, spacing=SPACE_S))
        self.table = Table(model, tr("Changes"), [0, 84, 150, 84, 220])
        self.table.setSortingEnabled(True)
        self.table.horizontalHeader().setSortIndicatorShown(False)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.table.setMinimumHeight(_LEAST_HEIGHT)
        self.detail = ChangeDetail(self._exclude, self._why)
        self.aside = AsidePane(deeds.include)
        self.aside.hide()
        self._add_actions()
        self._middle = QHBoxLayout()
        self._middle.setSpacing(SPACE_M)
        self._middle.addWidget(self.table, 1)
        self._middle.addWidget(self.detail)
        self.body.addLayout(self._middle, 1)
        self.body.addWidget(self.aside, 1)
        self.nothing = Label(tr("No change matches. Type less, or switch the kind of change off."), "muted")
        self.nothing.hide()
        self.add(self.nothing)
        self.body.addStretch(0)
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(_TYPING_MS)
        self._connect()

    @property
    def entity(self) -> str:
        """The entity whose changes are listed, or an empty text."""
        return self._entity

    def leave(self) -> None:
        """The page is hidden: forget what was typed and chosen, and close the file."""
        self.filter.clear()
        self._typing.stop()
        self._place = 0
        for pill in (*self.pills.values(), self.aside_pill):
            pill.setChecked(False)
        self.model.close()

    def show_run(self, run: Run, left_alone: list[SetAside], *, fixed: bool) -> None:
        """Take a run and what it leaves alone; ``fixed`` where nothing can be excluded from it."""
        self._fixed = fixed
        self.detail.exclude_button.setVisible(not fixed)
        self._exclude_action.setVisible(not fixed)
        self.aside.show_records(left_alone, run.set_aside, fixed=fixed)
        count = sum(run.set_aside.values())
        self.aside_pill.setText(tr("Left alone {count}", count=number(count)))
        self.aside_pill.setAccessibleName(tr("Show what is left alone: {count}", count=number(count)))
        self.aside_pill.setVisible(bool(count))
        self._fit_total()
        nothing_else = bool(count) and not run.changes
        self.aside_pill.setChecked((self.aside_pill.isChecked() and bool(count)) or nothing_else)
        self._show_aside()
        if self._run_id == run.id:
            self._place = max(0, self.table.currentIndex().row())
            self.model.reload()
        if not run.changes:
            self.model.close()
            self._arranged(0)

    def wait(self, *, on: bool) -> None:
        """Lock or unlock excluding and including."""
        self._waits = on
        self.aside.setEnabled(not on)
        self._selected()

    def show_entity(self, run_id: str, entity: str, limit: Limit, text: str | None = None) -> None:
        """List the changes of an entity of a run; with a text, those that it is found in."""
        if (run_id, entity) != (self._run_id, self._entity) or text is not None:
            self._place = 0
        self._run_id, self._entity = run_id, entity
        if text is not None:
            self.filter.setText(text)
        counts = {"create": limit.changes.create, "update": limit.changes.update, "remove": limit.changes.remove}
        for action, pill in self.pills.items():
            pill.setText(tr("{action} {count}", action=action_word(action), count=number(counts[action])))
            pill.setAccessibleName(tr("Show only: {what}", what=pill.text()))
            pill.setChecked(pill.isChecked() and bool(counts[action]))
            pill.setEnabled(bool(counts[action]))
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Show changed values in the table only where there is room; the detail pane always has them."""
        super().resizeEvent(event)
        self.table.setColumnHidden(_WHAT_COLUMN, self.width() < _ALL_COLUMNS_WIDTH)
        self._fit_total()

    def _aside_pressed(self) -> None:
        """Switch to the records left alone and back; no other pill filters them."""
        for pill in self.pills.values():
            pill.setChecked(False)
        self._arrange()
        self._show_aside()
        (self.aside.table if self.aside_pill.isChecked() else self.table).setFocus()

    def _fit_total(self) -> None:
        """Hide the number of changes in a narrow window, where the pills need the room."""
        self.total.setVisible(self.aside_pill.isHidden() or self.width() >= _TOTAL_WIDTH)

    def _to_changes(self) -> None:
        if self.aside_pill.isChecked():
            self.aside_pill.setChecked(False)
            self._show_aside()

    def _toggle(self, action: str) -> None:
        self._to_changes()
        for other, pill in self.pills.items():
            if other != action:
                pill.setChecked(False)
        self._arrange()

    def _arrange(self) -> None:
        self._typing.stop()
        before = self.model.wanted
        action = next((action for action, pill in self.pills.items() if pill.isChecked()), "")
        order, descending = (before.order, before.descending) if before else ("key", False)
        self.model.arrange(self._run_id, ChangeQuery(self._entity, action, self.filter.text(), order, descending))

    def _arranged(self, total: int) -> None:
        aside = self.aside_pill.isChecked()
        self.total.setText("" if aside else counted(total, "1 change", "{count} changes"))
        self.total.setToolTip(entity_label(self._entity))
        self.nothing.setVisible(not total and not aside)
        self.table.setVisible(bool(total) and not aside)
        self.body.setStretchFactor(self._middle, 1 if total and not aside else 0)
        self.body.setStretch(self.body.count() - 1, 0 if total or aside else 1)
        self.detail.setVisible(bool(total) and not aside)
        if total and not aside:
            self.table.selectRow(min(self._place, total - 1))

    def _show_aside(self) -> None:
        """Show what is left alone in place of the changes, or these again."""
        self.aside.setVisible(self.aside_pill.isChecked())
        self._arranged(self.model.rowCount())

    def _connect(self) -> None:
        self._typing.timeout.connect(self._arrange)
        self.filter.textChanged.connect(lambda _text: self._typing.start())
        self.filter.textEdited.connect(lambda _text: self._to_changes())
        self.filter.returnPressed.connect(self._arrange)
        self.model.arranged.connect(self._arranged)
        selection = self.table.selectionModel()
        selection.currentRowChanged.connect(self._row_changed)
        selection.selectionChanged.connect(lambda _new, _old: self._selected())

    def _add_actions(self) -> None:
        """The table's menu, and its keys."""
        self._exclude_action = QAction(tr("Exclude from this run"), self.table)
        self._exclude_action.setShortcuts([QKeySequence(Qt.Key.Key_Delete), QKeySequence(Qt.Key.Key_Backspace)])
        self._exclude_action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        self._exclude_action.triggered.connect(lambda _checked=False: self._exclude())
        why = QAction(tr("Why?"), self.table)
        why.triggered.connect(lambda _checked=False: self._why())
        self.table.addActions([self._exclude_action, why])
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)

    def _count_selected(self) -> int:
        ranges = self.table.selectionModel().selection()
        return sum(ranges.at(place).height() for place in range(ranges.count()))

    def _selected(self) -> None:
        count = self._count_selected()
        self.detail.show_selected(count, most=_MOST_AT_ONCE)
        self._exclude_action.setEnabled(0 < count <= _MOST_AT_ONCE and not self._waits)
        if self._waits:
            self.detail.exclude_button.setEnabled(False)

    def _exclude(self) -> None:
        if self._fixed or self._waits or not 0 < self._count_selected() <= _MOST_AT_ONCE:
            return
        places = sorted(index.row() for index in self.table.selectionModel().selectedRows())
        keys = [change.key for change in map(self.model.row, places) if change]
        self.table.setCurrentIndex(self.model.index(places[0], 0))
        self._deeds.exclude(self._entity, keys)

    def _why(self) -> None:
        change = self.model.row(self.table.currentIndex().row())
        if change:
            self._deeds.why(change.entity, change.key)

    def _row_changed(self, current: QModelIndex, _before: QModelIndex) -> None:
        self.detail.show_change(self.model.row(current.row()) if current.isValid() else None)
