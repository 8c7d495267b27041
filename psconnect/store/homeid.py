"""The id of a home: random, made once, by which it is told from others that deliver to the same place."""

from __future__ import annotations

import secrets

from psconnect.store.database import alone
from psconnect.store.files import storage_errors, write_atomically
from psconnect.store.home import Home

_FILE = "home-id"


def home_id(home: Home) -> str:
    """The home's id, made if need be; it moves with the folder, and says nothing about computer or user."""
    path = home.rosters().parent / _FILE
    with storage_errors(path):
        found = path.read_text(encoding="ascii", errors="replace").strip() if path.exists() else ""
    if found.isalnum():
        return found
    with alone(path.with_suffix(".preparing"), path), storage_errors(path):
        found = path.read_text(encoding="ascii", errors="replace").strip() if path.exists() else ""
        if not found.isalnum():
            found = secrets.token_hex(16)
            write_atomically(path, found.encode())
    return found
