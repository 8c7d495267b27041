"""Reads Oracle's expressions."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Final

from psconnect.demo.oracle import syntax as s
from psconnect.demo.oracle.cursor import RESERVED, Cursor
from psconnect.demo.oracle.errors import NotTranslatedError, OracleError
from psconnect.demo.oracle.lexer import Token

#: Reserved words that can begin a value.
_VALUE_WORDS: Final = frozenset({"SYSDATE", "ROWNUM", "LEVEL", "USER"})
_TYPES: Final = {
    "INTEGER": "integer", "INT": "integer", "SMALLINT": "integer", "NUMBER": "number", "DECIMAL": "number",
    "NUMERIC": "number", "FLOAT": "number", "VARCHAR2": "text", "NVARCHAR2": "text", "VARCHAR": "text", "CHAR": "text",
    "DATE": "date",
}  # fmt: skip


class ExpressionParser(Cursor, ABC):
    """The grammar of expressions; subclasses add queries and conditions."""

    @abstractmethod
    def query(self) -> s.Query:
        """Read a whole query."""

    @abstractmethod
    def condition(self) -> s.Condition:
        """Read conditions joined by OR."""

    def expression(self) -> s.Expression:
        """Read a sum, a difference or a concatenation."""
        value = self._product()
        while mark := self.take_mark("+", "-", "||"):
            value = s.Arithmetic(mark, value, self._product())
        return value

    def order_items(self) -> tuple[s.OrderItem, ...]:
        """Read the keys after ORDER BY."""
        return tuple(self.separated(self._order_item))

    def _order_item(self) -> s.OrderItem:
        value = self.expression()
        descending = self.take_word("ASC", "DESC") == "DESC"
        nulls = None
        if self.take_word("NULLS"):
            nulls = self.take_word("FIRST", "LAST")
            if nulls is None:
                raise OracleError(905)
        return s.OrderItem(value, descending, nulls)

    def _product(self) -> s.Expression:
        value = self._signed()
        while mark := self.take_mark("*", "/"):
            value = s.Arithmetic(mark, value, self._signed())
        return value

    def _signed(self) -> s.Expression:
        if mark := self.take_mark("-", "+"):
            return s.Sign(mark, self._signed())
        return self._primary()

    def _primary(self) -> s.Expression:
        token = self.token
        if token.kind == "number":
            return s.Constant("number", self.next().value)
        if token.kind == "text":
            # An empty text is NULL in Oracle.
            text = self.next().value
            return s.Constant("text", text) if text else s.Constant("null")
        if token.kind == "bind":
            return s.Bind(self.next().value)
        if self.take_mark("("):
            return self._parenthesis()
        if token.kind in ("word", "quoted"):
            return self._word()
        raise OracleError(936 if token.kind != "end" else 921)

    def _parenthesis(self) -> s.Expression:
        if self.at_word("SELECT", "WITH"):
            inner: s.Expression = s.Scalar(self.query())
        else:
            inner = self.expression()
        self.expect_mark(")", 907)
        return inner

    def _word(self) -> s.Expression:  # noqa: C901, PLR0911 - a case for each word that begins a value
        word = self.token
        if word.kind == "word":
            if word.value == "CASE":
                return self._case()
            if word.value == "NULL":
                self.next()
                return s.Constant("null")
            if word.value in ("DATE", "TIMESTAMP", "INTERVAL") and self.peek(1).kind == "text":
                return self._typed_literal()
            if word.value == "CAST" and self.peek(1).value == "(":
                return self._cast()
            if word.value in RESERVED and word.value not in _VALUE_WORDS:
                raise OracleError(936)
            if self.peek(1) == Token("mark", "("):
                return self.call()
        name = self.next().value
        if not self.take_mark("."):
            return s.Name(name)
        column = self.next()
        if column.kind not in ("word", "quoted"):
            raise OracleError(936)
        if self.at_mark(".") or self.at_mark("("):
            raise NotTranslatedError("names of three parts and packaged functions")
        return s.Name(column.value, name)

    def _typed_literal(self) -> s.Expression:
        kind = self.next().value
        if kind != "DATE":
            raise NotTranslatedError(f"{kind} literals")
        return s.Constant("date", self.next().value)

    def _case(self) -> s.Expression:
        self.next()
        operand = None if self.at_word("WHEN") else self.expression()
        branches: list[tuple[s.Expression | s.Condition, s.Expression]] = []
        while self.take_word("WHEN"):
            when: s.Expression | s.Condition = self.condition() if operand is None else self.expression()
            self.expect_word("THEN")
            branches.append((when, self.expression()))
        if not branches:
            raise OracleError(905)
        otherwise = self.expression() if self.take_word("ELSE") else None
        self.expect_word("END")
        return s.Case(operand, tuple(branches), otherwise)

    def _cast(self) -> s.Expression:
        self.next()
        self.next()
        value = self.expression()
        self.expect_word("AS")
        word = self.next().value
        kind = _TYPES.get(word)
        if kind is None:
            raise NotTranslatedError(f"CAST to {word}")
        size = None
        if self.take_mark("("):
            size = int(self.next().value)
            if self.take_mark(","):
                self.next()
            self.take_word("CHAR", "BYTE")
            self.expect_mark(")", 907)
        self.expect_mark(")", 907)
        return s.Cast(value, kind, size if kind == "text" else None)  # type: ignore[arg-type]

    def call(self) -> s.Expression:
        """Read a function call whose name comes next."""
        name = self.next().value
        self.next()
        if name == "EXTRACT":
            return self._extract()
        if name == "TRIM":
            return self._trim()
        distinct = self.take_word("DISTINCT", "UNIQUE") is not None
        star = self.take_mark("*") is not None
        arguments: tuple[s.Expression, ...] = ()
        if not star and not self.at_mark(")"):
            arguments = tuple(self.separated(self.expression))
        self.expect_mark(")", 907)
        within: tuple[s.OrderItem, ...] = ()
        if self.take_word("WITHIN"):
            self.expect_word("GROUP")
            self.expect_mark("(", 906)
            self.expect_word("ORDER")
            self.expect_word("BY")
            within = self.order_items()
            self.expect_mark(")", 907)
        if self.at_word("KEEP") and self.peek(1).value == "(":
            raise NotTranslatedError("KEEP (DENSE_RANK …)")
        window = self._window() if self.take_word("OVER") else None
        return s.Call(name, arguments, distinct, star, window, within)

    def _extract(self) -> s.Expression:
        part = self.next().value
        self.expect_word("FROM")
        value = self.expression()
        self.expect_mark(")", 907)
        return s.Call("EXTRACT", (s.Constant("text", part), value))

    def _trim(self) -> s.Expression:
        side = self.take_word("LEADING", "TRAILING", "BOTH") or "BOTH"
        value = self.expression() if not self.at_word("FROM") else s.Constant("text", " ")
        marks: s.Expression = s.Constant("text", " ")
        if self.take_word("FROM"):
            marks, value = value, self.expression()
        self.expect_mark(")", 907)
        name = {"LEADING": "LTRIM", "TRAILING": "RTRIM", "BOTH": "TRIM"}[side]
        return s.Call(name, (value, marks))

    def _window(self) -> s.Window:
        self.expect_mark("(", 906)
        partition: tuple[s.Expression, ...] = ()
        if self.take_word("PARTITION"):
            self.expect_word("BY")
            partition = tuple(self.separated(self.expression))
        order: tuple[s.OrderItem, ...] = ()
        if self.take_word("ORDER"):
            self.expect_word("BY")
            order = self.order_items()
        frame = self._frame() if self.at_word("ROWS", "RANGE") else ""
        self.expect_mark(")", 907)
        return s.Window(partition, order, frame)

    def _frame(self) -> str:
        words = [self.next().value]
        allowed = {"BETWEEN", "AND", "UNBOUNDED", "PRECEDING", "FOLLOWING", "CURRENT", "ROW"}
        while not self.at_mark(")"):
            token = self.next()
            if token.kind != "number" and token.value not in allowed:
                raise OracleError(907)
            words.append(token.value)
        return " ".join(words)
