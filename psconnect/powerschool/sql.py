"""A stream as Oracle SQL for a PowerQuery: keyset pages, lookups that never multiply rows.

The inner select takes one page of the base table in key order; only that page is joined. ``:first_key`` is the page's
lowest key and ``:page_rows`` its size. It is unknown whether a server binds an argument as text, number or float
(docs/powerschool.md 19), so arguments are only digits, dates are YYYYMMDD, and the SQL converts them.
"""

from __future__ import annotations

from psconnect.powerschool.stream import Condition, Exists, Lookup, Stream, StreamColumn


def page_sql(stream: Stream) -> str:
    """The SQL of the stream's PowerQuery; its select list is the stream's columns in order."""
    key = stream.key.lower()
    base = ", ".join(f"b.{column}" for column in _base_columns(stream))
    where = [f"b.{key} >= {sql_number('first_key')}"]
    where += [_condition("b", condition) for condition in stream.where]
    where += [_exists(exists) for exists in stream.exists]
    joins = "".join(f"\nLEFT JOIN {_join(stream, lookup)}" for lookup in stream.lookups)
    # Output names are unique: a server that counts by wrapping the query would refuse duplicates (ORA-00918).
    select = ", ".join(f"{_output(stream, column)} {column.name}" for column in stream.columns)
    return (
        f"SELECT {select}\n"
        f"FROM (SELECT {base}, ROW_NUMBER() OVER (ORDER BY b.{key}) row_no\n"
        f"      FROM {stream.table.lower()} b\n"
        f"      WHERE {' AND '.join(where)}) t{joins}\n"
        f"WHERE t.row_no <= {sql_number('page_rows')}\n"
        f"ORDER BY t.{key}"
    )


def _output(stream: Stream, column: StreamColumn) -> str:
    """A column for output: dates as text, because servers write DATE and TIMESTAMP in different ways (19)."""
    if column.of:
        several = f"{column.lookup}_g"
        return f"CASE WHEN {several}.among > 1 THEN {several}.{column.of} END"
    value = f"{column.lookup or 't'}.{column.field.lower()}"
    return f"TO_CHAR({value}, 'YYYY-MM-DD')" if column.name in stream.dates else value


def _base_columns(stream: Stream) -> list[str]:
    names = [stream.key.lower()]
    names += [column.field.lower() for column in stream.columns if not column.lookup]
    names += [lookup.local.lower() for lookup in stream.lookups if "." not in lookup.local]
    names += [local.lower() for lookup in stream.lookups for local in lookup.compared_with if "." not in local]
    names += [lookup.otherwise.lower() for lookup in stream.lookups if lookup.otherwise]
    return list(dict.fromkeys(names))


def _condition(alias: str, condition: Condition) -> str:
    column = f"{alias}.{condition.column.lower()}"
    if condition.absolute:
        column = f"ABS({column})"
    value = condition.value
    if condition.argument:
        value = sql_day(condition.argument) if condition.kind == "date" else sql_number(condition.argument)
    compared = f"{column} {condition.op} {value}"
    return f"({column} IS NULL OR {compared})" if condition.or_null else compared


def sql_number(argument: str) -> str:
    """An argument as a whole number."""
    return f"CAST(:{argument} AS INTEGER)"


def sql_day(argument: str) -> str:
    """An eight-digit argument as a date; without the cast, a float bind would read 2.0260818E+007."""
    return f"TO_DATE(TO_CHAR({sql_number(argument)}), 'YYYYMMDD')"


def _exists(exists: Exists) -> str:
    where = [f"x.{exists.key.lower()} = b.{exists.local.lower()}"]
    where += [_condition("x", condition) for condition in exists.where]
    return f"EXISTS (SELECT 1 FROM {exists.table.lower()} x WHERE {' AND '.join(where)})"


