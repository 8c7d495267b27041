"""Values that several threads of a reading need and that are made once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any


class Once:
    """Values that several threads need and one of them makes; after an error, the next caller tries again."""

    def __init__(self) -> None:
        """Begin with none."""
        self._values: dict[str, Any] = {}
        self._locks: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()

    def get(self, name: str, make: Callable[[], Any]) -> Any:
        """The value of this name, made on first use."""
        with self._lock_of(name):
            if name not in self._values:
                self._values[name] = make()
            return self._values[name]

    def forget(self, name: str) -> None:
        """Forget the value, so that the next caller makes it again."""
        with self._lock_of(name):
            self._values.pop(name, None)

    def _lock_of(self, name: str) -> threading.Lock:
        with self._lock:
            return self._locks.setdefault(name, threading.Lock())
