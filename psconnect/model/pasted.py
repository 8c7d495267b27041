"""Text pasted from a web page, an e-mail or document: invisible characters are trimmed at the edges, refused inside."""

from __future__ import annotations

import unicodedata

from psconnect.model.errors import FixSettings

_QUOTES = "\"'`´‘’‚‛“”„‟‹›«»＂＇"
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"})
"""Unicode categories of invisible characters: controls, format marks, surrogates, separators."""
_CONTROLS = {"\t": "TAB", "\n": "LINE FEED", "\r": "CARRIAGE RETURN", "\0": "NUL"}


def stripped(text: str) -> str:
    """The text without blanks, line ends, quotes, byte order marks and other invisible characters at its edges."""
    first, last = 0, len(text)
    while first < last and _clings(text[first]):
        first += 1
    while last > first and _clings(text[last - 1]):
        last -= 1
    return text[first:last]


def pasted(text: str, what: str, where: str) -> str:
    """The trimmed text; raises FixSettings for an invisible character inside, without showing the text itself.

    ``what`` names it in a sentence, like ``client secret``.
    """
    text = stripped(text)
    for place, ch in enumerate(text):
        if ch != " " and unicodedata.category(ch) in _UNSEEN:
            raise FixSettings(
                "PSC-SETTINGS-INVISIBLE",
                where=where,
                what=what,
                ordinal=_ordinal(place),
                number=ord(ch),
                character=_name(ch),
            )
    return text


def _clings(ch: str) -> bool:
    return ch in _QUOTES or unicodedata.category(ch) in _UNSEEN


def _name(ch: str) -> str:
    return _CONTROLS[ch] if ch in _CONTROLS else unicodedata.name(ch, "(a character without a name)")


def _ordinal(number: int) -> str:
    teens = number % 100 in (11, 12, 13)
    return f"{number}{'th' if teens else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"
