"""What a window does by itself while nobody asks: follows runs of other processes, and tells of them."""

from __future__ import annotations

from PySide6.QtCore import QObject

from psconnect.desktop.follower import RunFollower
from psconnect.desktop.notices import RunNotices
from psconnect.desktop.shell import MainWindow
from psconnect.desktop.tray import Tray

_OF_RUNS = ("connections", "overview", "history")
"""The pages that show how runs stand."""


class Background(QObject):
    """The parts that work by themselves, for as long as their window is there."""

    def __init__(self, window: MainWindow, tray: Tray) -> None:
        super().__init__(window)
        self._window = window
        self.follower = RunFollower(window.context, window.context.now(), self)
        self.notices = RunNotices(window, tray, self)
        self.follower.moved.connect(self._moved)
        self.follower.news.connect(self.notices.tell)
        window.closed.connect(self.stop)

    def start(self) -> None:
        """Begin."""
        self.follower.start()

    def stop(self) -> None:
        """End, with the window."""
        self.follower.stop()

    def _moved(self, names: list[str]) -> None:
        window = self._window
        window.changed()
        if window.places.key in _OF_RUNS and window.places.name in ("", *names) and window.isVisible():
            window.places.load()
