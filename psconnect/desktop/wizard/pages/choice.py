"""A card that can be chosen: one of several, each with an icon or a ring, a label and one line."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QEnterEvent, QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from psconnect import resources
from psconnect.desktop.theme import tokens as t
from psconnect.desktop.theme.apply import tokens_in_use
from psconnect.desktop.theme.icons import pixmap
from psconnect.desktop.theme.tokens import SPACE_M, Tokens

_LEAST_WIDTH, _TILE, _ICON, _MARK, _RING = 180, 32, 18, 18, 18
_LEFT, _RIGHT, _TOP, _CHECK_ROOM = SPACE_M, SPACE_M, 12, 24


class ChoiceCard(QAbstractButton):
    """One choice among its siblings: arrows and space choose, like any radio button.

    Without a ``symbol`` there is a ring in its place, as radio buttons have it.
    """

    def __init__(self, label: str, summary: str, symbol: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._summary = summary
        known = resources.names("icons", ".svg")
        self._symbol = symbol if symbol in known or not symbol else "connections"
        self.setText(label)
        self.setCheckable(True)
        self.setAutoExclusive(True)
        self.setAccessibleName(label)
        self.setAccessibleDescription(summary)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    @property
    def _text_left(self) -> int:
        return _LEFT + (_TILE if self._symbol else _RING) + 10

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Room for the label and one line."""
        return QSize(_LEAST_WIDTH, self.heightForWidth(_LEAST_WIDTH))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Any width has some height at which nothing is cut."""
        return QSize(_LEAST_WIDTH, 2 * _TOP + 2 * self.fontMetrics().height())

    def heightForWidth(self, width: int) -> int:  # noqa: N802 - Qt's name
        """Higher where the line does not fit into one."""
        label, summary = self._heights(width)
        return max(label + summary + 2 * _TOP + 2, _TILE + 2 * _TOP if self._symbol else 0)

    def _heights(self, width: int) -> tuple[int, int]:
        """Heights of the label and of the line below it, both wrapped."""
        wrapped = int(Qt.TextFlag.TextWordWrap)
        room = QRect(0, 0, max(60, width - self._text_left - _RIGHT), 1000)
        from_label = self._metrics(t.BODY, bold=True).boundingRect(
            room.adjusted(0, 0, -_CHECK_ROOM if self._symbol else 0, 0), wrapped, self.text()
        )
        return from_label.height(), self._metrics(t.TABLE).boundingRect(room, wrapped, self._summary).height()

    def _metrics(self, size: int, *, bold: bool = False) -> QFontMetrics:
        return QFontMetrics(self._font(size, bold=bold))

    def _font(self, size: int, *, bold: bool = False) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(size)
        font.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
        return font

    def enterEvent(self, event: QEnterEvent) -> None:  # noqa: N802 - Qt's name
        """Show that it can be pressed."""
        super().enterEvent(event)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """As it was."""
        super().leaveEvent(event)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Frame, icon or ring, label, line, and a mark when it is chosen."""
        c = tokens_in_use()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        strong = self.hasFocus() or self.isChecked()
        edge = c.accent if strong else c.control_line if self.underMouse() else c.line
        painter.setPen(QPen(QColor(edge), 2 if strong else 1))
        painter.setBrush(QColor(c.accent_ground if self.isChecked() else c.surface))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), t.RADIUS_CARD, t.RADIUS_CARD)
        if self._symbol:
            self._paint_icon(painter, c)
        else:
            self._paint_ring(painter, c)
        self._paint_text(painter, c)
        painter.end()

    def _paint_icon(self, painter: QPainter, c: Tokens) -> None:
        scale = self.devicePixelRatioF()
        tile = QRectF(_LEFT, _TOP, _TILE, _TILE)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(c.surface if self.isChecked() else c.side))
        painter.drawRoundedRect(tile, t.RADIUS_CONTROL, t.RADIUS_CONTROL)
        inside = (_TILE - _ICON) // 2
        painter.drawPixmap(_LEFT + inside, _TOP + inside, pixmap(self._symbol, c.text, _ICON, scale))
        if self.isChecked():
            mark = QRectF(self.width() - _RIGHT - _MARK + 4, _TOP - 2, _MARK, _MARK)
            painter.setBrush(QColor(c.accent))
            painter.drawEllipse(mark)
            painter.drawPixmap(mark.toRect().topLeft(), pixmap("check", c.on_accent, _MARK, scale))

    def _paint_ring(self, painter: QPainter, c: Tokens) -> None:
        ring = QRectF(_LEFT, (self.height() - _RING) / 2, _RING, _RING)
        painter.setPen(QPen(QColor(c.accent if self.isChecked() else c.control_line), 1))
        painter.setBrush(QColor(c.surface))
        painter.drawEllipse(ring)
        if self.isChecked():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(c.accent))
            painter.drawEllipse(ring.adjusted(4, 4, -4, -4))

    def _paint_text(self, painter: QPainter, c: Tokens) -> None:
        label, summary = self._heights(self.width())
        top = _TOP if self._symbol else max(_TOP // 2, (self.height() - label - summary - 2) // 2)
        room = self.rect().adjusted(self._text_left, top, -_RIGHT, 0)
        flags = int(Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        painter.setFont(self._font(t.BODY, bold=True))
        painter.setPen(QColor(c.text))
        painter.drawText(room.adjusted(0, 0, -_CHECK_ROOM if self._symbol else 0, 0), flags, self.text())
        painter.setFont(self._font(t.TABLE))
        painter.setPen(QColor(c.muted))
        painter.drawText(room.adjusted(0, label + 2, 0, 0), flags, self._summary)
