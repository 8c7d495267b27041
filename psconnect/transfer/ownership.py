"""Who delivers into a folder: a small hidden file in it, by which two homes that share a folder know of each other.

It holds, for each bundle, the random id of the home that delivers it and since when: nothing about the computer, the
district or a person. It is replaced as a whole, so that a reader sees either the old or the new one.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

OWNER_FILE = ".psconnect-owner.json"


class Owner(msgspec.Struct, frozen=True):
    """A home that delivers a bundle: its id (empty if the file can't be read), and since when (an ISO date)."""

    home: str
    since: str = ""


class _Owners(msgspec.Struct, frozen=True):
    bundles: dict[str, Owner]
    format: int = 1


@dataclass(frozen=True)
class Ownership:
    """The owners of a folder, as one home sees them.

    Attributes:
        folder: the folder.
        home: id of this home.
    """

    folder: Path
    home: str

    @property
    def path(self) -> Path:
        """The file itself."""
        return self.folder / OWNER_FILE

    def foreign(self, name: str) -> Owner | None:
        """Another home that delivers this bundle, or that delivers here while this home never did; None for nobody."""
        owners = self._read()
        owner = owners.get(_key(name))
        if owner is not None:
            return None if owner.home == self.home else owner
        strangers = [one for one in owners.values() if one.home != self.home]
        return strangers[0] if strangers and len(strangers) == len(owners) else None

    def claimed(self, name: str) -> bool:
        """Whether this home delivers this bundle."""
        owner = self._read().get(_key(name))
        return owner is not None and owner.home == self.home

    def with_claim(self, name: str, today: str) -> bytes | None:
        """The file's new content if this home claims the bundle; None if it already says so."""
        owners = self._read()
        before = owners.get(_key(name))
        if before is not None and before.home == self.home:
            return None
        return _encoded({**_known(owners), _key(name): Owner(self.home, today)})

    def without_claim(self, name: str) -> bytes | None:
        """The file's new content without this home's claim; None for no change, empty for no file."""
        owners = self._read()
        owner = owners.get(_key(name))
        if owner is None or owner.home != self.home:
            return None
        left = {bundle: one for bundle, one in _known(owners).items() if bundle != _key(name)}
        return _encoded(left) if left else b""

    def _read(self) -> Mapping[str, Owner]:
        if not self.path.is_file():
            return {}
        try:
            return msgspec.json.decode(self.path.read_bytes(), type=_Owners).bundles
        except msgspec.DecodeError:
            # It belongs to somebody, but the file doesn't say to whom: a person has to look.
            return {"": Owner("")}


def _key(name: str) -> str:
    """A bundle's name as file systems compare it: many ignore case."""
    return unicodedata.normalize("NFC", name).casefold()


def _known(owners: Mapping[str, Owner]) -> dict[str, Owner]:
    return {bundle: owner for bundle, owner in owners.items() if bundle}


def _encoded(owners: dict[str, Owner]) -> bytes:
    return msgspec.json.encode(_Owners(owners), order="sorted")
