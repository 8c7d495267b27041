"""The table of changes: whole rows, several of which can be selected, with keys of its own."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView

from psconnect.desktop.models.changes import ChangesModel
from psconnect.desktop.text import tr
from psconnect.desktop.widgets.table import Table

_WIDTHS = (34, 0, 96, 108, 190, 180)
_LEAST_HEIGHT = 150


class ChangesTable(Table):
    """Enter opens a row; ``on_key`` gets every other key first, and tells whether it used it."""

    def __init__(self, model: ChangesModel, on_open: Callable[[int], object], on_key: Callable[[int], bool]) -> None:
        super().__init__(model, tr("Changes"), _WIDTHS, on_open=on_open)
        self._on_key = on_key
        self.setSortingEnabled(True)
        self.horizontalHeader().setSortIndicatorShown(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setMinimumHeight(_LEAST_HEIGHT)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Let the card use the key, else do as any table."""
        if not self._on_key(event.key()):
            super().keyPressEvent(event)
