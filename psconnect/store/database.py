"""The one place that opens SQLite: a connection's roster data, private to the user, durable, and of a known version.

A new file is made under another name and renamed into place. Migrations run on a copy that then replaces the file, and
the old file is kept (fault P14). A lock over all threads and programs lets only one do so at a time. A file of a newer
version is refused in one sentence; a damaged one is reported, never repaired by guessing (fault P06).
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path, PurePath
from urllib.parse import quote

import filelock
from sqlite_utils import Database

from psconnect.model.errors import Cancelled, FixSettings, LocalStorage, PsconnectError
from psconnect.store.conversion import convert_reading, format_of
from psconnect.store.damage import is_damaged
from psconnect.store.files import DELIVERED_READ, LAST_READ, storage_error
from psconnect.store.history.facts import SealBroken
from psconnect.store.record import record_format
from psconnect.store.schema import MIGRATIONS

_BUSY_SECONDS = 10.0
_ALONE_SECONDS = 120.0
_LOCK = ".preparing"
_CACHE_KIB = 16_000


def open_rosters(path: Path, *, to_read: bool = False) -> sqlite3.Connection:
    """Open a connection's roster data; it is created or migrated first if necessary.

    Statements outside ``transaction`` commit by themselves. With ``to_read`` nothing can be changed, and the file is
    not checked as a whole: a window reads often, even while a run is writing. Raises LocalStorage or FixSettings.
    """
    with sqlite_errors(path):
        _prepare(path, check=not to_read)
        db = _connect(path)
        with closed_on_error(db):
            db.execute("PRAGMA query_only = ON" if to_read else "PRAGMA journal_mode = WAL")
        return db


def uri_of(path: PurePath, parameters: str = "") -> str:
    """An absolute path as a URI for SQLite, which refuses the host that ``as_uri`` writes for a network share."""
    plain = quote(path.as_posix(), safe="/:")
    return f"file://{'' if plain.startswith('/') else '/'}{plain}{'?' if parameters else ''}{parameters}"


def unchanging(path: Path) -> str:
    """The same for a file that is only ever replaced as a whole: read without locks or log.

    Otherwise the log of the file that replaces it could be taken for its own.
    """
    return uri_of(path.absolute(), "mode=ro&immutable=1")


def _connect(path: Path) -> sqlite3.Connection:
    address = uri_of(path.absolute())
    db = sqlite3.connect(address, uri=True, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    with closed_on_error(db):
        db.execute("PRAGMA foreign_keys = ON")
        db.execute("PRAGMA secure_delete = ON")
        db.execute("PRAGMA synchronous = FULL")
        db.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
    return db


@contextlib.contextmanager
def closed_on_error(db: sqlite3.Connection) -> Iterator[None]:
    """Close the database if its first use fails: on Windows nobody can move a file that is open."""
    try:
        yield
    except BaseException:
        db.close()
        raise


def _prepare(path: Path, *, check: bool) -> None:
    # A log beside the file means that its last user did not end properly. Only then the whole file is checked.
    if check and Path(f"{path}-wal").exists():
        with contextlib.closing(_connect(path)) as db:
            _check_whole(db, path)
    if _up_to_date(path):
        return
    # A window and the first run of a connection often open the file at the same moment; one of them creates it.
    path.parent.stat()
    with alone(path.with_suffix(_LOCK), path):
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
        records = format_of(db)
    all_known = {migration.name for migration in MIGRATIONS._migrations}  # noqa: SLF001 - there is no public list
    if known - all_known and pending:
        # A newer version has all of our migrations, so no version wrote a file that lacks one.
        raise SealBroken
    if known - all_known:
        raise FixSettings("PSC-DATA-NEWER", where=str(path), name=path.name)
    if not pending and records != record_format():
        # The last migration sets the format, so no version wrote this number.
        raise SealBroken
    return not pending


@contextlib.contextmanager
def alone(lock_file: Path, path: Path) -> Iterator[None]:
    """Hold a lock for a moment, in all threads and programs, to do something about ``path``; raises LocalStorage."""
    lock = filelock.FileLock(lock_file, timeout=_ALONE_SECONDS, mode=0o600)
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
        # Now, like a new file, and not at the next run: readers must not keep a run from writing.
        db.execute("PRAGMA journal_mode = WAL")
    for ending in (LAST_READ, DELIVERED_READ):
        _convert_reading(path.with_suffix(ending))
    copy.replace(path)


def _convert_reading(kept: Path) -> None:
    """Convert the kept reading as well. No run can replace it now, because a run would have the rosters open."""
    if not kept.exists():
        return
    copy = _begin_beside(kept, ".converting")
    try:
        with contextlib.closing(sqlite3.connect(unchanging(kept), uri=True)) as db:
            if format_of(db) >= record_format():
                return
            db.execute("VACUUM INTO ?", [str(copy)])
        with contextlib.closing(_connect(copy)) as db, transaction(db):
            convert_reading(db)
        copy.replace(kept)
    except sqlite3.DatabaseError:
        # A damaged reading is as good as none, and the next run replaces it.
        return
    finally:
        copy.unlink(missing_ok=True)


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
    return LocalStorage("PSC-DATA-DAMAGED", where=str(path), name=path.name, path=str(path))


def _damaged_copy(path: Path) -> LocalStorage:
    return LocalStorage("PSC-READING-DAMAGED", where=str(path), stem=path.stem)


@contextlib.contextmanager
def sqlite_errors(path: Path, *, read_again: bool = False) -> Iterator[None]:
    """Turn refusals of SQLite and of the system into sentences about this file.

    ``read_again``: the next run reads everything in it again, so nobody has to restore it. Roster data is used together
    with such files, so it is checked by itself before it is called damaged. It is also checked after any unforeseen
    failure: damage shows in many ways, from a missing table to an invalid date.
    """
    try:
        yield
    except (PsconnectError, Cancelled):
        raise
    except SealBroken:
        raise _damaged(path) from None
    except OSError as error:
        raise storage_error(path, error) from None
    except Exception as error:
        known = _operational(path, error) if isinstance(error, sqlite3.OperationalError) else None
        if known:
            raise known from None
        if not read_again and is_damaged(path):
            raise _damaged(path) from None
        if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, _OURS):
            raise _damaged_copy(path) from None
        raise


_OURS = (sqlite3.OperationalError, sqlite3.IntegrityError, sqlite3.ProgrammingError, sqlite3.InterfaceError)
"""Errors that SQLite raises for a mistake of ours, although the file is whole."""


def _operational(path: Path, error: sqlite3.OperationalError) -> LocalStorage | None:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return storage_error(path, OSError(28, os.strerror(28)))
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return storage_error(path, OSError(13, os.strerror(13)))
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return _busy(path, _BUSY_SECONDS)
    if code == sqlite3.SQLITE_IOERR:
        return storage_error(path, OSError(5, os.strerror(5)))
    return None


def _busy(path: Path, seconds: float) -> LocalStorage:
    return LocalStorage("PSC-DATA-BUSY", where=str(path), name=path.name, seconds=seconds)


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
