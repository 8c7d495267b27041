"""*Find a setting*: a search by our word or a vendor's, with the settings found below it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from psconnect.desktop.text import tr
from psconnect.desktop.theme.tokens import SPACE_S
from psconnect.desktop.widgets.button import Button, link
from psconnect.desktop.widgets.card import clear
from psconnect.desktop.widgets.label import Label
from psconnect.desktop.wizard.findable import FoundSetting, find_settings

_MOST, _WIDTH = 6, 320


class FindSetting(QWidget):
    """A line to type in; ``open_setting`` gets what is chosen. Enter takes the first one found."""

    def __init__(self, open_setting: Callable[[FoundSetting], object], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._open = open_setting
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Find a setting"))
        self.search.setAccessibleName(tr("Find a setting"))
        self.search.setAccessibleDescription(tr("By our word for it, or by that of your other system."))
        self.search.setClearButtonEnabled(True)
        self.search.setMaximumWidth(_WIDTH)
        self.search.textChanged.connect(self._show)
        self.search.installEventFilter(self)
        self.found: list[FoundSetting] = []
        self.buttons: list[Button] = []
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_S)
        layout.addWidget(self.search)
        self._results = QVBoxLayout()
        self._results.setSpacing(0)
        layout.addLayout(self._results)

    def _show(self, text: str) -> None:
        clear(self._results)
        self.found, self.buttons = find_settings(text)[:_MOST], []
        for one in self.found:
            button = link(one.label, partial(self._choose, one), name=f"{one.label}. {one.below}")
            self.buttons.append(button)
            self._results.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
            self._results.addWidget(Label(one.below, "help"))
        if text.strip() and not self.found:
            self._results.addWidget(Label(tr("No setting here is called that."), "help"))

    def _choose(self, one: FoundSetting) -> None:
        self.search.clear()
        self._open(one)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Enter opens the first one; Escape forgets the search."""
        if watched is self.search and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.found:
                self._choose(self.found[0])
                return True
            if event.key() == Qt.Key.Key_Escape and self.search.text():
                self.search.clear()
                return True
        return super().eventFilter(watched, event)
