"""When a read is tried again, and for how long."""

from __future__ import annotations

from dataclasses import dataclass

NOT_IN_TIME = ("PSC-HTTP-TIMEOUT", "PSC-HTTP-SLOW")
"""Codes of a call that got no whole answer in time."""


@dataclass(frozen=True)
class RetryPolicy:
    """When to try a read again; times in seconds.

    Attributes:
        tries: in all.
        first_pause, longest_pause: between tries; the pause doubles each time.
        budget: of one read with all its pauses.
        longest_asked: the longest pause a server may ask for.
        silence: of all tries of one read that got no whole answer in time, so as not to wait five times for a server
            that is silent or very slow.
    """

    tries: int = 5
    first_pause: float = 1.0
    longest_pause: float = 60.0
    budget: float = 600.0
    longest_asked: float = 900.0
    silence: float = 120.0
