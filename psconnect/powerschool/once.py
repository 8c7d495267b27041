"""Values that several threads of a reading need, and that are made once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any


class Once:
    """Values that several threads need and one makes; what raised is made again by the next who asks."""

    def __init__(self) -> None:
        """Begin with none."""
        self._values: dict[str, Any] = {}
        self._locks: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()

    def get(self, name: str, make: Callable[[], Any]) -> Any:
        """The value of that name, made if need be."""
        with self._lock_of(name):
            if name not in self._values:
                self._values[name] = make()
            return self._values[name]

    def forget(self, name: str) -> None:
        """Have the value made anew by the next who asks."""
        with self._lock_of(name):
            self._values.pop(name, None)

    def _lock_of(self, name: str) -> threading.Lock:
        with self._lock:
            return self._locks.setdefault(name, threading.Lock())
