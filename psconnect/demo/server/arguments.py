"""The arguments of a call to a named query, as bound to the statement (docs/powerschool.md 11.1, 11.3, 19)."""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING, Any, Final

from psconnect.demo.server.messages import Refusal, message_reply
from psconnect.demo.server.named_queries import column_of
from psconnect.demo.server.writes.rows import is_date

if TYPE_CHECKING:
    from psconnect.demo.oracle import BindKind, Catalogue
    from psconnect.demo.server.named_queries import Argument, NamedQuery
    from psconnect.demo.server.quirks import Quirks

_NUMBER: Final = re.compile(r"\s*[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?\s*", re.ASCII)


def bind_kinds(query: NamedQuery, catalogue: Catalogue, quirks: Quirks) -> dict[str, BindKind]:
    """What the arguments of a plugin's query are bound as (19): by the column they name, if they name one."""
    return {one.name: _bind_kind(one, catalogue, quirks) for one in query.arguments if not one.array}


def _bind_kind(argument: Argument, catalogue: Catalogue, quirks: Quirks) -> BindKind:
    if quirks.argument_types == "text":
        return "text"
    column = column_of(catalogue, argument.column)
    if column is None:
        return quirks.plain_arguments
    if column.kind == "number":
        return quirks.number_arguments
    return "date" if column.kind == "date" else "text"


def argument_value(argument: Argument, given: dict[str, Any], kind: BindKind = "text") -> object:
    """The value of an argument for the statement: as its kind says, or a list as JSON; an empty text is NULL.

    Args:
        argument: as the query declares it.
        given: the body of the call, its keys in lower case.
        kind: what it is bound as.

    Raises:
        Refusal: 400 for a missing argument that is required, or a value of another type.

    """
    if argument.presence_of is not None:
        return int(given.get(argument.presence_of) is not None)
    value = given.get(argument.name)
    if value is None:
        if argument.required:
            raise Refusal(message_reply(400, f"Missing required argument {argument.name}"))
        value = argument.default
    if argument.array:
        items = value if isinstance(value, list) else [] if value is None else [value]
        if not all(isinstance(item, str | int | float) for item in items):
            raise _invalid(argument)
        return json.dumps([str(item) for item in items])
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise _invalid(argument)
    text = str(value)
    return _bound(argument, text, kind) if text else None


def _bound(argument: Argument, text: str, kind: BindKind) -> object:
    """A text of the call converted to the kind of its column."""
    if kind == "text":
        return text
    if kind == "date":
        return _date(argument, text)
    if not _NUMBER.fullmatch(text) or not math.isfinite(float(text)):
        message = f"Invalid number '{text}' passed for argument {argument.name}"
        raise Refusal(message_reply(400, message))
    if kind == "floating":
        return float(text)
    return int(text) if text.strip().lstrip("+-").isdecimal() else float(text)


def _date(argument: Argument, text: str) -> str:
    if is_date(text):
        return text
    raise Refusal(message_reply(400, f"Invalid date '{text}' passed for argument {argument.name}"))


def _invalid(argument: Argument) -> Refusal:
    return Refusal(message_reply(400, f"Invalid value for argument {argument.name}"))
