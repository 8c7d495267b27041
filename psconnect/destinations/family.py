"""Relationships by student and by contact.

In a large district, both directions need too much memory, so they are kept in an unnamed SQLite file that the system
deletes. It holds only ids, and stays in memory for a small district.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from operator import itemgetter

import msgspec

from psconnect.destinations.snapshot import RosterRecords
from psconnect.model.entities import RELATIONSHIP

ROLES = ("parent", "guardian", "relative")
"""The roles of contacts, closest first."""
_OTHER = len(ROLES) - 1
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True)
class Relatives:
    """A contact's students, in relationship order; their schools' ids, sorted; and the closest role."""

    students: Sequence[str]
    schools: Sequence[str]
    role: str


class Family:
    """The relationships of a roster. ``close`` it when done."""

    def __init__(self, roster: RosterRecords) -> None:
        """Load all relationships."""
        # One thread uses it at a time, but another thread may close it after a cancel.
        self._db = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._db.executescript(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -16000;"
            "CREATE TABLE link (no INTEGER PRIMARY KEY, student TEXT, contact TEXT, rank INTEGER);"
            "CREATE TABLE attends (student TEXT PRIMARY KEY, schools TEXT) WITHOUT ROWID;"
            "BEGIN"
        )
        self._db.executemany("INSERT INTO link (student, contact, rank) VALUES (?, ?, ?)", _links(roster))
        self._db.execute("CREATE INDEX by_student ON link (student, no, contact)")
        self._db.execute("CREATE INDEX by_contact ON link (contact, no, student, rank)")

    def close(self) -> None:
        """Delete the file."""
        self._db.close()

    def attend(self, schools: Iterable[tuple[str, str]]) -> None:
        """Store the comma-separated ids of students' schools; call before asking for their contacts."""
        self._db.executemany("INSERT OR REPLACE INTO attends VALUES (?, ?)", schools)

    def contacts_of(self, students: Sequence[str]) -> list[list[str]]:
        """The contacts of each of these students, in relationship order."""
        found: list[dict[str, None]] = [{} for _ in students]
        sql = "SELECT a.key, l.contact FROM json_each(?) a JOIN link l ON l.student = a.value ORDER BY a.key, l.no"
        for at, contact in self._db.execute(sql, [_encode(students).decode()]):
            found[at][contact] = None
        return [list(contacts) for contacts in found]

    def relatives_of(self, contacts: Sequence[str]) -> list[Relatives]:
        """The students and role of each of these contacts; one without students counts as a relative."""
        found = [_Links() for _ in contacts]
        sql = (
            "SELECT a.key, l.student, l.rank, s.schools FROM json_each(?) a JOIN link l ON l.contact = a.value "
            "LEFT JOIN attends s ON s.student = l.student ORDER BY a.key, l.no"
        )
        for at, student, rank, schools in self._db.execute(sql, [_encode(contacts).decode()]):
            links = found[at]
            links.students[student] = None
            links.rank = min(rank, links.rank)
            if schools is not None:
                links.schools.update(schools.split(","))
        return [Relatives(list(one.students), sorted(one.schools), ROLES[one.rank]) for one in found]


@dataclass(slots=True)
class _Links:
    """What is known about a contact so far."""

    students: dict[str, None] = field(default_factory=dict)
    schools: set[str] = field(default_factory=set)
    rank: int = _OTHER


def _links(roster: RosterRecords) -> Iterator[tuple[str, str, int]]:
    """Student, contact and the role's rank of each relationship."""
    place = {attribute: index for index, attribute in enumerate(RELATIONSHIP.attributes)}
    pick = itemgetter(place["studentSourcedId"], place["contactSourcedId"], place["role"])
    ranks = {role: rank for rank, role in enumerate(ROLES)}
    for student, contact, role in map(pick, roster.records(RELATIONSHIP)):
        yield student, contact, ranks.get(role, _OTHER)
