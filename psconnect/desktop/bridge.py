"""The one place where worker threads and the window meet.

Work runs in daemon threads; its answers come back as calls on the GUI thread. News of a run is kept per stage and
entity, newest only, and handed over ten times a second, so that a busy run can't drown the window.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import shiboken6
from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from psconnect.model.clock import CancelToken
from psconnect.model.errors import Bug, Cancelled, PsconnectError
from psconnect.model.events import OnEvent, RunEvent

_T = TypeVar("_T")
OnEvents = Callable[[list[RunEvent]], None]
OnError = Callable[[PsconnectError], None]
_TEN_A_SECOND_MS = 100
_CLOSE_SECONDS = 1.0


@dataclass
class BridgeTask:
    """Work in a thread of its own.

    Attributes:
        cancel: set it to ask the work to stop.
        owner: the callbacks are dropped once this object is gone; None for as long as the bridge lives.
        holds: what the work's thread refers to. It often holds a page's last reference, and a thread that lets go of it
            while Qt deletes the page crashes the program: so the task lets go, on the GUI thread.
    """

    cancel: CancelToken = field(default_factory=CancelToken)
    owner: QObject | None = None
    on_events: OnEvents | None = None
    on_cancelled: Callable[[], None] | None = None
    thread: threading.Thread | None = None
    holds: tuple[object, ...] = ()
    _news: dict[tuple[str, str], RunEvent] = field(default_factory=dict)
    _messages: list[RunEvent] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, event: RunEvent) -> None:
        """Keep the newest event of its stage and entity, and every message; called in the work’s thread."""
        with self._lock:
            if event.message:
                self._messages.append(event)
            else:
                self._news.pop((event.stage, event.entity), None)
                self._news[event.stage, event.entity] = event

    def hand_over(self) -> None:
        """Give what came in since the last time to ``on_events``; called in the GUI thread."""
        with self._lock:
            events = [*self._messages, *self._news.values()]
            self._messages.clear()
            self._news.clear()
        if events and self.on_events and self.alive:
            self.on_events(events)

    @property
    def alive(self) -> bool:
        """Whether the owner, if there is one, still exists."""
        return self.owner is None or shiboken6.isValid(self.owner)


class Bridge(QObject):
    """Runs work beside the window and brings the answers back to it. Lives in the GUI thread; there is one.

    ``unexpected`` brings exceptions that are mistakes of ours; what asked for the work is told as well, as a Bug.
    """

    unexpected = Signal(object)
    _answered = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks: list[BridgeTask] = []
        self._closed = False
        self._timer = QTimer(self)
        self._timer.setInterval(_TEN_A_SECOND_MS)
        self._timer.timeout.connect(self._hand_over)
        self._answered.connect(self._call_back, Qt.ConnectionType.QueuedConnection)

    @property
    def busy(self) -> bool:
        """Whether any work is going on."""
        return bool(self._tasks)

    def call(
        self,
        work: Callable[[], _T],
        on_done: Callable[[_T], None],
        on_error: OnError,
        *,
        owner: QObject | None = None,
    ) -> BridgeTask:
        """Do short work without news; exactly one of the two is called, on the GUI thread."""
        return self._start(BridgeTask(owner=owner), work, on_done, on_error)

    def run(
        self,
        work: Callable[[OnEvent, CancelToken], _T],
        on_events: OnEvents,
        on_done: Callable[[_T], None],
        on_error: OnError,
        *,
        on_cancelled: Callable[[], None] | None = None,
        owner: QObject | None = None,
    ) -> BridgeTask:
        """Do long work that tells how far it is and can be cancelled.

        Exactly one of ``on_done``, ``on_error``, ``on_cancelled`` is called in the end, after the last news.
        """
        task = BridgeTask(owner=owner, on_events=on_events, on_cancelled=on_cancelled)
        self._timer.start()
        return self._start(task, lambda: work(task.take, task.cancel), on_done, on_error)

    def post(self, act: Callable[[], None], *, owner: QObject | None = None) -> None:
        """Call something on the GUI thread soon; may be called from any thread."""
        if not self._closed:
            self._emit(lambda: act() if owner is None or shiboken6.isValid(owner) else None)

    def close(self, seconds: float = _CLOSE_SECONDS) -> bool:
        """Ask all work to stop and wait for it, no longer than that; whether all of it has ended."""
        self._closed = True
        self._timer.stop()
        for task in self._tasks:
            task.cancel.cancel()
        end = time.monotonic() + seconds
        for task in self._tasks:
            if task.thread:
                task.thread.join(max(0.0, end - time.monotonic()))
        return not any(task.thread and task.thread.is_alive() for task in self._tasks)

    def _start(
        self, task: BridgeTask, work: Callable[[], Any], on_done: Callable[[Any], None], on_error: OnError
    ) -> BridgeTask:
        task.holds = (work, on_done, on_error)
        task.thread = threading.Thread(
            target=self._work, args=(task, work, on_done, on_error), name="psconnect-work", daemon=True
        )
        self._tasks.append(task)
        task.thread.start()
        return task

    def _work(
        self, task: BridgeTask, work: Callable[[], Any], on_done: Callable[[Any], None], on_error: OnError
    ) -> None:
        """Runs in the thread: whatever happens becomes one call on the GUI thread."""
        answer: Callable[[], None]
        try:
            result = work()
        except Cancelled:
            answer = task.on_cancelled or _nothing
        except PsconnectError as known:
            answer = _later(on_error, known)
        except Exception as mistake:  # noqa: BLE001 - shown calmly, with details to copy
            answer = _later(self._tell_mistake, mistake, on_error)
        else:
            answer = _later(on_done, result)
        self._emit(lambda: self._end(task, answer))

    def _tell_mistake(self, mistake: Exception, on_error: OnError) -> None:
        on_error(Bug("PSC-BUG/window", kind=type(mistake).__name__))
        self.unexpected.emit(mistake)

    def _end(self, task: BridgeTask, answer: Callable[[], None]) -> None:
        if task.thread:
            # Its work is done: it only has to let go of what the task holds, before this thread does.
            task.thread.join(_CLOSE_SECONDS)
        task.hand_over()
        self._tasks.remove(task)
        if not any(other.on_events for other in self._tasks):
            self._timer.stop()
        if task.alive:
            answer()
        # Threads of a cancelled reading may hold the task a moment longer: not through it the pages.
        task.holds, task.owner, task.on_events, task.on_cancelled = (), None, None, None

    def _emit(self, act: Callable[[], None]) -> None:
        if not self._closed and shiboken6.isValid(self):
            self._answered.emit(act)

    @Slot(object)
    def _call_back(self, act: Callable[[], None]) -> None:
        if not self._closed:
            act()

    @Slot()
    def _hand_over(self) -> None:
        for task in list(self._tasks):
            task.hand_over()


def _nothing() -> None:
    """Used when work is cancelled and its asker wants no answer."""


def _later(function: Callable[..., None], *values: object) -> Callable[[], None]:
    return lambda: function(*values)
