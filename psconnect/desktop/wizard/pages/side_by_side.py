"""Two parts side by side, or one below the other where there is little room: a small window, a large scaling."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QSizePolicy, QWidget

from psconnect.desktop.theme.tokens import SPACE_XL

_NARROW, _LEAST = 720, 320
_ANY_WIDTH = 16_777_215  # Qt's QWIDGETSIZE_MAX


class Across(QWidget):
    """Two widgets; the second (with ``aside_first`` the first) takes ``aside`` pixels, or with 0 both the same.

    Below ``narrow`` pixels, one stands below the other.
    """

    def __init__(
        self,
        first: QWidget,
        second: QWidget,
        *,
        aside: int = 0,
        aside_first: bool = False,
        gap: int = SPACE_XL,
        narrow: int = _NARROW,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._small, self._aside, self._narrow = first if aside_first else second, aside, narrow
        self._layout = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(gap)
        for part in (first, second):
            self._layout.addWidget(part, 0 if aside and part is self._small else 1)
        # Narrower than both beside each other: else there would never be too little room.
        self.setMinimumWidth(_LEAST)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._show(narrow=False)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Side by side where there is room."""
        super().resizeEvent(event)
        self._show(narrow=event.size().width() < self._narrow)

    def _show(self, *, narrow: bool) -> None:
        directions = QBoxLayout.Direction
        self._layout.setDirection(directions.TopToBottom if narrow else directions.LeftToRight)
        self._small.setMinimumWidth(0 if narrow or not self._aside else self._aside)
        self._small.setMaximumWidth(_ANY_WIDTH if narrow or not self._aside else self._aside)
        top = Qt.AlignmentFlag.AlignTop
        self._layout.setAlignment(self._small, top if self._aside and not narrow else Qt.AlignmentFlag(0))
