"""Splits an Oracle statement into tokens; refuses characters that Oracle doesn't know."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from psconnect.demo.oracle.errors import OracleError

if TYPE_CHECKING:
    from collections.abc import Iterator

TokenKind = Literal["word", "quoted", "number", "text", "bind", "mark", "end"]

_TOKEN: Final = re.compile(
    r"""
    (?P<space>\s+ | --[^\n]* | /\*.*?\*/)
  | (?P<qtext>[qQ]'(?:\[.*?\]|\{.*?\}|\(.*?\)|<.*?>|(?P<q>[^\s\[{(<]).*?(?P=q))')
  | (?P<text>[nN]?'(?:[^']|'')*')
  | (?P<quoted>"[^"]*")
  | (?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)
  | (?P<word>[^\W\d_][\w$\#]*)
  | (?P<bind>:[^\W\d_][\w$\#]*)
  | (?P<mark>\|\||<>|!=|\^=|<=|>=|[-+*/=<>(),.])
    """,
    re.VERBOSE | re.DOTALL,
)
_LONGEST_NAME: Final = 128


@dataclass(frozen=True, slots=True)
class Token:
    """One token: words in upper case, texts and quoted names without their quotes, binds without the colon."""

    kind: TokenKind
    value: str


END: Final = Token("end", "")


def tokens(sql: str) -> list[Token]:
    """Return the tokens of a statement, followed by an ``end`` token.

    Raises:
        OracleError: for characters that Oracle refuses, such as a trailing semicolon, and for an unfinished quote.

    """
    return [*_scan(sql), END]


def _scan(sql: str) -> Iterator[Token]:
    at = 0
    while at < len(sql):
        match = _TOKEN.match(sql, at)
        if match is None:
            raise OracleError({"'": 1756, '"': 1740}.get(sql[at], 911))
        at = match.end()
        kind, value = match.lastgroup or "", match.group()
        if kind == "q":
            kind = "qtext"
        if kind != "space":
            yield _token(kind, value)


def _token(kind: str, value: str) -> Token:  # noqa: PLR0911 - a case for each kind
    if kind == "text":
        return Token("text", value[value.index("'") + 1 : -1].replace("''", "'"))
    if kind == "qtext":
        return Token("text", value[3:-2])
    if kind == "quoted":
        return Token("quoted", value[1:-1])
    if kind == "word":
        if len(value) > _LONGEST_NAME:
            raise OracleError(972)
        return Token("word", value.upper())
    if kind == "bind":
        return Token("bind", value[1:].lower())
    if kind == "number":
        return Token("number", value)
    return Token("mark", value)
