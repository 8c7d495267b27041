"""The conditions under which the server answers."""

from __future__ import annotations

from psconnect.demo.server.calls import CallBook
from psconnect.demo.server.faults import FaultBook


class Conditions:
    """The faults and latency in force, and the calls answered so far. They outlive a stop of the server."""

    def __init__(self, latency_seconds: float) -> None:
        self.faults = FaultBook()
        self.calls = CallBook()
        self.latency_seconds = latency_seconds
