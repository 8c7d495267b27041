"""A database that is a SQLite file: opens it, waits for who holds it, and words SQLite's errors."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, NullPool, create_engine
from sqlalchemy.exc import DBAPIError, IntegrityError

from psconnect.destinations.database.place import check_place
from psconnect.destinations.database.system import LOCK_PATIENCE, System
from psconnect.destinations.database.tables import Tables
from psconnect.model.clock import CancelToken, Clock
from psconnect.model.errors import FixSettings, LocalStorage, PsconnectError
from psconnect.store.database import uri_of
from psconnect.store.files import storage_errors

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


class SqliteFile(System):
    """A file; each transaction opens it anew, so that it isn't held open in between."""

    def __init__(self, path: Path, clock: Clock, cancel: CancelToken) -> None:
        self._path, self._clock, self._cancel = path, clock, cancel
        self._engine = create_engine("sqlite://", creator=self._connect, poolclass=NullPool)

    def _connect(self) -> sqlite3.Connection:
        db = sqlite3.connect(uri_of(self._path, "mode=rw"), uri=True, timeout=0, isolation_level=None)
        # A rollback journal waits for readers only on commit, and keeps a single file, which can be on a network share.
        db.execute("PRAGMA foreign_keys = ON")
        return db

    @property
    def address(self) -> str:
        """The path of the file."""
        return str(self._path)

    def check_place(self) -> None:
        """Raise a worded error unless a file can be written there."""
        check_place(self._path)

    def is_there(self) -> bool:
        """Whether the file is there."""
        return self._path.exists()

    def make(self) -> None:
        """Create an empty database readable only by owner and group, unless the file exists."""
        with storage_errors(self._path), contextlib.suppress(FileExistsError):
            os.close(os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _MODE))

    def try_rights(self, db: Connection, tables: Tables | None, prefix: str) -> None:
        """Nothing is missing: whoever may write the file may do everything in it."""

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection | None]:
        """Open the file; None if there is none."""
        with self.errors_in_words():
            if not self._path.is_file():
                yield None
                return
            with self._engine.connect() as db:
                yield db

    @contextlib.contextmanager
    def writing(self) -> Iterator[Connection]:
        """A write transaction, begun once no other program has one."""
        with self.errors_in_words(), self._engine.connect() as db:
            self._begin(db)
            yield db

    def _begin(self, db: Connection) -> None:
        until = self._clock.monotonic() + LOCK_PATIENCE
        while True:
            try:
                db.exec_driver_sql("BEGIN IMMEDIATE")
            except DBAPIError as error:
                db.rollback()
                if code_of(error) not in _HELD:
                    raise
                if self._clock.monotonic() >= until:
                    raise self._in_use() from None
                self._clock.wait(_PAUSE, self._cancel)
            else:
                db.exec_driver_sql(f"PRAGMA busy_timeout = {LOCK_PATIENCE * 1000:.0f}")
                return

    def in_words(self, error: DBAPIError) -> PsconnectError:
        """The worded error for a failure of the whole file."""
        code, path = code_of(error), str(self._path)
        if code in _HELD:
            return self._in_use()
        if code == sqlite3.SQLITE_FULL:
            return LocalStorage("PSC-DISK-FULL/appended", where=path, path=path)
        if code in _DENIED:
            return LocalStorage("PSC-DISK-DENIED/folder-read-only", where=path, path=path)
        if code == sqlite3.SQLITE_NOTADB:
            return FixSettings("PSC-DATABASE-OTHER-FILE", where=path, path=path)
        if code == sqlite3.SQLITE_CORRUPT:
            return LocalStorage("PSC-DATABASE-DAMAGED", where=path, path=path)
        name = getattr(error.orig, "sqlite_errorname", type(error.orig).__name__)
        return LocalStorage("PSC-DATABASE-ERROR", where=path, name=name, path=path)

    def _in_use(self) -> LocalStorage:
        path = str(self._path)
        return LocalStorage("PSC-DATABASE-IN-USE", where=path, path=path, lock_patience=LOCK_PATIENCE)

    def concerns_all(self, error: DBAPIError) -> bool:
        """Whether the error concerns the file."""
        return code_of(error) in _WHOLE or not isinstance(error.orig, sqlite3.Error)

    def lacks_reference(self, error: DBAPIError) -> bool:
        """Whether a foreign key refused the change."""
        return isinstance(error, IntegrityError) and "FOREIGN KEY" in str(error.orig).upper()


def code_of(error: DBAPIError) -> int:
    """SQLite's primary result code."""
    return int(getattr(error.orig, "sqlite_errorcode", sqlite3.SQLITE_ERROR)) & 0xFF
