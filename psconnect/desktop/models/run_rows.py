"""A connection's runs as a table over SQL, with a box to tick in the first column; of three ticks, the oldest goes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QIcon

from psconnect.desktop.models.blocks import RowBlocks
from psconnect.desktop.text import action_word, duration, number, tr
from psconnect.desktop.theme.apply import tokens_in_use
from psconnect.desktop.theme.icons import icon
from psconnect.desktop.widgets.chip import run_colour
from psconnect.desktop.widgets.table import Cell, cell_data, header_data
from psconnect.model.run_history import RecordChange
from psconnect.model.runs import APPLIED, Run
from psconnect.model.shown_text import shown
from psconnect.service import RunList
from psconnect.wording.catalogue import counted
from psconnect.wording.history import effect_spoken, effect_word, history_state, run_tip, starter_word
from psconnect.wording.times import column_moment

STARTED, STATE, CHANGES, FOUND, TOOK = range(5)
"""The columns."""
PARTS_ROLE = int(Qt.ItemDataRole.UserRole) + 20
"""A cell's parts, each with its colour; the cell is drawn from them instead of from its text."""
RunRow = tuple[Run, Sequence[RecordChange]]
_MOST_TICKED = 2
_CHECK, _DISPLAY = int(Qt.ItemDataRole.CheckStateRole), int(Qt.ItemDataRole.DisplayRole)
_NO_INDEX = QModelIndex()
_SYMBOLS = {
    **dict.fromkeys(APPLIED, "check"),
    **dict.fromkeys(("failed", "cancelled"), "cross"),
    **dict.fromkeys(("held", "interrupted"), "warning"),
    **dict.fromkeys(("queued", "reading", "shaping", "planning", "applying"), "refresh"),
    "previewed": "eye",
}


@dataclass(frozen=True)
class Part:
    """A piece of a cell: its text, its colour (a token's name), and whether it is bold."""

    text: str
    colour: str = "text"
    strong: bool = False


