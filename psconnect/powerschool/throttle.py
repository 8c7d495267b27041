"""Limits the rate of calls: parallel until the server asks for a pause, then one at a time with pauses.

An administrator can set a minimum time between a plugin's calls (docs/powerschool.md 18). The server never says how
long it is, only how many seconds to wait now, so the time between calls grows with each refusal until none comes.
"""

from __future__ import annotations

import threading

from psconnect.model.clock import CancelToken, Clock

_FIRST_SPACING = 0.25
_LONGEST_SPACING = 8.0


class Gate:
    """Every call of a client passes through it; use it as a context manager around the call."""

    def __init__(self, clock: Clock, cancel: CancelToken) -> None:
        """Start without limits; ``narrow`` sets them."""
        self._clock, self._cancel = clock, cancel
        self._one = threading.Lock()
        self._state = threading.Lock()
        self._narrow = False
        self._spacing = 0.0
        self._next = 0.0
        self._held = threading.local()

    @property
    def spacing(self) -> float:
        """Seconds between the end of a call and the next one."""
        return self._spacing

    def narrow(self, asked: float) -> None:
        """After a refusal: one call at a time from now on, none for ``asked`` seconds, and longer pauses."""
        with self._state:
            if self._narrow:
                # The pause it asks for is the time that was missing, so this spacing would have been enough.
                enough = self._spacing + asked if asked else _LONGEST_SPACING
                self._spacing = min(max(2 * self._spacing, _FIRST_SPACING), enough)
            self._narrow = True
            self._next = max(self._next, self._clock.monotonic() + asked)

    def __enter__(self) -> None:
        self._held.locked = self._narrow
        if not self._held.locked:
            return
        self._one.acquire()
        try:
            pause = self._next - self._clock.monotonic()
            if pause > 0:
                self._clock.wait(pause, self._cancel)
        except BaseException:
            self._one.release()
            raise

    def __exit__(self, *_exc: object) -> None:
        if self._held.locked:
            with self._state:
                self._next = max(self._next, self._clock.monotonic() + self._spacing)
            self._one.release()
