"""A coloured strip with a sentence and what can be done about it: instead of modal boxes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QLabel, QWidget

from psconnect.desktop.theme.apply import tokens_in_use
from psconnect.desktop.theme.icons import pixmap
from psconnect.desktop.theme.tokens import SPACE_L, SPACE_M
from psconnect.desktop.widgets.button import Button
from psconnect.desktop.widgets.card import row, wide
from psconnect.desktop.widgets.label import Label, restyle

Action = tuple[str, Callable[[], object]]
_SYMBOLS = {"good": "check", "warning": "warning", "bad": "warning", "accent": "info"}
_ICON, _LONG = 20, 200
"""Sentences from this length on get the full width; the buttons go below them."""


class Banner(QFrame):
    """Hidden until ``tell``; the first of its buttons is the one that goes on."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("look", "banner")
        self._symbol = QLabel()
        self._symbol.setFixedSize(QSize(_ICON, _ICON))
        self.label = Label("", "body")
        self._layout = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._layout.setContentsMargins(SPACE_L, SPACE_M, SPACE_M, SPACE_M)
        self._layout.setSpacing(SPACE_M)
        self._layout.addWidget(row(self._symbol, wide(self.label)), 1)
        self._actions = QHBoxLayout()
        self._actions.setSpacing(SPACE_M)
        self._layout.addLayout(self._actions)
        self.buttons: list[Button] = []
        self.about = ""
        self._state = "accent"
        self.hide()

    def tell(self, text: str, state: str = "accent", actions: Sequence[Action] = (), *, about: str = "") -> None:
        """Show a sentence with its buttons (text, what it does); the strip stays until ``hide`` or a button.

        ``about`` names the connection it is about, for who wants to hide it where that is seen anyway.
        """
        self.about = about
        for button in self.buttons:
            self._actions.removeWidget(button)
            button.hide()
            button.deleteLater()
        self.buttons = []
        self.label.setText(text)
        self.setAccessibleName(text)
        self.setProperty("state", state)
        restyle(self)
        self._state = state
        self._colour_symbol()
        below = len(text) > _LONG and len(actions) > 1
        self._layout.setDirection(QBoxLayout.Direction.TopToBottom if below else QBoxLayout.Direction.LeftToRight)
        for caption, act in actions:
            button = Button(caption, self._closing(act))
            self._actions.addWidget(button)
            self.buttons.append(button)
        self._actions.setAlignment(Qt.AlignmentFlag.AlignLeft if below else Qt.AlignmentFlag.AlignVCenter)
        self.show()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Update the symbol's colour when light and dark change."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_state"):
            self._colour_symbol()

    def _colour_symbol(self) -> None:
        colour = getattr(tokens_in_use(), self._state)
        self._symbol.setPixmap(pixmap(_SYMBOLS[self._state], colour, _ICON, self.devicePixelRatioF()))

    def _closing(self, act: Callable[[], object]) -> Callable[[], None]:
        def press() -> None:
            self.hide()
            act()

        return press
