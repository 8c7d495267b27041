"""Ctrl+C as a request to stop at the next safe point."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

from psconnect.cli import output
from psconnect.model.clock import CancelToken
from psconnect.wording.catalogue import tr


@contextmanager
def cancel_on_interrupt() -> Iterator[CancelToken]:
    """A cancel token that Ctrl+C sets; a second Ctrl+C ends at once."""
    token, told = CancelToken(), tr("Stopping at the next safe point …")

    def stop(_signal: int, _frame: object) -> None:
        output.say(told)
        token.cancel()
        signal.signal(signal.SIGINT, signal.default_int_handler)

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield token
    finally:
        signal.signal(signal.SIGINT, before)
