"""Opens a SQLite file with SQLAlchemy, and words SQLite's errors."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, Engine, NullPool, create_engine
from sqlalchemy.exc import DBAPIError

from psconnect.model.clock import CancelToken, Clock
from psconnect.model.errors import FixSettings, LocalStorage, PsconnectError
from psconnect.store.database import uri_of
from psconnect.store.files import storage_errors

LOCK_PATIENCE = 5.0
"""Seconds to retry a database that another program has locked."""
_PAUSE = 0.25
_MODE = 0o640
_HELD = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_DENIED = (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_AUTH)
_WHOLE = (
    *_HELD,
    *_DENIED,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_CORRUPT,
)


def engine_of(path: Path) -> Engine:
    """An engine for that existing file; each connection opens it anew, so that it isn't held open in between."""

    def connect() -> sqlite3.Connection:
        db = sqlite3.connect(uri_of(path, "mode=rw"), uri=True, timeout=0, isolation_level=None)
        # A rollback journal waits for readers only on commit, and keeps a single file, which can be on a network share.
        db.execute("PRAGMA foreign_keys = ON")
        return db

    return create_engine("sqlite://", creator=connect, poolclass=NullPool)


def make_file(path: Path) -> None:
    """Create an empty database readable only by owner and group, unless the file exists."""
    with storage_errors(path), contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _MODE))


def begin_writing(db: Connection, path: Path, clock: Clock, cancel: CancelToken) -> None:
    """Begin a write transaction once no other program has one; raises LocalStorage after ``LOCK_PATIENCE``."""
    until = clock.monotonic() + LOCK_PATIENCE
    while True:
        try:
            db.exec_driver_sql("BEGIN IMMEDIATE")
        except DBAPIError as error:
            db.rollback()
            if code_of(error) not in _HELD:
                raise
            if clock.monotonic() >= until:
                raise _in_use(path) from None
            clock.wait(_PAUSE, cancel)
        else:
            db.exec_driver_sql(f"PRAGMA busy_timeout = {LOCK_PATIENCE * 1000:.0f}")
            return


def code_of(error: DBAPIError) -> int:
    """SQLite's primary result code."""
    return int(getattr(error.orig, "sqlite_errorcode", sqlite3.SQLITE_ERROR)) & 0xFF


@contextlib.contextmanager
def database_errors(path: Path) -> Iterator[None]:
    """Turn SQLite's errors about the whole file into worded errors."""
    try:
        yield
    except DBAPIError as error:
        raise in_words(error, path) from None


def in_words(error: DBAPIError, path: Path) -> PsconnectError:
    """The worded error for a failure of the whole file; SQLite's text may contain values, so it is left out."""
    code, where = code_of(error), str(path)
    if code in _HELD:
        return _in_use(path)
    if code == sqlite3.SQLITE_FULL:
        return LocalStorage("PSC-DISK-FULL/appended", where=where, path=str(path))
    if code in _DENIED:
        return LocalStorage("PSC-DISK-DENIED/folder-read-only", where=where, path=str(path))
    if code == sqlite3.SQLITE_NOTADB:
        return FixSettings("PSC-DATABASE-OTHER-FILE", where=where, path=str(path))
    if code == sqlite3.SQLITE_CORRUPT:
        return LocalStorage("PSC-DATABASE-DAMAGED", where=where, path=str(path))
    name = getattr(error.orig, "sqlite_errorname", type(error.orig).__name__)
    return LocalStorage("PSC-DATABASE-ERROR", where=where, name=name, path=str(path))


def _in_use(path: Path) -> LocalStorage:
    return LocalStorage("PSC-DATABASE-IN-USE", where=str(path), path=str(path), lock_patience=LOCK_PATIENCE)


def concerns_all(error: DBAPIError) -> bool:
    """Whether the error concerns the file, not one statement."""
    return code_of(error) in _WHOLE or not isinstance(error.orig, sqlite3.Error)
