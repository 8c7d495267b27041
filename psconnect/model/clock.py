"""Time as the engine sees it: the one thing, apart from the network's edge, that tests replace."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from psconnect.model.errors import Cancelled


@dataclass
class CancelToken:
    """A person's wish to stop, set from any thread and checked between requests and between batches."""

    _event: threading.Event = field(default_factory=threading.Event)
    _callbacks: list[Callable[[], None]] = field(default_factory=list)

    def cancel(self) -> None:
        """Ask the work to stop at its next safe point."""
        self._event.set()
        for callback in list(self._callbacks):
            callback()

    def when_cancelled(self, callback: Callable[[], None]) -> None:
        """Register a function that ends something that waits. The cancelling thread calls it, so it must not block."""
        self._callbacks.append(callback)
        if self._event.is_set():
            callback()

    @property
    def cancelled(self) -> bool:
        """Whether somebody has asked to stop."""
        return self._event.is_set()

    def check(self) -> None:
        """Raise Cancelled if somebody has asked to stop."""
        if self._event.is_set():
            raise Cancelled

    def wait(self, seconds: float | None = None) -> None:
        """Wait that long, or for ever; raise Cancelled as soon as somebody asks to stop."""
        if self._event.wait(seconds):
            raise Cancelled


class Clock:
    """Wall time in UTC, a monotonic counter, and waiting that can be cancelled."""

    def now(self) -> datetime:
        """The current time, with its zone (UTC)."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """A monotonic counter in seconds, for time limits."""
        return time.monotonic()

    def wait(self, seconds: float, cancel: CancelToken) -> None:
        """Wait that many seconds; raises Cancelled as soon as the token is set."""
        cancel.wait(seconds)
