"""Dense tables: whole rows, one line each, elided with the full text on hovering, numbers at the right."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractItemModel,
    QAbstractTableModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QRectF,
    Qt,
)
from PySide6.QtGui import QColor, QFont, QFontMetrics, QHelpEvent, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QToolTip,
    QWidget,
)

from psconnect.desktop.theme.apply import tokens_in_use
from psconnect.desktop.theme.tokens import ROW_HEIGHT
from psconnect.desktop.widgets.label import plain_tip

ModelIndex = QModelIndex | QPersistentModelIndex
BAR_ROLE = int(Qt.ItemDataRole.UserRole) + 1
STATE_ROLE = int(Qt.ItemDataRole.UserRole) + 2
STRONG_ROLE = int(Qt.ItemDataRole.UserRole) + 3
MARK_ROLE = int(Qt.ItemDataRole.UserRole) + 4
_BAR_HEIGHT = 6
_BORDERS = 4
_CELL_PADDING, _HEADING_PADDING = 16, 24
_NO_INDEX = QModelIndex()
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True)
class Cell:
    """A cell: its text, its side, its colour (``good``, ``warning``, ``bad``, ``muted``), or a bar from 0 to 1.

    ``mark`` draws a line across the bar, from 0 to 1: a limit.
    """

    text: str = ""
    right: bool = False
    state: str = ""
    strong: bool = False
    bar: float | None = None
    tip: str = ""
    mark: float | None = None


class RowsModel(QAbstractTableModel):
    """A table whose rows are all there."""

    def __init__(
        self, headers: Sequence[str], right: frozenset[int] = frozenset(), parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._headers, self._right = list(headers), right
        self._rows: list[list[Cell]] = []

    def show_rows(self, rows: Sequence[Sequence[Cell]]) -> None:
        """Show these rows instead."""
        self.beginResetModel()
        self._rows = [list(cells) for cells in rows]
        self.endResetModel()

    def name_columns(self, headers: Sequence[str]) -> None:
        """Head the columns otherwise."""
        self._headers = list(headers)
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self._headers) - 1)

    def rowCount(self, parent: ModelIndex = _NO_INDEX) -> int:  # noqa: N802 - Qt's name
        """How many rows there are."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: ModelIndex = _NO_INDEX) -> int:  # noqa: N802 - Qt's name
        """How many columns there are."""
        return 0 if parent.isValid() else len(self._headers)

    def data(self, index: ModelIndex, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        """What a cell shows."""
        return cell_data(self._rows[index.row()][index.column()], role)

    def headerData(  # noqa: N802 - Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = int(Qt.ItemDataRole.DisplayRole)
    ) -> Any:
        """A column's heading."""
        return header_data(self._headers, self._right, section, orientation, role)


def cell_data(cell: Cell, role: int) -> Any:
    """A cell's value for one of Qt's roles."""
    values = {
        int(Qt.ItemDataRole.DisplayRole): cell.text,
        int(Qt.ItemDataRole.AccessibleTextRole): cell.text or cell.tip,
        int(Qt.ItemDataRole.TextAlignmentRole): int(RIGHT if cell.right else LEFT),
        BAR_ROLE: cell.bar,
        STATE_ROLE: cell.state,
        STRONG_ROLE: cell.strong,
        MARK_ROLE: cell.mark,
    }
    if role == Qt.ItemDataRole.ToolTipRole:
        return cell.tip or None
    return values.get(int(role))


def header_data(
    headers: Sequence[str], right: frozenset[int], section: int, orientation: Qt.Orientation, role: int
) -> Any:
    """A heading's value for one of Qt's roles."""
    if orientation != Qt.Orientation.Horizontal:
        return None
    if role == Qt.ItemDataRole.DisplayRole:
        return headers[section]
    if role == Qt.ItemDataRole.TextAlignmentRole:
        return int(RIGHT if section in right else LEFT)
    return None


class Table(QTableView):
    """A table of whole rows. Enter or a double click opens a row; Tab leaves the table.

    ``widths`` are pixels per column; 0 lets a column share the room that is left.
    """

    def __init__(
        self,
        model: QAbstractItemModel,
        name: str,
        widths: Sequence[int],
        *,
        on_open: Callable[[int], object] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setModel(model)
        self.setAccessibleName(name)
        self._on_open = on_open
        self.setItemDelegate(CellDelegate(self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        self._set_widths(widths)
        if on_open:
            self.doubleClicked.connect(lambda index: on_open(index.row()))

    def fit_rows(self) -> None:
        """Make the table as high as all its rows, so that the page scrolls instead."""
        rows = self.model().rowCount()
        head = self.horizontalHeader().sizeHint().height()
        self.setFixedHeight(head + rows * self.verticalHeader().defaultSectionSize() + 2 * _BORDERS)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Enter opens the current row."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._on_open and self.currentIndex().isValid():
            self._on_open(self.currentIndex().row())
            return
        super().keyPressEvent(event)

    def set_width(self, place: int, width: int) -> None:
        """Give a column so many pixels, or more where its heading needs them in the font of this computer."""
        header = self.horizontalHeader()
        heading = str(self.model().headerData(place, Qt.Orientation.Horizontal) or "")
        needed = header.fontMetrics().horizontalAdvance(heading) + _HEADING_PADDING if heading else 0
        header.resizeSection(place, max(width, needed))

    def fit_width(self, place: int, texts: Iterable[str], least: int) -> None:
        """Give a column room for the longest of these, in bold, and for its heading."""
        bold = QFont(self.font())
        bold.setWeight(QFont.Weight.DemiBold)
        longest = max(map(QFontMetrics(bold).horizontalAdvance, texts), default=0)
        self.set_width(place, max(least, longest + _HEADING_PADDING))

    def _set_widths(self, widths: Sequence[int]) -> None:
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setMinimumSectionSize(40)
        header.ensurePolished()  # its font is that of the style sheet from now on
        for place, width in enumerate(widths):
            if width:
                header.setSectionResizeMode(place, QHeaderView.ResizeMode.Interactive)
                self.set_width(place, width)
            else:
                header.setSectionResizeMode(place, QHeaderView.ResizeMode.Stretch)


class CellDelegate(QStyledItemDelegate):
    """Draws a cell's colour and bar, and shows an elided text whole on hovering."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: ModelIndex) -> None:  # noqa: N802 - Qt's name
        """Colour and weight of the text."""
        super().initStyleOption(option, index)
        table = self.parent()
        state = index.data(STATE_ROLE)
        if state and isinstance(table, QWidget):
            colour = QColor(getattr(tokens_in_use(), state))
            for role in (option.palette.ColorRole.Text, option.palette.ColorRole.HighlightedText):
                option.palette.setColor(role, colour)
        if index.data(STRONG_ROLE):
            option.font.setWeight(QFont.Weight.DemiBold)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: ModelIndex) -> None:
        """The cell, with its bar where it has one."""
        super().paint(painter, option, index)
        share, table = index.data(BAR_ROLE), self.parent()
        if share is None or not isinstance(table, QWidget):
            return
        colours = tokens_in_use()
        state = index.data(STATE_ROLE) or "accent"
        room = QRectF(option.rect).adjusted(8, 0, -8, 0)
        track = QRectF(room.x(), room.center().y() - _BAR_HEIGHT / 2, room.width(), _BAR_HEIGHT)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.track))
        painter.drawRoundedRect(track, 3, 3)
        if share > 0:
            track.setWidth(max(_BAR_HEIGHT, track.width() * min(1.0, share)))
            painter.setBrush(QColor(getattr(colours, state)))
            painter.drawRoundedRect(track, 3, 3)
        mark = index.data(MARK_ROLE)
        if mark is not None:
            at = room.x() + room.width() * mark
            painter.fillRect(QRectF(at - 1, room.center().y() - _BAR_HEIGHT, 2, 2 * _BAR_HEIGHT), QColor(colours.text))
        painter.restore()

    def helpEvent(  # noqa: N802 - Qt's name
        self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: ModelIndex
    ) -> bool:
        """The whole text where it is elided."""
        text = index.data(Qt.ItemDataRole.DisplayRole) or ""
        if event.type() == QEvent.Type.ToolTip and not index.data(Qt.ItemDataRole.ToolTipRole):
            width = view.fontMetrics().horizontalAdvance(text) + _CELL_PADDING
            QToolTip.showText(event.globalPos(), plain_tip(text) if width > option.rect.width() else "", view)
            return True
        return super().helpEvent(event, view, option, index)
