"""Reads streams from plain tables, for servers where our plugin's queries are missing (docs/powerschool.md 10).

It gives the same rows as the queries but takes many more calls: a stream's looked-up tables are read completely
beforehand, and conditions that a table filter can't express are applied here. A looked-up table is proved complete like
a stream, because a missing row there would make rows of the stream look empty or gone.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from psconnect.powerschool import answers
from psconnect.powerschool.client import Metadata, PowerSchoolClient
from psconnect.powerschool.reader import PAGE_ROWS, PageFailed, RowPage, two_rows
from psconnect.powerschool.row_choice import RowValues, by_key, ends, only_one
from psconnect.powerschool.rows import decode_count, row_type, table_rows
from psconnect.powerschool.stream import Condition, Exists, Lookup, Stream

_BEYOND = 2_000_000_000
"""A key beyond the last one of any table."""


_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_COMPARE = {"=": operator.eq, "<>": operator.ne, ">=": operator.ge, "<=": operator.le}


def page_size_of(metadata: Metadata) -> int:
    """Rows per call: as the administrator allows, up to what one answer can hold."""
    return min(max(1, metadata.schema_table_query_max_page_size), PAGE_ROWS)


@dataclass
class TableReader:
    """Reads streams by ``/ws/schema/table``.

    Attributes:
        page_size: rows per call; the plugin's maximum from the server's metadata.
    """

    client: PowerSchoolClient
    page_size: int
    way: str = "tables"
    _found: dict[tuple[Lookup, tuple[str, ...], tuple[str, ...]], dict[str, list[RowValues]]] = field(
        default_factory=dict
    )
    _members: dict[tuple[Exists, str], set[str]] = field(default_factory=dict)
    _types: dict[str, Any] = field(default_factory=dict)

    def count(self, stream: Stream, arguments: Mapping[str, str]) -> int:
        """The server's count of the base table's rows, before conditions that are applied here."""
        return sum(self._count(stream.table, stream.key, q) for q in _filters(stream.where, arguments))

    def page(self, stream: Stream, arguments: Mapping[str, str], after: int) -> RowPage:
        """The rows after the key ``after``, in key order, with the results of the lookups."""
        raw, last = self._base_page(stream, arguments, after)
        key = stream.key.lower()
        end = int(raw[-1][key]) if raw else after
        wanted = [values for values in raw if self._exists(stream, values, arguments)]
        rows = [self._row(stream, values, arguments) for values in wanted]
        return RowPage(rows, len(raw), end, last)

    def probe(self, stream: Stream, arguments: Mapping[str, str]) -> None:
        """Request every field that reading the stream touches, but no rows; raises the error of a refusal."""
        for q in _filters(stream.where, arguments):
            self._rows(stream.table, stream.key, _base_columns(stream), q, _BEYOND)
        for lookup in stream.lookups:
            columns, q = _lookup_columns(stream, lookup), _filter(lookup.where, arguments)
            self._rows(lookup.table, lookup.ordered_by, columns, q, _BEYOND)
        for exists in stream.exists:
            for q in _filters(exists.where, arguments):
                self._rows(exists.table, _order_of(exists), [exists.key], q, _BEYOND)

    def calls_for(self, stream: Stream, arguments: Mapping[str, str]) -> int:
        """About how many calls reading the stream takes, including its looked-up tables."""
        sizes = [self.count(stream, arguments)]
        sizes += [self._count(one.table, one.ordered_by, _filter(one.where, arguments)) for one in stream.lookups]
        return sum(-(-size // self.page_size) for size in sizes) + 2

    def _base_page(self, stream: Stream, arguments: Mapping[str, str], after: int) -> tuple[list[RowValues], bool]:
        columns = _base_columns(stream)
        found: list[RowValues] = []
        ends: list[int] = []
        for q in _filters(stream.where, arguments):
            rows = self._rows(stream.table, stream.key, columns, q, after)
            if len(rows) >= self.page_size:
                ends.append(max(int(row[stream.key.lower()]) for row in rows))
            found += rows
        # With several filters, only keys up to the lowest unfinished end are sure to be complete.
        limit = min(ends, default=None)
        key = stream.key.lower()
        page = [row for row in found if limit is None or int(row[key]) <= limit]
        return sorted(page, key=lambda row: int(row[key])), limit is None

    def _row(self, stream: Stream, values: RowValues, arguments: Mapping[str, str]) -> Any:
        sources: dict[str, RowValues] = {"": values}
        among: dict[str, RowValues] = {}
        for lookup in stream.lookups:
            alias, _, column = lookup.local.rpartition(".")
            local = sources[alias].get(column.lower(), "")
            if lookup.absolute:
                local = local.removeprefix("-")
            if lookup.otherwise:
                local = local or values.get(lookup.otherwise.lower(), "")
            found = self._lookup(stream, lookup, arguments).get(local.upper() if lookup.folded else local, [])
            sources[lookup.alias] = only_one(found, lookup, sources) if local else {}
            among[lookup.alias] = ends(found, lookup) if local else {}
        if stream.name not in self._types:
            self._types[stream.name] = row_type(stream)
        return self._types[stream.name](
            *(
                among[column.lookup].get(column.of, "")
                if column.of
                else sources[column.lookup].get(column.field.lower(), "")
                for column in stream.columns
            )
        )

    def _lookup(self, stream: Stream, lookup: Lookup, arguments: Mapping[str, str]) -> dict[str, list[RowValues]]:
        # Two streams may have the same lookup but take different columns from it.
        columns = tuple(_lookup_columns(stream, lookup))
        name = (lookup, columns, tuple(_value(condition, arguments) for condition in lookup.where))
        if name not in self._found:
            q = _filter(lookup.where, arguments)
            rows = self._all(lookup.table, lookup.ordered_by, columns, q)
            self._found[name] = by_key((row for row in rows if self._passes(lookup, row, arguments)), lookup)
        return self._found[name]

    def _passes(self, lookup: Lookup, row: RowValues, arguments: Mapping[str, str]) -> bool:
        """Whether a row meets the conditions that no table filter can express: those that accept an empty value."""
        for condition in lookup.where:
            text = row.get(condition.column.lower(), "")
            if not condition.or_null or not text:
                continue
            if not _DAY.match(text):
                raise answers.drifted(
                    self.client.host, f"the table {lookup.table}", f"{condition.column} is not a date"
                )
            if not _COMPARE[condition.op](text[:10], _value(condition, arguments)):
                return False
        return True

    def _exists(self, stream: Stream, values: RowValues, arguments: Mapping[str, str]) -> bool:
        return all(
            values.get(exists.local.lower(), "") in self._member_keys(exists, arguments) for exists in stream.exists
        )

    def _member_keys(self, exists: Exists, arguments: Mapping[str, str]) -> set[str]:
        filters = _filters(exists.where, arguments)
        name = (exists, "|".join(filters))
        if name not in self._members:
            self._members[name] = {
                row.get(exists.key.lower(), "")
                for q in filters
                for row in self._all(exists.table, _order_of(exists), [exists.key], q)
            }
        return self._members[name]

    def _all(self, table: str, order: str, columns: Iterable[str], q: str) -> Iterable[RowValues]:
        """All rows of a looked-up table, ordered by ``order``; raises PageFailed if some are missing."""
        found: dict[int, RowValues] = {}
        expected = self._count(table, order, q)
        after, last = -1, False
        while not last:
            rows = self._rows(table, order, columns, q, after)
            for row in rows:
                key = int(row[order.lower()])
                if found.setdefault(key, row) != row:
                    raise two_rows(table.title(), f"{table}.{order}", key)
                after = max(after, key)
            last = len(rows) < self.page_size
        counted = self._count(table, order, q)
        if not len(found) == expected == counted:
            came = f"{len(found):,} of {expected:,} rows of {table} came, {counted:,} are there now"
            raise PageFailed(came)
        return found.values()

    def _rows(self, table: str, order: str, columns: Iterable[str], q: str, after: int) -> list[RowValues]:
        name = table.lower()
        projection = ",".join(dict.fromkeys(column.lower() for column in (order, *columns)))
        conditions = _behind(order, after, q)
        params = {
            "projection": projection,
            "q": conditions,
            "sort": order.lower(),
            "pagesize": str(self.page_size),
            "page": "1",
        }
        rows = self.client.read(
            "GET", f"/ws/schema/table/{name}", f"the table {table}", table_rows(name), params=params
        )
        self._check_keys(rows, table, order, after)
        return rows

    def _check_keys(self, rows: list[RowValues], table: str, order: str, after: int) -> None:
        """Check that every row's order column is a whole number after the last one seen."""
        texts = [row.get(order.lower(), "") for row in rows]
        if not all(text.removeprefix("-").isdecimal() for text in texts):
            raise answers.drifted(self.client.host, f"the table {table}", f"{order} is not a whole number")
        if any(int(text) <= after for text in texts):
            raise PageFailed(f"rows of {table} came out of order")

    def _count(self, table: str, order: str, q: str) -> int:
        # Rows with negative keys are not records (D11: the server's own user has −100), and no page has them.
        params = {"q": _behind(order, -1, q)}
        path = f"/ws/schema/table/{table.lower()}/count"
        return self.client.read("GET", path, f"the number of rows of {table}", decode_count, params=params)


