"""The key of the chart of runs: each colour with its sign and its word."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from psconnect.desktop.text import tr
from psconnect.desktop.theme.apply import tokens_in_use
from psconnect.desktop.theme.tokens import SPACE_S
from psconnect.desktop.widgets.card import row
from psconnect.desktop.widgets.label import Label
from psconnect.desktop.widgets.runs_chart import LANE_ALPHA

_SIDE, _FULL = 10, 255


class _Square(QWidget):
    """A square in the colour of a token."""

    def __init__(self, colour: str, alpha: int) -> None:
        super().__init__()
        self._colour, self._alpha = colour, alpha
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As small as a letter."""
        return QSize(_SIDE, _SIDE)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """The square."""
        painter = QPainter(self)
        painter.setPen(Qt.PenStyle.NoPen)
        colour = QColor(getattr(tokens_in_use(), self._colour))
        colour.setAlpha(self._alpha)
        painter.setBrush(colour)
        painter.drawRoundedRect(QRectF(0, 0, _SIDE, _SIDE), 2, 2)
        painter.end()


def chart_key() -> list[QWidget]:
    """The entries of the key."""
    entries = (
        (_Square("good", _FULL), tr("+ created")),
        (_Square("control_line", _FULL), tr("~ updated")),
        (_Square("bad", _FULL), tr("− removed, below the line")),
        (_Square("control_line", LANE_ALPHA), tr("duration, min:s")),
    )
    return [row(square, Label(word, "help", wrap=False), spacing=SPACE_S) for square, word in entries]
