"""The shape of an answer: every value is replaced by its kind, so that no personal data is left.

Only known keys stay, because a district's own field could identify it. Lengths and row counts are given only by class.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

IsKnown = Callable[[str], bool]
"""Whether a key is a known word, not a district's own."""

_LENGTHS = ((3, "1 to 3"), (15, "4 to 15"), (60, "16 to 60"), (250, "61 to 250"))
_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([ T]\d\d:\d\d(:\d\d([.,]\d+)?)?( ?(Z|[+-]\d\d:?\d\d))?)?")
_FORMS = (
    (re.compile(r"-?\d+"), "digits"),
    (re.compile(r"-?\d*\.\d+"), "a decimal number"),
    (re.compile(r"-?\d(\.\d+)?[eE][+-]?\d+"), "a number with an exponent"),
    (re.compile(r"true|false", re.IGNORECASE), "true or false"),
)
_MARKS = (
    (re.compile(r"^\s|\s$"), "blanks at an edge"),
    (re.compile(r"&(#\d+|#x[0-9a-fA-F]+|\w+);"), "escaped signs"),
    (re.compile(r"^(##|~~)"), "a placeholder"),
    (re.compile(r"[\x00-\x1f\x7f\u200b\ufeff]"), "invisible signs"),
)


def describe(values: Iterable[Any], known: IsKnown) -> list[Any]:
    """The kinds of these values, each once: words for scalars, one object for all objects, one list for all lists."""
    values = list(values)
    plain = sorted({_kind(value) for value in values if not isinstance(value, (dict, list))})
    parts: list[Any] = list(plain)
    objects = [value for value in values if isinstance(value, dict)]
    if objects:
        parts.append({"object": _keys(objects, known)})
    lists = [value for value in values if isinstance(value, list)]
    if lists:
        sizes = sorted({size_class(len(value)) for value in lists})
        parts.append({"list": sizes, "of": describe((item for value in lists for item in value), known)})
    return parts


def _keys(objects: list[dict[str, Any]], known: IsKnown) -> dict[str, Any]:
    """For each key, what it holds, and whether all objects have it."""
    found: dict[str, list[Any]] = {}
    for one in objects:
        for key, value in one.items():
            found.setdefault(key if known(key) else "(another key)", []).append(value)
    return {
        key: {"in": "all" if len(values) >= len(objects) else "some", "is": describe(values, known)}
        for key, values in sorted(found.items())
    }


def size_class(count: int) -> str:
    """A number's power-of-ten class: ``0``, ``1 to 9``, ``10 to 99`` and so on."""
    if count <= 0:
        return "0"
    low = 10 ** (len(str(count)) - 1)
    return f"{low:,} to {low * 10 - 1:,}"


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "whole number" if value >= 0 else "negative whole number"
    return "number with decimals" if isinstance(value, float) else _text(value)


def _text(text: str) -> str:
    if not text:
        return "empty text"
    if _DATE.fullmatch(text):
        return f"text, a date like {re.sub(r'[0-9]', '9', text)}"
    length = next((words for most, words in _LENGTHS if len(text) <= most), "more than 250")
    forms = [words for form, words in _FORMS if form.fullmatch(text)]
    marks = [words for mark, words in _MARKS if mark.search(text)]
    return ", ".join(["text", *forms, *marks, f"{length} characters"])
