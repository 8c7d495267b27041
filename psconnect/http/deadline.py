"""The deadline of one call, which every wait observes: name server, connection, handshake, each piece."""

from __future__ import annotations

from collections.abc import Callable

import httpcore

_SLACK = 0.05  # seconds


class TooLate(httpcore.TimeoutException):
    """The call as a whole has used up its time, however busy the other side was."""


class Deadline:
    """The deadline of the call over one connection, set anew for each call.

    A time limit between two pieces is not enough: a server that sends a byte per second, or one "100 Continue" after
    another, never exceeds it (fault N05).
    """

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._ends = 0.0

    def begin(self, seconds: float) -> None:
        """Starts a call that may take this many seconds."""
        self._ends = self._monotonic() + seconds

    def check(self) -> None:
        """Raises TooLate when time is up, with a tolerance for a clock that is slower than the system's timer."""
        if self._ends - self._monotonic() <= _SLACK:
            raise TooLate

    def left(self, limit: float | None = None) -> float:
        """How long one thing may be waited for, ``limit`` at most, in seconds; raises TooLate if no time is left."""
        left = self._ends - self._monotonic()
        if left <= 0:
            raise TooLate
        return left if limit is None else min(left, limit)
