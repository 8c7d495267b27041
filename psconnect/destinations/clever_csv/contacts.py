"""Students' contacts, in the order in which they are delivered.

A large district's contacts need too much memory, so they are kept in an unnamed SQLite file that the system deletes.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from operator import itemgetter

import msgspec

from psconnect.destinations.clever_csv.columns import phone_type_of
from psconnect.destinations.clever_csv.vocabulary import contact_relation, contact_type, phone_digits, phone_type
from psconnect.destinations.family import ROLES
from psconnect.destinations.snapshot import Roster
from psconnect.model.entities import CONTACT, RELATIONSHIP

MOST_CONTACTS = 5
NO_CONTACT = ("",) * 7
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(list[str]).decode
Cells = Sequence[str]
"""The seven cells of one contact (``CONTACT_COLUMNS``)."""


@dataclass
class Chosen:
    """A student's contacts.

    Attributes:
        kept: the cells of those that are delivered: parents first, then guardians, then others, each in the order of
            PowerSchool's rows.
        beyond: how many there are after the fifth.
        repeated: how many relationships are to a person who is among the student's contacts already.
    """

    kept: list[Cells] = field(default_factory=list)
    beyond: int = 0
    repeated: int = 0


class StudentContacts:
    """The contacts of all students. ``close`` it when done."""

    def __init__(self, roster: Roster) -> None:
        """Load them."""
        # One thread uses it at a time, but another thread may close it after a cancel.
        self._db = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._db.executescript(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -16000;"
            "CREATE TABLE contact (no INTEGER PRIMARY KEY, student TEXT, rank INTEGER, cells BLOB); BEGIN"
        )
        self._db.executemany("INSERT INTO contact (student, rank, cells) VALUES (?, ?, ?)", _rows(roster))
        self._db.execute("CREATE INDEX by_student ON contact (student, rank, no)")

    def close(self) -> None:
        """Delete the file."""
        self._db.close()

    def of(self, students: Sequence[str]) -> list[Chosen]:
        """The contacts of each of these students."""
        found = [Chosen() for _ in students]
        sql = (
            "SELECT a.key, c.cells FROM json_each(?) a JOIN contact c ON c.student = a.value "
            "ORDER BY a.key, c.rank, c.no"
        )
        seen: set[tuple[int, str]] = set()
        for at, stored in self._db.execute(sql, [_encode(students).decode()]):
            _, _, name, *_, sis_id = cells = _decode(stored)
            chosen = found[at]
            if (at, sis_id) in seen:
                chosen.repeated += 1
            elif not name.strip():
                continue  # The format needs one.
            elif len(chosen.kept) == MOST_CONTACTS:
                chosen.beyond += 1
            else:
                chosen.kept.append(cells)
            seen.add((at, sis_id))
        return found


def _rows(roster: Roster) -> Iterator[tuple[str, int, bytes]]:
    """Student, the role's rank and the cells of each relationship."""
    ranks = {role: rank for rank, role in enumerate(ROLES)}
    link = itemgetter(*map(RELATIONSHIP.attributes.index, ("studentSourcedId", "relation", "role", "emergency")))
    person = itemgetter(
        *map(
            CONTACT.attributes.index, ("sourcedId", "givenName", "middleName", "familyName", "phone", "email", "extra")
        )
    )
    # Few different ones are in a roster of many rows.
    related, typed = cache(contact_relation), cache(contact_type)
    for relationship, contact in roster.related(RELATIONSHIP, "contactSourcedId"):
        student, relation, role, emergency = link(relationship)
        sourced_id, given, middle, family, number, email, extra = person(contact)
        name = " ".join([part for part in (given, middle, family) if part and not part.isspace()])
        phone = phone_digits(number) if number else ""
        sort = phone_type(phone_type_of(extra)) if phone and extra else ""
        cells = (related(relation), typed(role, relation, emergency), name, phone, sort, email, sourced_id)
        yield student, ranks.get(role, len(ROLES)), _encode(cells)
