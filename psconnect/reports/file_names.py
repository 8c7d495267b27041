"""File names made of other people's words: safe on every system, and unlike each other."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

_FORBIDDEN = re.compile(r'[<>:"/\\|?*]')
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp"})
_DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?$", re.IGNORECASE)
_LONGEST = 80
_LONGEST_BYTES = 180


def file_name(text: str) -> str:
    """The text as the name of a file, without an ending.

    In its own letters, but without what Windows forbids, signs that can't be seen, or a dot or blank at either end; the
    names of devices, which Windows never lets go, get an underscore.
    """
    seen = "".join(" " if unicodedata.category(one) in _HIDDEN else one for one in unicodedata.normalize("NFC", text))
    plain = " ".join(_FORBIDDEN.sub(" ", seen).split())[:_LONGEST]
    while len(plain.encode()) > _LONGEST_BYTES:
        plain = plain[:-1]
    plain = plain.strip(" .'-")
    return f"{plain}_" if _DEVICES.match(plain) else plain or "_"


def unlike(texts: Sequence[str]) -> list[str]:
    """The texts, with numbers behind those that would make the same file name on a system that knows no case."""
    taken: set[str] = set()
    found = []
    for text in texts:
        name, more = text, 1
        while file_name(name).casefold() in taken:
            more += 1
            name = f"{file_name(text)[: _LONGEST - 5]} {more}"
        taken.add(file_name(name).casefold())
        found.append(name)
    return found
