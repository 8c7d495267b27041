"""A switch: a check box that is drawn as one, for what is on or off at once."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QCheckBox, QSizePolicy, QWidget

from psconnect.desktop.theme.apply import tokens_in_use

_WIDTH, _HEIGHT, _EDGE, _GAP = 34, 20, 3, 4


class Switch(QCheckBox):
    """On or off; ``name`` is what a screen reader says. Space switches."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """The switch with room for the border of the focus."""
        return QSize(_WIDTH + 2 * _EDGE, _HEIGHT + 2 * _EDGE)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """It never shrinks."""
        return self.sizeHint()

    def hitButton(self, pos: object) -> bool:  # noqa: N802, ARG002 - Qt's name and argument
        """All of it can be pressed."""
        return True

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """The track, the knob at its end, and the focus around it."""
        c = tokens_in_use()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        room = QRectF(_EDGE, (self.height() - _HEIGHT) / 2, _WIDTH, _HEIGHT)
        on = self.isChecked()
        track, knob = (c.accent, c.on_accent) if on else (c.control_line, c.surface)
        if not self.isEnabled():
            track, knob = c.track, c.control_line
        if self.hasFocus():
            painter.setPen(QPen(QColor(c.accent), 2))
            painter.drawRoundedRect(room.adjusted(-2, -2, 2, 2), _HEIGHT / 2 + 2, _HEIGHT / 2 + 2)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(track))
        painter.drawRoundedRect(room, _HEIGHT / 2, _HEIGHT / 2)
        size = _HEIGHT - 2 * _GAP + 2
        left = room.right() - size - _GAP + 1 if on else room.left() + _GAP - 1
        painter.setBrush(QColor(knob))
        painter.drawEllipse(QRectF(left, room.top() + _GAP - 1, size, size))
        painter.end()
