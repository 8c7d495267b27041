"""Cards side by side, or one below the other where there is little room."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QSizePolicy, QWidget

from psconnect.desktop.theme.tokens import SPACE_M

_LEAST = 240


class Stacking(QWidget):
    """Widgets side by side; one below the other where one of them would be cut."""

    def __init__(self, parts: Sequence[QWidget]) -> None:
        super().__init__()
        self._parts = tuple(parts)
        self._layout = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(SPACE_M)
        for part in parts:
            self._layout.addWidget(part, 1)
        self.setMinimumWidth(_LEAST)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Side by side where there is room."""
        super().resizeEvent(event)
        directions = QBoxLayout.Direction
        needed = sum(part.minimumSizeHint().width() for part in self._parts) + SPACE_M * (len(self._parts) - 1)
        narrow = event.size().width() < needed
        self._layout.setDirection(directions.TopToBottom if narrow else directions.LeftToRight)
