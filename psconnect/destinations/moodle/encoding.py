"""Arguments of a Moodle function as fields of a form (docs/moodle-api.md 2): ``users[0][username]=ann``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

Argument = str | int | bool | Mapping[str, Any] | Sequence[Any]
"""A value of an argument; Moodle has no way to say None or an empty list."""
_LAST = "wstoken"


def form_fields(arguments: Mapping[str, Argument]) -> Iterator[tuple[str, str]]:
    """The fields of a call's arguments, in their order."""
    for name, value in arguments.items():
        yield from _fields(name, value)


def _fields(name: str, value: Argument) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, part in value.items():
            yield from _fields(f"{name}[{key}]", part)
    elif isinstance(value, str):
        yield name, value
    elif isinstance(value, int):
        yield name, str(int(value))  # true and false are 1 and 0; Moodle refuses the words
    else:
        for place, part in enumerate(value):
            yield from _fields(f"{name}[{place}]", part)


def field_count(value: Argument) -> int:
    """How many fields a value takes."""
    return sum(1 for _field in _fields("", value))


def form_body(arguments: Mapping[str, Argument], token: str) -> bytes:
    """The body of a call. The token comes last: where a server cuts fields off, the call is refused as a whole."""
    return urlencode([*form_fields(arguments), (_LAST, token)]).encode("ascii")
