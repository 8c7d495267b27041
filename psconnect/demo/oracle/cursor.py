"""A cursor over the tokens of a statement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from psconnect.demo.oracle.errors import OracleError
from psconnect.demo.oracle.lexer import END, Token, tokens

if TYPE_CHECKING:
    from collections.abc import Callable

_T = TypeVar("_T")

#: Words that can't be used as a name in Oracle.
RESERVED: Final = frozenset(
    ["ACCESS", "ADD", "ALL", "ALTER", "AND", "ANY", "AS", "ASC", "AUDIT", "BETWEEN", "BY", "CHAR", "CHECK",
     "CLUSTER", "COLUMN", "COMMENT", "COMPRESS", "CONNECT", "CREATE", "CURRENT", "DATE", "DECIMAL", "DEFAULT",
     "DELETE", "DESC", "DISTINCT", "DROP", "ELSE", "EXCLUSIVE", "EXISTS", "FILE", "FLOAT", "FOR", "FROM", "GRANT",
     "GROUP", "HAVING", "IDENTIFIED", "IMMEDIATE", "IN", "INCREMENT", "INDEX", "INITIAL", "INSERT", "INTEGER",
     "INTERSECT", "INTO", "IS", "LEVEL", "LIKE", "LOCK", "LONG", "MAXEXTENTS", "MINUS", "MLSLABEL", "MODE", "MODIFY",
     "NOAUDIT", "NOCOMPRESS", "NOT", "NOWAIT", "NULL", "NUMBER", "OF", "OFFLINE", "ON", "ONLINE", "OPTION", "OR",
     "ORDER", "PCTFREE", "PRIOR", "PRIVILEGES", "PUBLIC", "RAW", "RENAME", "RESOURCE", "REVOKE", "ROW", "ROWID",
     "ROWNUM", "ROWS", "SELECT", "SESSION", "SET", "SHARE", "SIZE", "SMALLINT", "START", "SUCCESSFUL", "SYNONYM",
     "SYSDATE", "TABLE", "THEN", "TO", "TRIGGER", "UID", "UNION", "UNIQUE", "UPDATE", "USER", "VALIDATE", "VALUES",
     "VARCHAR", "VARCHAR2", "VIEW", "WHENEVER", "WHERE", "WITH"]
)  # fmt: skip


class Cursor:
    """Reads tokens; a missing one raises an error with Oracle's number."""

    def __init__(self, sql: str) -> None:
        self._tokens = tokens(sql)
        self._at = 0

    @property
    def token(self) -> Token:
        """The next token."""
        return self._tokens[self._at]

    def peek(self, ahead: int) -> Token:
        """A later token."""
        position = self._at + ahead
        return self._tokens[position] if position < len(self._tokens) else END

    def next(self) -> Token:
        """Take the next token."""
        token = self.token
        if token.kind == "end":
            raise OracleError(921)
        self._at += 1
        return token

    def at_word(self, *words: str) -> bool:
        """Whether one of these words comes next."""
        return self.token.kind == "word" and self.token.value in words

    def at_mark(self, *marks: str) -> bool:
        """Whether one of these marks comes next."""
        return self.token.kind == "mark" and self.token.value in marks

    def at_name(self) -> bool:
        """Whether a name comes next: quoted, or a word that is not reserved."""
        return self.token.kind == "quoted" or (self.token.kind == "word" and self.token.value not in RESERVED)

    def take_word(self, *words: str) -> str | None:
        """Take one of these words if it comes next."""
        return self.next().value if self.at_word(*words) else None

    def take_mark(self, *marks: str) -> str | None:
        """Take one of these marks if it comes next."""
        return self.next().value if self.at_mark(*marks) else None

    def expect_word(self, word: str, error: int = 905) -> None:
        """Take this word or refuse the statement."""
        if not self.take_word(word):
            raise OracleError(error)

    def expect_mark(self, mark: str, error: int = 907) -> None:
        """Take this mark or refuse the statement."""
        if not self.take_mark(mark):
            raise OracleError(error)

    def name(self, error: int = 936) -> str:
        """Take a name: upper case unless quoted."""
        if not self.at_name():
            raise OracleError(error)
        token = self.next()
        return token.value

    def separated(self, read: Callable[[], _T]) -> list[_T]:
        """Read one or more parts separated by commas."""
        found = [read()]
        while self.take_mark(","):
            found.append(read())
        return found
