"""A small drawing of the PowerSchool page that shows client ID and secret, so that one knows it when one sees it."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from psconnect.desktop.text import tr
from psconnect.desktop.theme import tokens as t
from psconnect.desktop.theme.apply import tokens_in_use
from psconnect.desktop.theme.tokens import Tokens

_WIDTH, _HEIGHT = 380, 142
_BAR, _ROW, _LABELS, _MARK = 18, 32, 104, 22


class SecretDrawing(QWidget):
    """PowerSchool's *Data Provider Configuration*, with 1 at the client ID and 2 at the secret."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(
            tr(
                "Drawing: in PowerSchool, the page Data Provider Configuration of the plugin shows the client ID, and "
                "below it the client secret."
            )
        )

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Room for the drawing."""
        return QSize(_WIDTH, _HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """A window with a heading and two rows."""
        c = tokens_in_use()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(QColor(c.line), 1))
        painter.setBrush(QColor(c.ground))
        painter.drawRoundedRect(frame, t.RADIUS_CONTROL, t.RADIUS_CONTROL)
        painter.drawLine(QPointF(0, _BAR), QPointF(self.width(), _BAR))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(c.track))
        for place in range(3):
            painter.drawEllipse(QRectF(12 + 12 * place, 6, 6, 6))
        heading = QRectF(14, _BAR + 10, self.width() - 28, 22)
        _text(painter, heading, tr("Data Provider Configuration"), c.text, t.BODY, QFont.Weight.DemiBold)
        top = _BAR + 40.0
        self._row(painter, c, top, "1", tr("Client ID"), "4f0c2b1e-93d4-4c0f-…")
        self._row(painter, c, top + _ROW + 4, "2", tr("Client Secret"), "9a61d3c8-07be-42aa-…")
        painter.end()

    def _row(self, painter: QPainter, c: Tokens, top: float, mark: str, label: str, value: str) -> None:
        _text(painter, QRectF(14, top, _LABELS, _ROW), label, c.muted, t.TABLE)
        box = QRectF(14 + _LABELS, top + 2, self.width() - _LABELS - 28 - _MARK - 10, _ROW - 4)
        painter.setPen(QPen(QColor(c.accent), 1))
        painter.setBrush(QColor(c.surface))
        painter.drawRoundedRect(box, 4, 4)
        _text(painter, box.adjusted(10, 0, -6, 0), value, c.text, t.TABLE)
        circle = QRectF(box.right() + 10, top + (_ROW - _MARK) / 2, _MARK, _MARK)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(c.accent))
        painter.drawEllipse(circle)
        centre = Qt.AlignmentFlag.AlignCenter
        _text(painter, circle, mark, c.on_accent, t.SMALL, QFont.Weight.DemiBold, centre)


def _text(
    painter: QPainter,
    room: QRectF,
    text: str,
    colour: str,
    size: int,
    weight: QFont.Weight = QFont.Weight.Normal,
    place: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignVCenter,
) -> None:
    font = QFont(painter.font())
    font.setPixelSize(size)
    font.setWeight(weight)
    painter.setFont(font)
    painter.setPen(QColor(colour))
    painter.drawText(room, int(place), text)
