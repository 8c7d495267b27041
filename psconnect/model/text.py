"""Texts compared as people compare them: without regard to case, accents, blanks and how a letter is composed."""

from __future__ import annotations

import unicodedata

UNREADABLE = "\uffff"
"""Stands for what could not be read. Unicode keeps this code free for programs' own use: no text has it."""
_UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0") | {chr(code) for code in range(0xFE00, 0xFE10)}
"""Characters that show nothing although Unicode counts them as letters, marks or symbols."""


def is_blank(character: str) -> bool:
    """Whether a character shows nothing: white space of any kind, or an invisible character."""
    return (
        character.isspace() or unicodedata.category(character) in ("Cf", "Cc", "Zs", "Zl", "Zp") or character in _UNSEEN
    )


def trimmed(text: str) -> str:
    """The text without white space and invisible characters at its ends."""
    if text[:1].isalnum() and text[-1:].isalnum():
        return text
    first, last = 0, len(text)
    while first < last and is_blank(text[first]):
        first += 1
    while last > first and is_blank(text[last - 1]):
        last -= 1
    return text[first:last]


def caseless(text: str) -> str:
    """The text as systems compare user names and e-mail addresses: without case, and each letter composed."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def folded(text: str) -> str:
    """The text for comparing: no case, no accents, blanks trimmed and collapsed, nothing invisible.

    Texts that differ only in these are the same person's name to anybody who reads them; letters that merely look
    alike in different scripts stay different.
    """
    if not text.isascii():
        parts = unicodedata.normalize("NFKD", text)
        text = "".join(ch for ch in parts if not unicodedata.combining(ch) and unicodedata.category(ch) != "Cf")
    return " ".join(text.casefold().split())
