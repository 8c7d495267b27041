"""What a connection's files are called where they are delivered."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

_LONGEST = 120
_RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in "123456789¹²³")}
_MARK = 12


@dataclass(frozen=True)
class SetNames:
    """The names of one connection's sets at one place.

    Attributes:
        connection: the connection's name.
        home: id of the home that delivers.
        loose: whether each file travels under its own name; otherwise all are in one ZIP.
        numbered: whether each ZIP has a number and none replaces another.
    """

    connection: str
    home: str
    loose: bool = False
    numbered: bool = False

    @cached_property
    def zip_name(self) -> str:
        """The ZIP's name without a number; empty for loose files."""
        return "" if self.loose else f"{safe_file_name(self.connection)}.zip"

    def is_zip(self, name: str) -> bool:
        """Whether a name is that of this connection's ZIP."""
        return name.casefold() == f"{safe_file_name(self.connection)}.zip".casefold()

    def address(self, folder: str) -> str:
        """Where a set stands, as a person reads it."""
        separator = "\\" if "\\" in folder else "/"
        return folder if self.loose or self.numbered else f"{folder.rstrip(separator)}{separator}{self.zip_name}"

    def temporary(self, name: str, digest: str) -> str:
        """The name of a file until it is in place: hidden, the same for the same content, and this connection's own."""
        return f".{name}.{self._mark}.{digest[:_MARK]}.tmp"

    def is_temporary(self, name: str) -> bool:
        """Whether a name is a temporary one of this connection in this home, or a trial's of this home."""
        ending = rf"\..+\.{self._mark}\.[0-9a-f]{{{_MARK}}}\.tmp"
        return re.fullmatch(rf"{ending}|{re.escape(self.trial)}[a-z0-9_]{{8}}\.tmp", name) is not None

    @property
    def trial(self) -> str:
        """How the name of a file begins that is written to see whether it can be."""
        return f".psconnect-{self.home[:_MARK] or '0'}-"

    @cached_property
    def _mark(self) -> str:
        same = unicodedata.normalize("NFC", self.connection).casefold()
        return hashlib.sha256(f"{self.home}\0{same}".encode()).hexdigest()[:_MARK]

    def final(self, name: str, number: int, mode: str) -> str:
        """The name of a file in place: ``NAME-0007-delta.zip`` for a numbered set."""
        return f"{safe_file_name(self.connection)}-{number:04}-{mode}.zip" if self.numbered else name

    def next_number(self, there: Iterable[str], highest: int) -> int:
        """One more than the highest number that was ever given, or that stands there."""
        return max((highest, *(self.number(name) for name in there))) + 1

    def number(self, name: str) -> int:
        """The number in the name of one of this connection's numbered sets; 0 if it is none."""
        found = re.fullmatch(rf"{re.escape(safe_file_name(self.connection))}-(\d{{4,9}})-\w+\.zip", name, re.IGNORECASE)
        return int(found[1]) if found else 0


def safe_file_name(name: str) -> str:
    """The connection's name as a file name that every system takes (fault D16).

    A name that can't be taken as it is gets a few characters of its own behind it, so that two connections never share
    a file.
    """
    wanted = unicodedata.normalize("NFC", name)
    plain = "".join(ch if ch.isalnum() or ch in " -_()" else "-" for ch in wanted).strip(" .-")
    plain = plain.encode()[:_LONGEST].decode(errors="ignore").strip()
    if plain == wanted and plain.casefold() not in _RESERVED:
        return plain
    return f"{plain or 'roster'}-{hashlib.sha256(wanted.casefold().encode()).hexdigest()[:6]}"
