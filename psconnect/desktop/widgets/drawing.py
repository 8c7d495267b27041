"""Small drawings of PowerSchool's pages, made here, so that one knows the page when one sees it."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from psconnect.desktop.theme import tokens as t
from psconnect.desktop.theme.apply import tokens_in_use
from psconnect.desktop.theme.tokens import Tokens
from psconnect.wording.help import Drawing

_WIDTH, _BAR, _ROW, _LABELS, _MARK, _MARGIN = 300, 18, 32, 104, 22, 14
_HEADING, _GAP, _BOX, _NARROW = 40, 4, 16, 70


class ScreenDrawing(QWidget):
    """A page with its fields or its table; what is to be touched is marked. ``names`` fill the holes of its texts."""

    def __init__(self, drawing: Drawing, names: Mapping[str, str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._drawing, self._names = drawing, names
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(drawing.about)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Room for all rows."""
        rows = len(self._drawing.fields) or 2
        return QSize(_WIDTH, _BAR + _HEADING + rows * (_ROW + _GAP) + _GAP)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """A window with a heading and rows."""
        c = tokens_in_use()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._frame(painter, c)
        heading = QRectF(_MARGIN, _BAR + 10, self.width() - 2 * _MARGIN, 22)
        _text(painter, heading, self._drawing.heading, c.text, weight=QFont.Weight.DemiBold, size=t.BODY)
        top = float(_BAR + _HEADING)
        for place, (label, value) in enumerate(self._drawing.fields):
            self._field(painter, c, top + place * (_ROW + _GAP), (str(place + 1), label, value))
        if self._drawing.columns:
            self._table(painter, c, top)
        painter.end()

    def _frame(self, painter: QPainter, c: Tokens) -> None:
        painter.setPen(QPen(QColor(c.line), 1))
        painter.setBrush(QColor(c.ground))
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(frame, t.RADIUS_CONTROL, t.RADIUS_CONTROL)
        painter.drawLine(QPointF(0, _BAR), QPointF(self.width(), _BAR))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(c.track))
        for place in range(3):
            painter.drawEllipse(QRectF(12 + 12 * place, 6, 6, 6))

    def _field(self, painter: QPainter, c: Tokens, top: float, shown: tuple[str, str, str]) -> None:
        mark, label, value = shown
        _text(painter, QRectF(_MARGIN, top, _LABELS, _ROW), label, c.muted)
        left = _MARGIN + _LABELS
        box = QRectF(left, top + 2, self.width() - left - _MARGIN - _MARK - 10, _ROW - 4)
        painter.setPen(QPen(QColor(c.accent), 1))
        painter.setBrush(QColor(c.surface))
        painter.drawRoundedRect(box, 4, 4)
        _text(painter, box.adjusted(10, 0, -6, 0), value, c.text)
        circle = QRectF(box.right() + 10, top + (_ROW - _MARK) / 2, _MARK, _MARK)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(c.accent))
        painter.drawEllipse(circle)
        centre = Qt.AlignmentFlag.AlignCenter
        _text(painter, circle, mark, c.on_accent, size=t.SMALL, weight=QFont.Weight.DemiBold, place=centre)

    def _table(self, painter: QPainter, c: Tokens, top: float) -> None:
        narrow = _NARROW * (len(self._drawing.columns) - 1)
        lefts = [float(_MARGIN)]
        lefts += [self.width() - _MARGIN - narrow + _NARROW * n for n in range(len(self._drawing.columns) - 1)]
        rights = [*(left - _GAP for left in lefts[1:]), float(self.width() - _MARGIN)]
        for left, right, column, cell in zip(lefts, rights, self._drawing.columns, self._drawing.cells, strict=True):
            _text(painter, QRectF(left, top, right - left, _ROW), column, c.muted, size=t.SMALL)
            below = QRectF(left, top + _ROW, right - left, _ROW)
            metrics = painter.fontMetrics()
            named = cell.format(**self._names)
            _text(painter, below, metrics.elidedText(named, Qt.TextElideMode.ElideRight, int(below.width())), c.text)
        painter.setPen(QPen(QColor(c.line), 1))
        painter.drawLine(QPointF(0, top + _ROW), QPointF(self.width(), top + _ROW))
        box = QRectF(lefts[-1] + _GAP, top + _ROW + (_ROW - _BOX) / 2, _BOX, _BOX)
        painter.setBrush(QColor(c.surface))
        painter.setPen(QPen(QColor(c.accent), 2))
        painter.drawRoundedRect(box.adjusted(-4, -4, 4, 4), 5, 5)
        painter.setPen(QPen(QColor(c.muted), 1))
        painter.drawRoundedRect(box, 3, 3)


def _text(
    painter: QPainter,
    room: QRectF,
    text: str,
    colour: str,
    *,
    size: int = t.TABLE,
    weight: QFont.Weight = QFont.Weight.Normal,
    place: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignVCenter,
) -> None:
    font = QFont(painter.font())
    font.setPixelSize(size)
    font.setWeight(weight)
    painter.setFont(font)
    painter.setPen(QColor(colour))
    painter.drawText(room, int(place), text)
