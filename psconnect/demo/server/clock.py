"""The server's clock: it starts at the demo's date and runs on from there."""

from __future__ import annotations

import time
from datetime import date, datetime, timedelta
from typing import Final

_START_OF_WORK: Final = timedelta(hours=8, minutes=30)


class Clock:
    """A clock that starts at half past eight on ``today`` and can be advanced."""

    def __init__(self, today: date) -> None:
        self._start = datetime(today.year, today.month, today.day) + _START_OF_WORK  # noqa: DTZ001 - Oracle's DATE has no zone
        self._made = time.monotonic()
        self._moved = 0.0

    def seconds(self) -> float:
        """Seconds on this clock since it was made."""
        return time.monotonic() - self._made + self._moved

    def now(self) -> datetime:
        """The date and time it shows, in the district's zone and to the second."""
        return self._start + timedelta(seconds=int(self.seconds()))

    def restart(self) -> None:
        """Go back to half past eight on the first day."""
        self._moved -= self.seconds()

    def advance(self, seconds: float) -> None:
        """Advance the clock."""
        self._moved += seconds
