"""The server's connections to the district: a pool of read-only ones, each with Oracle's functions."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from psconnect.demo.oracle import Catalogue, Functions, read_catalogue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

_ALLOWED: Final = frozenset(
    {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}
)


class Reader:
    """One read-only connection."""

    def __init__(self, path: Path, now: Callable[[], datetime]) -> None:
        self.database = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=ro", uri=True, check_same_thread=False, isolation_level=None
        )
        self.database.execute("PRAGMA case_sensitive_like = ON")
        self.functions = Functions(self.database, now)
        # A table-valued function declares itself when it is used first, which the authorizer would not let it do.
        self.database.execute("SELECT 1 FROM json_each('[]')").fetchall()
        self.database.set_authorizer(_authorize)

    def rows(self, sql: str, parameters: Mapping[str, object] | Sequence[object] = ()) -> Iterator[tuple[object, ...]]:
        """Run a SELECT and yield its rows as they come.

        Raises:
            OracleError: for anything that Oracle would refuse at run time.

        """
        self.functions.forget()
        try:
            yield from self.database.execute(sql, parameters)
        except sqlite3.Error as error:
            raise self.functions.failure() from error

    def one(self, sql: str, parameters: Mapping[str, object] | Sequence[object] = ()) -> tuple[object, ...] | None:
        """Run a SELECT and return its first row."""
        return next(self.rows(sql, parameters), None)


class District:
    """The district's file with its readers.

    One writing connection stays open, so that readers can always open the file in WAL mode.
    """

    def __init__(self, path: Path, now: Callable[[], datetime]) -> None:
        self.path = path
        self._now = now
        self._lock = threading.Lock()
        # A separate lock, so that reading continues during long writes.
        self._writing = threading.Lock()
        self._idle: list[Reader] = []
        self._busy: set[Reader] = set()
        self._closed = False
        #: Called after each change of the district.
        self.changed: Callable[[], None] = _nobody
        self._writer = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=30)
        self._writer.execute("PRAGMA journal_mode = WAL")
        self._writer.execute("PRAGMA synchronous = NORMAL")
        self.catalogue: Catalogue = read_catalogue(self._writer)

    @contextmanager
    def reader(self) -> Iterator[Reader]:
        """Lend a read-only connection for as long as the block lasts."""
        with self._lock:
            reader = self._idle.pop() if self._idle else None
        reader = reader or Reader(self.path, self._now)
        with self._lock:
            self._busy.add(reader)
        try:
            yield reader
        finally:
            with self._lock:
                self._busy.discard(reader)
                keep = not self._closed
                if keep:
                    self._idle.append(reader)
            if not keep:
                reader.database.close()

    def write(self, statements: Sequence[tuple[str, Sequence[object]]]) -> None:
        """Run a few statements in one transaction (for the server's own tables)."""
        with self._writing, self._all_or_nothing():
            for sql, parameters in statements:
                self._writer.execute(sql, parameters)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Lend the writing connection for one change of the district, which is kept if the block ends well.

        One caller has it at a time; meanwhile readers see the old state. A changed district is marked, so that the next
        server that starts on it rebuilds it.
        """
        with self._writing, self._all_or_nothing():
            self._writer.execute("PRAGMA user_version = 0")
            yield self._writer
        self.changed()

    @contextmanager
    def _all_or_nothing(self) -> Iterator[None]:
        self._writer.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._writer.execute("ROLLBACK")
            raise
        self._writer.execute("COMMIT")

    def close(self) -> None:
        """Close every connection; readings under way are interrupted."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
            for reader in self._busy:
                reader.database.interrupt()
        for reader in idle:
            reader.database.close()
        with self._writing:
            self._writer.close()


def _nobody() -> None:
    """The default of ``changed``: does nothing."""


def _authorize(action: int, *_: object) -> int:
    return sqlite3.SQLITE_OK if action in _ALLOWED else sqlite3.SQLITE_DENY
