"""What a window does by itself while nobody asks: follows other processes, makes up what was missed, asks for news."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject

from psconnect.desktop.due import DueCheck, DueRun
from psconnect.desktop.follower import RunFollower
from psconnect.desktop.news_check import NewsCheck
from psconnect.desktop.notices import RunNotices
from psconnect.desktop.shell import MainWindow
from psconnect.desktop.text import moment, tr
from psconnect.desktop.tray import Tray
from psconnect.desktop.widgets.banner import Action

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
        self.due = DueCheck(window.context, self)
        self.due.made_up.connect(self._made_up)
        self.news = NewsCheck(window.context, self)
        self.news.asked.connect(self._asked)
        window.closed.connect(self.stop)

    def start(self) -> None:
        """Begin."""
        self.follower.start()
        self.due.start()
        self.news.start()

    def stop(self) -> None:
        """End, with the window."""
        self.follower.stop()
        self.due.stop()
        self.news.stop()

    def _moved(self, names: list[str]) -> None:
        window = self._window
        window.changed()
        if window.places.key in _OF_RUNS and window.places.name in ("", *names) and window.isVisible():
            window.places.load()

    def _asked(self) -> None:
        if self._window.places.key == "connections" and self._window.isVisible():
            self._window.places.load()

    def _made_up(self, due: DueRun) -> None:
        window, name = self._window, due.connection
        text = tr(
            "{name}: made up for {when}, because nothing ran then. The computer may have been off or asleep.",
            name=name,
            when=moment(due.start.at, window.context.now()),
        )
        actions: list[Action] = [(tr("Show run"), partial(window.running, name)), (tr("Close"), window.banner.hide)]
        window.banner.tell(text, "accent", actions, about=name)