class RunsModel(QAbstractTableModel):
    """The runs of one list at a time; ``failed`` tells a PsconnectError, ``on_ticks`` is called at each tick."""

    failed = Signal(object)
    on_ticks: Callable[[], object] = staticmethod(lambda: None)

    def __init__(self, now: Callable[[], datetime], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._now = now
        self._headers = [tr("Started"), tr("State"), tr("Changes"), tr("Findings"), tr("Took")]
        self.runs: RunList | None = None
        self.ticked: tuple[str, ...] = ()
        self._blocks: RowBlocks[RunRow] = RowBlocks(self.failed.emit)
        self._icons: dict[tuple[str, str], QIcon] = {}

    def show_list(self, found: RunList, first: Sequence[RunRow] = ()) -> None:
        """Show these runs; ``first`` are the rows of the first block, if they were read already. Ticks stay."""
        self.beginResetModel()
        self.runs = found
        self._blocks.clear()
        if first:
            self._blocks.row(0, lambda _offset, _limit: first)
        self.endResetModel()

    def run(self, place: int) -> Run | None:
        """The run in a row; None where there is none."""
        row = self._row(place)
        return row[0] if row else None

    def untick(self) -> None:
        """Take all ticks away."""
        self._set_ticks(())

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _NO_INDEX) -> int:  # noqa: N802 - Qt's name
        """How many runs there are."""
        return 0 if parent.isValid() or self.runs is None else self.runs.total

    def columnCount(self, parent: QModelIndex | QPersistentModelIndex = _NO_INDEX) -> int:  # noqa: N802 - Qt's name
        """How many columns there are."""
        return 0 if parent.isValid() else len(self._headers)

    def flags(self, index: QModelIndex | QPersistentModelIndex) -> Qt.ItemFlag:
        """The first column can be ticked."""
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsUserCheckable if index.column() == STARTED else flags

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY) -> Any:  # noqa: N802 - Qt's
        """A column's heading."""
        return header_data(self._headers, frozenset({CHANGES, FOUND, TOOK}), section, orientation, role)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = _DISPLAY) -> Any:
        """What a cell shows."""
        row = self._row(index.row())
        if row is None:
            return None
        run, changed = row
        column = index.column()
        if int(role) == _CHECK:
            return _checked(on=run.id in self.ticked) if column == STARTED else None
        if int(role) == PARTS_ROLE:
            return self._parts(run, changed, column)
        if role == Qt.ItemDataRole.DecorationRole:
            return self._icon(_symbol(run), _colour(run)) if column == STATE else None
        return cell_data(self._cell(run, changed, column), role)

    def setData(  # noqa: N802 - Qt's name
        self, index: QModelIndex | QPersistentModelIndex, value: Any, role: int = int(Qt.ItemDataRole.EditRole)
    ) -> bool:
        """Tick a run, or take its tick away."""
        run = self.run(index.row())
        if int(role) != _CHECK or index.column() != STARTED or run is None:
            return False
        others = tuple(one for one in self.ticked if one != run.id)
        on = int(getattr(value, "value", value)) == int(Qt.CheckState.Checked.value)
        self._set_ticks((*others[-(_MOST_TICKED - 1) :], run.id) if on else others)
        return True

    def _set_ticks(self, ticked: tuple[str, ...]) -> None:
        self.ticked = ticked
        if self.rowCount():
            self.dataChanged.emit(self.index(0, STARTED), self.index(self.rowCount() - 1, STARTED))
        self.on_ticks()

    def _row(self, place: int) -> RunRow | None:
        if self.runs is None or not 0 <= place < self.runs.total:
            return None
        return self._blocks.row(place, self.runs.page)

    def _cell(self, run: Run, changed: Sequence[RecordChange], column: int) -> Cell:
        if column == STARTED:
            return Cell(" ".join(part.text for part in self._started(run)), tip=run_tip(run))
        if column == STATE:
            return Cell(history_state(run), state=_colour(run), strong=True, tip=run_tip(run))
        if column == CHANGES:
            told = [_changed(one) for one in changed]
            return Cell(", ".join(told) if told else effect_spoken(run), right=True, tip="\n".join(told))
        if column == FOUND:
            return Cell(number(sum(run.problems.values())) if run.planned else "", right=True)
        return Cell(duration(run.took.total_seconds()) if run.took is not None else "", right=True)

    def _parts(self, run: Run, changed: Sequence[RecordChange], column: int) -> list[Part] | None:
        if column == STARTED:
            return self._started(run)
        if column != CHANGES:
            return None
        if changed:
            text = _changed(changed[0]) if len(changed) == 1 else counted(len(changed), "1 record", "{count} records")
            return [Part(text)]
        if effect_word(run):
            return [Part(effect_word(run), "muted")]
        counts = run.all_changes
        return [
            _figure("+", counts.create, "good", strong=True),
            _figure("~", counts.update, "muted", strong=False),
            _figure("−", counts.remove, "bad", strong=True),
        ]

    def _started(self, run: Run) -> list[Part]:
        ticked = run.id in self.ticked
        return [Part(column_moment(run.started, self._now()), strong=ticked), Part(starter_word(run), "muted")]

    def _icon(self, symbol: str, colour: str) -> QIcon:
        key = (symbol, getattr(tokens_in_use(), colour))
        if key not in self._icons:
            self._icons[key] = icon(*key)
        return self._icons[key]


def _figure(sign: str, count: int, colour: str, *, strong: bool) -> Part:
    return Part(f"{sign}{number(count)}" if count else "", colour, strong)


def _checked(*, on: bool) -> int:
    return int((Qt.CheckState.Checked if on else Qt.CheckState.Unchecked).value)


def _symbol(run: Run) -> str:
    return "warning" if _approved(run) else _SYMBOLS.get(run.state, "minus")


def _approved(run: Run) -> bool:
    return run.state in APPLIED and bool(run.holds)


def _colour(run: Run) -> str:
    """An approved run keeps the colour of what it was held for."""
    return "warning" if _approved(run) else run_colour(run) or "muted"


def _changed(one: RecordChange) -> str:
    title = " ".join(shown(one.title).split())
    return tr("{record}: {action}", record=title, action=action_word(one.action).lower())
