"""Has a system start something once, for the proof that it can, and leaves no entry behind."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from psconnect.model.clock import CancelToken, Clock
from psconnect.schedule.systems.kind import Entry, Scheduler

_T = TypeVar("_T")
LONGEST_START_SECONDS = 150.0
"""Cron looks at its table once a minute, and what it starts has to load first."""
_LOOK_SECONDS = 0.25


def start_once(
    scheduler: Scheduler,
    entry: Entry,
    ended: Callable[[], _T | None],
    clock: Clock,
    cancel: CancelToken,
    *,
    seconds: float = LONGEST_START_SECONDS,
) -> _T | None:
    """Register the entry, start it, and wait until ``ended`` gives something; None if it doesn't in time.

    The entry is removed whatever happens. Raises what the scheduler raises, and Cancelled.
    """
    scheduler.register(entry)
    try:
        scheduler.start_now(entry.id)
        latest = clock.monotonic() + seconds
        while (found := ended()) is None and clock.monotonic() < latest:
            clock.wait(_LOOK_SECONDS, cancel)
    finally:
        scheduler.remove(entry.id)
    return found
