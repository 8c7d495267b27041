"""The schools of contacts in a run: they have none of their own, but those of their students."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from psconnect.destinations.family import Family
from psconnect.model.entities import SCHOOL, STUDENT, Entity
from psconnect.model.shown_text import shown
from psconnect.store.plan import roster_after
from psconnect.store.plan.plan import Plan
from psconnect.store.plan.record_ids import names_by_id
from psconnect.store.record import decode_record


@dataclass(frozen=True)
class _RosterOf:
    """The roster as a run left it, with what later runs changed in records that it left alone."""

    plan: Plan

    def records(self, entity: Entity) -> Iterator[list[str]]:
        return map(decode_record, roster_after.encoded_records(self.plan, entity))

    def keyed(self, entity: Entity) -> Iterator[tuple[int, list[str]]]:
        return ((key, decode_record(record)) for key, record in roster_after.keyed_records(self.plan, entity))

    def labels(self, _entity: Entity) -> Sequence[str]:
        return ()


class ChildrensSchools:
    """The schools of contacts' students, by name. ``close`` it when done."""

    def __init__(self, db: sqlite3.Connection, number: int) -> None:
        """Load relationships and the students' schools of the run with that number."""
        roster = _RosterOf(Plan(db, number))
        self._names = {key: shown(name) for key, name in names_by_id(db, number, SCHOOL).items()}
        self._family = Family(roster)
        place = STUDENT.attributes.index("schoolSourcedIds")
        self._family.attend((record[0], record[place]) for record in roster.records(STUDENT))

    def of(self, contact: str) -> str:
        """The names of the schools of the students of the contact with this id, joined; empty without any."""
        (its,) = self._family.relatives_of([contact])
        return ", ".join(dict.fromkeys(self._names.get(one, one) for one in its.schools if one))

    def close(self) -> None:
        """Let go of what was loaded."""
        self._family.close()
