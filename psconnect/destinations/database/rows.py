"""Records as rows: what a table should hold for a record, and what it holds now.

A row is found by its id and belongs to the record whose key it contains. If an id passes to another record, its row
does too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import msgspec
from sqlalchemy import Connection, Date, Select, String, Table, cast, delete, insert, select, update
from sqlalchemy.sql.expression import bindparam

from psconnect.destinations.database.layout import SHAPES, ColumnValue, custom_column, table_name, value_of
from psconnect.destinations.database.tables import Tables
from psconnect.model.entities import EXTRA
from psconnect.model.id_attributes import SEPARATOR

_labels = msgspec.json.Decoder(dict[str, str]).decode
_AT_A_TIME = 500
Owned = tuple[str, int]
"""A row's id, and the key of its record."""


@dataclass(frozen=True)
class TableRow:
    """A record as stored in its tables: values by column, and the ids of each list, in order."""

    values: Mapping[str, ColumnValue]
    lists: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The record's id."""
        return str(self.values["id"])


def row_of(entity: str, key: int, record: Mapping[str, str], custom: Iterable[str]) -> TableRow:
    """The row of a record; ``custom`` are the table's columns for custom fields. Raises UnfitValue."""
    shape = SHAPES[entity]
    values: dict[str, ColumnValue] = dict.fromkeys(custom)
    values.update((column.name, value_of(column, record.get(column.attribute, ""))) for column in shape.columns)
    values.update(custom_values(record))
    values["psconnect_key"] = key
    if entity == "enrollment":
        # One attribute names the person; the role tells whether it is a student or a teacher.
        values["teacher_id" if record.get("role") == "student" else "student_id"] = None
    lists = {each.name: _ids(record.get(each.attribute, "")) for each in shape.lists}
    return TableRow(values, lists)


def _ids(text: str) -> list[str]:
    return list(dict.fromkeys(filter(None, text.split(SEPARATOR))))


def custom_values(record: Mapping[str, str]) -> dict[str, ColumnValue]:
    """A record's custom fields with a value: column -> text."""
    extra = record.get(EXTRA)
    return {custom_column(label): text or None for label, text in _labels(extra).items()} if extra else {}


