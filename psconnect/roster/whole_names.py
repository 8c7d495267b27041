"""One field with a whole name, split into its parts by a pattern: ``{familyName}, {givenName} {middleName}``.

Several patterns are separated by `` | `` and tried in order; the first that fits is used.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from psconnect.model.bad_setting import hint_at
from psconnect.model.errors import FixSettings

PARTS = ("givenName", "familyName", "middleName")
DEFAULT_WAYS = "{familyName}, {givenName} {middleName} | {familyName}, {givenName} | {givenName} {familyName}"
_HOLE = re.compile(r"\{([^{}]*)\}")
_LONGEST = 300
"""The longest name that is split, in characters; longer texts are not names."""


MOST = 8
"""The most contacts of a student; a contact's key is the student's key times this, plus its place."""


@dataclass(frozen=True)
class WholeNames:
    """The fields with whole names, as columns of the streams, and the relationship that each stands for.

    Attributes:
        columns: name of the column -> relationship, like ``mother`` -> ``Mother``; at most MOST.
        split: from a whole name to its parts, or None where no pattern fits.
        role: from a relationship to its role in OneRoster.
    """

    columns: Mapping[str, str]
    split: Callable[[str], dict[str, str] | None]
    role: Callable[[str], str]

    def of(self, row: Any) -> Iterator[tuple[int, str, str]]:
        """The contacts of a student's row: key, relationship, whole name."""
        for place, (column, relation) in enumerate(self.columns.items()):
            name = getattr(row, column).strip()
            if name:
                yield int(row.dcid) * MOST + place, relation, name


def compile_names(patterns: str, where: str) -> Callable[[str], dict[str, str] | None]:
    """A function from a whole name to its parts, or None where no pattern fits. Raises FixSettings."""
    compiled = [_compiled(pattern.strip(), where) for pattern in patterns.split(" | ")]

    def split(text: str) -> dict[str, str] | None:
        name = " ".join(text.split())
        if not name or len(name) > _LONGEST:
            return None
        for expression in compiled:
            match = expression.fullmatch(name)
            if match:
                return dict.fromkeys(PARTS, "") | {part: found.strip() for part, found in match.groupdict().items()}
        return None

    return split


def _compiled(pattern: str, where: str) -> re.Pattern[str]:
    """Each placeholder takes as little as it can, the last one the rest; none takes the next separator."""
    holes = _HOLE.findall(pattern)
    if not {"givenName", "familyName"} & set(holes):
        raise FixSettings("PSC-SETTINGS-INVALID/name", where=where, pattern=pattern)
    for hole in holes:
        if hole not in PARTS:
            raise FixSettings("PSC-SETTINGS-INVALID/part-name", where=where, hole=hole, hint=hint_at(hole, list(PARTS)))
    if len(set(holes)) < len(holes):
        raise FixSettings("PSC-SETTINGS-INVALID/part-stands-twice", where=where, pattern=pattern)
    if "}{" in pattern:
        raise FixSettings("PSC-SETTINGS-INVALID/nothing-separates-two", where=where, pattern=pattern)
    pieces = _HOLE.split(pattern)
    expression = ""
    for index, piece in enumerate(pieces):
        if index % 2 == 0:
            expression += _separator(piece)
            continue
        after = pieces[index + 1].strip()[:1] or pieces[index + 1][:1]
        expression += f"(?P<{piece}>[^{re.escape(after)}]+)" if after else f"(?P<{piece}>.+)"
    return re.compile(expression)


def _separator(text: str) -> str:
    if not text.strip():
        return " " if text else ""
    return f" ?{re.escape(text.strip())} ?"
