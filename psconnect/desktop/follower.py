"""Follows what other processes do, through the store: the scheduler's runs, the command line's, and settings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import QObject, QTimer, Signal

from psconnect.desktop.context import PageContext
from psconnect.model.errors import PsconnectError
from psconnect.service import Marks, RunNews

_LOOK_MS = 5_000


@dataclass(frozen=True)
class _Seen:
    marks: Marks
    moved: list[str]
    news: list[RunNews]


class RunFollower(QObject):
    """Looks every few seconds whether a file was written; only then it opens anything.

    ``moved`` brings the names of connections of which something was written by others, ``news`` the runs that a person
    has to be told of: those of this window, too.
    """

    moved = Signal(list)
    news = Signal(list)

    def __init__(self, context: PageContext, since: datetime, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context, self._since = context, since
        self._marks: Marks = {}
        self._looking = self._again = False
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MS)
        self._timer.timeout.connect(self.look)
        context.runs.ended.connect(lambda _name: self.look())

    def start(self) -> None:
        """Look now, and from now on."""
        self._timer.start()
        self.look()

    def stop(self) -> None:
        """Look no more."""
        self._timer.stop()

    def look(self) -> None:
        """Look whether anything was written since the last time."""
        if self._looking:
            self._again = True
            return
        self._looking = True
        service, before, since = self._context.service, self._marks, self._since

        def work() -> _Seen:
            marks = service.marks()
            moved = service.moved(before, marks)
            return _Seen(marks, moved, [news for name in moved for news in service.take_news(name, since)])

        self._context.bridge.call(work, self._found, self._refused, owner=self)

    def _found(self, seen: _Seen) -> None:
        first = not self._marks
        self._marks = seen.marks
        runs = self._context.runs
        moved = [name for name in seen.moved if not runs.working(name)]
        if moved and not first:
            self.moved.emit(moved)
        if seen.news:
            self.news.emit(seen.news)
        self._next()

    def _refused(self, _error: PsconnectError) -> None:
        """The pages say what is wrong with a folder or a file; the next look tries again."""
        self._next()

    def _next(self) -> None:
        self._looking = False
        if self._again:
            self._again = False
            self.look()
