"""The arguments of a call to a named query, as the statement takes them (powerschool-api.md 11.1, 11.3)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from psconnect.demo.server.messages import Refusal, message_reply

if TYPE_CHECKING:
    from psconnect.demo.server.named_queries import Argument


def argument_value(argument: Argument, given: dict[str, Any]) -> object:
    """The value of an argument for the statement: a text, or a list as JSON; an empty text is NULL.

    Args:
        argument: as the query declares it.
        given: the body of the call, its keys in lower case.

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
    return str(value) or None


def _invalid(argument: Argument) -> Refusal:
    return Refusal(message_reply(400, f"Invalid value for argument {argument.name}"))
