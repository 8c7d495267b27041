"""A template while it is typed: what the cursor stands in, which fields go on from there, what a function adds.

Knows no Qt. A template is text with fields in braces, each with functions after bars (docs/mapping.md).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from psconnect.service import SourceField

MOST_OFFERED = 6
_ELSE = re.compile(r"\s*else\s*:\s*")


@dataclass(frozen=True)
class Typing:
    """A field's name that is being typed: ``text`` from ``start`` to ``end``; ``bare`` outside of any braces."""

    text: str
    start: int
    end: int
    bare: bool = False


def typing_at(text: str, cursor: int) -> Typing | None:
    """The field's name the cursor stands in; None where it is in a function or in fixed text.

    Text without any brace is taken for a name: nobody has to know of braces.
    """
    if "{" not in text and "}" not in text:
        return Typing(text.strip(), 0, len(text), bare=True) if text.strip() else None
    opened = text.rfind("{", 0, cursor)
    if opened < 0 or "}" in text[opened:cursor]:
        return None
    start = max(opened, text.rfind("|", opened, cursor)) + 1
    ends = [place for mark in "|}{" if (place := text.find(mark, cursor)) >= 0]
    end = min(ends, default=len(text))
    if text[start - 1] == "|":
        otherwise = _ELSE.match(text, start, end)
        if not otherwise or otherwise.end() > cursor:
            return None
        start = otherwise.end()
    return Typing(text[start:end].strip(), start, end)


def custom_typing_at(text: str, cursor: int) -> Typing | None:
    """The same within custom fields, ``Field Name|label, Table.Field|label``; None in a label."""
    start = text.rfind(",", 0, cursor) + 1
    end = min((place for mark in "|," if (place := text.find(mark, start)) >= 0), default=len(text))
    if cursor > end:
        return None
    start += len(text[start:end]) - len(text[start:end].lstrip())
    return Typing(text[start:end].strip(), min(start, end), end)


def custom_completed(text: str, typing: Typing, field: str) -> tuple[str, int]:
    """The custom fields with that field in place of what was typed; a new one is labelled by its own name."""
    before, after = text[: typing.start], text[typing.end :]
    label = "" if after.startswith("|") else f"|{field.partition('.')[2].lower()}"
    return before + field + label + after, len(before) + len(field) + len(label)


def with_field(text: str, typing: Typing, field: str) -> tuple[str, int]:
    """The template with that field in place of what was typed, and where the cursor goes."""
    before, after = text[: typing.start], text[typing.end :]
    if typing.bare:
        return f"{{{field}}}", len(field) + 1
    if "}" not in after.partition("{")[0]:
        after = "}" + after
    return before + field + after, len(before) + len(field)


def fitting(typed: str, fields: Sequence[SourceField], most: int = MOST_OFFERED) -> list[SourceField]:
    """The fields whose name or meaning has all words that were typed, the nearest to their beginning first."""
    words = typed.lower().split()

    def rank(one: SourceField) -> int | None:
        name, field = one.name.lower(), one.name.lower().partition(".")[2]
        if name.startswith(typed.lower()) or field.startswith(typed.lower()):
            return 0
        if all(word in name for word in words):
            return 1
        return 2 if all(word in f"{name} {one.meaning.lower()}" for word in words) else None

    ranked = [(place, one) for one in fields if (place := rank(one)) is not None]
    return [one for _place, one in sorted(ranked, key=lambda found: found[0])][:most]


def with_function(text: str, cursor: int, function: str) -> tuple[str, int]:
    """The template with a function after the field at the cursor, or after the last one; and where the cursor goes.

    A template without a field stays as it is.
    """
    place = _end_of_field(text, cursor)
    if place is None:
        return text, cursor
    added = f"|{function}"
    if text[place : place + 1] != "}":
        added += "}"
    return text[:place] + added + text[place:], place + len(function) + 1


def has_field(text: str) -> bool:
    """Whether there is a field that a function can follow."""
    return _end_of_field(text, len(text)) is not None


def _end_of_field(text: str, cursor: int) -> int | None:
    found = [(match.start(), match.end()) for match in re.finditer(r"\{[^{}]+(?=\}|$)", text)]
    if not found:
        return None
    return next((end for start, end in found if start <= cursor <= end + 1), found[-1][1])


def replaced(text: str, wrong: str, right: str) -> str:
    """The template with another word in place of a wrong one, whatever its case."""
    return re.sub(rf"(?<![\w.]){re.escape(wrong)}(?![\w.])", lambda _found: right, text, count=1, flags=re.IGNORECASE)
