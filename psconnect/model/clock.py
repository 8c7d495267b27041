"""Time as the engine sees it: the one thing, beside the network's edge, that tests replace."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from psconnect.model.errors import Cancelled


@dataclass
class CancelToken:
    """A person's wish to stop, set from any thread and asked between requests and between batches."""

    _event: threading.Event = field(default_factory=threading.Event)
    _callbacks: list[Callable[[], None]] = field(default_factory=list)

    def cancel(self) -> None:
        """Ask the work to stop at its next safe point."""
        self._event.set()
        for callback in list(self._callbacks):
            callback()

    def when_cancelled(self, callback: Callable[[], None]) -> None:
        """Have a function called, in the thread that cancels, to end something that waits; it must not block."""
        self._callbacks.append(callback)
        if self._event.is_set():
            callback()

    @property
    def cancelled(self) -> bool:
        """Whether somebody asked to stop."""
        return self._event.is_set()

    def check(self) -> None:
        """Raise Cancelled if somebody asked to stop."""
        if self._event.is_set():
            raise Cancelled

    def wait(self, seconds: float | None = None) -> None:
        """Wait so long, or for ever, but no longer than until somebody asks to stop; then raise Cancelled."""
        if self._event.wait(seconds):
            raise Cancelled


class Clock:
    """Wall time in UTC, a monotonic counter, and waiting that can be cancelled."""

    def now(self) -> datetime:
        """The present moment, with its time zone (UTC)."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds that never jump, for time limits."""
        return time.monotonic()

    def wait(self, seconds: float, cancel: CancelToken) -> None:
        """Wait that many seconds; raises Cancelled at once when the token is set."""
        cancel.wait(seconds)
