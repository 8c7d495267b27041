"""The calls that a demo server has had."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass

#: The status in the call list of a call that got no answer.
NO_ANSWER = 0


@dataclass(frozen=True, slots=True)
class Calls:
    """The calls since the last reset: how many of each (method, path, status); status 0 means no answer was given."""

    counts: dict[tuple[str, str, int], int]

    @property
    def total(self) -> int:
        """The number of calls."""
        return sum(self.counts.values())

    def to(self, path: str) -> int:
        """The number of calls whose path has this prefix."""
        return sum(count for (_, called, _), count in self.counts.items() if called.startswith(path))


class CallBook:
    """Counts calls, from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[tuple[str, str, int]] = Counter()

    def note(self, method: str, path: str, status: int) -> None:
        """Count one call."""
        with self._lock:
            self._counts[method, path, status] += 1

    def so_far(self) -> Calls:
        """The calls since the last reset."""
        with self._lock:
            return Calls(dict(self._counts))

    def reset(self) -> None:
        """Reset the count."""
        with self._lock:
            self._counts.clear()
