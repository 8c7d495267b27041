"""Where the file may be: an absolute path in an existing folder, and none of psconnect's own files."""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from psconnect.model.errors import FixSettings
from psconnect.store.database import unchanging
from psconnect.store.files import storage_errors

_OWN = {"ledger", "change", "run", "meta"}
"""Tables that identify psconnect's own roster data."""


def database_path(text: str) -> Path:
    """The file's path; raises FixSettings if it isn't absolute."""
    try:
        path = Path(text).expanduser()
    except RuntimeError:  # the user's home doesn't exist
        path = Path(text)
    if not path.is_absolute() or not path.name:
        raise FixSettings("PSC-FILE-RELATIVE", where="destination.file", text=text)
    return path


def check_place(path: Path) -> None:
    """Raise a clear error unless a database can be written there; leaves nothing behind."""
    with storage_errors(path):
        if not path.parent.is_dir():
            raise FixSettings("PSC-FOLDER-MISSING/file", where=str(path.parent), folder=str(path.parent))
        if path.is_dir():
            raise IsADirectoryError(21, "", str(path))
        # SQLite creates a journal beside the file.
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    if path.exists() and _own(path):
        raise FixSettings("PSC-DATABASE-OWN-FILE", where=str(path), path=str(path))


def _own(path: Path) -> bool:
    try:
        with closing(sqlite3.connect(unchanging(path), uri=True)) as db:
            found = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    except sqlite3.Error:
        return False  # opening it for writing reports the reason
    return found >= _OWN
