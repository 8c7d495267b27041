"""The menu bar: every page and action of the window, with each system's usual shortcuts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu

from psconnect.desktop.text import tr

_Keys = QKeySequence.StandardKey
Role = QAction.MenuRole


class WindowDeeds(Protocol):
    """The actions of the menus; the main window implements them."""

    def set_up(self) -> None:
        """Open the wizard."""

    def import_connection(self) -> None:
        """Choose a connection file and store it."""

    def try_demo(self) -> None:
        """Open the demo district."""

    def leave_demo(self) -> None:
        """Go back to the user's own connections."""

    def sync(self, name: str) -> None:
        """Show the last run of a connection, and the button that starts the next one."""

    def run_open(self) -> None:
        """Show the last run of the open connection, with Run now."""

    def preview_open(self) -> None:
        """Make a plan for the open connection."""

    def show_of_open(self, page: str) -> None:
        """Show a page of the open connection."""

    def connections(self) -> None:
        """Show the start page."""

    def back(self) -> None:
        """Show the page before."""

    def refresh(self) -> None:
        """Read the page anew."""

    def help(self) -> None:
        """Show the help."""

    def diagnostics(self) -> None:
        """Show the diagnostics, and offer to save them."""

    def preferences(self) -> None:
        """Show what is set for psconnect as a whole."""

    def quit(self) -> None:
        """Close the window for good."""


@dataclass(frozen=True)
class MenuEntry:
    """A menu item; ``of_open`` marks those that need an open connection."""

    text: str
    act: Callable[[], object]
    keys: QKeySequence | _Keys | None = None
    role: Role = Role.NoRole
    of_open: bool = False


class Menus:
    """Builds a window's menu bar, and enables and disables its items."""

    def __init__(self, window: QMainWindow, deeds: WindowDeeds, *, demo: bool, with_preferences: bool = True) -> None:
        self._window = window
        self._of_open: list[QAction] = []
        new = MenuEntry(tr("New connection"), deeds.set_up, _Keys.New)
        imports = MenuEntry(tr("Import connection …"), deeds.import_connection)
        tries = [
            MenuEntry(tr("Leave the demo district"), deeds.leave_demo)
            if demo
            else MenuEntry(tr("Try the demo district"), deeds.try_demo)
        ]
        preferences = MenuEntry(tr("Preferences"), deeds.preferences, _Keys.Preferences, Role.PreferencesRole)
        own = [preferences, None] if with_preferences else []
        close = MenuEntry(tr("Close window"), window.close, _Keys.Close)
        leave = MenuEntry(tr("Quit psconnect"), deeds.quit, _Keys.Quit, Role.QuitRole)
        self._menu(tr("&File"), [new, imports, *tries, None, *own, close, leave])
        self._deeds = deeds
        self._connection = self._menu(tr("&Connection"), _of_connection(deeds))
        self._of_each: list[QAction] = []
        self._menu(
            tr("&View"),
            [
                MenuEntry(tr("All connections"), deeds.connections, QKeySequence("Ctrl+0")),
                MenuEntry(tr("Back"), deeds.back, _Keys.Back),
                MenuEntry(tr("Refresh"), deeds.refresh, _Keys.Refresh),
            ],
        )
        self._menu(
            tr("&Help"),
            [
                MenuEntry(tr("Help"), deeds.help, _Keys.HelpContents),
                MenuEntry(tr("Diagnostics …"), deeds.diagnostics),
                MenuEntry(tr("About psconnect"), deeds.help, None, Role.AboutRole),
            ],
        )
        self.set_open(on=False)

    def set_open(self, *, on: bool) -> None:
        """Whether a connection is open."""
        for action in self._of_open:
            action.setEnabled(on)

    def show_connections(self, names: list[str]) -> None:
        """Offer to run each of these connections, by its name."""
        for action in self._of_each:
            self._connection.removeAction(action)
            action.deleteLater()
        self._of_each = [self._connection.addSeparator()] if names else []
        for name in names:
            action = QAction(tr("Run sync of {name}", name=name).replace("&", "&&"), self._window)
            action.triggered.connect(lambda _checked=False, name=name: self._deeds.sync(name))
            self._connection.addAction(action)
            self._of_each.append(action)

    def _menu(self, title: str, entries: list[MenuEntry | None]) -> QMenu:
        menu = self._window.menuBar().addMenu(title)
        menu.setAccessibleName(title.replace("&", ""))
        for entry in entries:
            if entry is None:
                menu.addSeparator()
                continue
            action = QAction(entry.text, self._window)
            action.setMenuRole(entry.role)
            if entry.keys is not None:
                action.setShortcut(entry.keys)
            action.triggered.connect(lambda _checked=False, act=entry.act: act())
            menu.addAction(action)
            if entry.of_open:
                self._of_open.append(action)
        return menu


def _of_connection(deeds: WindowDeeds) -> list[MenuEntry | None]:
    preview = QKeySequence("Ctrl+Shift+Return")
    pages = (
        ("overview", tr("Overview"), "Ctrl+1"),
        ("history", tr("History"), "Ctrl+2"),
        ("settings", tr("Settings"), "Ctrl+3"),
        ("ids", tr("Ids"), "Ctrl+4"),
        ("check", tr("Check access"), "Ctrl+5"),
        ("find", tr("Find a record"), _Keys.Find),
    )
    return [
        MenuEntry(tr("Run sync"), deeds.run_open, QKeySequence("Ctrl+Return"), of_open=True),
        MenuEntry(tr("Preview only, deliver nothing"), deeds.preview_open, preview, of_open=True),
        None,
        *(
            MenuEntry(text, partial(deeds.show_of_open, page), QKeySequence(keys), of_open=True)
            for page, text, keys in pages
        ),
    ]