def _behind(order: str, key: int, q: str) -> str:
    """The filter for rows after a key, with further conditions."""
    return ";".join(part for part in (f"{order.lower()}=gt={key}", q) if part)


def _base_columns(stream: Stream) -> list[str]:
    names = [column.field for column in stream.columns if not column.lookup]
    names += [lookup.local for lookup in stream.lookups if "." not in lookup.local]
    names += [local for lookup in stream.lookups for local in lookup.compared_with if "." not in local]
    names += [lookup.otherwise for lookup in stream.lookups if lookup.otherwise]
    return [*names, *(exists.local for exists in stream.exists)]


def _lookup_columns(stream: Stream, lookup: Lookup) -> list[str]:
    """The columns of a looked-up table that the stream needs, and those that choose its row."""
    judged = (condition.column for condition in lookup.where if condition.or_null)
    return [*stream.taken_from(lookup), *lookup.deciding, *judged]


def _order_of(exists: Exists) -> str:
    # SECTIONS.ID may repeat (19).
    return "DCID" if exists.table == "SECTIONS" else f"{exists.table}ID"


_OPERATORS = {"=": "==", "<>": "!=", ">=": "=ge=", "<=": "=le="}
_MIRRORED = {">=": "=le=", "<=": "=ge=", "=": "==", "<>": "!="}


def _value(condition: Condition, arguments: Mapping[str, str]) -> str:
    return arguments[condition.argument] if condition.argument else condition.value


def _filter(conditions: Iterable[Condition], arguments: Mapping[str, str], *, mirrored: bool = False) -> str:
    parts = []
    for condition in conditions:
        if condition.or_null:
            continue
        value, operators = _value(condition, arguments), _OPERATORS
        if condition.absolute and mirrored:
            value, operators = f"-{value}", _MIRRORED
        parts.append(f"{condition.column.lower()}{operators[condition.op]}{value}")
    return ";".join(parts)


def _filters(conditions: tuple[Condition, ...], arguments: Mapping[str, str]) -> list[str]:
    """The conditions as table filters; two, one for negative numbers, if a column's sign is ignored."""
    filters = [_filter(conditions, arguments)]
    if any(condition.absolute for condition in conditions):
        filters.append(_filter(conditions, arguments, mirrored=True))
    return filters
