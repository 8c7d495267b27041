"""How PHP reads a request's fields: `users[0][username]=ann` becomes nested arrays, and too many fields are dropped.

Moodle.md 2 ("Nested arrays", "Field budget"): the fields beyond `max_input_vars` are dropped from the end without a
word, and one more than the limit is kept. The limit holds for the query and for the body, each by itself.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote_plus

_NAME = re.compile(r"\[([^\]]*)\]")
_WHOLE = re.compile(r"0|-?[1-9][0-9]{0,17}")

#: A PHP array: keys are whole numbers or text, in the order in which they came.
Fields = dict[int | str, Any]


def read_fields(text: str, limit: int) -> tuple[Fields, int]:
    """The fields of a query or body as nested arrays, and how many PHP kept.

    Args:
        text: in the form `name=value&name=value`.
        limit: PHP's `max_input_vars`.

    """
    pairs = [part for part in text.split("&") if part]
    kept = pairs[: limit + 1]
    found: Fields = {}
    for pair in kept:
        name, _, value = pair.partition("=")
        _put(found, unquote_plus(name), unquote_plus(value))
    return found, len(kept)


def merged(query: Fields, body: Fields) -> Fields:
    """PHP's `$_REQUEST`: what the body has wins over the query (moodle-api.md 2)."""
    return {**query, **body}


def leaves(value: Any) -> int:
    """How many values an array holds at its ends."""
    return sum(leaves(part) for part in value.values()) if isinstance(value, dict) else 1


def _put(found: Fields, name: str, value: str) -> None:
    head, bracket, rest = name.lstrip().partition("[")
    path = [head.replace(".", "_").replace(" ", "_")]
    if bracket:
        path += _NAME.findall("[" + rest)
    here: Fields = found
    for step in path[:-1]:
        key = _key(step, here)
        deeper = here.get(key)
        if not isinstance(deeper, dict):
            deeper = here[key] = {}
        here = deeper
    here[_key(path[-1], here)] = value


def _key(step: str, here: Fields) -> int | str:
    if step == "":
        return 1 + max((key for key in here if isinstance(key, int)), default=-1)
    return int(step) if _WHOLE.fullmatch(step) else step
