"""Values that psconnect assigned to people and that stay: generated user names, kinds of sign-in.

They are filled in in the attached staging, and remembered by the record's key even after the person is gone, so that a
user name is never assigned twice.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterable, Iterator

from psconnect.model.entities import ADMIN, CONTACT, STUDENT, TEACHER, Entity
from psconnect.model.staff_usernames import StaffNames
from psconnect.store.history.facts import SealBroken, get_fact, set_fact
from psconnect.store.reading.staging import IN, staged
from psconnect.store.record import attribute_value

_SEAL = "given"
PEOPLE = (STUDENT, TEACHER, ADMIN, CONTACT)
STAFF_KINDS = (TEACHER, ADMIN)
_SOURCE = "usernameFrom"
"""The attribute, stored for all staff as teachers, that says where a user name comes from (model.staff_usernames)."""


def without(db: sqlite3.Connection, entity: Entity, attribute: str) -> list[tuple[int, int | None, bytes]]:
    """Key, school and record of everybody who is in and lacks the attribute, in key order."""
    school = "school" if "school" in (reference.column for reference in entity.references) else "NULL"
    sql = f"SELECT key, {school}, record FROM {staged(entity)} WHERE fate = {IN} "
    return db.execute(f"{sql} AND trim({attribute_value(entity, attribute)}) = '' ORDER BY key").fetchall()


def everybody(db: sqlite3.Connection, entity: Entity) -> Iterator[tuple[int, bytes]]:
    """Key and record of all who are in, in key order."""
    return db.execute(f"SELECT key, record FROM {staged(entity)} WHERE fate = {IN} ORDER BY key")


def usernames(db: sqlite3.Connection) -> Iterator[str]:
    """The user names of everybody who was read, is delivered, or was assigned one."""
    for entity in PEOPLE:
        value = attribute_value(entity, "username")
        sql = f"SELECT {value} FROM {staged(entity)} UNION SELECT {value} FROM ledger WHERE entity = ?"
        for (name,) in db.execute(sql, [entity.rank]):
            yield name
    for (name,) in db.execute("SELECT value FROM given WHERE attribute = 'username'"):
        yield name


def remembered(db: sqlite3.Connection, entity: Entity, attribute: str) -> dict[int, str]:
    """What was assigned as that attribute, by key; for staff also what was assigned to them as the other kind."""
    found: dict[int, str] = {}
    # The present kind wins.
    for kind in (*(one for one in STAFF_KINDS if entity in STAFF_KINDS and one is not entity), entity):
        rows = db.execute("SELECT key, value FROM given WHERE entity = ? AND attribute = ?", [kind.rank, attribute])
        found.update(rows.fetchall())
    return found


def remembered_of(db: sqlite3.Connection, entity: Entity, attribute: str, key: int) -> str:
    """``remembered`` of one person; empty if nothing was assigned."""
    sql = "SELECT value FROM given WHERE entity = ? AND attribute = ? AND key = ?"
    kinds = sorted(STAFF_KINDS, key=lambda kind: kind is not entity) if entity in STAFF_KINDS else (entity,)
    rows = (db.execute(sql, [kind.rank, attribute, key]).fetchone() for kind in kinds)
    return next((str(row[0]) for row in rows if row), "")


def staff_names(db: sqlite3.Connection) -> StaffNames:
    """What is known of the user names of staff: as delivered, as assigned, and where they come from."""
    delivered = {
        key: (entity.key, name)
        for entity in STAFF_KINDS
        for key, name in db.execute(
            f"SELECT key, {attribute_value(entity, 'username')} FROM ledger WHERE entity = ?", [entity.rank]
        )
    }
    return StaffNames(delivered, remembered(db, TEACHER, "username"), remembered(db, TEACHER, _SOURCE))


def remember_sources(db: sqlite3.Connection, names: StaffNames) -> None:
    """Remember where delivered user names of staff come from, as far as that is known; within a transaction."""
    known = remembered(db, TEACHER, _SOURCE)
    new = [(TEACHER.rank, key, _SOURCE, source) for key, source in names.sources.items() if known.get(key) != source]
    db.executemany("INSERT OR REPLACE INTO given (entity, key, attribute, value) VALUES (?, ?, ?, ?)", new)


def remember(db: sqlite3.Connection, entity: Entity, attribute: str, found: Iterable[tuple[int, str, bytes]]) -> None:
    """Store records (key, assigned value, the record with it) in the staging, and remember the values for good."""
    found = list(found)
    restage(db, entity, ((key, record) for key, _value, record in found))
    rows = [(entity.rank, key, attribute, value) for key, value, _record in found]
    db.executemany("INSERT OR IGNORE INTO given (entity, key, attribute, value) VALUES (?, ?, ?, ?)", rows)


def restage(db: sqlite3.Connection, entity: Entity, found: Iterable[tuple[int, bytes]]) -> None:
    """Store records (key, record) in the staging."""
    db.executemany(f"UPDATE {staged(entity)} SET record = ? WHERE key = ?", [(record, key) for key, record in found])


def forget_given(db: sqlite3.Connection, entity: Entity, attribute: str, key: int) -> None:
    """Forget what was assigned to a person as that attribute, for staff also as the other kind."""
    kinds = STAFF_KINDS if entity in STAFF_KINDS else (entity,)
    sql = "DELETE FROM given WHERE entity = ? AND attribute = ? AND key = ?"
    db.executemany(sql, [(kind.rank, attribute, key) for kind in kinds])


def seal_given(db: sqlite3.Connection) -> None:
    """Note the fingerprint of what was assigned and set by hand if it changed; within the transaction that did so."""
    now = _fingerprint(db)
    if get_fact(db, _SEAL) != now:
        set_fact(db, _SEAL, now)


def check_given(db: sqlite3.Connection) -> None:
    """Raise SealBroken if what was assigned or set by hand is not as it was left: somebody would get another name."""
    noted = get_fact(db, _SEAL)
    if noted and noted != _fingerprint(db):
        raise SealBroken


def _fingerprint(db: sqlite3.Connection) -> str:
    check = 0
    for sql in (
        "SELECT entity, attribute, key, value FROM given ORDER BY entity, attribute, key",
        "SELECT * FROM set_by_hand ORDER BY no",
    ):
        for row in db.execute(sql):
            check = zlib.crc32(repr(row).encode(), check)
    return f"{check:08x}"


def mails_by_domain(db: sqlite3.Connection) -> dict[str, int]:
    """How many of the people who are in have an e-mail in each domain (in lower case)."""
    counts: dict[str, int] = {}
    for entity in PEOPLE:
        for (mail,) in db.execute(f"SELECT {attribute_value(entity, 'email')} FROM {staged(entity)} WHERE fate = {IN}"):
            domain = mail.rpartition("@")[2].strip().lower()
            if domain:
                counts[domain] = counts.get(domain, 0) + 1
    return counts
