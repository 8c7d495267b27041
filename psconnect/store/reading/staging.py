"""The staging of one run: every record that was read, shaped, in a throw-away file beside the ledger.

It is written without journal or flushing, because a run that dies before its plan is stored simply reads again. There
is one table per entity: key, fate, rule, record, and a column per reference. Once the plan is stored, the file is kept
as what was read last until the next run replaces it; the next run also deletes what a killed run left.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import zlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path

from psconnect.model.entities import ENTITIES, Entity
from psconnect.model.problems import RULES, Fate, Problem
from psconnect.store.conversion import note_format
from psconnect.store.database import closed_on_error, sqlite_errors, uri_of
from psconnect.store.files import LAST_READ
from psconnect.store.history.facts import get_fact, set_fact
from psconnect.store.record import record_format

_ENDING = ".staging"
_SEAL = "reading"
_MEBIBYTE = 1024 * 1024
REJECTING = ("unreadable", "orphan", "missing-required", "too-long", "no-id", "double-id", "enrollment-without-school")
"""Rules of records that should be in but can't be used as they are."""
IN, OUT, KEPT = map(int, Fate)
"""Fates as they are stored, for SQL."""
_TOGETHER = 50
"""Rows per statement: a statement costs a third of what a row costs."""


def stage_table(entity: Entity) -> str:
    """Name of the entity's table within the staging."""
    return f"stage_{entity.key}"


def staged(entity: Entity) -> str:
    """Name of the entity's table where the staging is attached (schema ``stage``)."""
    return f"stage.{stage_table(entity)}"


def leave_out(db: sqlite3.Connection, entity: Entity, rule: str, keys: Iterable[int]) -> None:
    """Leave records of the attached staging out by a rule."""
    sql = f"UPDATE {staged(entity)} SET fate = {OUT}, rule = ? WHERE key = ?"
    db.executemany(sql, [(rule, key) for key in keys])


def unusable(alias: str) -> str:
    """SQL: whether the staged record with that alias can't be used as it is."""
    rules = ", ".join(f"'{rule}'" for rule in REJECTING)
    return f"({alias}.fate = {KEPT} OR {alias}.fate = {OUT} AND {alias}.rule IN ({rules}))"


def _insert(entity: Entity, rows: int) -> str:
    row = f"(?, ?, ?, ?{', ?' * len(entity.references)})"
    return f"INSERT INTO {stage_table(entity)} VALUES {', '.join([row] * rows)}"


class Staging:
    """A staging being filled; safe to fill from several threads."""

    def __init__(self, rosters: Path) -> None:
        """Begin an empty staging beside the roster data ``rosters``."""
        self.path = rosters.with_suffix(_ENDING)
        self._lock = threading.Lock()
        self._problems: dict[Problem, None] = {}
        with sqlite_errors(self.path, read_again=True):
            discard_staging(rosters)
            self.path.touch(mode=0o600)
            address = uri_of(self.path.absolute())
            self._db = sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False)
            with closed_on_error(self._db):
                self._begin()

    def _begin(self) -> None:
        self._db.executescript(
            "PRAGMA page_size = 16384; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -16000;"
        )
        note_format(self._db, record_format())
        for entity in ENTITIES:
            columns = "".join(f", {reference.column} INTEGER" for reference in entity.references)
            self._db.execute(
                f"CREATE TABLE {stage_table(entity)} (key INTEGER PRIMARY KEY, fate INTEGER NOT NULL, rule TEXT, "
                f"record BLOB NOT NULL{columns})"
            )
        self._db.execute("BEGIN")

    def rows(self, entity: Entity, rows: Sequence[tuple[int | bytes | str | None, ...]]) -> None:
        """Take shaped records of one entity."""
        whole = len(rows) - len(rows) % _TOGETHER
        blocks = (list(chain.from_iterable(rows[at : at + _TOGETHER])) for at in range(0, whole, _TOGETHER))
        with self._lock, sqlite_errors(self.path, read_again=True):
            self._db.executemany(_insert(entity, _TOGETHER), blocks)
            self._db.executemany(_insert(entity, 1), rows[whole:])

    def clear(self, entity: Entity, *, negative: bool | None = None) -> None:
        """Forget the entity's rows, or only those whose key has that sign."""
        condition = {None: "", True: " WHERE key < 0", False: " WHERE key >= 0"}[negative]
        with self._lock, sqlite_errors(self.path, read_again=True):
            self._db.execute(f"DELETE FROM {stage_table(entity)}{condition}")

    def problem(self, problem: Problem) -> None:
        """Take a finding about a record."""
        with self._lock:
            self._problems[problem] = None

    def problems(self) -> list[Problem]:
        """The findings so far, without those of severity ``info`` that are not counted."""
        return [
            problem.settled
            for problem in self._problems
            if problem.tally is not None or RULES[problem.rule].severity != "info"
        ]

    @contextlib.contextmanager
    def database(self) -> Iterator[sqlite3.Connection]:
        """The staging's own database, for one thread at a time."""
        with self._lock, sqlite_errors(self.path, read_again=True):
            yield self._db

    def finish(self) -> None:
        """Store what was taken; the staging can then be attached."""
        with sqlite_errors(self.path, read_again=True):
            self._db.execute("COMMIT")
            self._db.close()

    def abandon(self) -> None:
        """Throw away what was taken."""
        self._db.close()
        self.path.unlink(missing_ok=True)


def attach(db: sqlite3.Connection, rosters: Path) -> None:
    """Make a finished staging readable and writable in the roster data's connection, as schema ``stage``."""
    db.execute("ATTACH ? AS stage", [str(rosters.with_suffix(_ENDING))])
    db.execute("PRAGMA stage.journal_mode = OFF")
    db.execute("PRAGMA stage.synchronous = OFF")
    db.execute("PRAGMA stage.cache_size = -16000")


def detach(db: sqlite3.Connection, rosters: Path, *, keep_for: str = "") -> None:
    """End using the staging: keep it as what the run with that id read (store.reading.last_reading), or delete it.

    A reading that the next run may take records from is sealed: nobody would notice that a record is another one.
    """
    taken_over = False
    if keep_for:
        taken_over = bool(db.execute("SELECT 1 FROM stage.sqlite_master WHERE name = 'note'").fetchone())
        db.execute("CREATE TABLE stage.about (run TEXT NOT NULL)")
        db.execute("INSERT INTO stage.about VALUES (?)", [keep_for])
    db.execute("DETACH stage")
    if taken_over:
        set_fact(db, _SEAL, _fingerprint(rosters.with_suffix(_ENDING)))
    if keep_for:
        # On Windows the earlier one can't be replaced while a window has it open; then it stays.
        with contextlib.suppress(PermissionError):
            rosters.with_suffix(_ENDING).replace(rosters.with_suffix(LAST_READ))
    discard_staging(rosters)


def is_as_left(db: sqlite3.Connection, kept: Path) -> bool:
    """Whether a kept reading that records may be taken from is as its run left it; reads all of the file."""
    return get_fact(db, _SEAL) == _fingerprint(kept)


def _fingerprint(path: Path) -> str:
    check = 0
    with path.open("rb") as file:
        while part := file.read(_MEBIBYTE):
            check = zlib.crc32(part, check)
    return f"{check:08x}"


def discard_staging(rosters: Path) -> None:
    """Delete a staging that is no longer used, if there is one."""
    rosters.with_suffix(_ENDING).unlink(missing_ok=True)
