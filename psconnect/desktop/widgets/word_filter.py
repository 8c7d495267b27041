"""Rows of a table that have all words somebody searches for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, QSortFilterProxyModel
from PySide6.QtWidgets import QWidget


class WordFilter(QSortFilterProxyModel):
    """Rows whose ``columns`` together have the searched words in them, in any capitals."""

    columns: ClassVar[Sequence[int]] = ()

    def __init__(self, model: QAbstractItemModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words: Sequence[str] = ()
        self.setSourceModel(model)

    def search(self, text: str) -> None:
        """Show only rows with all these words."""
        self.beginFilterChange()
        self._words = text.casefold().split()
        self.endFilterChange()

    def filterAcceptsRow(  # noqa: N802 - Qt's name
        self, row: int, parent: QModelIndex | QPersistentModelIndex
    ) -> bool:
        """Whether a row is shown."""
        model = self.sourceModel()
        shown = " ".join(str(model.index(row, column, parent).data()) for column in self.columns).casefold()
        return all(word in shown for word in self._words)
