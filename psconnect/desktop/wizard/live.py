"""The one reading of a set-up, as pages see it: started once, told of by news, asked by questions that never wait."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, TypeVar

from psconnect.desktop.wizard.draft import Draft
from psconnect.model.clock import CancelToken
from psconnect.model.connection import Connection
from psconnect.model.errors import LocalStorage, PsconnectError
from psconnect.model.events import OnEvent
from psconnect.service import LiveReading, LiveStatus, Service

if TYPE_CHECKING:
    from PySide6.QtCore import QObject

    from psconnect.desktop.bridge import Bridge, BridgeTask

_T = TypeVar("_T")


class LiveSession(Protocol):
    """What a reading needs of the session it belongs to (wizard.session)."""

    service: Service
    draft: Draft
    live: Live

    @property
    def client_secret(self) -> str:
        """The client secret as typed; empty for the one that is kept."""
        ...

    def settled(self, step: str, draft: Draft | None = None) -> Connection:
        """The settings as typed on a step and on all that lack nothing; raises FixSettings."""
        ...


class Live:
    """The reading of one session. ``on_news`` is called on the GUI thread when its state or progress has changed."""

    def __init__(self, session: LiveSession) -> None:
        """Nothing is opened yet."""
        self._session = session
        self._lock = threading.Lock()
        self._reading: LiveReading | None = None
        self._task: BridgeTask | None = None
        self._again = False
        self.on_news: list[Callable[[], None]] = []

    @property
    def reading(self) -> LiveReading:
        """What is kept; opened on first use, so call it in a worker thread."""
        with self._lock:
            if self._reading is None:
                self._reading = self._session.service.live_reading(self._session.draft.id)
            return self._reading

    @property
    def status(self) -> LiveStatus:
        """How far it is; never waits."""
        reading = self._reading
        return reading.status if reading else LiveStatus()

    @property
    def busy(self) -> bool:
        """Whether it is going on, or about to."""
        return self._task is not None

    def start(self, bridge: Bridge, *, again: bool = False) -> None:
        """Read PowerSchool, unless it is being read or rows of this server and plugin are kept; ``again`` reads anew.

        What was kept before answers until the new reading is whole.
        """
        if self._task:
            return
        session, draft = self._session, self._session.draft

        def work(news: OnEvent, cancel: CancelToken) -> None:
            settings = session.settled("credentials", draft)
            if again or not self.reading.serves(settings):
                self.reading.read(settings, session.client_secret, news, cancel)

        self._task = bridge.run(work, self._heard, self._ended, self._ended, on_cancelled=self._ended)
        self._tell()

    def cancel(self) -> None:
        """Stop reading; it ends within a moment, and what was kept before stays."""
        if self._task:
            self._task.cancel.cancel()

    def end(self) -> None:
        """Stop reading and close what is open: nobody asks any more."""
        self.cancel()
        self.on_news.clear()
        if self._reading:
            self._reading.close()

    def wipe(self) -> None:
        """Forget everything that was read; work."""
        self.cancel()
        self.reading.wipe()

    def wipe_saved(self) -> None:
        """Forget it after everything else is saved: what can't be deleted now is deleted at the next start; work."""
        with contextlib.suppress(LocalStorage):
            self.wipe()

    def drop(self, bridge: Bridge) -> None:
        """End, and wipe what was read: the visit is over. What can't be deleted now is deleted at the next start."""
        self.end()
        if self._reading:
            service, key = self._session.service, self._session.draft.id
            bridge.call(lambda: service.wipe_live(key), _nothing, _next_time)

    def _heard(self, _events: object) -> None:
        self._tell()

    def _ended(self, _answer: object = None) -> None:
        self._task = None
        self._tell()

    def _tell(self) -> None:
        for told in list(self.on_news):
            told()


Question = Callable[[LiveReading, Connection, CancelToken], _T]
"""Asks a reading something about settings; runs in a worker thread."""


class LiveQuestion:
    """A figure on a page that is asked for again and again: the newest question wins, older ones are stopped."""

    def __init__(self, bridge: Bridge, session: LiveSession, owner: QObject) -> None:
        """``owner``: answers are dropped once it is gone."""
        self._bridge, self._session, self._owner = bridge, session, owner
        self._task: BridgeTask | None = None

    @property
    def waiting(self) -> bool:
        """Whether an answer is still to come."""
        return self._task is not None

    def ask(
        self,
        question: Question[_T],
        then: Callable[[_T], None],
        refused: Callable[[PsconnectError], None],
        *,
        step: str,
    ) -> None:
        """Ask about what is typed now on a step and on those that lack nothing; one of the two is called in the end.

        Neither is called if a newer question was asked meanwhile. ``refused`` gets FixSettings for wrong settings, and
        with the code NOT_KEPT where something was not read.
        """
        self.stop()
        session, draft = self._session, self._session.draft

        def work(_news: OnEvent, cancel: CancelToken) -> _T:
            return question(session.live.reading, session.settled(step, draft), cancel)

        def answered(answer: _T) -> None:
            if self._task is task:
                self._task = None
                then(answer)

        def failed(error: PsconnectError) -> None:
            if self._task is task:
                self._task = None
                refused(error)

        task = self._task = self._bridge.run(work, _nothing, answered, failed, owner=self._owner)

    def stop(self) -> None:
        """The answer is not wanted any more."""
        if self._task:
            self._task.cancel.cancel()
            self._task = None


def _nothing(_events: object) -> None:
    """A question has no news."""


def _next_time(_error: PsconnectError) -> None:
    """Whoever starts psconnect the next time wipes it (Service.sweep_live)."""
