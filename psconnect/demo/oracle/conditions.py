"""Reads Oracle's conditions. They aren't values: they can't be compared or selected."""

from __future__ import annotations

from abc import ABC
from typing import Final

from psconnect.demo.oracle import syntax as s
from psconnect.demo.oracle.errors import NotTranslatedError, OracleError
from psconnect.demo.oracle.expressions import ExpressionParser

_COMPARISONS: Final = {"=": "=", "<>": "<>", "!=": "<>", "^=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_MOST_IN_LIST: Final = 1000


class ConditionParser(ExpressionParser, ABC):
    """The grammar of conditions on top of that of expressions."""

    def condition(self) -> s.Condition:
        """Read conditions joined by OR."""
        found = [self._all_of()]
        while self.take_word("OR"):
            found.append(self._all_of())
        return found[0] if len(found) == 1 else s.Logical("OR", tuple(found))

    def _all_of(self) -> s.Condition:
        found = [self._not()]
        while self.take_word("AND"):
            found.append(self._not())
        return found[0] if len(found) == 1 else s.Logical("AND", tuple(found))

    def _not(self) -> s.Condition:
        if self.take_word("NOT"):
            return s.Not(self._not())
        return self._predicate()

    def _predicate(self) -> s.Condition:
        if self.at_word("EXISTS"):
            self.next()
            self.expect_mark("(", 906)
            query = self.query()
            self.expect_mark(")", 907)
            return s.Exists(query)
        if self.at_word("REGEXP_LIKE"):
            call = self.call()
            if isinstance(call, s.Call):
                return s.RegexpLike(call.arguments)
        if self.at_mark("("):
            grouped = self._grouped()
            if grouped is not None:
                return grouped
        return self._tail(self.expression())

    def _grouped(self) -> s.Condition | None:
        """A condition in parentheses, or None (with the cursor reset) if it is an expression."""
        start = self._at
        self.next()
        if self.at_word("SELECT", "WITH"):
            self._at = start
            return None
        try:
            if self._is_row():
                return self._row_in()
            condition = self.condition()
            self.expect_mark(")", 907)
        except OracleError:
            # Perhaps an expression in parentheses: if not, reading it as one raises its own error.
            failed_at, self._at = self._at, start
            if not self._closes_as_expression():
                self._at = failed_at
                raise
            self._at = start
            return None
        return condition

    def _closes_as_expression(self) -> bool:
        try:
            self.expression()
        except OracleError:
            return False
        return True

    def _is_row(self) -> bool:
        """Whether ``(a, b)`` begins here (the parenthesis is already taken)."""
        start = self._at
        try:
            self.expression()
            return self.at_mark(",")
        except OracleError:
            return False
        finally:
            self._at = start

    def _row_in(self) -> s.Condition:
        values = tuple(self.separated(self.expression))
        self.expect_mark(")", 907)
        negated = self.take_word("NOT") is not None
        self.expect_word("IN", 920)
        self.expect_mark("(", 906)
        if not self.at_word("SELECT", "WITH"):
            raise NotTranslatedError("lists of rows in IN")
        query = self.query()
        self.expect_mark(")", 907)
        return s.Within(values, query, negated)

    def _tail(self, value: s.Expression) -> s.Condition:
        if self.token.kind == "mark" and self.token.value in _COMPARISONS:
            mark = _COMPARISONS[self.next().value]
            if self.at_word("ANY", "ALL", "SOME"):
                raise NotTranslatedError("ANY and ALL")
            return s.Comparison(mark, value, self.expression())
        if self.take_word("IS"):
            negated = self.take_word("NOT") is not None
            self.expect_word("NULL")
            return s.IsNull(value, negated)
        negated = self.take_word("NOT") is not None
        if self.take_word("IN"):
            return s.Within((value,), self._options(), negated)
        if self.take_word("LIKE"):
            pattern = self.expression()
            escape = self.expression() if self.take_word("ESCAPE") else None
            return s.Like(value, pattern, escape, negated)
        if self.take_word("BETWEEN"):
            low = self.expression()
            self.expect_word("AND")
            return s.Between(value, low, self.expression(), negated)
        raise OracleError(920)

    def _options(self) -> tuple[s.Expression, ...] | s.Query:
        self.expect_mark("(", 906)
        options: tuple[s.Expression, ...] | s.Query
        if self.at_word("SELECT", "WITH"):
            options = self.query()
        else:
            options = tuple(self.separated(self.expression))
            if len(options) > _MOST_IN_LIST:
                raise OracleError(1795)
        self.expect_mark(")", 907)
        return options
