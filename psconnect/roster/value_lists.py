"""Value lists at work: from a value in PowerSchool to the one delivered, without regard to capitals and blanks.

A value that stands in no list becomes what the list gives every other value (``*``), and is noticed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from psconnect.model.text import UNREADABLE, caseless, trimmed

ValueList = Mapping[str, str]
"""A value list: value in the source -> value delivered; ``*`` stands for every other value that is not empty."""
Noticed = Callable[[str], None]
"""Hears of a value that stands in no list."""
OTHERS = "*"
_MOST = 50
"""Codes of an attribute that are told one by one; beyond that the list is not what is wrong."""
_CODE = re.compile(r"(?!(?:[^\d]*\d){5})[\w.+/&-]{1,12}")
"""What can be shown as a code: one short word without a longer number; anything else could be somebody's data."""


class ListedValues(dict[str, str]):
    """A value list as a dictionary that also knows other spellings, and what every other value becomes."""

    def __init__(self, values: ValueList, noticed: Noticed | None = None) -> None:
        """``noticed`` hears of every value that is in the list in no spelling."""
        super().__init__({key: value for key, value in values.items() if key != OTHERS})
        # Where two spellings are listed, others are taken for the first of them.
        self._spelled = {_plain(key): value for key, value in reversed(self.items())}
        self._other = values.get(OTHERS, "")
        self._noticed = noticed
        self._spelled.setdefault("", "")

    def __missing__(self, value: str) -> str:
        found = self._spelled.get(_plain(value))
        if found is not None:
            self[value] = found
            return found
        if UNREADABLE in value:
            return value
        if self._noticed:
            self._noticed(value)
        return self._other


def _plain(value: str) -> str:
    return caseless(trimmed(value))


def unlisted(attribute: str, notices: list[tuple[str, str]]) -> Noticed:
    """What notes a value of an attribute that stands in no list; only codes are named, other texts by their shape."""
    told: dict[str, str] = {}

    def noticed(value: str) -> None:
        plain = _plain(value)
        if plain not in told and len(told) < _MOST:
            told[plain] = f"{attribute} {_shown(trimmed(value))}"
        notices.append(("value-unlisted", told.get(plain, f"{attribute} (further values)")))

    return noticed


def _shown(value: str) -> str:
    if _CODE.fullmatch(value):
        return f"“{value}”"
    words = len(value.split())
    return f"(a text of {words} {'word' if words == 1 else 'words'} and {len(value)} characters)"
