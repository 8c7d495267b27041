"""A list of what a search found: the name, and below it in small letters what it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from psconnect.desktop.theme.apply import tokens_in_use
from psconnect.desktop.theme.tokens import SMALL, SPACE_M, SPACE_S
from psconnect.desktop.widgets.label import plain_tip
from psconnect.desktop.widgets.table import ModelIndex

_NO_INDEX = QModelIndex()
_DISPLAY = int(Qt.ItemDataRole.DisplayRole)
_BELOW = int(Qt.ItemDataRole.UserRole) + 1
_TITLE_HEIGHT, _LINE_HEIGHT = 20, 17


@dataclass(frozen=True)
class MatchEntry:
    """A line of the list: ``title``, and ``below`` what tells it from others of that name."""

    title: str
    below: str


class MatchList(QListView):
    """Calls ``on_choose`` with the place of the current entry whenever it changes."""

    def __init__(self, name: str, on_choose: Callable[[int], object], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entries = _Entries(self)
        self._on_choose = on_choose
        self.setModel(self._entries)
        self.setItemDelegate(_Delegate(self))
        self.setAccessibleName(name)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setUniformItemSizes(True)
        self.selectionModel().currentChanged.connect(self._changed)

    def show_entries(self, entries: Sequence[MatchEntry], current: int = 0) -> None:
        """Show these, with one of them as the current one."""
        self._entries.show_entries(entries)
        if entries:
            self.setCurrentIndex(self._entries.index(current, 0))

    def _changed(self, current: QModelIndex, _before: QModelIndex) -> None:
        if current.isValid():
            self._on_choose(current.row())


class _Entries(QAbstractListModel):
    """The entries as Qt asks for them."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._entries: list[MatchEntry] = []

    def show_entries(self, entries: Sequence[MatchEntry]) -> None:
        """Show these instead."""
        self.beginResetModel()
        self._entries = list(entries)
        self.endResetModel()

    def rowCount(self, parent: ModelIndex = _NO_INDEX) -> int:  # noqa: N802 - Qt's name
        """How many entries there are."""
        return 0 if parent.isValid() else len(self._entries)

    def data(self, index: ModelIndex, role: int = _DISPLAY) -> Any:
        """What an entry shows; a screen reader says both lines."""
        entry = self._entries[index.row()]
        both = f"{entry.title}, {entry.below}"
        return {
            _DISPLAY: entry.title,
            _BELOW: entry.below,
            int(Qt.ItemDataRole.AccessibleTextRole): both,
            int(Qt.ItemDataRole.ToolTipRole): plain_tip(both),
        }.get(int(role))


class _Delegate(QStyledItemDelegate):
    """Draws the two lines, each shortened where it does not fit."""

    def sizeHint(self, _option: QStyleOptionViewItem, _index: ModelIndex) -> QSize:  # noqa: N802 - Qt's name
        """Room for both lines; the list is as wide as it is."""
        return QSize(0, _TITLE_HEIGHT + _LINE_HEIGHT + 2 * SPACE_S)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: ModelIndex) -> None:
        """Name above, description below; the current entry on the ground of a choice."""
        colours = tokens_in_use()
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setPen(Qt.PenStyle.NoPen)
        if chosen:
            painter.setBrush(QColor(colours.accent_ground))
            painter.drawRect(option.rect)
        room = QRect(option.rect).adjusted(SPACE_M, SPACE_S, -SPACE_M, -SPACE_S)
        font = QFont(option.font)
        if chosen:
            font.setWeight(QFont.Weight.DemiBold)
        above = QRect(room.x(), room.y(), room.width(), _TITLE_HEIGHT)
        _write(painter, above, font, colours.accent if chosen else colours.text, str(index.data(_DISPLAY)))
        small = QFont(option.font)
        small.setPixelSize(SMALL)
        below = QRect(room.x(), above.bottom() + 1, room.width(), _LINE_HEIGHT)
        _write(painter, below, small, colours.accent if chosen else colours.muted, str(index.data(_BELOW)))
        painter.restore()


def _write(painter: QPainter, room: QRect, font: QFont, colour: str, text: str) -> None:
    painter.setFont(font)
    painter.setPen(QColor(colour))
    shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room.width())
    painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), shown)
