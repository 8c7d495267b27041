"""Opens destinations for tests, as the service does it, but without a home."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from psconnect.destinations import Context, open_destination
from psconnect.destinations.snapshot import Snapshot
from psconnect.store.settings.home import slug


def open_snapshot(
    name: str, given: Mapping[str, Any], on_step: Callable[[str], None] = lambda _step: None, home: str = ""
) -> Snapshot:
    """A connection's destination of files; what the connection keeps on its computer stands beside the folder."""
    opened = open_destination(given, Context(name, on_step=on_step, home=home, beside=own_files(given, name, home)))
    assert isinstance(opened, Snapshot)
    return opened


def own_files(given: Mapping[str, Any], name: str, home: str = "") -> Path | None:
    """The path that the connection's own files begin with: one folder for each home."""
    folder = Path(given.get("folder", ""))
    return folder.with_name(f"{folder.name} kept by {home or 'nobody'}") / slug(name) if folder.name else None
