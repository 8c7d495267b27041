"""Which students have an enrollment that is delivered, and which enrollments have no student.

Kept in an unnamed SQLite file that the system deletes: a large district's ids would need too much memory.
"""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Iterable, Iterator

_AT_A_TIME = 5_000


class EnrolledStudents:
    """The students by id. ``close`` it when done."""

    def __init__(self) -> None:
        """Without any yet."""
        self._db = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._db.executescript(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -16000;"
            "CREATE TABLE student (id TEXT PRIMARY KEY, key INTEGER, enrolled INTEGER DEFAULT 0) WITHOUT ROWID; BEGIN"
        )

    def close(self) -> None:
        """Delete the file."""
        self._db.close()

    def add(self, students: Iterable[tuple[str, int]]) -> None:
        """Students by id and key."""
        self._db.executemany("INSERT OR IGNORE INTO student (id, key) VALUES (?, ?)", students)

    def enroll(self, enrollments: Iterator[tuple[int, str]]) -> Iterator[int]:
        """Take enrollments (key, student's id); gives the keys of those whose student is not there."""
        while some := list(itertools.islice(enrollments, _AT_A_TIME)):
            marked = self._db.executemany(
                "UPDATE student SET enrolled = 1 WHERE id = ?", [(student,) for _, student in some]
            )
            if marked.rowcount < len(some):
                yield from (key for key, student in some if not self._has(student))

    def _has(self, student: str) -> bool:
        return self._db.execute("SELECT 1 FROM student WHERE id = ?", [student]).fetchone() is not None

    def without_enrollment(self) -> tuple[int, int]:
        """How many students have none, and the lowest key among them."""
        sql = "SELECT count(*), coalesce(min(key), 0) FROM student WHERE NOT enrolled"
        count, key = self._db.execute(sql).fetchone()
        return count, key
