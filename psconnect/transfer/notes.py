"""What this home knows of the sets it has put somewhere: kept here, for a receiver may read every file it finds there.

One small file for each connection, beside its roster data. It holds names, sizes and digests, and nobody's data. It is
replaced as a whole and flushed to disk, so that a cut leaves the old or the new one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from psconnect.model.errors import LocalStorage
from psconnect.store.files import storage_errors, write_atomically

NOTES = ".place"
"""Ending of the file, behind the connection's own part of the name."""


class SetFile(msgspec.Struct, frozen=True):
    """A file of a set: its name there, its size in bytes, its SHA-256; ``temporary``: its name until it is in place."""

    name: str
    size: int
    digest: str
    temporary: str = ""


class Pending(msgspec.Struct, frozen=True):
    """A set that is being put in place; once noted, it is finished, even after a cut.

    Attributes:
        receipt: of the whole set.
        files: in the order in which they take their names.
        variants: names there that differ from one of the set only in case: they go first.
        stale: files of earlier sets that this one hasn't: they go before the last one takes its name.
        number: of a numbered set.
    """

    receipt: str
    files: list[SetFile]
    variants: list[str] = []
    stale: list[SetFile] = []
    number: int = 0


class PlaceNote(msgspec.Struct, frozen=True):
    """What is known of one place.

    Attributes:
        receipt: of the set that stands there; empty for none.
        files: the files of that set.
        number: the highest number that a numbered set has had.
        pending: the set that is being put in place.
        wanted: names of a set that was refused, because others' files have them.
        leaves_for: receipt of the ZIP, published without notes, for which the files of the set go.
    """

    receipt: str = ""
    files: list[SetFile] = []
    number: int = 0
    pending: Pending | None = None
    wanted: list[str] = []
    leaves_for: str = ""

    @property
    def names(self) -> set[str]:
        """The names that are taken there, in one case."""
        return {file.name.casefold() for file in (*self.files, *(self.pending.files if self.pending else ()))}


class _Notes(msgspec.Struct, frozen=True):
    connection: str
    places: dict[str, PlaceNote]
    format: int = 1


@dataclass(frozen=True)
class Notes:
    """A connection's notes of one place.

    Attributes:
        beside: the path that the connection's own files begin with.
        connection: the connection's name.
        address: the place.
    """

    beside: Path
    connection: str
    address: str

    @property
    def path(self) -> Path:
        """The file."""
        return self.beside.with_name(self.beside.name + NOTES)

    def read(self) -> PlaceNote:
        """What is known of the place."""
        return self._all().get(self.address, PlaceNote())

    def write(self, note: PlaceNote) -> None:
        """Note it, and that no set stands at another place any more as far as this connection is concerned."""
        elsewhere = {address: PlaceNote(number=one.number) for address, one in self._all().items() if one.number}
        notes = _Notes(self.connection, {**elsewhere, self.address: note})
        write_atomically(self.path, msgspec.json.encode(notes))

    def of_others(self) -> Iterator[tuple[str, PlaceNote]]:
        """What other connections of this home know of the same place, each with the connection's name."""
        with storage_errors(self.path):
            paths = sorted(self.path.parent.glob(f"*{NOTES}")) if self.path.parent.is_dir() else []
        for path in paths:
            found = _read(path) if path != self.path else None
            if found and self.address in found.places:
                yield found.connection, found.places[self.address]

    def _all(self) -> Mapping[str, PlaceNote]:
        found = _read(self.path)
        return found.places if found else {}


def _read(path: Path) -> _Notes | None:
    """The notes in a file; None if there is none. Raises LocalStorage for one that can't be read."""
    with storage_errors(path):
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            return None
    try:
        return msgspec.json.decode(content, type=_Notes)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise LocalStorage("PSC-PLACE-NOTES", where=str(path), path=str(path)) from None
