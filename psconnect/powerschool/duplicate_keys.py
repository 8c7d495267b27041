"""Refuses answers with a duplicate key, because nobody can say which value is right (fault N17).

A decoder silently takes the last one. Checking each key of each row would take longer than decoding, so keys are
counted first, and checked only if their number does not match the decoded rows.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import msgspec

_PAIR = b'":'
_HEAD = 65_536


def refuse_doubled(body: bytes, pairs: int, rows: int, extra: Callable[[dict[str, Any]], int]) -> None:
    """Raise msgspec.ValidationError, naming the key, if an object of the body has a key twice.

    ``pairs`` is the number of keys in the decoded rows, ``rows`` the number of rows; ``extra`` is the number of further
    keys in the first row, the same in all rows.
    """
    if not rows or body.count(_PAIR) != _accounted_for(body, pairs, rows, extra):
        json.loads(body.decode("utf-8"), object_pairs_hook=_each_once, parse_int=str, parse_float=str)


def _accounted_for(body: bytes, pairs: int, rows: int, extra: Callable[[dict[str, Any]], int]) -> int:
    """The number of keys in the body if all rows are like the first and none has a duplicate; -1 if that is unclear."""
    begin = body.find(b"{", body.find(b"[") + 1)
    around = body[:begin] + body[body.rfind(b"]") :]
    try:
        first, _ = json.JSONDecoder().raw_decode(body[begin : begin + _HEAD].decode("utf-8", "replace"))
        json.loads(around, object_pairs_hook=_each_once)
    except ValueError:
        return -1
    return around.count(_PAIR) + pairs + rows * extra(first)


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise msgspec.ValidationError(f"The key {key[:60]!r} came twice")
        found[key] = value
    return found
