"""The definition of a stream: rows of a table in key order, with its own columns and looked-up columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Condition:
    """A condition on rows: ``column op value``; the value is a constant or the name of an argument (``:first``).

    ``absolute`` ignores the column's sign: PowerSchool makes SectionID and TermID negative if a class is dropped
    (docs/powerschool.md 16.5). ``or_null`` also accepts rows without a value.
    """

    column: str
    op: Literal["=", "<>", ">=", "<="]
    value: str
    kind: Literal["number", "date"] = "number"
    absolute: bool = False
    or_null: bool = False

    @property
    def argument(self) -> str:
        """The name of the argument it compares with; empty for a constant."""
        return self.value[1:] if self.value.startswith(":") else ""


@dataclass(frozen=True)
class Lookup:
    """One row of another table, found by a key, if there is one.

    Attributes:
        alias: the name that columns use for it.
        table: the looked-up table.
        local: the column that holds the key: a base column, or ``alias.column`` of an earlier lookup.
        key: the column of the looked-up table to compare with.
        first_by: if several rows can match, the column whose lowest value decides; empty if the key is unique.
        order: columns that decide before ``first_by``, lowest value first, or highest with a ``-`` before the name;
            rows without a value come last.
        otherwise: column of the base table that holds the key if ``local`` is empty; empty for none.
        where: conditions on the looked-up table.
        absolute: compare the local column without its sign.
        one_by: a unique column, set if the key may repeat although a reference means one row (docs/powerschool.md 19):
            ``telling`` then selects the row, or none.
        telling: steps that tell rows apart, narrowest first. Each is pairs of a column of the looked-up table and the
            value it must have: a base column, ``alias.column`` of an earlier lookup, or a number such as ``=0``. The
            first step that fits exactly one row decides.
        folded: compare the keys ignoring case.
    """

    alias: str
    table: str
    local: str
    key: str
    first_by: str = ""
    where: tuple[Condition, ...] = ()
    absolute: bool = False
    order: tuple[str, ...] = ()
    otherwise: str = ""
    one_by: str = ""
    telling: tuple[tuple[tuple[str, str], ...], ...] = ()
    folded: bool = False

    @property
    def deciding(self) -> list[str]:
        """The columns that choose among several rows."""
        last = self.first_by or self.one_by
        told = dict.fromkeys(column for step in self.telling for column, _local in step)
        return [*(name.removeprefix("-") for name in self.order), *told, *([last] if last else ())]

    @property
    def compared_with(self) -> list[str]:
        """The columns of other tables that tell rows apart: base columns, or ``alias.column`` of earlier lookups."""
        return list(dict.fromkeys(one for step in self.telling for _column, one in step if not one.startswith("=")))

    @property
    def ordered_by(self) -> str:
        """The whole-number column that the table can be read in order of."""
        return self.first_by or self.one_by or self.key


@dataclass(frozen=True)
class Exists:
    """Restricts to rows that have a row in another table: ``table.key = local``, with conditions on that table."""

    table: str
    key: str
    local: str
    where: tuple[Condition, ...] = ()


@dataclass(frozen=True)
class StreamColumn:
    """A column of a stream: its name in the record, its table.field, and its lookup.

    With ``of`` it names the candidates of an ambiguous lookup: the lowest or highest value of the field among the rows
    with that key, empty if there is only one.
    """

    name: str
    table: str
    field: str
    lookup: str = ""
    of: Literal["", "lowest", "highest"] = ""

    @property
    def full_name(self) -> str:
        """``Table.Field`` in lower case, for comparing mappings; empty for a column that only names candidates."""
        return "" if self.of else f"{self.table}.{self.field}".lower()


@dataclass(frozen=True)
class Stream:
    """Rows of one kind, in ascending order of a whole-number key.

    Attributes:
        name: last part of the PowerQuery's name, also used in events and logs.
        label: its display name.
        table: the base table.
        key: its unique whole-number column.
        columns: its columns, the key's first.
        arguments: names of the arguments that conditions use.
        always: names of columns that every row has a value in: if none has, the field itself is missing (D08).
        dates: names of the columns that hold dates.
        extension_key: the base column that extension tables refer to; empty for none.
        extension_column: the column of the extension tables that refers back.
        absent: columns that the connection does without (pieces); they stay in the rows, empty.
    """

    name: str
    label: str
    table: str
    key: str
    columns: tuple[StreamColumn, ...]
    lookups: tuple[Lookup, ...] = ()
    where: tuple[Condition, ...] = ()
    exists: tuple[Exists, ...] = ()
    arguments: tuple[str, ...] = ()
    always: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    extension_key: str = ""
    extension_column: str = ""
    absent: tuple[StreamColumn, ...] = ()

    @property
    def compared(self) -> dict[str, tuple[str, Condition]]:
        """For each argument, the table and condition that compare with it."""
        found = [(self.table, one) for one in self.where]
        others: list[Exists | Lookup] = [*self.exists, *self.lookups]
        found += [(other.table, one) for other in others for one in other.where]
        return {one.argument: (table, one) for table, one in found if one.argument}

    def taken_from(self, lookup: Lookup) -> list[str]:
        """The columns of a looked-up table that the stream needs: its key, used values, and keys of further lookups."""
        columns = [column.field for column in self.columns if column.lookup == lookup.alias]
        ways = (local.rpartition(".") for later in self.lookups for local in (later.local, *later.compared_with))
        return [lookup.key, *columns, *(column for alias, _, column in ways if alias == lookup.alias)]

    def grants(self) -> set[tuple[str, str]]:
        """Every (table, field) that reading the stream touches, upper case: the access the plugin needs."""
        needed = {(c.table, c.field) for c in self.columns} | {(self.table, self.key)}
        needed |= {(self.table, condition.column) for condition in self.where}
        tables = {lookup.alias: lookup.table for lookup in self.lookups}
        for lookup in self.lookups:
            alias, _, column = lookup.local.rpartition(".")
            needed |= {(tables.get(alias, self.table), column), (lookup.table, lookup.key)}
            needed |= {(lookup.table, condition.column) for condition in lookup.where}
            needed |= {(lookup.table, name) for name in lookup.deciding}
            needed |= {(self.table, lookup.otherwise)} if lookup.otherwise else set()
            for local in lookup.compared_with:
                alias, _, column = local.rpartition(".")
                needed.add((tables.get(alias, self.table), column))
        for exists in self.exists:
            needed |= {(exists.table, exists.key), (self.table, exists.local)}
            needed |= {(exists.table, condition.column) for condition in exists.where}
        return {(table.upper(), field_.upper()) for table, field_ in needed}
