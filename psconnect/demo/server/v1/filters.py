"""The ``q`` language of ``/ws/v1``: ``field OP value`` joined by ``;``, sets in brackets, ``*`` in names (5.5)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from psconnect.demo.server.v1.template import Filter

_TERM: Final = re.compile(r"\s*([\w.]+)\s*(==|=gt=|=ge=|=lt=|=le=)\s*(.*?)\s*", re.DOTALL)
_OPERATORS: Final = {"==": "=", "=gt=": ">", "=ge=": ">=", "=lt=": "<", "=le=": "<="}
_WHOLE: Final = re.compile(r"-?\d{1,18}")
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_LETTERS: Final = frozenset("APTGHI")


class QueryError(ValueError):
    """An invalid filter; the message is the server's."""


def where(text: str, fields: Mapping[str, Filter]) -> tuple[list[str], list[object]]:
    """The conditions of a filter, to be joined by AND, and their parameters.

    Raises:
        QueryError: if the filter breaks the grammar, names an unknown field or has a value of the wrong kind.

    """
    conditions: list[str] = []
    values: list[object] = []
    for part in filter(str.strip, text.split(";")):
        match = _TERM.fullmatch(part)
        if match is None:
            message = f"Invalid query expression: {part.strip()}"
            raise QueryError(message)
        name, operator, value = match.groups()
        known = fields.get(name)
        if known is None:
            message = f"Invalid query field: {name}"
            raise QueryError(message)
        conditions.append(_condition(known, operator, value, name, values))
    return conditions, values


def _condition(known: Filter, operator: str, text: str, name: str, values: list[object]) -> str:
    if text.startswith("(") and text.endswith(")") and operator == "==":
        wanted = [_value(known, one.strip(), name) for one in text[1:-1].split(",")]
        values += wanted
        return f"({known.sql}) IN ({', '.join('?' * len(wanted))})"
    if known.kind == "text" and operator == "==" and "*" in text:
        values.append(re.sub(r"([\\%_])", r"\\\1", text).replace("*", "%"))
        return f"({known.sql}) LIKE ? ESCAPE '\\'"
    values.append(_value(known, text, name))
    return f"({known.sql}) {_OPERATORS[operator]} ?"


def _value(known: Filter, text: str, name: str) -> object:
    """A filter's value in database form."""
    if known.kind == "text":
        return text
    if known.kind == "number" and _WHOLE.fullmatch(text):
        return int(text)
    if known.kind == "date" and _DATE.fullmatch(text):
        return text
    if known.kind == "status" and text.upper() in _LETTERS:
        return text.upper()
    message = f"Invalid value for query field {name}: {text[:40]}"
    raise QueryError(message)
