"""Cards side by side, or one below the other where there is little room."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QSizePolicy, QWidget

from psconnect.desktop.theme.tokens import SPACE_M

_EACH, _LEAST = 240, 240


class Stacking(QWidget):
    """Widgets of equal width; one below the other where each would have less than 240 pixels."""

    def __init__(self, parts: Sequence[QWidget]) -> None:
        super().__init__()
        self._layout = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(SPACE_M)
        for part in parts:
            part.setMinimumWidth(_LEAST // 2)
            self._layout.addWidget(part, 1)
        self.setMinimumWidth(_LEAST)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Side by side where there is room."""
        super().resizeEvent(event)
        directions = QBoxLayout.Direction
        narrow = event.size().width() < _EACH * self._layout.count()
        self._layout.setDirection(directions.TopToBottom if narrow else directions.LeftToRight)
