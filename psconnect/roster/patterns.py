r"""Patterns of the operation “matches”: a subset of regular expressions without catastrophic backtracking.

Allowed are characters, ``.``, classes like ``[A-Z]``, ``\d \w \s`` and their opposites, ``^ $``, groups, ``|``, and
``? * + {n} {n,m} {,m}`` after a single character or class. Whatever can make matching take for ever is refused:
repeated groups, back references, look-around, more than two open-ended repeats and more than six choices. So a match
takes about 64 * length^3 steps at most, and only the first 255 characters of a value are examined. Case is ignored.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from psconnect.model.errors import FixSettings

LONGEST_PATTERN = 200
LOOKED_AT = 255
_REPEATS, _CHOICES, _NARROW = 2, 6, 3
_TOKEN = re.compile(
    r"(?P<class>\[\^?+\]?+(?:\\.|[^\]\\])*\])|(?P<escape>\\.)|(?P<open>\((?:\?:)?)|(?P<close>\))"
    r"|(?P<repeat>[*+?]|\{(?=[0-9,])(?P<least>[0-9]*)(?P<comma>,(?P<most>[0-9]*))?\})|(?P<bar>\|)|(?P<anchor>[\^$])|(?P<other>.)",
    re.DOTALL,
)
_OTHERS = re.compile(r"^\[\^?\[|.--|&&|~~|\|\|")
"""POSIX classes such as ``[[:alpha:]]``, which Python's regular expressions don't know."""
_ESCAPES = set("dDwWsSbB")


def compile_pattern(pattern: str, where: str) -> Callable[[str], bool]:
    """A function that says whether a text matches anywhere; raises FixSettings that says what is not allowed."""
    if len(pattern) > LONGEST_PATTERN:
        raise FixSettings(
            "PSC-SETTINGS-INVALID/pattern-too-long", where=where, place=where, longest_pattern=LONGEST_PATTERN
        )
    problem = _problem(pattern)
    if problem:
        raise FixSettings("PSC-SETTINGS-INVALID/pattern-cant-used", where=where, place=where, problem=problem)
    try:
        compiled = re.compile(pattern, re.IGNORECASE)
    except (re.error, OverflowError):
        raise FixSettings("PSC-SETTINGS-INVALID/pattern-regular-expression", where=where, place=where) from None
    search = compiled.search
    return lambda text: search(text[:LOOKED_AT]) is not None


def _problem(pattern: str) -> str:
    """What is not allowed in the pattern; an empty text if nothing is wrong."""
    before, depth, repeats, choices = "open", 0, 0, 0
    for token in _TOKEN.finditer(pattern):
        kind = str(token.lastgroup if token.lastgroup in _KINDS else "repeat")
        if kind == "escape" and token[0][1].isalnum() and token[0][1] not in _ESCAPES:
            return f"“{token[0]}” is not allowed"
        if token[0] == "[":
            return "a bracket is not closed"
        if kind == "class" and _OTHERS.search(token[0]):
            return f"“{token[0]}” means something else in other programs; write \\[ for a bracket, \\- for a hyphen"
        if kind == "repeat":
            if before not in ("class", "escape", "other") and not (before == "close" and token[0] == "?"):
                return f"“{token[0]}” may only stand behind a single character or class"
            repeats += _is_open_ended(token)
            choices += _is_choice(token)
        depth += (kind == "open") - (kind == "close")
        choices += kind == "bar" and depth > 0
        before = kind
    if repeats > _REPEATS:
        return f"it has more than {_REPEATS} open-ended repeats"
    return f"it has more than {_CHOICES} choices" if choices > _CHOICES else ""


_KINDS = ("class", "escape", "open", "close", "repeat", "bar", "anchor", "other")


def _is_open_ended(token: re.Match[str]) -> bool:
    if token[0] in "*+":
        return True
    return bool(token["comma"]) and (not token["most"] or _width(token) > _NARROW)


def _is_choice(token: re.Match[str]) -> int:
    """How many times the repeat doubles the number of ways to match."""
    if token[0] == "?":
        return 1
    return 0 if _is_open_ended(token) or not token["comma"] else _width(token)


def _width(token: re.Match[str]) -> int:
    """By how many times a repeat with both ends can differ; no lower end means none at all."""
    return int(token["most"]) - int(token["least"] or 0)
