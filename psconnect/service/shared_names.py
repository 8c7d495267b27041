"""User names and course numbers that a new connection would share with another one at their destination."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping

from psconnect.destinations import KINDS
from psconnect.model.connection import Connection
from psconnect.model.entities import BY_KEY, Entity
from psconnect.model.runs import WAITING
from psconnect.model.text import folded
from psconnect.service.base import Base
from psconnect.service.live import LiveReading
from psconnect.store.history import run_table
from psconnect.store.plan.plan import Plan
from psconnect.store.plan.roster_after import encoded_records
from psconnect.store.record import decode_record
from psconnect.sync.shared_destination import mixed_up, sharing

_SAME = {
    "username": ("PSC-SETTINGS-SHARED/same-user-names", "username_prefix"),
    "courseCode": ("PSC-SETTINGS-SHARED/same-course-numbers", "course_prefix"),
}
"""Attribute -> the error for values that are the same, and the option that keeps them apart."""
_NO_RUN = 0
"""Runs are numbered from 1: after no run, the roster is what was delivered."""


class SharedNames(Base):
    """Comparing a set-up with what other connections deliver."""

    def check_names(self, connection: Connection, reading: LiveReading) -> None:
        """Refuse a set-up that would deliver user names or course numbers which stand at the destination already.

        Compares what was read for it with what each connection delivered, or is about to, that takes the records of
        another PowerSchool server to the same place. What the destination has no place for is not compared. Without a
        reading there is nothing to compare. Raises FixSettings PSC-SETTINGS-SHARED.
        """
        others = list(sharing(connection, self._files.all()))
        if not others or not reading.serves(connection):
            return
        own = {
            attribute: frozenset[str]().union(*(reading.values_in(connection, one, attribute) for one in entities))
            for attribute, entities in _compared(connection).items()
        }
        for other in others:
            with self._history(other.name) as db:
                if db is not None:
                    _refuse_same(connection, other, own, db)


def _compared(connection: Connection) -> dict[str, list[str]]:
    """Attribute -> keys of the entities whose values of it are told apart by a prefix of the connection."""
    found: dict[str, list[str]] = {}
    for entity, attributes in connection.prefixes.items():
        for attribute in attributes if entity in KINDS[connection.destination_kind].entities else ():
            found.setdefault(attribute, []).append(entity)
    return found


def _refuse_same(
    connection: Connection, other: Connection, own: Mapping[str, frozenset[str]], db: sqlite3.Connection
) -> None:
    for attribute, entities in _compared(connection).items():
        same = {value for one in entities for value in _standing(db, BY_KEY[one], attribute)} & own[attribute]
        if same:
            code, prefix = _SAME[attribute]
            raise mixed_up(code, prefix, connection, other, count=len(same))


def _standing(db: sqlite3.Connection, entity: Entity, attribute: str) -> Iterator[str]:
    """The values in what was delivered, or will be once the run that waits is approved."""
    waiting, place = run_table.runs_in_state(db, WAITING), entity.attributes.index(attribute)
    plan = Plan(db, waiting[-1][0] if waiting else _NO_RUN)
    return (folded(decode_record(one)[place]) for one in encoded_records(plan, entity))
