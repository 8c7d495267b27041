"""Puts a noted set in place on a shelf: each file takes its name, in order, and a cut is gone on from."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from psconnect.model.errors import DestinationRefused, LocalStorage, PsconnectError
from psconnect.transfer.folder import Step
from psconnect.transfer.notes import Notes, Pending, PlaceNote, SetFile
from psconnect.transfer.shelf import Shelf

HALF = "PSC-SET-HALF"
"""The code of an error that stopped a set after its first file was in place: the next start goes on."""


def receipt_of(files: Sequence[SetFile]) -> str:
    """Names exactly these files: of one, its SHA-256; of several, the SHA-256 over names and digests in their order."""
    if len(files) == 1:
        return files[0].digest
    lines = "".join(f"{file.name}\n{file.digest}\n" for file in files)
    return hashlib.sha256(lines.encode()).hexdigest()


@dataclass(frozen=True)
class Placing:
    """A shelf with what is noted of it.

    Attributes:
        shelf, notes: the place.
        keeps: whether files stay there; if not, the receiver takes them away, and what was noted counts.
        on_step: called with the name of each step.
    """

    shelf: Shelf
    notes: Notes
    keeps: bool
    on_step: Step

    def digest(self, file: SetFile, there: Mapping[str, int]) -> str:
        """The digest of a file as it stands there; empty if it doesn't.

        One that can't be read back is known by its size; one that the receiver has taken away, by what was noted.
        """
        if file.name not in there:
            return "" if self.keeps else file.digest
        found = self.shelf.digest(file.name)
        return found or (file.digest if there[file.name] == file.size else f"{there[file.name]} bytes")

    def can_finish(self, pending: Pending, there: Mapping[str, int]) -> bool:
        """Whether each file of the set is there: in place, or under its temporary name."""
        for file in pending.files:
            at = msgspec.structs.replace(file, name=file.temporary) if file.temporary in there else file
            if at.name not in there or self.digest(at, there) != file.digest:
                return False
        return True

    def settle(self) -> None:
        """Finish what a killed delivery began; if not all of it is there, nothing counts as delivered."""
        note = self.notes.read()
        if not note.pending:
            return
        if self.can_finish(note.pending, self.shelf.names()):
            self.finish(note.pending, note)
        else:
            # Any of these files may stand there. A number that may have been seen is not given again.
            ours = [*note.files, *note.pending.files]
            self.notes.write(PlaceNote("", ours, max(note.number, note.pending.number)))

    def delete(self, files: Sequence[SetFile]) -> list[str]:
        """Delete files that are as they were left; returns the names of the others that are there."""
        return _Work(self, dict(self.shelf.names())).delete_unchanged(files)

    def finish(self, pending: Pending, note: PlaceNote) -> list[str]:
        """Give each file its name; returns names of earlier files that stay, because somebody has changed them."""
        work = _Work(self, dict(self.shelf.names()))
        try:
            for name in pending.variants:
                work.delete(name)
            for number, file in enumerate(pending.files[:-1], 1):
                work.name(file)
                self.on_step(f"in-place-{number}")
            left = work.delete_unchanged(pending.stale)
            self.on_step("earlier-gone")
            for file in pending.files[-1:]:
                work.name(file)
            self.on_step("all-in-place")
        except PsconnectError as error:
            if not work.done:
                self.notes.write(msgspec.structs.replace(note, pending=None))
                raise
            raise _half(error, self.shelf.address, pending) from None
        self.notes.write(PlaceNote(pending.receipt, list(pending.files), max(note.number, pending.number)))
        self.on_step("set-recorded")
        return left


@dataclass
class _Work:
    """What has been done so far to what was there."""

    placing: Placing
    there: dict[str, int]
    done: int = field(default=0)

    def delete(self, name: str) -> None:
        if name in self.there:
            self.placing.shelf.delete(name)
            del self.there[name]
            self.done += 1

    def name(self, file: SetFile) -> None:
        if file.temporary in self.there:
            self.placing.shelf.rename(file.temporary, file.name)
            self.there[file.name] = self.there.pop(file.temporary)
        self.done += 1

    def delete_unchanged(self, files: Iterable[SetFile]) -> list[str]:
        """Deletes those that are as they were left; returns the names of the others."""
        changed = {}
        for file in files:
            if file.name in self.there:
                if self.placing.digest(file, self.there) == file.digest:
                    self.delete(file.name)
                changed[file.name] = file.name in self.there
        return [name for name, stays in changed.items() if stays]


def _half(error: PsconnectError, address: str, pending: Pending) -> PsconnectError:
    family = LocalStorage if isinstance(error, DestinationRefused) else type(error)
    return family(HALF, where=address, address=address, count=len(pending.files), cause=error.said)
