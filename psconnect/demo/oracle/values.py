"""Compiles expressions and conditions to SQLite, with Oracle's kinds and conversions."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Final

from psconnect.demo.oracle import syntax as s
from psconnect.demo.oracle.builtins import FUNCTIONS, KNOWN_BUT_MISSING
from psconnect.demo.oracle.errors import NotTranslatedError, OracleError
from psconnect.demo.oracle.scope import PSEUDO, Scope, Typed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from psconnect.demo.oracle.catalogue import BindKind, Column, TypeKind

#: The format by which Oracle converts text to a date without TO_DATE.
DEFAULT_DATE: Final = "DD-MON-RR"
_WINDOW_ONLY: Final = frozenset(
    {"ROW_NUMBER", "RANK", "DENSE_RANK", "LAG", "LEAD", "FIRST_VALUE", "LAST_VALUE", "NTILE"}
)


def text_literal(text: str) -> str:
    """A SQLite text literal."""
    return "'" + text.replace("'", "''") + "'"


class ValueCompiler(ABC):
    """Compiles values and conditions; :meth:`query` compiles inner queries. Collects the bind variables."""

    def __init__(self, arrays: frozenset[str], bind_kinds: Mapping[str, BindKind]) -> None:
        self.binds: set[str] = set()
        self._arrays = arrays
        self._bind_kinds = bind_kinds

    @abstractmethod
    def query(self, query: s.Query, outer: Scope, ceiling: str | None = None) -> tuple[str, tuple[Column, ...]]:
        """Compile a query inside ``outer``'s parent."""

    # -- conversions -----------------------------------------------------------------------------------------------

    @staticmethod
    def as_number(value: Typed) -> str:
        """The value as a number, by Oracle's implicit conversion."""
        if value.kind in ("number", "null"):
            return value.sql
        if value.kind == "text":
            return f"ora_number({value.sql})"
        raise OracleError(932, "NUMBER", value.kind.upper())

    @staticmethod
    def as_text(value: Typed) -> str:
        """The value as a text."""
        if value.kind in ("text", "clob", "null"):
            return value.sql
        if value.kind == "number":
            return f"ora_double_text({value.sql})" if value.floating else f"ora_number_text({value.sql})"
        return f"ora_to_char({value.sql}, '{DEFAULT_DATE}')"

    @staticmethod
    def as_date(value: Typed) -> str:
        """The value as a date."""
        if value.kind in ("date", "null"):
            return value.sql
        if value.kind == "text":
            return f"ora_to_date({value.sql}, '{DEFAULT_DATE}')"
        raise OracleError(932, "DATE", value.kind.upper())

    def converted(self, value: Typed, kind: TypeKind) -> str:
        """The value as this kind."""
        if kind == "number":
            return self.as_number(value)
        return self.as_date(value) if kind == "date" else self.as_text(value)

    @staticmethod
    def same_kind(values: list[Typed]) -> TypeKind:
        """The common kind of several values, as CASE and COALESCE need it."""
        kinds = [value.kind for value in values if value.kind != "null"]
        for kind in kinds[1:]:
            if kind != kinds[0] and {kind, kinds[0]} != {"text", "clob"}:
                raise OracleError(932, kinds[0].upper(), kind.upper())
        return kinds[0] if kinds else "null"

    # -- expressions -----------------------------------------------------------------------------------------------

    def value(self, node: s.Expression, scope: Scope) -> Typed:  # noqa: C901, PLR0911 - a case for each kind
        """Compile an expression."""
        match node:
            case s.Constant():
                return _literal(node)
            case s.Name():
                return self._name(node, scope)
            case s.Bind(name=name):
                self.binds.add(name)
                if name in self._arrays:
                    raise NotTranslatedError(f"the list :{name} outside IN (:{name})")
                kind = self._bind_kinds.get(name, "text")
                return Typed(f":{name}", "number" if kind == "floating" else kind, floating=kind == "floating")
            case s.Sign(mark=mark, value=inner):
                signed = self.value(inner, scope)
                return Typed(f"({mark}{self.as_number(signed)})", "number", floating=signed.floating)
            case s.Arithmetic():
                return self._arithmetic(node, scope)
            case s.Cast():
                return self._cast(node, scope)
            case s.Case():
                return self._case(node, scope)
            case s.Scalar(query=query):
                sql, columns = self.query(query, Scope(scope, scope.common, []))
                if len(columns) != 1:
                    raise OracleError(913)
                return Typed(f"({sql})", columns[0].kind)
            case s.Call():
                return self._call(node, scope)

    def _name(self, name: s.Name, scope: Scope) -> Typed:
        if not (scope.is_pseudo(name) and scope.is_outer(name)):
            return scope.find(name)
        if name.column in ("SYSDATE", "CURRENT_DATE"):
            return Typed("ora_sysdate()", "date", nullable=False)
        if name.column in PSEUDO:
            raise NotTranslatedError(name.column)
        return scope.find(name)

    def _arithmetic(self, node: s.Arithmetic, scope: Scope) -> Typed:
        left, right = self.value(node.left, scope), self.value(node.right, scope)
        if node.mark == "||":
            # NULL counts as empty text here, and an empty result is NULL.
            parts = [
                f"ifnull({self.as_text(side)}, '')" if side.nullable else self.as_text(side) for side in (left, right)
            ]
            sql = f"({parts[0]} || {parts[1]})"
            certain = not (left.nullable and right.nullable)
            return Typed(sql if certain else f"nullif({sql}, '')", "text", nullable=not certain)
        if "date" in (left.kind, right.kind) and node.mark in "+-":
            return self._date_arithmetic(node.mark, left, right)
        numbers = [self.as_number(side) for side in (left, right)]
        floating = left.floating or right.floating
        if node.mark == "/":
            return Typed(f"ora_divide({numbers[0]}, {numbers[1]})", "number", floating=floating)
        sql = f"({numbers[0]} {node.mark} {numbers[1]})"
        return Typed(sql, "number", left.nullable or right.nullable, floating)

    def _date_arithmetic(self, mark: str, left: Typed, right: Typed) -> Typed:
        if left.kind == right.kind:
            if mark == "+":
                raise OracleError(932, "NUMBER", "DATE")
            return Typed(f"ora_days({left.sql}, {right.sql})", "number")
        if left.kind == "date":
            sign = "-" if mark == "-" else ""
            return Typed(f"ora_add_days({left.sql}, {sign}{self.as_number(right)})", "date")
        if mark == "-":
            raise OracleError(932, "NUMBER", "DATE")
        return Typed(f"ora_add_days({right.sql}, {self.as_number(left)})", "date")

    def _cast(self, node: s.Cast, scope: Scope) -> Typed:
        value = self.value(node.value, scope)
        if node.kind == "integer":
            return Typed(f"ora_integer({self.as_number(value)})", "number", value.nullable)
        if node.kind == "text":
            text = self.as_text(value)
            return Typed(f"substr({text}, 1, {node.size})" if node.size else text, "text", value.nullable)
        return Typed(self.converted(value, node.kind), node.kind, value.nullable)

    def _case(self, node: s.Case, scope: Scope) -> Typed:
        results = [self.value(result, scope) for _, result in node.branches]
        otherwise = [self.value(node.otherwise, scope)] if node.otherwise is not None else []
        kind = self.same_kind([*results, *otherwise])
        operand = self.value(node.operand, scope) if node.operand is not None else None
        sql = "CASE"
        for (when, _), result in zip(node.branches, results, strict=True):
            if operand is None:
                test = self.condition(when, scope)  # type: ignore[arg-type]
            else:
                test = self.compared("=", operand, self.value(when, scope))  # type: ignore[arg-type]
            sql += f" WHEN {test} THEN {result.sql}"
        if otherwise:
            sql += f" ELSE {otherwise[0].sql}"
        nullable = not otherwise or any(result.nullable for result in [*results, *otherwise])
        return Typed(f"{sql} END", kind, nullable)

    def _call(self, node: s.Call, scope: Scope) -> Typed:
        function = FUNCTIONS.get(node.name)
        if function is None:
            if node.name in KNOWN_BUT_MISSING:
                raise NotTranslatedError(node.name)
            raise OracleError(904, node.name)
        if node.star and node.name != "COUNT":
            raise OracleError(936)
        if node.name in _WINDOW_ONLY and node.window is None:
            raise OracleError(30483)
        if not node.star and not function.least <= len(node.arguments) <= function.most:
            raise OracleError(909)
        arguments = [self.value(argument, scope) for argument in node.arguments]
        if node.name == "LISTAGG":
            return self._listagg(node, arguments, scope)
        if node.star:
            result = Typed("count(*)", "number", nullable=False)
        else:
            result = function.compile(self, arguments)
            if node.distinct:
                result = Typed(result.sql.replace("(", "(DISTINCT ", 1), result.kind, result.nullable)
        if node.window is not None:
            return Typed(result.sql + self._over(node.window, scope), result.kind, result.nullable)
        return result

    def _listagg(self, node: s.Call, arguments: list[Typed], scope: Scope) -> Typed:
        if node.window is not None or node.distinct:
            raise NotTranslatedError("LISTAGG with OVER or DISTINCT")
        separator = self.as_text(arguments[1]) if len(arguments) > 1 else "NULL"
        keys = []
        for item in node.within:
            keys += [self.value(item.value, scope).sql, "1" if item.descending else "0"]
        sql = ", ".join([self.as_text(arguments[0]), separator, *keys])
        return Typed(f"ora_listagg({sql})", "text")

    def _over(self, window: s.Window, scope: Scope) -> str:
        pieces = []
        if window.partition:
            keys = ", ".join(self.value(key, scope).sql for key in window.partition)
            pieces.append(f"PARTITION BY {keys}")
        if window.order:
            pieces.append("ORDER BY " + self.order_keys(window.order, scope))
        if window.frame:
            pieces.append(window.frame)
        return f" OVER ({' '.join(pieces)})"

    # -- order -----------------------------------------------------------------------------------------------------

    def order_keys(self, items: tuple[s.OrderItem, ...], scope: Scope) -> str:
        """Compile the keys of an ORDER BY with expressions in ``scope``."""
        return ", ".join(self.order_key(self.value(item.value, scope), item) for item in items)

    @staticmethod
    def order_key(key: Typed, item: s.OrderItem) -> str:
        """One key of an ORDER BY: NULLs are the largest values in Oracle but the smallest in SQLite."""
        if key.kind == "clob":
            raise OracleError(932, "-", "CLOB")
        sql = key.sql + (" DESC" if item.descending else "")
        if key.nullable:
            nulls = item.nulls or ("FIRST" if item.descending else "LAST")
            sql += f" NULLS {nulls}"
        return sql

    # -- conditions ------------------------------------------------------------------------------------------------

    def condition(self, node: s.Condition, scope: Scope) -> str:  # noqa: PLR0911 - a case for each kind
        """Compile a condition."""
        match node:
            case s.Logical(word=word, parts=conditions):
                return "(" + f" {word} ".join(self.condition(part, scope) for part in conditions) + ")"
            case s.Not(condition=inner):
                return f"(NOT {self.condition(inner, scope)})"
            case s.Comparison(mark=mark, left=left, right=right):
                return self.compared(mark, self.value(left, scope), self.value(right, scope))
            case s.IsNull(value=value, negated=negated):
                return f"({self.value(value, scope).sql} IS {'NOT ' if negated else ''}NULL)"
            case s.Between(value=value, low=low, high=high, negated=negated):
                tested = self.value(value, scope)
                above = self.compared(">=", tested, self.value(low, scope))
                below = self.compared("<=", tested, self.value(high, scope))
                return f"({'NOT ' if negated else ''}({above} AND {below}))"
            case s.Exists(query=query):
                sql, _ = self.query(query, Scope(scope, scope.common, []))
                return f"EXISTS ({sql})"
            case s.Like():
                return self._like(node, scope)
            case s.RegexpLike(arguments=arguments):
                texts = [self.as_text(self.value(argument, scope)) for argument in arguments]
                return f"ora_regexp_like({', '.join(texts)})"
            case s.Within():
                return self._within(node, scope)

    def compared(self, mark: str, left: Typed, right: Typed) -> str:
        """Compare two values after Oracle's implicit conversion: text is converted to the other side's kind."""
        kinds = {left.kind, right.kind}
        if "clob" in kinds:
            raise OracleError(932, "-", "CLOB")
        if kinds == {"date", "number"}:
            raise OracleError(932, left.kind.upper(), right.kind.upper())
        target: TypeKind = "date" if "date" in kinds else "number" if "number" in kinds else "text"
        return f"({self.converted(left, target)} {mark} {self.converted(right, target)})"

    def _like(self, node: s.Like, scope: Scope) -> str:
        value, pattern = (self.as_text(self.value(side, scope)) for side in (node.value, node.pattern))
        sql = f"{value} {'NOT ' if node.negated else ''}LIKE {pattern}"
        if node.escape is not None:
            sql += f" ESCAPE {self.as_text(self.value(node.escape, scope))}"
        return f"({sql})"

    def _within(self, node: s.Within, scope: Scope) -> str:
        word = "NOT IN" if node.negated else "IN"
        values = [self.value(value, scope) for value in node.values]
        if isinstance(node.options, s.Query):
            return self._within_query(values, node.options, word, scope)
        value = values[0]
        only = node.options[0]
        if len(node.options) == 1 and isinstance(only, s.Bind) and only.name in self._arrays:
            self.binds.add(only.name)
            member = self.converted(Typed("value", "text"), value.kind)
            return f"({value.sql} {word} (SELECT {member} FROM json_each(:{only.name})))"  # noqa: S608 - a bind
        options = [self.value(option, scope) for option in node.options]
        joiner, mark = (" AND ", "<>") if node.negated else (" OR ", "=")
        if all(option.kind in (value.kind, "null") for option in options):
            return f"({value.sql} {word} ({', '.join(option.sql for option in options)}))"
        return "(" + joiner.join(self.compared(mark, value, option) for option in options) + ")"

    def _within_query(self, values: list[Typed], query: s.Query, word: str, scope: Scope) -> str:
        sql, columns = self.query(query, Scope(scope, scope.common, []))
        if len(columns) != len(values):
            raise OracleError(1789)
        for value, column in zip(values, columns, strict=True):
            if value.kind != column.kind and "null" not in (value.kind, column.kind):
                raise OracleError(932, value.kind.upper(), column.kind.upper())
        left = ", ".join(value.sql for value in values)
        return f"(({left}) {word} ({sql}))" if len(values) > 1 else f"({left} {word} ({sql}))"


def _literal(node: s.Constant) -> Typed:
    if node.kind == "null":
        return Typed("NULL", "null")
    if node.kind == "number":
        return Typed(node.value, "number", nullable=False)
    if node.kind == "date":
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", node.value):
            raise OracleError(1861)
        return Typed(f"ora_to_date({text_literal(node.value)}, 'YYYY-MM-DD')", "date", nullable=False)
    return Typed(text_literal(node.value), "text", nullable=False)
