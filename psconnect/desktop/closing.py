"""What becomes of the window and its runs when it is closed: asked in the window, never in a modal box.

Where the system has a tray, a window can be closed to it: it is hidden, and everything goes on. What a person wants is
asked at the first closing and remembered in the preferences. To quit is something else, and always possible.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Protocol

import msgspec
from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QMainWindow

from psconnect.desktop.context import PageContext
from psconnect.desktop.places import PlaceStack
from psconnect.desktop.text import counted, tr
from psconnect.desktop.widgets.banner import Action, Banner
from psconnect.model.preferences import Closing as Choice
from psconnect.model.preferences import Preferences

_CLOSE_MS = 1_000


class ClosableWindow(Protocol):
    """The parts of a window that closing needs; the main window has them."""

    context: PageContext
    places: PlaceStack
    banner: Banner

    def close(self) -> bool:
        """Ask to close it."""

    def ask(self, question: str, answers: list[Action], leave: str = "") -> None:
        """Ask at the top of the window."""

    def to_tray(self) -> None:
        """Hide it."""

    def to_front(self) -> None:
        """Show it, wherever it was."""


class WindowClosing(QObject):
    """Decides for one window. ``has_tray`` tells whether there is a tray at this moment, from which it comes back."""

    def __init__(self, window: ClosableWindow, has_tray: Callable[[], bool], parent: QMainWindow) -> None:
        super().__init__(parent)
        self._window, self.has_tray = window, has_tray
        self.preferences = Preferences()
        self._stopping = self.leaving = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(window.close)

    def read_preferences(self) -> None:
        """Read what closing the window means, at its start and after it was changed."""
        context = self._window.context
        context.bridge.call(context.service.preferences, self._known, context.go.refuse, owner=self)

    def _known(self, preferences: Preferences) -> None:
        self.preferences = preferences

    @property
    def stopping(self) -> bool:
        """Whether the window closes as soon as its runs have ended."""
        return self._stopping

    def quit(self) -> None:
        """Close for good, whatever closing the window means otherwise; a run at work is asked about."""
        self.leaving = True
        try:
            self._window.close()
        finally:
            self.leaving = False

    def may_close(self) -> bool:
        """Whether the window closes now. If not, it was hidden in the tray, or asks what to do."""
        window = self._window
        if self._stopping:
            return self._set_up_kept()
        if not self.leaving and self.preferences.closing != "quit" and self.has_tray():
            if self.preferences.closing == "tray":
                window.to_tray()
            else:
                self._ask_once()
            return False
        go_on = self.quit if self.leaving else window.close
        if window.places.settings.unsaved():
            window.to_front()
            window.places.ask_about_settings(go_on)
            return False
        return self._ask_about_runs() and self._set_up_kept()

    def _set_up_kept(self) -> bool:
        if self._window.places.set_up.may_close():
            return True
        self._window.to_front()
        self._window.places.show_set_up()
        return False

    def _ask_about_runs(self) -> bool:
        working = self._window.context.runs.all_working
        if not working:
            return True
        text = counted(
            len(working),
            "The run of {name} is going on. Closing stops it; nothing is left half done.",
            "{count} runs are going on. Closing stops them; nothing is left half done.",
            name=working[0].connection,
        )
        self._window.to_front()
        self._window.ask(text, [(tr("Stop and close"), self.stop_and_close)], tr("Keep it open"))
        return False

    def _ask_once(self) -> None:
        text = tr(
            "Keep psconnect in the tray when its window is closed? Runs go on there, and you are told when one needs "
            "you."
        )
        answers: list[Action] = [
            (tr("Keep it in the tray"), partial(self._remember, "tray")),
            (tr("Quit psconnect"), partial(self._remember, "quit")),
        ]
        self._window.ask(text, answers, tr("Cancel"))

    def _remember(self, choice: Choice) -> None:
        context = self._window.context
        change = partial(msgspec.structs.replace, closing=choice)
        save = partial(context.service.change_preferences, change)
        context.bridge.call(save, self._remembered, context.go.refuse, owner=self)

    def _remembered(self, preferences: Preferences) -> None:
        self._known(preferences)
        self._window.close()

    def stop_and_close(self) -> None:
        """Stop every run and close as soon as they have ended, within a second at the latest."""
        self._stopping = True
        self._window.banner.tell(tr("Stopping at the next safe point …"), "accent")
        for active in self._window.context.runs.all_working:
            active.cancel()
        self._timer.start(_CLOSE_MS)
        self.close_when_quiet()

    def close_when_quiet(self) -> None:
        """Close if no run is going on any more."""
        if not self._window.context.runs.all_working:
            self._window.close()

    def end(self) -> None:
        """The window is closed: nothing is waited for any more."""
        self._timer.stop()
