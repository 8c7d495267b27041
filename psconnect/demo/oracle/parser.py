"""Parses Oracle's SELECT grammar; refuses what Oracle refuses, with Oracle's error numbers."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from psconnect.demo.oracle import syntax as s
from psconnect.demo.oracle.conditions import ConditionParser
from psconnect.demo.oracle.errors import NotTranslatedError, OracleError

_AFTER_SOURCE: Final = frozenset(
    ["JOIN", "LEFT", "RIGHT", "INNER", "FULL", "CROSS", "NATURAL", "OUTER", "ON", "USING", "FETCH", "OFFSET",
     "WHERE", "GROUP", "HAVING", "ORDER", "UNION", "MINUS", "INTERSECT", "CONNECT", "START", "FOR"]
)  # fmt: skip
_SET_WORDS: Final = ("UNION", "MINUS", "INTERSECT")


@lru_cache(maxsize=256)  # plugins bring the same statements to server after server
def parse(sql: str) -> s.Query:
    """Parse one SELECT or WITH statement; what comes of it can't be changed.

    Raises:
        OracleError: if Oracle would refuse the text.
        NotTranslatedError: for grammar that Oracle has but this server lacks.

    """
    parser = _QueryParser(sql)
    if not parser.at_word("SELECT", "WITH") and not parser.at_mark("("):
        raise OracleError(900)
    query = parser.query()
    if parser.at_word("LIMIT", "OFFSET", "FETCH") or parser.token.kind != "end":
        raise OracleError(933)
    return query


class _QueryParser(ConditionParser):
    """The grammar of queries on top of that of conditions."""

    def query(self) -> s.Query:
        common = self._with() if self.take_word("WITH") else ()
        body: s.Body = self._block()
        while self.at_word(*_SET_WORDS):
            word = self.next().value
            if word == "UNION" and self.take_word("ALL"):
                word = "UNION ALL"
            body = s.Combined(body, word, self._block())
        order: tuple[s.OrderItem, ...] = ()
        if self.take_word("ORDER"):
            self.expect_word("BY")
            order = self.order_items()
        offset, fetch = self._paging()
        return s.Query(body, common, order, offset, fetch)

    def _with(self) -> tuple[s.Common, ...]:
        names = []
        while True:
            name = self.name()
            columns: tuple[str, ...] = ()
            if self.take_mark("("):
                columns = tuple(self.separated(self.name))
                self.expect_mark(")")
            self.expect_word("AS")
            self.expect_mark("(", 906)
            names.append(s.Common(name, columns, self.query()))
            self.expect_mark(")", 907)
            if not self.take_mark(","):
                return tuple(names)

    def _block(self) -> s.Select | s.Query:
        if self.take_mark("("):
            inner = self.query()
            self.expect_mark(")", 907)
            return inner
        self.expect_word("SELECT", 900)
        distinct = self.take_word("DISTINCT", "UNIQUE") is not None
        if not distinct:
            self.take_word("ALL")
        items = self._items()
        if not self.take_word("FROM"):
            raise OracleError(923)
        source = self._sources()
        where = self.condition() if self.take_word("WHERE") else None
        if self.at_word("CONNECT", "START"):
            raise NotTranslatedError("CONNECT BY")
        group: tuple[s.Expression, ...] = ()
        if self.take_word("GROUP"):
            self.expect_word("BY", 905)
            group = tuple(self.separated(self.expression))
        having = self.condition() if self.take_word("HAVING") else None
        return s.Select(items, source, distinct, where, group, having)

    def _items(self) -> tuple[s.Item, ...]:
        if self.take_mark("*"):
            return (s.Item(None, star_of=""),)
        return tuple(self.separated(self._item))

    def _item(self) -> s.Item:
        if self.token.kind in ("word", "quoted") and self.peek(1).value == "." and self.peek(2).value == "*":
            alias = self.name()
            self.next()
            self.next()
            return s.Item(None, star_of=alias)
        value = self.expression()
        if self.take_word("AS"):
            if not self.at_name():
                raise OracleError(923)
            return s.Item(value, self.name())
        return s.Item(value, self.name() if self.at_name() else None)

    def _sources(self) -> s.Source:
        source = self._joined()
        while self.take_mark(","):
            source = s.Join(source, ",", self._joined(), None)
        return source

    def _joined(self) -> s.Source:
        source = self._source()
        while True:
            kind = self._join_kind()
            if kind is None:
                return source
            right = self._source()
            if kind == "CROSS":
                source = s.Join(source, kind, right, None)
                continue
            if self.at_word("USING"):
                raise NotTranslatedError("USING")
            self.expect_word("ON", 905)
            source = s.Join(source, kind, right, self.condition())

    def _join_kind(self) -> str | None:
        if self.take_word("JOIN"):
            return "INNER"
        if self.at_word("NATURAL"):
            raise NotTranslatedError("NATURAL JOIN")
        kind = self.take_word("INNER", "CROSS", "LEFT", "RIGHT", "FULL")
        if kind is None:
            return None
        if kind in ("LEFT", "RIGHT", "FULL"):
            self.take_word("OUTER")
        if self.at_word("APPLY"):
            raise NotTranslatedError("CROSS APPLY")
        self.expect_word("JOIN", 905)
        return kind

    def _source(self) -> s.Source:
        if self.take_mark("("):
            if self.at_word("SELECT", "WITH") or self.at_mark("("):
                query = self.query()
                self.expect_mark(")", 907)
                return s.Derived(query, self._source_alias() or "")
            source = self._sources()
            self.expect_mark(")", 907)
            return source
        if self.at_word("LATERAL", "TABLE", "XMLTABLE", "JSON_TABLE"):
            raise NotTranslatedError(f"{self.token.value} in FROM")
        name = self.name(942)
        if self.take_mark("."):
            # PowerSchool's own schema is called PS.
            if name != "PS":
                raise OracleError(942)
            name = self.name(942)
        return s.Table(name, self._source_alias() or name)

    def _source_alias(self) -> str | None:
        # Oracle doesn't allow AS before a table's alias; the word ends the statement in the wrong place.
        if self.at_word("AS"):
            raise OracleError(933)
        if self.at_word("PIVOT", "UNPIVOT", "SAMPLE"):
            raise NotTranslatedError(self.token.value)
        if self.at_name() and not self.at_word(*_AFTER_SOURCE):
            return self.name()
        return None

    def _paging(self) -> tuple[s.Expression | None, s.Expression | None]:
        offset = fetch = None
        if self.take_word("OFFSET"):
            offset = self.expression()
            if not self.take_word("ROW", "ROWS"):
                raise OracleError(905)
        if self.take_word("FETCH"):
            if not self.take_word("FIRST", "NEXT"):
                raise OracleError(905)
            fetch = s.Constant("number", "1") if self.at_word("ROW", "ROWS") else self.expression()
            if self.at_word("PERCENT"):
                raise NotTranslatedError("FETCH … PERCENT")
            if not self.take_word("ROW", "ROWS"):
                raise OracleError(905)
            if self.at_word("WITH"):
                raise NotTranslatedError("WITH TIES")
            self.expect_word("ONLY", 905)
        return offset, fetch
