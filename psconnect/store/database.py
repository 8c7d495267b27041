"""The one place that opens SQLite: a connection's roster data, private to the user, durable, and of a known version.

Migrations run on a copy that then replaces the file; the file as it was stays beside it (fault P14). A file of a newer
version is refused in one sentence; a damaged one is reported, never repaired by guessing (fault P06).
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from sqlite_utils import Database

from psconnect.model.errors import FixSettings, LocalStorage
from psconnect.store.files import storage_error, storage_errors
from psconnect.store.schema import MIGRATIONS

_BUSY_SECONDS = 10.0
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
    fresh = not path.exists() or path.stat().st_size == 0
    # A log beside the file: its last user did not end properly. Only then is it worth reading all of it.
    unclean = Path(f"{path}-wal").exists()
    if fresh:
        with storage_errors(path):
            path.touch(mode=0o600)
    db = _connect(path)
    try:
        if check and not fresh and unclean:
            _check_whole(db, path)
        wrapped = Database(db)
        known = {migration.name for migration in MIGRATIONS.pending(wrapped)}
        known |= {migration.name for migration in MIGRATIONS.applied(wrapped)}
        all_known = {migration.name for migration in MIGRATIONS._migrations}  # noqa: SLF001 - there is no public list
        if known - all_known:
            raise FixSettings(
                "PSC-DATA-NEWER",
                "The data is of a newer version",
                f"{path.name} was written by a newer version of psconnect.",
                "Install the newest version of psconnect.",
                where=str(path),
            )
        if not MIGRATIONS.pending(wrapped):
            return
        if fresh:
            MIGRATIONS.apply(wrapped)
            return
    finally:
        db.close()
    _migrate_copy(path)


def _migrate_copy(path: Path) -> None:
    copy = path.with_suffix(".migrating")
    copy.unlink(missing_ok=True)
    source = _connect(path)
    try:
        source.execute("VACUUM INTO ?", [str(copy)])
    finally:
        source.close()
    copy.chmod(0o600)
    target = _connect(copy)
    try:
        MIGRATIONS.apply(Database(target))
        _check_whole(target, copy)
    finally:
        target.close()
    path.replace(path.with_suffix(".before-migration"))
    for ending in ("-wal", "-shm"):
        Path(f"{path}{ending}").unlink(missing_ok=True)
    copy.replace(path)


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
        return LocalStorage(
            "PSC-DATA-BUSY",
            "The stored roster data is in use",
            f"Another program has kept {path.name} locked for {_BUSY_SECONDS:.0f} seconds.",
            "Close other psconnect windows and backup programs, then start again.",
            where=str(path),
        )
    if code == sqlite3.SQLITE_IOERR:
        return storage_error(path, OSError(5, os.strerror(5)))
    return error


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
