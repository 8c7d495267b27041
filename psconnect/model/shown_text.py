"""Texts of other people's making as a person sees them: what can't be seen, or turns the writing round, is named."""

from __future__ import annotations

import unicodedata

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp"})
# Joiners belong to the spelling of Persian and Hindi names and of emoji; line ends and tabs lay a text out.
_KEPT = frozenset("\u200c\u200d\n\r\t")


def shown(text: str) -> str:
    """The text with every hidden character as its number, like ``[U+202E]``; for the eye alone, never for delivery."""
    if text.isprintable():
        return text
    return "".join(f"[U+{ord(ch):04X}]" if _is_hidden(ch) else ch for ch in text)


def _is_hidden(ch: str) -> bool:
    return ch not in _KEPT and unicodedata.category(ch) in _HIDDEN
