"""The rows of one reading as they came, in a throw-away file: a set-up is tried on them without asking again.

Rows are kept by stream, page by page and column by column, so that a later question decodes only the columns it looks
at. The file belongs to the user alone, nothing deleted stays in it, and it is wiped when the set-up ends.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import msgspec

from psconnect.model.errors import FixSettings, LocalStorage
from psconnect.store.database import closed_on_error, sqlite_errors, uri_of
from psconnect.store.files import private_folder, storage_errors, wipe_file

_T = TypeVar("_T")
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(list[str]).decode
_TABLES = """
CREATE TABLE fact (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE stream (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, arguments TEXT NOT NULL, columns TEXT NOT NULL, count INTEGER
);
CREATE TABLE cells (
    stream INTEGER NOT NULL, place INTEGER NOT NULL, page INTEGER NOT NULL, cells BLOB NOT NULL,
    PRIMARY KEY (stream, place, page)
) WITHOUT ROWID;
"""
_WHOLE = "whole"


@dataclass(frozen=True)
class KeptStream:
    """A stream that is held completely: its number in the file, what it was asked with, its columns, its rows."""

    number: int
    arguments: Mapping[str, str]
    columns: tuple[str, ...]
    count: int


class KeptStreams:
    """The rows of one reading. May be used by several threads at once; raises LocalStorage for a file in trouble."""

    def __init__(self, path: Path) -> None:
        """Open the file, or make an empty one; its folder is made private."""
        self.path = path
        self._lock = threading.RLock()
        self._closed = False
        private_folder(path.parent)
        with storage_errors(path):
            new = not path.exists()
            path.touch(mode=0o600)
        with sqlite_errors(path, read_again=True):
            address = uri_of(path.absolute())
            self._db = sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False)
            with closed_on_error(self._db):
                self._db.executescript(
                    "PRAGMA secure_delete = ON; PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; "
                    "PRAGMA cache_size = -16000;"
                )
                if new:
                    self._db.executescript(_TABLES)

    @property
    def whole(self) -> bool:
        """Whether the reading came to its end."""
        return bool(self.fact(_WHOLE))

    def finish(self) -> None:
        """The reading is complete."""
        self.note(_WHOLE, "1")

    def fact(self, name: str) -> str:
        """What was noted under that name; empty for nothing."""
        row = self._do(lambda db: db.execute("SELECT value FROM fact WHERE name = ?", [name]).fetchone())
        return str(row[0]) if row else ""

    def note(self, name: str, value: str) -> None:
        """Note something about the reading as a whole."""
        self._do(lambda db: db.execute("INSERT OR REPLACE INTO fact VALUES (?, ?)", [name, value]))

    def begin(self, name: str, arguments: Mapping[str, str], columns: Sequence[str]) -> int:
        """Begin a stream; it replaces one that was asked with the same arguments. Returns its number."""
        asked = json.dumps(dict(arguments), sort_keys=True)

        def write(db: sqlite3.Connection) -> int:
            for (number,) in db.execute("SELECT id FROM stream WHERE name = ? AND arguments = ?", [name, asked]):
                _forget(db, number)
                db.execute("DELETE FROM stream WHERE id = ?", [number])
            sql = "INSERT INTO stream (name, arguments, columns) VALUES (?, ?, ?)"
            return int(db.execute(sql, [name, asked, json.dumps(list(columns))]).lastrowid or 0)

        return self._do(write)

    def page(self, number: int, page: int, columns: Sequence[list[str]]) -> None:
        """Take a page of a stream, column by column."""
        rows = [(number, place, page, _encode(cells)) for place, cells in enumerate(columns)]
        self._do(lambda db: db.executemany("INSERT INTO cells VALUES (?, ?, ?, ?)", rows))

    def restart(self, number: int) -> None:
        """Forget the stream's pages: it is read again."""
        self._do(lambda db: _forget(db, number))

    def end(self, number: int, count: int) -> None:
        """The stream is complete; ``count`` are the rows that were kept."""
        self._do(lambda db: db.execute("UPDATE stream SET count = ? WHERE id = ?", [count, number]))

    def held(self, name: str) -> list[KeptStream]:
        """The complete streams of that name, the last one first."""
        sql = "SELECT id, arguments, columns, count FROM stream WHERE name = ? AND count IS NOT NULL ORDER BY id DESC"
        rows = self._do(lambda db: db.execute(sql, [name]).fetchall())
        return [
            KeptStream(number, json.loads(arguments), tuple(json.loads(columns)), count)
            for number, arguments, columns, count in rows
        ]

    def pages(self, stream: KeptStream, places: Sequence[int]) -> Iterator[list[list[str]]]:
        """The pages of a stream: per page, the values of these columns, each as long as the page."""
        sql = "SELECT DISTINCT page FROM cells WHERE stream = ? AND place = 0 ORDER BY page"
        numbers = [page for (page,) in self._do(lambda db: db.execute(sql, [stream.number]).fetchall())]
        for page in numbers:
            yield [_decode(self._cells(stream.number, place, page)) for place in places]

    def _cells(self, number: int, place: int, page: int) -> bytes:
        sql = "SELECT cells FROM cells WHERE stream = ? AND place = ? AND page = ?"
        row = self._do(lambda db: db.execute(sql, [number, place, page]).fetchone())
        if row is None:
            raise not_held()
        return bytes(row[0])

    def close(self) -> None:
        """Close the file; it stays."""
        with self._lock:
            self._closed = True
            self._db.close()

    def wipe(self) -> None:
        """Close and delete the file; questions that are still going on end with FixSettings."""
        self.close()
        wipe_file(self.path)

    def _do(self, work: Callable[[sqlite3.Connection], _T]) -> _T:
        with self._lock:
            if self._closed:
                raise not_held()
            with sqlite_errors(self.path, read_again=True):
                return work(self._db)


def _forget(db: sqlite3.Connection, number: int) -> None:
    db.execute("DELETE FROM cells WHERE stream = ?", [number])


def not_held() -> FixSettings:
    """The error for a question about rows that are not kept."""
    return FixSettings("PSC-LIVE-NOT-READ/nothing", where="live")


def sweep_folder(folder: Path, keys: Collection[str], before: float) -> None:
    """Wipe what was written before (seconds since the epoch), but for files whose name begins with one of these keys.

    Raises LocalStorage for the first that can't be deleted, once all others are.
    """
    with storage_errors(folder):
        paths = [path for path in folder.iterdir() if path.name.partition(".")[0] not in keys]
    refused: LocalStorage | None = None
    for path in paths:
        try:
            _sweep(path, before)
        except LocalStorage as error:
            refused = refused or error
    if refused:
        raise refused


def _sweep(path: Path, before: float) -> None:
    with storage_errors(path):
        if path.stat().st_mtime >= before:
            return
        if path.is_dir():
            shutil.rmtree(path)
        else:
            wipe_file(path)
