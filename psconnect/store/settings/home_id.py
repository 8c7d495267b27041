"""The id of a home: a random text that tells it from other homes that deliver to the same place."""

from __future__ import annotations

import secrets
from pathlib import Path

from psconnect.store.database import alone
from psconnect.store.files import storage_errors, write_atomically
from psconnect.store.settings.home import Home

_FILE, _LOCK = "home-id", ".preparing"


def home_id(home: Home) -> str:
    """The home's id, created if missing; it moves with the folder and says nothing about computer or user."""
    path = _path(home)
    with storage_errors(path):
        found = path.read_text(encoding="ascii", errors="replace").strip() if path.exists() else ""
    if found.isalnum():
        return found
    with alone(home_lock(home), path), storage_errors(path):
        found = path.read_text(encoding="ascii", errors="replace").strip() if path.exists() else ""
        if not found.isalnum():
            found = secrets.token_hex(16)
            write_atomically(path, found.encode())
    return found


def forget_home_id(home: Home) -> None:
    """Delete the id; nothing that was stored stays after the last connection."""
    for path in (_path(home), home_lock(home)):
        with storage_errors(path):
            path.unlink(missing_ok=True)


def home_lock(home: Home) -> Path:
    """The lock of what all connections of a home share; it goes with the last of them."""
    return _path(home).with_suffix(_LOCK)


def _path(home: Home) -> Path:
    return home.rosters().parent / _FILE
