"""Compiles a parsed Oracle query to SQLite's SQL: resolves every name, checks every kind, keeps Oracle's semantics.

Dates are ISO text ("2026-08-17", with a time of day only if it isn't midnight). NULL and the empty text are the same.
NULLs sort as the largest values.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from psconnect.demo.oracle import syntax as s
from psconnect.demo.oracle.catalogue import Catalogue, Column
from psconnect.demo.oracle.errors import OracleError
from psconnect.demo.oracle.scope import Scope, SourceColumns, Typed, quoted
from psconnect.demo.oracle.values import ValueCompiler

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from psconnect.demo.oracle.catalogue import BindKind


@dataclass(frozen=True, slots=True)
class CompiledQuery:
    """A query ready for SQLite, its columns, and the bind variables it names."""

    sql: str
    columns: tuple[Column, ...]
    binds: frozenset[str] = field(default=frozenset())


def compile_query(
    query: s.Query, catalogue: Catalogue, arrays: Iterable[str] = (), binds: Mapping[str, BindKind] | None = None
) -> CompiledQuery:
    """Compile a parsed query.

    Args:
        query: the result of :func:`psconnect.demo.oracle.parser.parse`.
        catalogue: the tables and views that exist.
        arrays: the names of bind variables that hold a list; they may be the only item in ``IN (:name)``.
        binds: the kinds of bind variables; others are text.

    Raises:
        OracleError: if Oracle would refuse the statement for its names or kinds.

    """
    compiler = _QueryCompiler(catalogue, frozenset(arrays), binds or {})
    sql, columns = compiler.query(query, Scope(None, {}, []))
    return CompiledQuery(sql, columns, frozenset(compiler.binds))


class _QueryCompiler(ValueCompiler):
    """Queries on top of values."""

    def __init__(self, catalogue: Catalogue, arrays: frozenset[str], bind_kinds: Mapping[str, BindKind]) -> None:
        super().__init__(arrays, bind_kinds)
        self._catalogue = catalogue

    def query(self, query: s.Query, outer: Scope, ceiling: str | None = None) -> tuple[str, tuple[Column, ...]]:
        """Compile a query; ``ceiling`` is SQL for the most rows that are used."""
        names = dict(outer.common)
        common = []
        for one in query.common:
            sql, columns = self.query(one.query, Scope(outer.parent, names, []))
            if one.columns:
                columns = tuple(
                    Column(name, column.kind, column.nullable)
                    for name, column in zip(one.columns, columns, strict=True)
                )
            names[one.name] = columns
            listed = ", ".join(quoted(column.name or f"EXPR_{at}") for at, column in enumerate(columns))
            common.append(f"{quoted(one.name)} ({listed}) AS ({sql})")
        scope = Scope(outer.parent, names, [])
        sql, columns, inner = self._body(query.body, scope)
        if query.order:
            sql += " ORDER BY " + self._order(query, columns, inner)
        elif ceiling is not None and isinstance(query.body, s.Select):
            sql += self._window_order(query.body, inner)
        sql += self._paging(query, scope, ceiling)
        return (f"WITH {', '.join(common)} {sql}" if common else sql), columns

    # -- blocks ----------------------------------------------------------------------------------------------------

    def _body(self, body: s.Body, scope: Scope) -> tuple[str, tuple[Column, ...], Scope]:
        if isinstance(body, s.Select):
            return self._select(body, scope)
        if isinstance(body, s.Query):
            sql, columns = self.query(body, scope)
            return f"SELECT * FROM ({sql})", columns, scope  # noqa: S608 - compiled here
        left, columns, _ = self._body(body.left, scope)
        right, others, _ = self._body(body.right, scope)
        if len(columns) != len(others):
            raise OracleError(1789)
        merged = tuple(_unite(one, other) for one, other in zip(columns, others, strict=True))
        word = "EXCEPT" if body.word == "MINUS" else body.word
        return f"{left} {word} {right}", merged, scope

    def _select(self, block: s.Select, outer: Scope) -> tuple[str, tuple[Column, ...], Scope]:
        scope = Scope(outer.parent, outer.common, [])
        source = self._source(block.source, scope, block.where)
        pieces: list[str] = []
        columns: list[Column] = []
        for item in block.items:
            for value, name in self._item(item, scope):
                columns.append(Column(name, value.kind, value.nullable))
                pieces.append(f"{value.sql} AS {quoted(name or f'EXPR_{len(pieces)}')}")
        sql = f"SELECT {'DISTINCT ' if block.distinct else ''}{', '.join(pieces)} FROM {source}"  # noqa: S608 - compiled here
        if block.distinct and any(column.kind == "clob" for column in columns):
            raise OracleError(932, "-", "CLOB")
        if block.where is not None:
            self._no_groups(block.where)
            sql += f" WHERE {self.condition(block.where, scope)}"
        sql += self._grouping(block, scope)
        return sql, tuple(columns), scope

    def _item(self, item: s.Item, scope: Scope) -> list[tuple[Typed, str | None]]:
        if item.star_of is not None:
            return scope.expand(item.star_of)
        if item.value is None:
            raise OracleError(936)
        value = self.value(item.value, scope)
        name = item.alias or (item.value.column if isinstance(item.value, s.Name) else None)
        return [(value, name)]

    def _grouping(self, block: s.Select, scope: Scope) -> str:
        keys = [self.value(key, scope) for key in block.group]
        if any(key.kind == "clob" for key in keys):
            raise OracleError(932, "-", "CLOB")
        texts = {key.sql for key in keys}
        checked = [item.value for item in block.items if item.value is not None]
        gathers = any(s.has_aggregate(value) for value in checked) or block.having is not None
        if texts or gathers:
            error = 979 if texts else 937
            if any(item.star_of is not None for item in block.items):
                raise OracleError(error)
            for value in checked:
                self._check_grouped(value, texts, scope, error)
            if block.having is not None:
                self._check_grouped(block.having, texts, scope, error)
        sql = f" GROUP BY {', '.join(key.sql for key in keys)}" if keys else ""
        if block.having is not None:
            sql += f" HAVING {self.condition(block.having, scope)}"
        return sql

    def _check_grouped(self, node: s.Expression | s.Condition, keys: set[str], scope: Scope, error: int) -> None:
        """Refuse a column that is neither aggregated nor a group key."""
        if s.is_aggregate(node):
            return
        if isinstance(node, s.Name | s.Call | s.Arithmetic | s.Case | s.Cast | s.Sign | s.Constant | s.Bind):
            if self.value(node, scope).sql in keys:
                return
            if isinstance(node, s.Name) and not scope.is_outer(node) and not scope.is_pseudo(node):
                raise OracleError(error)
        for part in s.parts(node):
            self._check_grouped(part, keys, scope, error)

    @staticmethod
    def _no_groups(condition: s.Condition) -> None:
        if s.has_aggregate(condition):
            raise OracleError(934)
        if s.has_window(condition):
            raise OracleError(30483)

    # -- sources ---------------------------------------------------------------------------------------------------

    def _source(self, source: s.Source, scope: Scope, where: s.Condition | None) -> str:
        if isinstance(source, s.Join):
            left = self._source(source.left, scope, where)
            right = self._source(source.right, scope, where)
            if isinstance(source.right, s.Join):
                right = f"({right})"
            if source.kind in (",", "CROSS"):
                # A plain JOIN, because CROSS JOIN makes SQLite keep that join order.
                return f"{left} JOIN {right}"
            if source.on is None:
                raise OracleError(905)
            self._no_groups(source.on)
            if source.kind != "INNER" and s.asks(source.on):
                raise OracleError(1799)
            return f"{left} {source.kind} JOIN {right} ON {self.condition(source.on, scope)}"
        if isinstance(source, s.Derived):
            ceiling = self._ceiling(source, where, scope)
            sql, columns = self.query(source.query, Scope(scope.parent, scope.common, []), ceiling)
            alias = source.alias or f" {len(scope.sources)}"
            scope.sources.append(SourceColumns(alias, columns))
            return f"({sql}) AS {quoted(alias)}"
        return self._table(source, scope)

    def _table(self, table: s.Table, scope: Scope) -> str:
        if any(known.alias == table.alias for known in scope.sources):
            raise OracleError(918)
        if table.name in scope.common:
            scope.sources.append(SourceColumns(table.alias, scope.common[table.name]))
            return f"{quoted(table.name)} AS {quoted(table.alias)}"
        if table.name == "DUAL":
            scope.sources.append(SourceColumns(table.alias, (Column("DUMMY", "text", nullable=False),)))
            return f"(SELECT 'X' AS \"DUMMY\") AS {quoted(table.alias)}"
        known_table = self._catalogue.get(table.name)
        if known_table is None:
            raise OracleError(942)
        columns = tuple(
            Column((column.name or "").upper(), column.kind, column.nullable) for column in known_table.columns
        )
        scope.sources.append(SourceColumns(table.alias, columns))
        return f"{quoted(known_table.name)} AS {quoted(table.alias)}"

    # -- keyset pages ----------------------------------------------------------------------------------------------

    def _ceiling(self, source: s.Derived, where: s.Condition | None, scope: Scope) -> str | None:
        """The number of rows of a numbered query that the outer WHERE admits, as SQL; None if it has no limit.

        ``… (SELECT …, ROW_NUMBER() OVER (ORDER BY k) rn FROM …) t WHERE t.rn <= :n`` needs only the first n rows.
        Oracle stops there by itself (WINDOW NOSORT STOPKEY); SQLite needs a limit.
        """
        body = source.query.body
        if where is None or not isinstance(body, s.Select) or source.query.order or source.query.fetch:
            return None
        number = _row_number(body)
        if number is None:
            return None
        conditions = where.parts if isinstance(where, s.Logical) and where.word == "AND" else (where,)
        for condition in conditions:
            if not isinstance(condition, s.Comparison) or condition.mark not in ("<", "<=", "="):
                continue
            if condition.left not in (s.Name(number, source.alias), s.Name(number)):
                continue
            if s.holds(condition.right, (s.Name, s.Scalar, s.Call)):
                continue
            limit = self.as_number(self.value(condition.right, scope))
            return f"ora_rows({limit})"
        return None

    def _window_order(self, block: s.Select, scope: Scope) -> str:
        """Order a numbered query by its numbers, so that a limit takes the lowest."""
        for item in block.items:
            if isinstance(item.value, s.Call) and item.value.name == "ROW_NUMBER" and item.value.window:
                return " ORDER BY " + self.order_keys(item.value.window.order, scope)
        return ""

    # -- order and paging ------------------------------------------------------------------------------------------

    def _order(self, query: s.Query, columns: tuple[Column, ...], scope: Scope) -> str:
        keys = []
        for item in query.order:
            key = self._output_key(item.value, columns)
            if key is None:
                if isinstance(query.body, s.Combined):
                    raise OracleError(1785)
                key = self.value(item.value, scope)
                if (
                    isinstance(query.body, s.Select)
                    and query.body.distinct
                    and not self._selected(key, query.body, scope)
                ):
                    raise OracleError(1791)
            keys.append(self.order_key(key, item))
        return ", ".join(keys)

    def _selected(self, key: Typed, block: s.Select, scope: Scope) -> bool:
        return any(key.sql == value.sql for item in block.items for value, _ in self._item(item, scope))

    @staticmethod
    def _output_key(value: s.Expression, columns: tuple[Column, ...]) -> Typed | None:
        """The result column that an ORDER BY item names by number or name."""
        if isinstance(value, s.Constant) and value.kind == "number":
            if not value.value.isdigit() or not 1 <= int(value.value) <= len(columns):
                raise OracleError(1785)
            column = columns[int(value.value) - 1]
            return Typed(value.value, column.kind, column.nullable)
        if isinstance(value, s.Name) and value.table is None:
            for column in columns:
                if column.name == value.column:
                    return Typed(quoted(value.column), column.kind, column.nullable)
        return None

    def _paging(self, query: s.Query, scope: Scope, ceiling: str | None) -> str:
        if query.fetch is None and query.offset is None:
            return f" LIMIT {ceiling}" if ceiling else ""
        fetch = "-1"
        if query.fetch is not None:
            fetch = f"ora_rows({self.as_number(self.value(query.fetch, scope))})"
        if query.offset is None:
            return f" LIMIT {fetch}"
        return f" LIMIT {fetch} OFFSET ora_rows({self.as_number(self.value(query.offset, scope))})"


def _row_number(block: s.Select) -> str | None:
    """The name of a plain ROW_NUMBER() column, if only the numbering decides which rows come first."""
    if block.distinct or block.group or block.having:
        return None
    windows = [item for item in block.items if item.value is not None and s.has_window(item.value)]
    if len(windows) != 1:
        return None
    call = windows[0].value
    if isinstance(call, s.Call) and call.name == "ROW_NUMBER" and call.window and not call.window.partition:
        return windows[0].alias
    return None


def _unite(one: Column, other: Column) -> Column:
    if "null" in (one.kind, other.kind):
        return Column(one.name, other.kind if one.kind == "null" else one.kind)
    if one.kind != other.kind:
        raise OracleError(1790)
    return Column(one.name, one.kind, one.nullable or other.nullable)
