"""A made-up tray: keeps what is shown in it, and clicks."""

from __future__ import annotations

from PySide6.QtGui import QAction, QIcon, QPixmap
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

Reason = QSystemTrayIcon.ActivationReason


class MadeUpTray(QSystemTrayIcon):
    """The tray of a desktop, and the icon in it. ``there`` is whether the desktop has one."""

    def __init__(self, *, there: bool = True) -> None:
        super().__init__()
        self.there, self.shown = there, False
        self.tip, self.menu = "", QMenu()
        self.notices: list[tuple[str, str]] = []

    def is_there(self) -> bool:
        return self.there

    def make(self) -> MadeUpTray:
        return self

    def setIcon(self, icon: QIcon | QPixmap) -> None:
        self.shown_icon = icon

    def setToolTip(self, text: str) -> None:
        self.tip = text

    def setContextMenu(self, menu: QMenu) -> None:
        self.menu = menu

    def showMessage(self, title: str, text: str, *_icon_and_time: object) -> None:
        self.notices.append((title, text))

    def show(self) -> None:
        self.shown = True

    def hide(self) -> None:
        self.shown = False

    def texts(self, menu: QMenu | None = None) -> list[str]:
        """The lines of the menu, those of other menus in it included."""
        found: list[str] = []
        for action in (menu or self.menu).actions():
            inner = action.menu()
            found += [action.text(), *(self.texts(inner) if isinstance(inner, QMenu) else [])]
        return [text for text in found if text]

    def press(self, text: str, within: str = "") -> None:
        """Choose the first line that begins with the text; in the menu of the line that begins with ``within``."""
        menu = self._line(self.menu, within).menu() if within else self.menu
        assert isinstance(menu, QMenu)
        self._line(menu, text).trigger()

    def _line(self, menu: QMenu, text: str) -> QAction:
        return next(action for action in menu.actions() if action.text().startswith(text))
