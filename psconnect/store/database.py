"""The one place that opens SQLite: a connection's roster data, private to the user, durable, and of a known version.

A new file is made beside and put in its place as a whole, and migrations run on a copy that then replaces the file; the
file as it was stays beside it (fault P14). Only one does so at a time, in all threads and programs. A file of a newer
version is refused in one sentence; a damaged one is reported, never repaired by guessing (fault P06).
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import filelock
from sqlite_utils import Database

from psconnect.model.errors import FixSettings, LocalStorage
from psconnect.store.files import storage_error
from psconnect.store.schema import MIGRATIONS

_BUSY_SECONDS = 10.0
_ALONE_SECONDS = 120.0
_LOCK = ".preparing"
_CACHE_KIB = 16_000


def open_rosters(path: Path, *, to_read: bool = False) -> sqlite3.Connection:
    """Open a connection's roster data, made or brought up to date if need be.

    The connection commits by itself outside ``transaction``. With ``to_read`` nothing can be changed through it, and
    the file is not checked as a whole: a window looks often, also while a run is writing. Raises LocalStorage or
    FixSettings.
    """
    with sqlite_errors(path):
        _prepare(path, check=not to_read)
        db = _connect(path)
        db.execute("PRAGMA query_only = ON" if to_read else "PRAGMA journal_mode = WAL")
        return db


def _connect(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    db.execute("PRAGMA foreign_keys = ON")
    db.execute("PRAGMA secure_delete = ON")
    db.execute("PRAGMA synchronous = FULL")
    db.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
    return db


def _prepare(path: Path, *, check: bool) -> None:
    # A log beside the file: its last user did not end properly. Only then is it worth reading all of it.
    if check and Path(f"{path}-wal").exists():
        with contextlib.closing(_connect(path)) as db:
            _check_whole(db, path)
    if _up_to_date(path):
        return
    # A window and a run often look at a connection's first moments together: one of them makes the file, whole.
    with _alone(path):
        if _empty(path):
            _make(path)
        elif not _up_to_date(path):
            _migrate_copy(path)


def _empty(path: Path) -> bool:
    return not path.exists() or path.stat().st_size == 0


def _up_to_date(path: Path) -> bool:
    if _empty(path):
        return False
    with contextlib.closing(_connect(path)) as db:
        wrapped = Database(db)
        pending = {migration.name for migration in MIGRATIONS.pending(wrapped)}
        known = pending | {migration.name for migration in MIGRATIONS.applied(wrapped)}
    all_known = {migration.name for migration in MIGRATIONS._migrations}  # noqa: SLF001 - there is no public list
    if known - all_known:
        raise FixSettings(
            "PSC-DATA-NEWER",
            "The data is of a newer version",
            f"{path.name} was written by a newer version of psconnect.",
            "Install the newest version of psconnect.",
            where=str(path),
        )
    return not pending


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[None]:
    path.parent.stat()
    lock = filelock.FileLock(path.with_suffix(_LOCK), timeout=_ALONE_SECONDS, mode=0o600)
    try:
        lock.acquire()
    except filelock.Timeout:
        raise _busy(path, _ALONE_SECONDS) from None
    try:
        yield
    finally:
        lock.release()


def _make(path: Path) -> None:
    making = _begin_beside(path, ".making")
    with contextlib.closing(_connect(making)) as db:
        MIGRATIONS.apply(Database(db))
        db.execute("PRAGMA journal_mode = WAL")
    making.replace(path)


def _migrate_copy(path: Path) -> None:
    before, copy = _begin_beside(path, ".before-migration"), _begin_beside(path, ".migrating")
    with contextlib.closing(_connect(path)) as source:
        # Succeeds only while nobody else has the file open, and puts all of its log into it: a log that stayed would
        # be taken for the new file's.
        source.execute("PRAGMA journal_mode = DELETE")
        for target in (before, copy):
            source.execute("VACUUM INTO ?", [str(target)])
    with contextlib.closing(_connect(copy)) as db:
        MIGRATIONS.apply(Database(db))
        _check_whole(db, copy)
    copy.replace(path)


def _begin_beside(path: Path, ending: str) -> Path:
    beside = path.with_suffix(ending)
    beside.unlink(missing_ok=True)
    beside.touch(mode=0o600)
    return beside


def _check_whole(db: sqlite3.Connection, path: Path) -> None:
    result = db.execute("PRAGMA quick_check(1)").fetchone()[0]
    if result != "ok":
        raise _damaged(path)


def _damaged(path: Path) -> LocalStorage:
    return LocalStorage(
        "PSC-DATA-DAMAGED",
        "The stored roster data is damaged",
        f"{path.name} can't be read. Nothing was changed anywhere.",
        f"Restore {path} from a backup. Without one, move it away: the next sync then compares with an empty ledger "
        "and is "
        "held for your approval.",
        where=str(path),
    )


@contextlib.contextmanager
def sqlite_errors(path: Path) -> Iterator[None]:
    """Turn SQLite's and the system's refusals into sentences about this file."""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise _operational(path, error) from None
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.IntegrityError | sqlite3.ProgrammingError | sqlite3.InterfaceError):
            raise
        raise _damaged(path) from None
    except OSError as error:
        raise storage_error(path, error) from None


def _operational(path: Path, error: sqlite3.OperationalError) -> Exception:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return storage_error(path, OSError(28, os.strerror(28)))
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return storage_error(path, OSError(13, os.strerror(13)))
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return _busy(path, _BUSY_SECONDS)
    if code == sqlite3.SQLITE_IOERR:
        return storage_error(path, OSError(5, os.strerror(5)))
    return error


def _busy(path: Path, seconds: float) -> LocalStorage:
    return LocalStorage(
        "PSC-DATA-BUSY",
        "The stored roster data is in use",
        f"Another program has kept {path.name} locked for {seconds:.0f} seconds.",
        "Close other psconnect windows and backup programs, then start again.",
        where=str(path),
    )


@contextlib.contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """One transaction: everything inside is stored together, or nothing is."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")
