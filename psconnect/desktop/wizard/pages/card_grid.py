"""Cards in rows: as many side by side as have room, all of one width, in a row of one height."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from psconnect.desktop.theme.tokens import SPACE_M


class CardGrid(QWidget):
    """``least`` is the smallest width of a card, ``most`` how many stand side by side at best."""

    def __init__(self, cards: Sequence[QWidget], *, least: int, most: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cards, self._least, self._most, self._columns = list(cards), least, most, 0
        self._layout = QGridLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(SPACE_M)
        self.setMinimumWidth(least)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._arrange(most)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Arrange them anew for another width."""
        super().resizeEvent(event)
        room = (event.size().width() + SPACE_M) // (self._least + SPACE_M)
        self._arrange(max(1, min(self._most, room)))

    def _arrange(self, columns: int) -> None:
        if columns == self._columns:
            return
        for column in range(self._columns):
            self._layout.setColumnStretch(column, 0)
        self._columns = columns
        for place, card in enumerate(self._cards):
            self._layout.removeWidget(card)
            self._layout.addWidget(card, place // columns, place % columns)
        for column in range(columns):
            self._layout.setColumnStretch(column, 1)
