"""A large button that states what it does below its name; greyed, it states why it can't be pressed."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from psconnect.desktop.theme import tokens as t
from psconnect.desktop.theme.apply import tokens_in_use
from psconnect.desktop.theme.icons import pixmap
from psconnect.desktop.theme.tokens import SPACE_L

_HEIGHT, _LEAST_HEIGHT, _ICON, _TEXT_LEFT = 62, 54, 16, 44


class ActionButton(QPushButton):
    """``filled`` marks the one that a person most likely wants."""

    def __init__(
        self,
        text: str,
        on_press: Callable[[], object],
        *,
        symbol: str,
        filled: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, parent)
        self._symbol, self._filled, self._effect = symbol, filled, ""
        self.setProperty("look", "primary" if filled else "secondary")
        self.setAccessibleName(text)
        self.setAutoDefault(False)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.clicked.connect(lambda _checked=False: on_press())

    @property
    def effect(self) -> str:
        """What is said below the name."""
        return self._effect

    def show_effect(self, effect: str, *, enabled: bool) -> None:
        """Say what it does, or why it can't be pressed."""
        self._effect = effect
        self.setAccessibleDescription(effect)
        self.setEnabled(enabled)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Room for the name and one line."""
        metrics = self.fontMetrics()
        words = max(metrics.horizontalAdvance(self.text()), metrics.horizontalAdvance(self._effect))
        return QSize(_TEXT_LEFT + words + SPACE_L, _HEIGHT)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Lower in a low window; a long line gets a second one instead of more width."""
        return QSize(_TEXT_LEFT + 120, _LEAST_HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Ground, icon, name, effect, focus."""
        c = tokens_in_use()
        on = self.isEnabled()
        filled = self._filled and on
        ground = (c.accent_hover if self.underMouse() else c.accent) if filled else c.surface if on else c.ground
        ink, quiet = (c.on_accent, c.on_accent) if filled else (c.text if on else c.muted, c.muted)
        edge = c.text if filled and self.hasFocus() else c.accent if self.hasFocus() or filled else c.line
        if on and not filled and self.underMouse() and not self.hasFocus():
            edge = c.control_line
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(edge), 2 if self.hasFocus() else 1))
        painter.setBrush(QColor(ground))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), t.RADIUS_CONTROL, t.RADIUS_CONTROL)
        icon = pixmap(self._symbol if on else "lock", ink, _ICON, self.devicePixelRatioF())
        painter.drawPixmap(SPACE_L, (self.height() - _ICON) // 2, icon)
        self._paint_words(painter, ink, quiet)
        painter.end()

    def _paint_words(self, painter: QPainter, ink: str, quiet: str) -> None:
        font = QFont(self.font())
        font.setPixelSize(t.BODY)
        font.setWeight(QFont.Weight.DemiBold)
        name = painter.fontMetrics().height()
        room = QRect(_TEXT_LEFT, 0, self.width() - _TEXT_LEFT - SPACE_L, self.height())
        small = QFont(self.font())
        small.setPixelSize(t.SMALL)
        small.setWeight(QFont.Weight.Normal)
        flags = int(Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        painter.setFont(small)
        told = painter.boundingRect(room, flags, self._effect).height() if self._effect else 0
        top = max(4, (self.height() - name - told) // 2)
        painter.setPen(QColor(quiet))
        painter.drawText(room.adjusted(0, top + name, 0, 0), flags, self._effect)
        painter.setFont(font)
        painter.setPen(QColor(ink))
        painter.drawText(room.adjusted(0, top, 0, 0), flags, self.text())
