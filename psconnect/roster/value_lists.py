"""Applies value lists: from a value in PowerSchool to the delivered one, ignoring case and blanks.

A value that is not in the list becomes the list's value for all others (``*``), and is noticed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from psconnect.model.text import UNREADABLE, caseless, trimmed

ValueList = Mapping[str, str]
"""A value list: value in the source -> value delivered; ``*`` stands for every other non-empty value."""
Noticed = Callable[[str], None]
"""Called with a value that is not in the list."""
OTHERS = "*"
_MOST = 50
"""The most codes of an attribute that are reported one by one; with more, the list is not what is wrong."""
_CODE = re.compile(r"(?!(?:[^\d]*\d){5})[\w.+/&-]{1,12}")
"""What may be shown as a code: one short word without a long number. Anything else could be personal data."""


class ListedValues(dict[str, str]):
    """A value list as a dictionary that ignores spelling and knows the value for all others."""

    def __init__(self, values: ValueList, noticed: Noticed | None = None) -> None:
        """``noticed`` is called with every value that is not in the list in any spelling."""
        super().__init__({key: value for key, value in values.items() if key != OTHERS})
        # If two spellings are listed, further ones count as the first of them.
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
    """A function that notes values missing from an attribute's list: codes by name, other texts by shape alone."""
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
