"""Opens destinations for tests, as the service does it, but without a home."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from psconnect.destinations import Context, open_destination
from psconnect.destinations.snapshot import Snapshot


def open_snapshot(name: str, given: Mapping[str, Any], on_step: Callable[[str], None] = lambda _step: None) -> Snapshot:
    """A connection's destination of files."""
    opened = open_destination(given, Context(name, on_step=on_step))
    assert isinstance(opened, Snapshot)
    return opened
