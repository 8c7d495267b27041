"""The changes of a run as a report lists them: kind by kind, named or masked, read one by one."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from psconnect.model.entities import BY_RANK, SCHOOL, Entity
from psconnect.model.id_attributes import school_place
from psconnect.model.review import ChangeRow
from psconnect.model.shown_text import shown
from psconnect.reports.masks import Masks
from psconnect.store.history.titles import Titles, number_of
from psconnect.store.plan.plan import ACTIONS
from psconnect.store.plan.record_ids import names_by_id
from psconnect.store.record import decode_record

_TITLES_KEPT = 20_000
ACTION_CODES = {name: code for code, name in ACTIONS.items()}


@dataclass(frozen=True, slots=True)
class ChangedRecord:
    """One change.

    Attributes:
        row: the record and what changes in it; of a masked report without any value: (attribute, "", "").
        sourced_id: its delivered id; empty in a masked report.
        values: every attribute afterwards, or before a removal; empty in a masked report.
    """

    row: ChangeRow
    sourced_id: str
    values: Mapping[str, str]


@dataclass
class ChangesOf:
    """The changes of one run; with ``masks``, nothing of a record but which attributes change."""

    db: sqlite3.Connection
    number: int
    masks: Masks | None = None
    _titles: Titles = field(init=False)
    _schools: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self._titles, self._schools = Titles(self.db, self.number), names_by_id(self.db, self.number, SCHOOL)
        # Students and classes come again with each of their enrollments.
        self._titles.of = lru_cache(_TITLES_KEPT)(self._titles.of)  # type: ignore[method-assign]

    def counts(self) -> dict[tuple[str, str], int]:
        """How many there are: (entity, action) -> records; empty if they are no longer kept."""
        sql = "SELECT entity, action, count(*) FROM change WHERE run = ? GROUP BY entity, action"
        rows = self.db.execute(sql, [self.number])
        return {(BY_RANK[rank].key, ACTIONS[action]): count for rank, action, count in rows}

    def of(self, entity: Entity, action: str = "", *, titled: bool = True) -> Iterator[ChangedRecord]:
        """The changes of one kind of records, or one kind of change of them, by key.

        Without ``titled`` they have no title, which takes most of the time where records are named by others.
        """
        sql, values = "SELECT key, action, before, after FROM change WHERE run = ? AND entity = ?", [entity.rank]
        if action:
            sql, values = f"{sql} AND action = ?", [entity.rank, ACTION_CODES[action]]
        for key, code, before, after in self.db.execute(f"{sql} ORDER BY key", [self.number, *values]):
            yield self._changed(entity, key, ACTIONS[code], before, after, titled=titled)

    def _changed(
        self, entity: Entity, key: int, action: str, before: bytes | None, after: bytes | None, *, titled: bool
    ) -> ChangedRecord:
        old = decode_record(before) if before is not None else None
        new = decode_record(after) if after is not None else None
        record = new if new is not None else old or []
        values = dict(zip(entity.attributes, record, strict=True))
        differing = tuple(_differences(entity, old, new))
        if self.masks:
            return self._masked(entity, key, action, record, tuple((name, "", "") for name, _a, _b in differing))
        title = self._titles.title(entity, values) if titled else ""
        differing = tuple(self._with_school_names(entity, one) for one in differing)
        row = ChangeRow(
            entity.key, key, action, title, number_of(entity, values), self._school(entity, record), differing
        )
        return ChangedRecord(row, values["sourcedId"], values)

    def _with_school_names(self, entity: Entity, difference: tuple[str, str, str]) -> tuple[str, str, str]:
        """A difference between schools by their names: ids tell a reader nothing."""
        place = school_place(entity)
        name, before, after = difference
        if place is None or entity.attributes[place] != name:
            return difference
        return name, self._named_schools(before), self._named_schools(after)

    def _masked(
        self, entity: Entity, key: int, action: str, record: list[str], differing: tuple[tuple[str, str, str], ...]
    ) -> ChangedRecord:
        title = self.masks.of(entity, key) if self.masks else ""
        if entity is SCHOOL:
            title = shown(record[entity.attributes.index("name")]) or title
        return ChangedRecord(
            ChangeRow(entity.key, key, action, title, "", self._school(entity, record), differing), "", {}
        )

    def _school(self, entity: Entity, record: list[str]) -> str:
        place = school_place(entity)
        return "" if place is None else self._named_schools(record[place])

    def _named_schools(self, ids: str) -> str:
        known = (self._schools.get(one, "" if self.masks else one) for one in ids.split(",") if one)
        return ", ".join(shown(one) for one in known if one)


def _differences(entity: Entity, old: list[str] | None, new: list[str] | None) -> Iterator[tuple[str, str, str]]:
    for place, name in enumerate(entity.attributes):
        before = old[place] if old is not None else ""
        after = new[place] if new is not None else ""
        if before != after:
            yield name, before, after
