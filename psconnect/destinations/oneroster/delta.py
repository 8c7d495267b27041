"""Writes a bundle of changes: new and changed rows as ``active``, those that are gone as ``tobedeleted``.

A row is compared with the row of the same id in the last delivery. A user's row follows from several records, so users
are made anew from the roster of then and of now, side by side; only rows that differ are kept, in an unnamed SQLite
file that the system deletes.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Generator, Iterator
from contextlib import closing
from datetime import UTC, datetime

import msgspec

from psconnect.destinations.delimited import write_rows
from psconnect.destinations.family import Family
from psconnect.destinations.oneroster.bundle import district_of, write_manifest
from psconnect.destinations.oneroster.columns import COLUMNS
from psconnect.destinations.oneroster.custom import USER_ENTITIES, demographic_fields
from psconnect.destinations.oneroster.form import BundleForm
from psconnect.destinations.oneroster.people import User, UserRows, keyed_users
from psconnect.destinations.oneroster.roster_before import RosterBefore, attributes_of
from psconnect.destinations.oneroster.rows import (
    ENTITY_OF,
    BundleRow,
    demographics_maker,
    header,
    plain_maker,
)
from psconnect.destinations.snapshot import Roster
from psconnect.model.clock import CancelToken
from psconnect.model.entities import STUDENT
from psconnect.transfer.fileset import FileSet

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(list[str]).decode
_OFTEN = 1_000


class _ChangedRows:
    """Rows of files as they were and as they are, by file and id. ``close`` it when done."""

    def __init__(self) -> None:
        self._db = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._db.executescript(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -16000;"
            "CREATE TABLE changed (file TEXT, id TEXT, old TEXT, new TEXT, PRIMARY KEY (file, id));"
            "BEGIN"
        )

    def close(self) -> None:
        self._db.close()

    def add(self, file: str, old: BundleRow | None, new: BundleRow | None) -> None:
        """The two rows of one record. An id may have been another record's, so each has its own place."""
        for column, row in (("old", old), ("new", new)):
            if row is not None:
                self._db.execute(
                    f"INSERT INTO changed (file, id, {column}) VALUES (?, ?, ?) "  # noqa: S608 - one of two names
                    f"ON CONFLICT (file, id) DO UPDATE SET {column} = excluded.{column}",
                    [file, row[0], _encode(row).decode()],
                )

    def rows(self, file: str, moment: str) -> Generator[BundleRow]:
        """The rows of a delta file, in the order in which they came."""
        sql = "SELECT old, new FROM changed WHERE file = ? AND new IS NOT old ORDER BY rowid"
        for old, new in self._db.execute(sql, [file]):
            row = _decode(old if new is None else new)
            yield [row[0], "tobedeleted" if new is None else "active", moment, *row[3:]]


def write_delta(files: FileSet, roster: Roster, form: BundleForm, now: datetime, cancel: CancelToken) -> dict[str, int]:
    """Write the files that have changes since the last delivery, and the manifest; returns each file's row count."""
    moment = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{now.microsecond // 1000:03}Z"
    counts: dict[str, int] = {}
    with closing(_ChangedRows()) as changed:
        for file in ENTITY_OF:
            _compare_plain(changed, file, roster, form)
        _compare_demographics(changed, roster, form)
        _compare_users(changed, roster, form, cancel)
        for file in COLUMNS[form.version]:
            rows = changed.rows(file, moment)
            counts[file] = write_rows(files, f"{file}.csv", header(file, roster, form), rows, cancel)
    counts = {file: count for file, count in counts.items() if count}
    write_manifest(files, form, dict.fromkeys(counts, "delta"))
    return counts


def _compare_plain(changed: _ChangedRows, file: str, roster: Roster, form: BundleForm) -> None:
    entity, make = ENTITY_OF[file], plain_maker(file, roster, form)
    for change in roster.changes(entity):
        both = (change.before, change.after)
        old, new = (None if one is None else make(attributes_of(entity, one)) for one in both)
        changed.add(file, old, new)


def _compare_demographics(changed: _ChangedRows, roster: Roster, form: BundleForm) -> None:
    if not form.demographics or not demographic_fields(roster, form).own:
        return
    make = demographics_maker(roster, form)
    for change in roster.changes(STUDENT):
        both = (change.before, change.after)
        old, new = (None if one is None else make(attributes_of(STUDENT, one)) for one in both)
        changed.add("demographics", old, new)


def _compare_users(changed: _ChangedRows, roster: Roster, form: BundleForm, cancel: CancelToken) -> None:
    before = RosterBefore(roster)
    with closing(Family(before)) as family_before, closing(Family(roster)) as family_now:
        made_before = UserRows(before, form, district_of(before))
        made_now = UserRows(roster, form, district_of(roster))
        both = _side_by_side(keyed_users(before, family_before), keyed_users(roster, family_now))
        for number, (old, new) in enumerate(both):
            if not number % _OFTEN:
                cancel.check()
            rows = None if old is None else made_before.row(old), None if new is None else made_now.row(new)
            if rows[0] is None or rows[1] is None or list(rows[0]) != list(rows[1]):
                changed.add("users", *rows)
            if form.version != "1.1":
                _compare_roles(changed, _roles(made_before, old), _roles(made_now, new))


def _roles(made: UserRows, user: User | None) -> list[BundleRow]:
    return [] if user is None else list(made.roles(user))


def _compare_roles(changed: _ChangedRows, old: list[BundleRow], new: list[BundleRow]) -> None:
    if old == new:
        return
    for row in old:
        changed.add("roles", row, None)
    for row in new:
        changed.add("roles", None, row)


_RANK = {entity: rank for rank, entity in enumerate(USER_ENTITIES)}
_Place = tuple[int, int]


def _side_by_side(
    before: Iterator[tuple[int, User]], now: Iterator[tuple[int, User]]
) -> Iterator[tuple[User | None, User | None]]:
    """The users of both rosters by entity and key; None where one has no such user."""
    old, new = next(before, None), next(now, None)
    while old is not None or new is not None:
        if new is None or (old is not None and _place(old) < _place(new)):
            yield old[1] if old else None, None
            old = next(before, None)
        elif old is None or _place(new) < _place(old):
            yield None, new[1]
            new = next(now, None)
        else:
            yield old[1], new[1]
            old, new = next(before, None), next(now, None)


def _place(keyed: tuple[int, User]) -> _Place:
    key, user = keyed
    return _RANK[user.entity], key
