"""Apple School Manager's own way to write values and ids (Apple: Template information for importing data)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from psconnect.destinations.delimited import Lines

_ESCAPED_OR_BREAK = re.compile(r'["\\\r\n]')
_BREAK = re.compile(r"\r\n|\r|\n")
_ESCAPED = re.compile(r'["\\]')
_PLAIN_ID = re.compile(r"[A-Za-z0-9-]*")
_NOT_IN_ID = re.compile(r"[^A-Za-z0-9-]|-(?=x)")
"""What has to be rewritten: characters that an id can't have, and hyphens that would look like the begin of one."""


def apple_lines(rows: Iterable[Sequence[str]]) -> Lines:
    """Lines that end with LF: a value with a blank or comma stands in quotes; a backslash precedes a quote.

    Apple has a line break escaped, too, but does not say whether the break itself or a letter follows the backslash: a
    blank stands for it, like in other formats without breaks. A backslash is doubled.
    """
    lines = [_line(row) for row in rows]
    return "".join(lines).encode(), len(lines)


def _line(row: Sequence[str]) -> str:
    line = ",".join(row)
    if _ESCAPED_OR_BREAK.search(line):
        row = [_ESCAPED.sub(r"\\\g<0>", _BREAK.sub(" ", value)) for value in row]
    elif " " not in line and line.count(",") == len(row) - 1:
        return f"{line}\n"
    return ",".join([f'"{value}"' if " " in value or "," in value else value for value in row]) + "\n"


def is_apple_id(text: str) -> bool:
    """Whether an id is delivered as it is."""
    return bool(_PLAIN_ID.fullmatch(text)) and "-x" not in text


def apple_id(text: str) -> str:
    """An id of letters, digits and hyphens; two ids never become the same one.

    Another character becomes ``-x``, its code point and a hyphen: ``MAT.1`` is ``MAT-x2e-1``. So that no other id can
    look like that, a hyphen before an x is rewritten, too.
    """
    if is_apple_id(text):
        return text
    return _NOT_IN_ID.sub(lambda found: f"-x{ord(found[0]):x}-", text)
