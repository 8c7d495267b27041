"""A few choices side by side, one of them chosen, or any of them where several go together."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QSizePolicy, QWidget

from psconnect.desktop.theme.tokens import SPACE_XS
from psconnect.desktop.widgets.button import Button


class Segments(QWidget):
    """``take`` gets the key that was pressed. ``names`` are what a screen reader says where the label is short.

    With ``several``, each is on or off by itself.
    """

    def __init__(
        self,
        labels: Mapping[str, str],
        take: Callable[[str], object],
        *,
        names: Mapping[str, str] | None = None,
        several: bool = False,
    ) -> None:
        super().__init__()
        self.buttons: dict[str, Button] = {}
        self._group = QButtonGroup(self)
        self._group.setExclusive(not several)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_XS)
        for key, label in labels.items():
            button = Button(label, partial(take, key), look="segment", name=(names or labels)[key])
            button.setCheckable(True)
            button.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
            self._group.addButton(button)
            self.buttons[key] = button
            layout.addWidget(button)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.show_chosen(())

    def show_chosen(self, chosen: Collection[str]) -> None:
        """Mark these as chosen."""
        for key, button in self.buttons.items():
            button.setChecked(key in chosen)
        first = next((self.buttons[key] for key in chosen if key in self.buttons), None)
        self.setFocusProxy(first or next(iter(self.buttons.values())))