class EntityRows:
    """The rows of one entity in the database.

    Uses only what every database has: UPDATE for existing rows, INSERT for the others.
    """

    def __init__(self, db: Connection, tables: Tables, entity: str) -> None:
        self._db = db
        self._tables = tables
        self._table = tables.entities[entity]
        self._links = {
            each.name: (tables.lists[each.name].c[f"{table_name(each.owner)}_id"], f"{table_name(each.target)}_id")
            for each in SHAPES[entity].lists
        }

    def there(self, ids: Iterable[str]) -> dict[str, int]:
        """Ids that have a row, removed or not -> key of its record."""
        table = self._table
        query = select(table.c.id, table.c.psconnect_key)
        return {
            row_id: key for some in _chunks(ids) for row_id, key in self._db.execute(query.where(table.c.id.in_(some)))
        }

    def rename(self, renamed: Sequence[tuple[str, str, int]]) -> None:
        """Change the ids of rows (old, new, key) and references to them.

        If another record's row has the new id, it is taken over: that record is removed or gets a new id in this plan.
        """
        there = self.there(each for old, new, _key in renamed for each in (old, new))
        for old, new, key in renamed:
            if there.get(old) != key:
                continue
            if new in there:
                for table, column in _referring(self._tables, self._table):
                    if table.name not in {owner.table.name for owner, _target in self._links.values()}:
                        pointing = update(table).where(table.c[column] == old)
                        self._db.execute(pointing.values({column: new}))
                self.erase([old])
            else:
                self._db.execute(update(self._table).where(self._table.c.id == old).values(id=new))
            del there[old]
            there[new] = key

    def put(self, rows: Sequence[TableRow], stamp: Mapping[str, object]) -> int:
        """Write rows with these bookkeeping values, as not removed; returns how many are new."""
        there = self.there(row.id for row in rows)
        written = [{**row.values, **stamp, "removed_at": None} for row in rows]
        old = [values for values in written if values["id"] in there]
        new = [values for values in written if values["id"] not in there]
        if old:
            bound: dict[str, Any] = {name: bindparam(name) for name in old[0] if name != "id"}
            changing = update(self._table).where(self._table.c.id == bindparam("row_id")).values(bound)
            self._db.execute(changing, [{**each, "row_id": each["id"]} for each in old])
        if new:
            self._db.execute(insert(self._table), new)
        for name in self._links:
            self._link(name, rows)
        return len(new)

    def _link(self, name: str, rows: Sequence[TableRow]) -> None:
        owner, target = self._links[name]
        for some in _chunks(row.id for row in rows):
            self._db.execute(delete(owner.table).where(owner.in_(some)))
        links = [
            {owner.name: row.id, target: each, "position": position}
            for row in rows
            for position, each in enumerate(row.lists[name], 1)
        ]
        if links:
            self._db.execute(insert(owner.table), links)

    def mark(self, owned: Sequence[Owned], stamp: Mapping[str, object]) -> int:
        """Mark rows as removed, if they still belong to these records; returns how many are newly marked."""
        table, current = self._table, self._current(owned)
        marking = update(table).where(table.c.id == bindparam("row_id"))
        if current:
            self._db.execute(
                marking.values(**stamp, removed_at=stamp["changed_at"]), [{"row_id": row_id} for row_id in current]
            )
        return len(current)

    def delete(self, owned: Sequence[Owned]) -> int:
        """Delete rows, if they still belong to these records; returns how many there were."""
        there = self.there(row_id for row_id, _key in owned)
        ids = [row_id for row_id, key in owned if there.get(row_id) == key]
        self.erase(ids)
        return len(ids)

    def erase(self, ids: Iterable[str]) -> None:
        """Delete rows with their links and the dependent rows that were marked as removed earlier."""
        for some in _chunks(ids):
            for table, column in _referring(self._tables, self._table):
                key = next((key for key, each in self._tables.entities.items() if each is table), "")
                if key:
                    gone = select(table.c.id).where(table.c[column].in_(some), table.c.removed_at.is_not(None))
                    EntityRows(self._db, self._tables, key).erase(self._db.scalars(gone).all())
                else:
                    self._db.execute(delete(table).where(table.c[column].in_(some)))
            self._db.execute(delete(self._table).where(self._table.c.id.in_(some)))

    def _current(self, owned: Sequence[Owned]) -> list[str]:
        table, keys = self._table, dict(owned)
        query = select(table.c.id, table.c.psconnect_key).where(table.c.removed_at.is_(None))
        return [
            row_id
            for some in _chunks(keys)
            for row_id, key in self._db.execute(query.where(table.c.id.in_(some)))
            if keys[row_id] == key
        ]

    def standing(self, owned: Sequence[Owned]) -> set[str]:
        """Ids of rows that belong to these records and are not removed."""
        return set(self._current(owned))

    def read(self, ids: Iterable[str]) -> dict[str, TableRow]:
        """The rows with these ids that are not removed; dates as text, so that a damaged one counts as different."""
        names = [column.name for column in self._table.c]
        found: dict[str, TableRow] = {}
        for some in _chunks(ids):
            lists = {name: self._listed(name, some) for name in self._links}
            for values in self._db.execute(self._reading(some)):
                row = dict(zip(names, values, strict=True))
                found[row["id"]] = TableRow(row, {name: lists[name].get(row["id"], []) for name in lists})
        return found

    def _reading(self, ids: Sequence[str]) -> Select[Any]:
        columns = [cast(each, String) if isinstance(each.type, Date) else each for each in self._table.c]
        return select(*columns).where(self._table.c.id.in_(ids), self._table.c.removed_at.is_(None))

    def _listed(self, name: str, ids: Sequence[str]) -> dict[str, list[str]]:
        owner, target = self._links[name]
        links = select(owner, owner.table.c[target]).where(owner.in_(ids)).order_by(owner, owner.table.c.position)
        found: dict[str, list[str]] = {}
        for one, other in self._db.execute(links):
            found.setdefault(one, []).append(other)
        return found


def same(wanted: TableRow, found: TableRow | None) -> bool:
    """Whether a row from ``EntityRows.read`` equals the wanted one."""
    return (
        found is not None
        and all(found.values.get(name) == _as_read(value) for name, value in wanted.values.items())
        and all(list(found.lists[name]) == list(ids) for name, ids in wanted.lists.items())
    )


def _as_read(value: ColumnValue) -> ColumnValue:
    return value.isoformat() if isinstance(value, date) else value


def _referring(tables: Tables, table: Table) -> Iterator[tuple[Table, str]]:
    """Tables and columns whose foreign keys refer to a table."""
    for other in tables.metadata.tables.values():
        for key in other.foreign_keys:
            if key.column.table is table:
                yield other, key.parent.name


def _chunks(ids: Iterable[str]) -> Iterator[list[str]]:
    every = list(ids)
    return (every[at : at + _AT_A_TIME] for at in range(0, len(every), _AT_A_TIME))
