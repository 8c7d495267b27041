"""The end of one call, which every wait on the way asks for: name server, connection, handshake, each piece."""

from __future__ import annotations

from collections.abc import Callable

import httpcore

_SLACK = 0.05  # seconds


class TooLate(httpcore.TimeoutException):
    """The call as a whole has used up its time, however busy the other side kept it."""


class Deadline:
    """When the call over one connection has to be over; begun anew for each call.

    A limit between two pieces is no limit: a server that sends a byte each second, a header line every two, or one
    "100 Continue" after the other keeps within it for ever (fault N05).
    """

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._ends = 0.0

    def begin(self, seconds: float) -> None:
        """A call begins that may take so long."""
        self._ends = self._monotonic() + seconds

    def check(self) -> None:
        """Raise TooLate when time is up; a clock that runs a little slower than the system's waiting still says so."""
        if self._ends - self._monotonic() <= _SLACK:
            raise TooLate

    def left(self, limit: float | None = None) -> float:
        """Seconds that may be waited for one thing, ``limit`` at most; raises TooLate when there are none."""
        left = self._ends - self._monotonic()
        if left <= 0:
            raise TooLate
        return left if limit is None else min(left, limit)
