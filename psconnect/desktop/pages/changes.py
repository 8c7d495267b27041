"""The table of changes over its full width: a tick goes through; filters above it, a drawer that lies over it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from PySide6.QtCore import QModelIndex, Qt, QTimer
from PySide6.QtGui import QAction, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QSizePolicy

from psconnect.desktop.models.changes import CHECK_COLUMN, SCHOOL_COLUMN, ChangesModel
from psconnect.desktop.pages.change import ChangeDrawer
from psconnect.desktop.pages.changes_table import ChangesTable
from psconnect.desktop.pages.exclusions import ticked_in_words
from psconnect.desktop.text import action_word, counted, entity_label, number, tr
from psconnect.desktop.theme.tokens import SPACE_S
from psconnect.desktop.widgets.button import Button, link
from psconnect.desktop.widgets.card import Card, row, wide
from psconnect.desktop.widgets.label import ElidedLabel, Label
from psconnect.model.care import BY_CARE
from psconnect.model.review import ChangeQuery, ChangeRow
from psconnect.model.runs import ChangeCounts, Run
from psconnect.wording.records import record_kind

_TYPING_MS = 250
_ACTIONS = ("", "remove", "create", "update")
_FILTER_LEAST, _SCHOOL_LEAST = 110, 780
_MANY = 100_000
"""From so many changes on they are shown in the order of the plan at first: sorting a million takes seconds."""
LeftAlone = Mapping[tuple[str, str, str], int]
"""How many changes are left alone, per entity, action and reason."""


@dataclass(frozen=True)
class ReviewDeeds:
    """What can be done with changes: let one or all go through or not, ask why, open one in PowerSchool."""

    toggle: Callable[[str, int, bool], object]
    toggle_all: Callable[[ChangeQuery, bool], object]
    why: Callable[[str, int], object]
    open: Callable[[str, int], object]
    has_page: Callable[[str], bool]


class ChangesCard(Card):
    """All changes of one entity, filtered by text, school and action, sorted by a press on a heading."""

    def __init__(self, model: ChangesModel, deeds: ReviewDeeds) -> None:
        super().__init__("")
        self.setAccessibleName(tr("Changes"))
        self.model, self._deeds = model, deeds
        self._waits, self._place, self._scrolled = False, 0, 0
        self._run_id, self._entity, self._counts = "", "", {"": 0}
        self._along, self._narrow = 0, False
        self._all_counts: dict[str, dict[str, int]] = {}
        self._all_along: dict[str, int] = {}
        self._lay_out()
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(_TYPING_MS)
        self._add_actions()
        self._connect()

    def _lay_out(self) -> None:
        self.filter = QLineEdit()
        self.filter.setPlaceholderText(tr("Name, number, school"))
        self.filter.setAccessibleName(tr("Filter the changes by name, number or school"))
        self.filter.setMinimumWidth(_FILTER_LEAST)
        self.kinds, self.school = QComboBox(), QComboBox()
        self.kinds.setAccessibleName(tr("Kind of records"))
        self.school.setAccessibleName(tr("School"))
        self.kinds.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.kinds.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.school.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.school.setMinimumContentsLength(9)
        self.pills = {action: Button("", partial(self._toggle, action), look="pill") for action in _ACTIONS}
        for pill in self.pills.values():
            pill.setCheckable(True)
        self.add(row(wide(self.filter), self.kinds, self.school, *self.pills.values(), spacing=SPACE_S))
        self.all_box, self.sum = QCheckBox(), ElidedLabel("", "muted")
        self.all_box.setAccessibleName(tr("All that are shown go through"))
        self.exclude_all = link(tr("Exclude all shown"), partial(self._toggle_all, on=False))
        self.include_all = link(tr("Include all"), partial(self._toggle_all, on=True))
        self.bar = row(self.all_box, wide(self.sum), self.exclude_all, self.include_all, spacing=SPACE_S)
        self.add(self.bar)
        self.table = ChangesTable(self.model, self.open_drawer, self._key)
        self.add(self.table, 1)
        self.drawer = ChangeDrawer(
            self,
            self.bar,
            self.table,
            on_toggle=self._toggle_current,
            on_why=self._why,
            on_open=self._open_in_powerschool,
        )
        self.nothing = Label(tr("No change matches. Type less, or choose all schools and changes."), "muted")
        self.nothing.hide()
        self.add(self.nothing)
        self.body.addStretch(0)

    @property
    def entity(self) -> str:
        """The entity whose changes are listed, or an empty text."""
        return self._entity

    def leave(self) -> None:
        """The page is hidden: forget what was typed and chosen, and close the file."""
        self.filter.clear()
        self._typing.stop()
        self._place, self._scrolled, self._run_id = 0, 0, ""
        self.school.setCurrentIndex(0)
        self.drawer.hide()
        self._check("")
        self.model.close()

    def show_run(self, run: Run, left_alone: LeftAlone, *, fixed: bool) -> None:
        """Take a run and what it leaves alone; ``fixed`` where nothing can be excluded from it."""
        again = self._run_id == run.id
        self._run_id, self.model.fixed = run.id, fixed
        self._exclude_action.setVisible(not fixed)
        for widget in (self.all_box, self.exclude_all, self.include_all):
            widget.setVisible(not fixed)
        kinds = sorted({*run.changes, *(entity for entity, _action, _why in left_alone)}, key=_care)
        totals = {kind: _counts_of(run, left_alone, kind) for kind in kinds}
        self.kinds.blockSignals(True)  # noqa: FBT003 - Qt's signature
        chosen = self._entity if self._entity in kinds else ""
        self.kinds.clear()
        for kind in kinds:
            self.kinds.addItem(entity_label(kind), kind)
        if chosen:
            self.kinds.setCurrentIndex(kinds.index(chosen))
        self.kinds.blockSignals(False)  # noqa: FBT003 - Qt's signature
        self._all_counts = totals
        self._all_along = {
            kind: sum(
                count for (entity, _a, why), count in left_alone.items() if why == "goes-along" and entity != kind
            )
            for kind in kinds
        }
        if again and chosen:
            self._show_counts()
            self._scrolled = self.table.verticalScrollBar().value()
            self._place = max(0, self.table.currentIndex().row())
            self.model.reload()
        elif not kinds:
            self.model.close()
            self._arranged(0)

    def wait(self, *, on: bool) -> None:
        """Lock or unlock excluding and including."""
        self._waits = on
        for widget in (self.all_box, self.exclude_all, self.include_all, self.drawer.exclude_button):
            widget.setEnabled(not on)
        self._exclude_action.setEnabled(not on)

    def show_entity(self, entity: str, school: str | None = None) -> None:
        """List the changes of an entity; with a school's name, those of the school."""
        if entity != self._entity:
            self._place = self._scrolled = 0
            self.drawer.hide()
        self._entity = entity
        place = self.kinds.findData(entity)
        if place >= 0 and place != self.kinds.currentIndex():
            self.kinds.setCurrentIndex(place)
        self.model.name_records(record_kind(entity))
        self._show_counts()
        self._arrange(school)

    def _show_counts(self) -> None:
        self._counts = self._all_counts.get(self._entity, {"": 0})
        self._along = self._all_along.get(self._entity, 0)
        for action, pill in self.pills.items():
            word = action_word(action) if action else tr("All")
            told = tr("{action} {count}", action=word, count=number(self._counts.get(action, 0)))
            pill.setText(word if self._narrow else told)
            pill.setAccessibleName(tr("Show only: {what}", what=told) if action else told)
            pill.setVisible(bool(self._counts.get(action, 0)) or not action)
        if not any(pill.isChecked() and not pill.isHidden() for pill in self.pills.values()):
            self._check("")

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Let the column of schools go first where there is little room: the drawer has it, too."""
        super().resizeEvent(event)
        self.table.setColumnHidden(SCHOOL_COLUMN, self.width() < _SCHOOL_LEAST)

    def set_narrow(self, *, narrow: bool) -> None:
        """Show less beside the search where the page is narrow."""
        if narrow is not self._narrow:
            self._narrow = narrow
            self._show_counts()
            self._show_school()

    def _check(self, wanted: str) -> None:
        for action, pill in self.pills.items():
            pill.setChecked(action == wanted)

    def _toggle(self, action: str) -> None:
        self._check(action)
        self._arrange()

    def _arrange(self, school: str | None = None) -> None:
        self._typing.stop()
        before = self.model.wanted
        action = next((action for action, pill in self.pills.items() if pill.isChecked()), "")
        by_name = "title" if self._counts.get("", 0) < _MANY else "key"
        order, descending = (before.order, before.descending) if before else (by_name, False)
        chosen = school if school is not None else str(self.school.currentData() or "")
        wanted = ChangeQuery(self._entity, action, self.filter.text(), chosen, order, descending)
        if wanted != before:
            self._scrolled = self._place = 0
        self.model.arrange(self._run_id, wanted)

    def _arranged(self, total: int) -> None:
        self._fill_schools()
        going = total - self.model.left_alone
        fixed = counted(total, "1 change", "{count} changes") if self.model.fixed else ""
        self.sum.setText(fixed or ticked_in_words(going, total, self._along))
        state = Qt.CheckState.Checked if going == total else Qt.CheckState.PartiallyChecked
        self.all_box.setCheckState(state if going else Qt.CheckState.Unchecked)
        self.nothing.setVisible(not total)
        self.table.setVisible(bool(total))
        self.bar.setVisible(bool(total))
        self.body.setStretch(self.body.count() - 1, 0 if total else 1)
        if total:
            place = self.model.index(min(self._place, total - 1), 1)
            self.table.setCurrentIndex(place)
            self.table.verticalScrollBar().setValue(self._scrolled)
            if self.drawer.isVisibleTo(self):
                self.open_drawer(place.row())

    def _fill_schools(self) -> None:
        """The schools to choose from; the chosen one stays, also if it was chosen in the table of limits."""
        schools, wanted = self.model.schools, self.model.wanted
        chosen = wanted.school if wanted else ""
        self.school.blockSignals(True)  # noqa: FBT003 - Qt's signature
        self.school.clear()
        self.school.addItem(tr("All schools"), "")
        for school in [*schools, *([chosen] if chosen and chosen not in schools else [])]:
            self.school.addItem(" ".join(school.split()), school)
        self.school.setCurrentIndex(max(0, self.school.findData(chosen)))
        self._show_school()
        self.school.blockSignals(False)  # noqa: FBT003 - Qt's signature

    def _show_school(self) -> None:
        """In a narrow window the text finds schools, too; a school that is chosen stays in sight."""
        self.school.setVisible(self.school.count() > 2 and (not self._narrow or self.school.currentIndex() > 0))  # noqa: PLR2004 - all, and more than one

    def _connect(self) -> None:
        self._typing.timeout.connect(self._arrange)
        self.filter.textChanged.connect(lambda _text: self._typing.start())
        self.filter.returnPressed.connect(self._arrange)
        self.kinds.activated.connect(lambda place: self.show_entity(self.kinds.itemData(place), ""))
        self.school.activated.connect(lambda _place: self._arrange())
        self.all_box.clicked.connect(lambda _checked: self._toggle_all(on=self.model.left_alone > 0))
        self.model.arranged.connect(self._arranged)
        self.model.toggled.connect(lambda key, on: self._deeds.toggle(self._entity, key, on))
        self.table.clicked.connect(self._clicked)
        self.table.selectionModel().currentRowChanged.connect(self._row_changed)

    def _add_actions(self) -> None:
        """The table's menu, and its keys."""
        self._exclude_action = QAction(tr("Exclude or include"), self.table)
        self._exclude_action.setShortcuts([QKeySequence(Qt.Key.Key_Delete), QKeySequence(Qt.Key.Key_Backspace)])
        self._exclude_action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        self._exclude_action.triggered.connect(lambda _checked=False: self.toggle_selected())
        why = QAction(tr("Why?"), self.table)
        why.triggered.connect(lambda _checked=False: self._why())
        self.table.addActions([self._exclude_action, why])
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)

    def toggle_selected(self) -> None:
        """Take the ticks of the selected rows, or set them again where none of these has one."""
        if self.model.fixed or self._waits:
            return
        places = sorted(index.row() for index in self.table.selectionModel().selectedRows())
        rows = [found for found in map(self.model.row, places) if found]
        self.model.tick(places, on=not any(map(self.model.goes, rows)))

    def _key(self, key: int) -> bool:
        """Space sets or takes ticks, Esc closes the drawer; whether the key was used."""
        if key == Qt.Key.Key_Space:
            self.toggle_selected()
        elif key == Qt.Key.Key_Escape and self.drawer.isVisible():
            self.drawer.shut()
        else:
            return False
        return True

    def _toggle_current(self) -> None:
        found = self._current()
        if found and not self._waits:
            self.model.tick([self.table.currentIndex().row()], on=not self.model.goes(found))

    def _toggle_all(self, *, on: bool) -> None:
        wanted = self.model.wanted
        if wanted and not self._waits:
            self._deeds.toggle_all(replace(wanted), on)

    def _current(self) -> ChangeRow | None:
        return self.model.row(self.table.currentIndex().row())

    def _clicked(self, index: QModelIndex) -> None:
        if index.column() != CHECK_COLUMN:
            self.open_drawer(index.row())

    def open_drawer(self, place: int) -> None:
        """Show the change of a row in the drawer."""
        found = self.model.row(place)
        if found:
            self.drawer.show_change(found, fixed=self.model.fixed, linked=self._deeds.has_page(found.entity))

    def _row_changed(self, current: QModelIndex, _before: QModelIndex) -> None:
        if current.isValid() and self.drawer.isVisibleTo(self):
            self.open_drawer(current.row())

    def _why(self) -> None:
        found = self._current()
        if found:
            self._deeds.why(found.entity, found.key)

    def _open_in_powerschool(self) -> None:
        found = self._current()
        if found:
            self._deeds.open(found.entity, found.key)


def _care(entity: str) -> tuple[int, str]:
    return (BY_CARE.index(entity) if entity in BY_CARE else len(BY_CARE), entity)


def _counts_of(run: Run, left_alone: LeftAlone, entity: str) -> dict[str, int]:
    """How many changes of an entity there are by action, those that are left alone included; and altogether."""
    planned = run.changes.get(entity, ChangeCounts())
    found = {"create": planned.create, "update": planned.update, "remove": planned.remove}
    for (kind, action, _why), count in left_alone.items():
        if kind == entity:
            found[action] += count
    return {**found, "": sum(found.values())}
