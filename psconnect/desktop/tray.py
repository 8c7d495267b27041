"""The icon in the system's tray: how all connections are, and the ways to them. Never the only door.

GNOME has no tray without an extension, and a panel may end at any time: a window is hidden only while there is a tray,
and comes back by itself once there is none.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from psconnect.desktop.context import PageContext
from psconnect.desktop.overall import TrayLine, in_order_of_urgency, line_of, overall
from psconnect.desktop.text import counted, tr
from psconnect.desktop.tray_icon import tray_icon
from psconnect.model.runs import WAITING
from psconnect.service import ConnectionState

_MOST_LINES, _LONGEST_TIP = 10, 120
"""Windows cuts a tip off after 127 characters."""
_LOOK_MS, _NOTICE_MS = 10_000, 10_000
_PATIENCE = 3
"""For so many looks a panel may be away: it may still be starting, or start again."""
_Reason = QSystemTrayIcon.ActivationReason


class TrayWindow(Protocol):
    """The window behind the icon."""

    context: PageContext

    def to_front(self) -> None:
        """Show it, wherever it was."""

    def quit(self) -> None:
        """Close it for good."""

    def isHidden(self) -> bool:  # noqa: N802 - Qt's name
        """Whether it is in the tray."""


class Tray(QObject):
    """The icon of one window. ``show_states`` tells how the connections are; ``clicked``: the last notice was."""

    clicked = Signal()

    def __init__(
        self,
        window: TrayWindow,
        make_place: Callable[[], QSystemTrayIcon],
        is_there: Callable[[], bool],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window, self._make_place, self._is_there = window, make_place, is_there
        self._place: QSystemTrayIcon | None = None
        self._missed = 0
        self._states: Sequence[ConnectionState] = ()
        self._lines: list[TrayLine] | None = None
        self._signs: dict[str, QIcon] = {}
        self.menu = QMenu()
        window.context.runs.changed.connect(lambda _name: self._show())
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.look)
        self._timer.start(_LOOK_MS)
        self.look()

    def look(self) -> bool:
        """Appear if there is a tray now; bring the window back if it is hidden behind one that is gone.

        Returns whether there is one.
        """
        there = self._is_there()
        self._missed = 0 if there else self._missed + 1
        if there and self._place is None:
            self._appear()
        elif not there and self._place is not None:
            self._place.hide()
            self._place = None
        if self._missed > _PATIENCE and self._window.isHidden():
            self._window.to_front()
        return there

    def _appear(self) -> None:
        self._place = self._make_place()
        self._place.setContextMenu(self.menu)
        self._place.activated.connect(self._activated)
        self._place.messageClicked.connect(self.clicked)
        self._lines = None
        self._show()
        self._place.show()

    def show_states(self, states: Sequence[ConnectionState]) -> None:
        """Show how these connections are."""
        self._states = states
        self._show()

    def tell(self, title: str, text: str, sign: str) -> bool:
        """Show a notice beside the tray, for as long as the system thinks right; whether there was a tray."""
        if self._place is None:
            return False
        self._place.showMessage(title, text, self._icon(sign), _NOTICE_MS)
        return True

    def close(self) -> None:
        """Take it away."""
        self._timer.stop()
        if self._place:
            self._place.hide()
            self._place = None
        self.menu.deleteLater()

    def _show(self) -> None:
        if self._place is None:
            return
        runs, now = self._window.context.runs, self._window.context.now()
        lines = [line_of(state, now, working=runs.working(state.connection.name)) for state in self._states]
        if lines == self._lines:
            return
        self._lines = lines
        sign, text = overall(lines)
        self._place.setIcon(self._icon(sign))
        self._place.setToolTip(tr("psconnect – {state}", state=text)[:_LONGEST_TIP])
        self._fill(lines, text)

    def _fill(self, lines: list[TrayLine], text: str) -> None:
        for old in self.menu.findChildren(QMenu):
            old.deleteLater()
        self.menu.clear()
        if len(lines) == 1:
            self._add_ways(self.menu, lines[0])
        else:
            ordered = in_order_of_urgency(lines)
            if not ordered or text != ordered[0].text:
                self.menu.addAction(_plain(text)).setEnabled(False)
                self.menu.addSeparator()
            for line in ordered[:_MOST_LINES]:
                menu = self.menu.addMenu(self._icon(line.sign), _plain(line.text))
                self._add_ways(menu, line)
        if len(lines) > _MOST_LINES:
            more = counted(len(lines), "All connections …", "All {count} connections …")
            self.menu.addAction(more, partial(self._open, self._window.context.go.connections))
        self.menu.addSeparator()
        self.menu.addAction(tr("Open psconnect"), self._window.to_front)
        self.menu.addAction(tr("Quit psconnect"), self._window.quit)

    def _add_ways(self, menu: QMenu, line: TrayLine) -> None:
        """What a connection's last run did, and the way to the next one: a run is started in the window alone."""
        go, name = self._window.context.go, line.name
        if menu is self.menu:
            menu.addAction(self._icon(line.sign), _plain(line.text), partial(self._open, partial(go.overview, name)))
        menu.addAction(_plain(line.result), partial(self._open, partial(self._last_run, name)))
        if line.working:
            menu.addAction(tr("Show run"), partial(self._open, partial(go.running, name)))
        elif not line.disabled:
            menu.addAction(tr("Run sync …"), partial(self._open, partial(go.sync, name)))

    def _last_run(self, name: str) -> None:
        go = self._window.context.go
        run = next((state.last_run for state in self._states if state.connection.name == name), None)
        if run is None:
            go.overview(name)
        elif run.state in WAITING and run.kind != "rehearsal":
            go.review(name, run.id)
        else:
            go.summary(name, run.id)

    def _open(self, act: Callable[[], object]) -> None:
        self._window.to_front()
        act()

    def _activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        # macOS opens the menu on each click; elsewhere a click opens the window.
        if reason in (_Reason.Trigger, _Reason.DoubleClick) and sys.platform != "darwin":
            self._window.to_front()

    def _icon(self, sign: str) -> QIcon:
        if sign not in self._signs:
            self._signs[sign] = tray_icon(sign, template=sys.platform == "darwin")
        return self._signs[sign]


def _plain(text: str) -> str:
    """A text for a menu, in which an ampersand is no shortcut."""
    return text.replace("&", "&&")
