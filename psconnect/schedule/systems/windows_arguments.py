"""Command lines as Windows programs take them apart: the C runtime's rules ("Parsing C command-line arguments")."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Sequence

_PIECE = re.compile(r'(\\*)"|(\\+)|([ \t]+)|([^\\" \t]+)')


def joined(arguments: Sequence[str]) -> str:
    """The arguments as one line."""
    return subprocess.list2cmdline(arguments)


def split(line: str) -> tuple[str, ...]:
    """The arguments of a line, without the program: the reverse of ``joined``."""
    words: list[str] = []
    word: str | None = None
    quoted = False
    for slashes, plain_slashes, space, text in _pieces(line):
        if space and not quoted:
            if word is not None:
                words.append(word)
            word = None
            continue
        word = word or ""
        if slashes is None:
            word += plain_slashes or space or text
            continue
        word += "\\" * (len(slashes) // 2)
        if len(slashes) % 2:
            word += '"'
        else:
            quoted = not quoted
    return (*words, word) if word is not None else tuple(words)


def _pieces(line: str) -> list[tuple[str | None, str, str, str]]:
    """Backslashes before a quotation mark (None if it is no such place), other backslashes, spaces, other text."""
    return [(match[1], match[2] or "", match[3] or "", match[4] or "") for match in _PIECE.finditer(line)]
