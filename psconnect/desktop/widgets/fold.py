"""A heading that opens and closes what is below it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QVBoxLayout, QWidget

from psconnect.desktop.text import tr
from psconnect.desktop.theme.tokens import SPACE_S, SPACE_XS, SPACE_XXL
from psconnect.desktop.widgets.button import link
from psconnect.desktop.widgets.card import row, wide
from psconnect.desktop.widgets.label import ElidedLabel, Label


class Fold(QWidget):
    """A heading with a few words and a number; ``fill`` makes what is below it, when it is opened first."""

    def __init__(self, heading: str, words: str, number: str, fill: Callable[[QVBoxLayout], object]) -> None:
        super().__init__()
        self._heading, self._fill = heading, fill
        self.button = link(heading, self.toggle, symbol="chevron-right")
        self.words = ElidedLabel(words, "help")
        self.number = Label(number, "table", wrap=False)
        self.inside = QWidget()
        self._room = QVBoxLayout(self.inside)
        self._room.setContentsMargins(SPACE_XXL, 0, 0, SPACE_S)
        self._room.setSpacing(SPACE_XS)
        self.inside.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(row(self.button, wide(self.words), self.number, spacing=SPACE_S))
        layout.addWidget(self.inside)
        self._name()

    @property
    def opened(self) -> bool:
        """Whether what is below is shown."""
        return not self.inside.isHidden()

    def toggle(self) -> None:
        """Open or close it."""
        if not self.opened and not self._room.count():
            self._fill(self._room)
        self.inside.setVisible(not self.opened)
        self.button.set_symbol("chevron-down" if self.opened else "chevron-right")
        self._name()

    def _name(self) -> None:
        holes = {"heading": self._heading, "number": self.number.text()}
        name = tr("Close {heading}, {number}", **holes) if self.opened else tr("Open {heading}, {number}", **holes)
        self.button.setAccessibleName(name)