def _join(stream: Stream, lookup: Lookup) -> str:
    alias, _, column = lookup.local.lower().rpartition(".")
    local = f"{alias or 't'}.{column}"
    if lookup.absolute:
        local = f"ABS({local})"
    if lookup.otherwise:
        local = f"COALESCE({local}, t.{lookup.otherwise.lower()})"
    table, key = lookup.table.lower(), lookup.key.lower()
    if lookup.one_by:
        return _only_one(lookup, local)
    if lookup.first_by:
        found = f"({_ranked(stream, lookup)}) {lookup.alias}"
        return f"{found}\n  ON {lookup.alias}.{key} = {local} AND {lookup.alias}.place = 1"
    on = [f"{lookup.alias}.{key} = {local}", *(_condition(lookup.alias, c) for c in lookup.where)]
    return f"{table} {lookup.alias} ON {' AND '.join(on)}"


def _only_one(lookup: Lookup, local: str) -> str:
    """Join the one row of a key that may repeat: rows are counted by key and by what tells them apart, then joined.

    Each join finds at most one row, so that no row is multiplied.
    """
    alias, one = lookup.alias, lookup.one_by.lower()
    key = f"m.{lookup.key.lower()}"
    if lookup.folded:
        key, local = f"UPPER({key})", f"UPPER({local})"
    # Rows with negative keys are not records (D11).
    where = " AND ".join([f"m.{one} >= 0", *(_condition("m", condition) for condition in lookup.where)])
    rows = f"FROM {lookup.table.lower()} m WHERE {where}"
    counted = f"COUNT(*) among, MIN(m.{one}) lowest"
    found = [f"WHEN {alias}_g.among = 1 THEN {alias}_g.lowest"]
    groups = f"(SELECT {key} looked_up, {counted}, MAX(m.{one}) highest {rows} GROUP BY {key}) {alias}_g"
    joins = [f"{groups}\n  ON {alias}_g.looked_up = {local}"]
    for sql_number, step in enumerate(lookup.telling, 1):
        told = f"{alias}_{sql_number}"
        names = [column.lower() for column, _other in step]
        outputs = ", ".join(f"m.{name} told_{name}" for name in names)
        group = ", ".join([key, *(f"m.{name}" for name in names)])
        on = [f"{told}.looked_up = {local}"]
        on += [f"{told}.told_{column.lower()} = {_told(lookup, other)}" for column, other in step]
        joins.append(
            f"(SELECT {key} looked_up, {outputs}, {counted} {rows} GROUP BY {group}) {told}\n  ON {' AND '.join(on)}"
        )
        found.append(f"WHEN {told}.among = 1 THEN {told}.lowest")
    joins.append(f"{lookup.table.lower()} {alias} ON {alias}.{one} = CASE {' '.join(found)} END")
    return "\nLEFT JOIN ".join(joins)


def _told(lookup: Lookup, other: str) -> str:
    """The value a telling column has to equal."""
    if other.startswith("="):
        return other[1:]
    alias, _, column = other.lower().rpartition(".")
    value = f"{alias or 't'}.{column}"
    return f"ABS({value})" if lookup.absolute else value


def _ranked(stream: Stream, lookup: Lookup) -> str:
    """The rows of a looked-up table with their rank among rows of the same key.

    Older Oracle refuses a subquery inside ON (ORA-01799), so the ranking is a table of its own.
    """
    columns = ", ".join(f"m.{name.lower()}" for name in dict.fromkeys(stream.taken_from(lookup)))
    order = [
        f"m.{name.removeprefix('-').lower()}{' DESC' if name.startswith('-') else ''} NULLS LAST"
        for name in lookup.order
    ]
    where = " AND ".join(_condition("m", condition) for condition in lookup.where)
    return (
        f"SELECT {columns}, ROW_NUMBER() OVER (PARTITION BY m.{lookup.key.lower()} "
        f"ORDER BY {', '.join([*order, f'm.{lookup.first_by.lower()}'])}) place "
        f"FROM {lookup.table.lower()} m{' WHERE ' + where if where else ''}"
    )
