"""Why a run waits, at the top of its page: the cause in bold, what to do, and the button that leads there."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QSize
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel

from psconnect.desktop.theme.apply import tokens_in_use
from psconnect.desktop.theme.icons import pixmap
from psconnect.desktop.theme.tokens import SPACE_L, SPACE_M
from psconnect.desktop.widgets.button import secondary
from psconnect.desktop.widgets.card import column, wide
from psconnect.desktop.widgets.label import Label, restyle
from psconnect.wording.held import Story
from psconnect.wording.window import open_words

_ICON = 20


class CauseBanner(QFrame):
    """One cause, one way on; ``on_open`` gets the setting or the page where something is mended."""

    def __init__(self, on_open: Callable[[str], object]) -> None:
        super().__init__()
        self.setProperty("look", "banner")
        self._where, self._state = "", "warning"
        self._symbol = QLabel()
        self._symbol.setFixedSize(QSize(_ICON, _ICON))
        self.label, self.way = Label("", "strong"), Label("", "table")
        self.button = secondary("", lambda: on_open(self._where))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_M, SPACE_M, SPACE_M)
        layout.setSpacing(SPACE_M)
        layout.addWidget(self._symbol)
        layout.addWidget(wide(column(self.label, self.way, spacing=2)), 1)
        layout.addWidget(self.button)
        self.hide()

    def show_story(self, story: Story, *, before: str = "", state: str = "warning") -> None:
        """Show why a run waits; ``before`` is said first. Hidden where there is nothing to say."""
        first, *rest = [part for part in (before, story.cause, story.way, *story.more) if part] or [""]
        self.label.setText(first)
        self.way.setText("\n".join(rest) if len(rest) > 1 else "".join(rest))
        self.way.setVisible(bool(rest))
        self._where = story.setting or story.where
        self.button.setText(open_words(story.where))
        self.button.setVisible(bool(self.button.text()))
        self.setAccessibleName(" ".join([first, *rest]))
        self._state = state
        self.setProperty("state", state)
        restyle(self)
        self._colour()
        self.setVisible(bool(first))

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Update the symbol's colour when light and dark change."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_state"):
            self._colour()

    def _colour(self) -> None:
        name = "info" if self._state == "accent" else "warning"
        self._symbol.setPixmap(pixmap(name, getattr(tokens_in_use(), self._state), _ICON, self.devicePixelRatioF()))
