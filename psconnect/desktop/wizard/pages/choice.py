"""A card that can be chosen: one of several, each with an icon, a label and one line."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QEnterEvent, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from psconnect import resources
from psconnect.desktop.theme import tokens as t
from psconnect.desktop.theme.apply import tokens_in_use
from psconnect.desktop.theme.icons import pixmap

_HEIGHT, _LEAST_WIDTH, _ICON, _MARK = 72, 260, 24, 18
_LEFT, _TEXT_LEFT, _RIGHT = 16, 56, 44


class ChoiceCard(QAbstractButton):
    """One choice among its siblings: arrows and space choose, like any radio button."""

    def __init__(self, label: str, summary: str, symbol: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._summary = summary
        known = resources.names("icons", ".svg")
        self._symbol = symbol if symbol in known else "connections"
        self.setText(label)
        self.setCheckable(True)
        self.setAutoExclusive(True)
        self.setAccessibleName(label)
        self.setAccessibleDescription(summary)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Room for the label and one line."""
        return QSize(_LEAST_WIDTH, self.heightForWidth(_LEAST_WIDTH))

    def heightForWidth(self, width: int) -> int:  # noqa: N802 - Qt's name
        """Higher where the line does not fit into one."""
        metrics = self.fontMetrics()
        room = QRect(0, 0, max(80, width - _TEXT_LEFT - _RIGHT), 1000)
        lines = metrics.boundingRect(room, int(Qt.TextFlag.TextWordWrap), self._summary).height()
        return max(_HEIGHT, lines + metrics.height() + 32)

    def enterEvent(self, event: QEnterEvent) -> None:  # noqa: N802 - Qt's name
        """Show that it can be pressed."""
        super().enterEvent(event)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """As it was."""
        super().leaveEvent(event)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Frame, icon, label, line, and a mark when it is chosen."""
        c = tokens_in_use()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        strong = self.hasFocus() or self.isChecked()
        edge = c.accent if strong else c.control_line if self.underMouse() else c.line
        painter.setPen(QPen(QColor(edge), 2 if self.hasFocus() else 1))
        painter.setBrush(QColor(c.accent_ground if self.isChecked() else c.surface))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), t.RADIUS_CARD, t.RADIUS_CARD)
        scale = self.devicePixelRatioF()
        painter.drawPixmap(_LEFT, 18, pixmap(self._symbol, c.accent, _ICON, scale))
        self._paint_text(painter)
        centre = self.width() - _LEFT - _MARK
        circle = QRectF(centre, 20, _MARK, _MARK)
        painter.setPen(QPen(QColor(c.accent if self.isChecked() else c.control_line), 1))
        painter.setBrush(QColor(c.accent if self.isChecked() else c.surface))
        painter.drawEllipse(circle)
        if self.isChecked():
            painter.drawPixmap(circle.toRect().topLeft(), pixmap("check", c.on_accent, _MARK, scale))
        painter.end()

    def _paint_text(self, painter: QPainter) -> None:
        c = tokens_in_use()
        room = self.rect().adjusted(_TEXT_LEFT, 14, -_RIGHT, -10)
        font = QFont(self.font())
        font.setPixelSize(t.BODY)
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        painter.setPen(QColor(c.text))
        painter.drawText(room, int(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft), self.text())
        font.setPixelSize(t.TABLE)
        font.setWeight(QFont.Weight.Normal)
        painter.setFont(font)
        painter.setPen(QColor(c.muted))
        flags = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft
        painter.drawText(room.adjusted(0, 22, 0, 0), int(flags), self._summary)
