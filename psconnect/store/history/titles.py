"""How a person names a record: a student by name, an enrollment by student and class. For the screen only."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from psconnect.model.entities import BY_KEY, Entity
from psconnect.model.shown_text import shown
from psconnect.store.plan.record_ids import RunIds
from psconnect.store.record import record_by_name

TITLES: dict[str, tuple[str, ...]] = {
    "school": ("name",),
    "calendar": ("title",),
    "course": ("title",),
    "class": ("title",),
    "student": ("familyName", "givenName"),
    "teacher": ("familyName", "givenName"),
    "admin": ("familyName", "givenName"),
    "contact": ("familyName", "givenName"),
    "relationship": ("studentSourcedId", "contactSourcedId"),
    "enrollment": ("userSourcedId", "classSourcedId"),
}
"""Per entity, the attributes whose values name a record, in the order in which they sort."""

JOINING = ("relationship", "enrollment")
"""The entities that are named by those that they join."""

NUMBERS: dict[str, tuple[str, ...]] = {
    "school": ("identifier",),
    "course": ("courseCode",),
    "class": ("classCode",),
    "student": ("identifier",),
    "teacher": ("identifier",),
    "admin": ("identifier",),
    "contact": ("identifier",),
}
"""Per entity, the attribute that holds the number people look a record up by."""

_OTHERS = {
    "userSourcedId": ("student", "teacher", "admin"),
    "classSourcedId": ("class",),
    "studentSourcedId": ("student",),
    "contactSourcedId": ("contact",),
}


def titled_by(entity: Entity) -> tuple[str, ...]:
    """The attributes whose values name a record; an entity of a destination's own says so itself."""
    return TITLES.get(entity.key, entity.titled)


def plain_title(entity: Entity, named: Mapping[str, str]) -> str:
    """How a person names a record by its own attributes; its id if it has no name."""
    return ", ".join(filter(None, (named[name].strip() for name in titled_by(entity)))) or named["sourcedId"]


def number_of(entity: Entity, named: Mapping[str, str]) -> str:
    """The number people look the record up by, or an empty text."""
    return next((named[name] for name in NUMBERS.get(entity.key, ())), "")


class Titles:
    """Names records of one run, looking up others where a record is named by them."""

    def __init__(self, db: sqlite3.Connection, run: int) -> None:
        self._db, self._run, self._ids = db, run, RunIds(db, run)

    def title(self, entity: Entity, named: Mapping[str, str]) -> str:
        """How a person names the record with these attributes; its id if it has no name."""
        others = [name for name in titled_by(entity) if name in _OTHERS]
        if not others:
            return shown(plain_title(entity, named))
        titles = [self._other(name, named[name]) if name in _OTHERS else named[name] for name in titled_by(entity)]
        return shown(" – ".join(filter(None, titles)) or named["sourcedId"])

    def number(self, entity: Entity, named: Mapping[str, str]) -> str:
        """The number people look the record up by, or an empty text."""
        return shown(number_of(entity, named))

    def of(self, entity: Entity, key: int) -> str:
        """How a person names the record with that key, as this run delivers it or as it was; empty if unknown."""
        sql = (
            "SELECT coalesce(after, before) FROM change WHERE run = ? AND entity = ? AND key = ? "
            "UNION ALL SELECT record FROM ledger WHERE entity = ? AND key = ? "
            "UNION ALL SELECT coalesce(after, before) FROM aside WHERE run = ? AND entity = ? AND key = ? LIMIT 1"
        )
        planned = [self._run, entity.rank, key]
        row = self._db.execute(sql, [*planned, entity.rank, key, *planned]).fetchone()
        if not row:
            return ""
        return self.title(entity, record_by_name(entity, row[0]))

    def _other(self, name: str, sourced_id: str) -> str:
        for entity in (BY_KEY[key] for key in _OTHERS[name]):
            number = self._ids.key_of(entity, sourced_id)
            found = self.of(entity, number) if number is not None else ""
            if found:
                return found
        return sourced_id
