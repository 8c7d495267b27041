"""The table of runs: figures with their signs in columns of their own, and what is special muted beside the time."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem, QWidget

from psconnect.desktop.models.run_rows import CHANGES, PARTS_ROLE, STARTED, Part, RunsModel
from psconnect.desktop.text import tr
from psconnect.desktop.theme.apply import tokens_in_use
from psconnect.desktop.widgets.table import CellDelegate, ModelIndex, Table

_GAP, _PADDING = 8, 2
_WIDTHS = [0, 126, 142, 78, 106]


class RunsTable(Table):
    """Runs, newest first; Space ticks the current one, Enter opens it."""

    def __init__(self, model: RunsModel, on_open: Callable[[int], object]) -> None:
        super().__init__(model, tr("Runs, newest first"), _WIDTHS, on_open=on_open)
        self.setItemDelegate(_RunDelegate(self))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Space ticks the current run, whichever of its cells was clicked."""
        current = self.currentIndex()
        if event.key() == Qt.Key.Key_Space and current.isValid():
            first = current.siblingAtColumn(STARTED)
            on = first.data(Qt.ItemDataRole.CheckStateRole) == Qt.CheckState.Checked.value
            wanted = Qt.CheckState.Unchecked if on else Qt.CheckState.Checked
            self.model().setData(first, wanted, Qt.ItemDataRole.CheckStateRole)
            return
        super().keyPressEvent(event)


class _RunDelegate(CellDelegate):
    """Draws cells that have parts."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: ModelIndex) -> None:  # noqa: N802 - Qt's name
        """The parts are drawn by ``paint``."""
        super().initStyleOption(option, index)
        if index.data(PARTS_ROLE) is not None:
            option.text = ""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: ModelIndex) -> None:
        """The cell, and its parts over it."""
        super().paint(painter, option, index)
        parts, table = index.data(PARTS_ROLE), self.parent()
        if parts is None or not isinstance(table, QWidget):
            return
        made = QStyleOptionViewItem(option)
        self.initStyleOption(made, index)
        made.text = "x"  # Qt gives room to a text alone
        room = table.style().subElementRect(QStyle.SubElement.SE_ItemViewItemText, made, table)
        room = room.adjusted(_PADDING, 0, -_PADDING, 0) if index.column() == CHANGES else room.adjusted(4, 0, 0, 0)
        painter.save()
        (_draw_right if index.column() == CHANGES else _draw_left)(painter, room, made.font, parts)
        painter.restore()


def _font(font: QFont, part: Part) -> QFont:
    made = QFont(font)
    if part.strong:
        made.setWeight(QFont.Weight.DemiBold)
    return made


def _draw_left(painter: QPainter, room: QRect, font: QFont, parts: Sequence[Part]) -> None:
    """One after the other; what is not the first one is left out where it has no room, and told on hovering."""
    left = room.left()
    for place, part in enumerate(parts):
        made = _font(font, part)
        width = QFontMetrics(made).horizontalAdvance(part.text)
        if width > room.right() - left and place:
            return
        width = min(width, room.right() - left)
        _write(painter, QRect(left, room.top(), width + 1, room.height()), made, part)
        left += width + _GAP // 2


def _draw_right(painter: QPainter, room: QRect, font: QFont, parts: Sequence[Part]) -> None:
    """Each part in its share of the room; where one is too wide for that, one after the other."""
    share = room.width() // len(parts)
    fonts = [_font(font, part) for part in parts]
    widths = [QFontMetrics(made).horizontalAdvance(part.text) for made, part in zip(fonts, parts, strict=True)]
    in_columns = all(width <= share - _GAP for width in widths) or len(parts) == 1
    right = room.right()
    for made, part, width in reversed(list(zip(fonts, parts, widths, strict=True))):
        taken = share if in_columns else width + (_GAP if width else 0)
        taken = min(taken, right - room.left())
        _write(painter, QRect(right - taken, room.top(), taken, room.height()), made, part, right=True)
        right -= taken


def _write(painter: QPainter, room: QRect, font: QFont, part: Part, *, right: bool = False) -> None:
    painter.setFont(font)
    painter.setPen(QColor(getattr(tokens_in_use(), part.colour)))
    side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
    text = painter.fontMetrics().elidedText(part.text, Qt.TextElideMode.ElideRight, room.width())
    painter.drawText(room, int(side | Qt.AlignmentFlag.AlignVCenter), text)
