"""A run's changes as a table over SQL: rows are fetched in blocks when they come into view, filter and order in SQL."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from psconnect.desktop.bridge import Bridge
from psconnect.desktop.models.blocks import RowBlocks
from psconnect.desktop.text import action_word, tr
from psconnect.desktop.widgets.table import Cell, cell_data, header_data
from psconnect.model.problems import root_rule
from psconnect.model.review import ChangeQuery, ChangeRow
from psconnect.service import Arrangement, Service
from psconnect.wording.attributes import attribute_word
from psconnect.wording.rules import rule_of
from psconnect.wording.runs import aside_word

CHECK_COLUMN, TITLE_COLUMN, NUMBER_COLUMN, ACTION_COLUMN, BECAUSE_COLUMN, SCHOOL_COLUMN = range(6)
"""The columns."""
_ORDERS = {TITLE_COLUMN: "title", NUMBER_COLUMN: "number", ACTION_COLUMN: "action", SCHOOL_COLUMN: "school"}
_SIGNS = {"create": "+", "update": "~", "remove": "−"}
_COLOURS = {"create": "good", "remove": "bad", "update": ""}
CHOSEN = "chosen"
_MOST_ATTRIBUTES = 3
_NO_INDEX = QModelIndex()
_DISPLAY = int(Qt.ItemDataRole.DisplayRole)


class ChangesModel(QAbstractTableModel):
    """Changes of one entity of one run, with a tick for each that goes through.

    ``arranged`` tells the number of rows, ``failed`` a PsconnectError, ``toggled`` a row's key and whether it is to go
    through; the tick moves at once, and the plan follows.
    """

    arranged = Signal(int)
    failed = Signal(object)
    toggled = Signal(object, bool)

    def __init__(self, service: Service, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._service, self._bridge = service, bridge
        self._headers = ["", tr("Record"), tr("Number"), tr("Change"), tr("Because"), tr("School")]
        self._ticks: dict[int, bool] = {}
        self.fixed = False
        self._run_id = ""
        self._wanted: ChangeQuery | None = None
        self._arrangement: Arrangement | None = None
        self._blocks: RowBlocks[ChangeRow] = RowBlocks(self.failed.emit)

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
        return self._blocks.row(place, self._arrangement.page)

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _NO_INDEX) -> int:  # noqa: N802 - Qt's name
        """How many changes there are."""
        return 0 if parent.isValid() or self._arrangement is None else self._arrangement.total

    def columnCount(self, parent: QModelIndex | QPersistentModelIndex = _NO_INDEX) -> int:  # noqa: N802 - Qt's name
        """How many columns there are."""
        return 0 if parent.isValid() else len(self._headers)

    def flags(self, index: QModelIndex | QPersistentModelIndex) -> Qt.ItemFlag:
        """A tick can be set where a person may decide: not for what goes along with another record."""
        found = super().flags(index)
        change = self.row(index.row()) if index.column() == CHECK_COLUMN else None
        if change and not self.fixed and change.aside in ("", CHOSEN):
            found |= Qt.ItemFlag.ItemIsUserCheckable
        return found

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = _DISPLAY) -> Any:
        """What a cell shows."""
        change = self.row(index.row())
        if change is None:
            return None
        if index.column() != CHECK_COLUMN:
            return cell_data(_cell(change, index.column(), goes=self.goes(change)), role)
        if role == Qt.ItemDataRole.CheckStateRole:
            return int((Qt.CheckState.Checked if self.goes(change) else Qt.CheckState.Unchecked).value)
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            return tr("goes through") if self.goes(change) else aside_word(change.aside or CHOSEN)
        return None

    def setData(  # noqa: N802 - Qt's name
        self, index: QModelIndex | QPersistentModelIndex, value: Any, role: int = int(Qt.ItemDataRole.EditRole)
    ) -> bool:
        """Set or take a tick."""
        change = self.row(index.row())
        if role != Qt.ItemDataRole.CheckStateRole or change is None or index.column() != CHECK_COLUMN or self.fixed:
            return False
        self.tick([index.row()], on=int(getattr(value, "value", value)) == int(Qt.CheckState.Checked.value))
        return True

    def goes(self, change: ChangeRow) -> bool:
        """Whether a change goes through, as its tick says."""
        return self._ticks.get(change.key, not change.aside)

    def tick(self, places: list[int], *, on: bool) -> None:
        """Set or take the ticks of rows, where a person may; each is told."""
        for place in places:
            change = self.row(place)
            if change and change.aside in ("", CHOSEN) and self.goes(change) is not on:
                self._ticks[change.key] = on
                self.dataChanged.emit(self.index(place, 0), self.index(place, SCHOOL_COLUMN))
                self.toggled.emit(change.key, on)

    def name_records(self, heading: str) -> None:
        """Head the column of records by what they are."""
        self._headers[TITLE_COLUMN] = heading
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, TITLE_COLUMN, TITLE_COLUMN)

    @property
    def schools(self) -> list[str]:
        """Names of the schools that can be filtered by."""
        return self._arrangement.schools if self._arrangement else []

    @property
    def left_alone(self) -> int:
        """How many of the rows do not go through."""
        return self._arrangement.aside if self._arrangement else 0

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY) -> Any:  # noqa: N802 - Qt's
        """A column's heading."""
        return header_data(self._headers, frozenset(), section, orientation, role)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Order by a column, in SQL; the last column has no order."""
        if self._wanted is None or column not in _ORDERS:
            return
        descending = order == Qt.SortOrder.DescendingOrder
        self.arrange(self._run_id, replace(self._wanted, order=_ORDERS[column], descending=descending))

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
        self._ticks.clear()
        self.endResetModel()
        if before:
            before.close()


def _cell(change: ChangeRow, column: int, *, goes: bool) -> Cell:
    quiet = "" if goes else "muted"
    if column == TITLE_COLUMN:
        return Cell(_one_line(change.title), state=quiet)
    if column == NUMBER_COLUMN:
        return Cell(change.number, state=quiet)
    if column == SCHOOL_COLUMN:
        return Cell(_one_line(change.school), state=quiet)
    if column == BECAUSE_COLUMN:
        return Cell(_one_line(because(change)), state="muted", tip=why(change))
    if not goes:
        return Cell(tr("Excluded"), state="muted", strong=True)
    words = tr("{sign} {action}", sign=_SIGNS[change.action], action=action_word(change.action))
    return Cell(words, state=_COLOURS[change.action], strong=True)


def because(change: ChangeRow) -> str:
    """Why a record changes, in a few words: the rule of a removal, the attributes of an update."""
    if change.aside:
        told = aside_word(change.aside)
        return told[:1].upper() + told[1:]
    if change.found_by:
        return tr("Already there: {how}", how=change.found_by)
    if change.action == "update":
        names = [attribute_word(change.entity, name) for name, *_values in change.values]
        told = ", ".join([*names[:_MOST_ATTRIBUTES], *(["…"] if len(names) > _MOST_ATTRIBUTES else [])])
        return told[:1].upper() + told[1:]
    if change.action == "create":
        return tr("New")
    return rule_of(root_rule(change.rule)).title if change.rule else ""


def why(change: ChangeRow) -> str:
    """The whole reason of a removal, as a sentence; empty where there is none."""
    return rule_of(change.rule).sentence if change.rule and not change.aside else ""


def _one_line(text: str) -> str:
    """A value as a table shows it: a line break or tab in a name must not break the row."""
    return " ".join(text.split())
