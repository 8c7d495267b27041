"""Texts compared as people compare them: without regard to case, accents, blanks and how a letter is composed."""

from __future__ import annotations

import unicodedata


def folded(text: str) -> str:
    """The text for comparing: no case, no accents, blanks trimmed and collapsed, nothing invisible.

    Texts that differ only in these are the same person's name to anybody who reads them; letters that merely look
    alike in different scripts stay different.
    """
    if not text.isascii():
        parts = unicodedata.normalize("NFKD", text)
        text = "".join(ch for ch in parts if not unicodedata.combining(ch) and unicodedata.category(ch) != "Cf")
    return " ".join(text.casefold().split())
