"""Has the sources asked for changes, in a worker: at the window's start and now and then."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from psconnect.desktop.bridge import BridgeTask
from psconnect.desktop.context import PageContext
from psconnect.model.clock import CancelToken
from psconnect.model.errors import PsconnectError
from psconnect.model.events import OnEvent

_LOOK_MS = 15 * 60_000


class NewsCheck(QObject):
    """Asks one connection after the other; the service decides which it is time for. ``asked`` once all were."""

    asked = Signal()

    def __init__(self, context: PageContext, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._task: BridgeTask | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MS)
        self._timer.timeout.connect(self.look)

    def start(self) -> None:
        """Ask now, and now and then."""
        self._timer.start()
        self.look()

    def stop(self) -> None:
        """Ask no more, and stop an asking that goes on."""
        self._timer.stop()
        if self._task:
            self._task.cancel.cancel()

    def look(self) -> None:
        """Ask those for which it is time; a run that works here is left alone."""
        if self._task is not None:
            return
        context = self._context

        def work(_on_event: OnEvent, cancel: CancelToken) -> None:
            for state in context.service.connections():
                name = state.connection.name
                if not state.trouble and not context.runs.working(name):
                    context.service.news(name, cancel)

        self._task = context.bridge.run(
            work, lambda _events: None, lambda _none: self._done(), self._failed, on_cancelled=self._ended, owner=self
        )

    def _done(self) -> None:
        self._ended()
        self.asked.emit()

    def _failed(self, _error: PsconnectError) -> None:
        """Only files can fail here, and the pages say what is wrong with them; what a server says is in the news."""
        self._ended()

    def _ended(self) -> None:
        self._task = None
