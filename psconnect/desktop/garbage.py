"""Python's cyclic garbage is collected on the GUI thread, in small portions, never in the middle of a sync.

Left to itself, a full collection starts in whichever thread happens to allocate, and holds all others up: 30 to 50 ms
each, several times a sync (tests/bench/window.py). It could also take a Qt object apart in a worker's thread.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

_EVERY_MS = 1_000
_YOUNG_OBJECTS = 700
_FULL_EVERY = 60


class Garbage(QObject):
    """Collects until ``release`` hands the work back to Python."""

    def __init__(self, parent: QObject | None = None) -> None:
        """Begin; objects made at start-up are frozen, because they live as long as the program."""
        super().__init__(parent)
        gc.disable()
        gc.freeze()
        self._rounds = 0
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._collect)
        self._timer.start(_EVERY_MS)

    def release(self) -> None:
        """Hand collection back to Python."""
        self._timer.stop()
        gc.unfreeze()
        gc.enable()

    def _collect(self) -> None:
        self._rounds += 1
        if self._rounds % _FULL_EVERY == 0:
            gc.collect()
        elif gc.get_count()[0] > _YOUNG_OBJECTS:
            gc.collect(1)
