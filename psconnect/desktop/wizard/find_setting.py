"""*Find a setting*: a search by our word or a vendor's, with the settings found in a list that lies over the page."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from psconnect.desktop.text import tr
from psconnect.desktop.theme.tokens import SPACE_XS
from psconnect.desktop.widgets.button import Button, link
from psconnect.desktop.widgets.card import Card, clear
from psconnect.desktop.widgets.label import Label
from psconnect.desktop.widgets.settle import settle_layout
from psconnect.desktop.wizard.findable import FoundSetting, find_settings

_MOST, _WIDTH, _LEAST, _LIST_WIDTH = 6, 320, 130, 420
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class FindSetting(QWidget):
    """A line to type in; ``open_setting`` gets what is chosen. Enter takes the first one, arrows go through them.

    ``notices`` tells that the settings of the notices are among them.
    """

    def __init__(
        self, open_setting: Callable[[FoundSetting], object], parent: QWidget | None = None, *, notices: bool = False
    ) -> None:
        super().__init__(parent)
        self._open, self._notices = open_setting, notices
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Find a setting"))
        self.search.setAccessibleName(tr("Find a setting"))
        self.search.setAccessibleDescription(tr("By our word for it, or by that of your other system."))
        self.search.setClearButtonEnabled(True)
        self.search.setMinimumWidth(_LEAST)
        self.search.setMaximumWidth(_WIDTH)
        self.search.textChanged.connect(self._show)
        self.search.installEventFilter(self)
        self.found: list[FoundSetting] = []
        self.buttons: list[Button] = []
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.search)
        # Over the page and not in it: else the page would move under the hands with every letter.
        self.results = Card(parent=self)
        self.results.setAccessibleName(tr("Settings found"))
        self.results.body.setSpacing(SPACE_XS)
        self.results.hide()

    def _show(self, text: str) -> None:
        clear(self.results.body)
        self.found, self.buttons = find_settings(text, notices=self._notices)[:_MOST], []
        for one in self.found:
            button = link(one.label, partial(self._choose, one), name=f"{one.label}. {one.below}")
            button.installEventFilter(self)
            self.buttons.append(button)
            self.results.body.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
            self.results.add(Label(one.below, "help"))
        if text.strip() and not self.found:
            self.results.add(Label(tr("No setting here is called that."), "help"))
        self._place(shown=bool(text.strip()))

    def _place(self, *, shown: bool) -> None:
        self.results.setVisible(shown)
        if not shown:
            return
        window = self.window()
        self.results.setParent(window)
        corner = self.search.mapTo(window, QPoint(0, self.search.height() + SPACE_XS))
        width = min(_LIST_WIDTH, window.width() - 2 * SPACE_XS)
        left = max(SPACE_XS, min(corner.x(), window.width() - width - SPACE_XS))
        self.results.setFixedWidth(width)
        self.results.move(left, corner.y())
        self.results.show()
        self.results.raise_()
        settle_layout(self.results)
        self.results.resize(width, self.results.body.heightForWidth(width))

    def _choose(self, one: FoundSetting) -> None:
        self.search.clear()
        self._open(one)

    def hideEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """The list goes with the page."""
        super().hideEvent(event)  # type: ignore[arg-type]  # Qt hands a QHideEvent in
        self.results.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Enter opens the first one, arrows go through the list, Escape forgets the search; leaving closes the list."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._pressed(watched, event) or super().eventFilter(watched, event)
        if event.type() == QEvent.Type.FocusOut and not self._has_focus():
            self.results.hide()
        return super().eventFilter(watched, event)

    def _has_focus(self) -> bool:
        return any(part.hasFocus() for part in (self.search, *self.buttons))

    def _pressed(self, watched: QObject, event: QKeyEvent) -> bool:
        key = event.key()
        if key in _ENTER and watched is self.search and self.found:
            self._choose(self.found[0])
        elif key == Qt.Key.Key_Escape and self.search.text():
            self.search.setFocus()
            self.search.clear()
        elif key in (Qt.Key.Key_Down, Qt.Key.Key_Up) and self.buttons:
            stops: list[QWidget] = [self.search, *self.buttons]
            place = next((n for n, stop in enumerate(stops) if stop is watched), 0)
            step = 1 if key == Qt.Key.Key_Down else -1
            stops[max(0, min(len(stops) - 1, place + step))].setFocus(Qt.FocusReason.TabFocusReason)
        else:
            return False
        return True
