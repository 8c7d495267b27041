"""Stops a run whose connection is disabled meanwhile, in whatever process: at its next safe point."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from psconnect.model.clock import CancelToken, Clock
from psconnect.model.errors import PsconnectError
from psconnect.model.events import OnEvent, RunEvent

LOOK_SECONDS = 1.0


@dataclass
class WhileEnabled:
    """Passes a run's events on, and cancels it once ``is_disabled`` says so, asked once a second at most."""

    is_disabled: Callable[[], bool]
    cancel: CancelToken
    on_event: OnEvent
    clock: Clock
    _looked: float = field(default=float("-inf"))

    def __call__(self, event: RunEvent) -> None:
        """Take an event, in whatever thread it comes."""
        now = self.clock.monotonic()
        if now - self._looked >= LOOK_SECONDS:
            self._looked = now
            if self._disabled():
                self.cancel.cancel()
        self.on_event(event)

    def _disabled(self) -> bool:
        try:
            return self.is_disabled()
        except PsconnectError:
            return False  # settings that can't be read at this moment stop no run that began with good ones
