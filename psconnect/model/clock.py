"""Time as the engine sees it: the one thing, apart from the network's edge, that tests replace."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo

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


class ComputerZone(tzinfo):
    """The computer's own time zone by the rules of its operating system, for any date; its name is not known to all."""

    def utcoffset(self, moment: datetime | None) -> timedelta | None:
        """The offset at a local time; of the two moments that a local time may be, the one that ``fold`` says."""
        return None if moment is None else moment.replace(tzinfo=None).astimezone().utcoffset()

    def dst(self, _moment: datetime | None) -> timedelta | None:
        """Not known: only the whole offset is."""
        return None

    def tzname(self, moment: datetime | None) -> str | None:
        """The zone's short name at a local time."""
        return None if moment is None else moment.replace(tzinfo=None).astimezone().tzname()

    def fromutc(self, moment: datetime) -> datetime:
        """The local time of a moment, with ``fold`` set for the second of two equal ones."""
        local = moment.replace(tzinfo=UTC).astimezone()
        wall = local.replace(tzinfo=None, fold=0)
        second = wall.astimezone().utcoffset() != local.utcoffset()
        return wall.replace(tzinfo=self, fold=int(second))


class Clock:
    """Wall time in UTC, a monotonic counter, waiting that can be cancelled, and the computer's time zone."""

    def now(self) -> datetime:
        """The current time, with its zone (UTC)."""
        return datetime.now(UTC)

    def zone(self) -> tzinfo:
        """The computer's own time zone, as it is now."""
        if hasattr(time, "tzset"):
            time.tzset()  # it may have been changed since the program began
        return ComputerZone()

    def monotonic(self) -> float:
        """A monotonic counter in seconds, for time limits."""
        return time.monotonic()

    def wait(self, seconds: float, cancel: CancelToken) -> None:
        """Wait that many seconds; raises Cancelled as soon as the token is set."""
        cancel.wait(seconds)
