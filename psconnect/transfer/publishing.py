"""Publishes sets of files on a shelf: one ZIP or many files, whole under one receipt, finished after a cut.

First every file goes there under a temporary name and is read back. Then the set is noted on this computer, and each
file takes its name; the last one that the destination wrote comes last. A cut before the note leaves the set that was
there; after it, the next start puts the rest in place. Nothing of psconnect's own stays on the shelf, because some
receivers take every file there for theirs; so who else delivers there is known by what stands there, not by a mark.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from psconnect.model.clock import CancelToken
from psconnect.model.errors import DestinationRefused, FixSettings, LocalStorage, PsconnectError, TryLater
from psconnect.model.findings import Finding
from psconnect.model.phrases import Phrase, phrase
from psconnect.transfer.earlier_form import EarlierForm, NoEarlierForm
from psconnect.transfer.fileset import Rows
from psconnect.transfer.naming import SetNames
from psconnect.transfer.notes import Pending, PlaceNote, SetFile
from psconnect.transfer.place import BULK, Delivered, Write
from psconnect.transfer.placing import Placing, receipt_of
from psconnect.transfer.shelf import FOLDER
from psconnect.transfer.staged_sets import StagedSets

NO_EARLIER_FORM = NoEarlierForm()
_NAMED = 3


@dataclass(frozen=True)
class Publication:
    """A place on a shelf (see transfer.place.SnapshotPlace).

    Attributes:
        at: the shelf, and what is noted of it.
        names: what this connection's files are called there.
        earlier: what it delivered there in another form that is not noted.
    """

    at: Placing
    names: SetNames
    earlier: EarlierForm = NO_EARLIER_FORM

    @property
    def address(self) -> str:
        """The folder, and the ZIP in it if there is one whose name stays."""
        return self.names.address(self.at.shelf.address)

    def check(self) -> Finding:
        """Whether files could be put there."""
        found = self.at.shelf.check()
        self._refuse_shared(self.at.notes.read().names)
        return found

    def owned_by(self) -> Phrase | None:
        """What stands there that this home did not put there, or not so."""
        foreign = self._foreign(self._there(), self.at.notes.read().wanted)
        if not foreign:
            return None
        names, place = foreign[:_NAMED], self.at.shelf.address
        if len(foreign) == len(names):
            return phrase("owner/files", names=names, place=place)
        return phrase("owner/many-files", names=names, count=len(foreign) - len(names), place=place)

    def replaces(self) -> Sequence[str]:
        """The earlier ZIP, or the earlier loose files."""
        noted = [file.name for file in self.at.notes.read().files]
        other = [name for name in noted if self.names.is_zip(name) is self.names.loose]
        return [] if self.names.numbered else [*other, *(file.name for file in self.earlier.files())]

    def leave_for(self, receipt: str) -> None:
        """Note that the files of the set go once the ZIP with this receipt stands in their place."""
        note = self.at.notes.read()
        if note.files:
            self.at.notes.write(msgspec.structs.replace(note, leaves_for=receipt))

    def withdraw(self) -> list[str]:
        """Delete the files of the set that stands there; returns the names of those that others have changed."""
        note = self.at.notes.read()
        left = self.at.delete(note.files)
        self.at.notes.write(PlaceNote(number=note.number))
        return left

    def standing(self) -> str:
        """The receipt of the set that stands there or is being put in place; else empty, or of what became of it."""
        note, there = self.at.notes.read(), self._there()
        if note.pending:
            return note.pending.receipt if self.at.can_finish(note.pending, there) else ""
        if not note.receipt or not note.files:
            return note.receipt
        found = [msgspec.structs.replace(file, digest=self.at.digest(file, there)) for file in note.files]
        return receipt_of(found) if any(file.digest for file in found) else ""

    def sweep(self) -> None:
        """Finish a set that a killed delivery began to put in place, and delete what other killed ones left."""
        self.at.settle()
        self._sweep()
        if self.at.notes.read().receipt and self.at.notes.read().receipt == self.standing():
            # A delivery that was killed right after the last file was in place had no time for it.
            self.earlier.gone()

    def leave(self) -> Sequence[str]:
        """The same, before the connection is removed; returns what can't be deleted yet."""
        self.at.settle()
        return self._sweep()

    def prepare(self, write: Write, cancel: CancelToken, mode: str = BULK) -> PreparedSet:
        """Write the set on this computer, and put it on the shelf under temporary names."""
        self.at.shelf.check()
        self.sweep()
        staging = StagedSets(self.at.notes.beside)
        staged, rows = staging.write(write, self.names.zip_name)
        files = []
        try:
            for one in staged:
                cancel.check()
                file = SetFile(one.name, one.size, one.digest, self.names.temporary(one.name, one.digest))
                self.at.shelf.put(file.temporary, one.path, cancel)
                files.append(file)
            self._compare(files)
        except BaseException:
            self.discard()
            raise
        finally:
            staging.clear()
        return PreparedSet(self, files, rows, mode)

    def close(self) -> None:
        """Close the shelf."""
        self.at.shelf.close()

    def discard(self) -> None:
        """Delete what is there under temporary names, if that can be done now; the next start does it otherwise."""
        try:
            self._sweep()
        except PsconnectError:
            return

    def publish(self, files: Sequence[SetFile], mode: str, *, take_over: bool) -> tuple[str, list[str]]:
        """Put a prepared set in place; returns its receipt, and the names of earlier files that stay."""
        there, note = self.at.shelf.names(), self.at.notes.read()
        pending = self._pending(files, mode, there, note)
        lower = {file.name.casefold() for file in pending.files}
        self._refuse_shared(lower)
        if not take_over and self._foreign(there, lower):
            # The next plan is made with these names in mind, and asks.
            self.at.notes.write(msgspec.structs.replace(note, wanted=sorted(lower)))
            raise DestinationRefused("PSC-FOLDER-OWNED/files", where=self.address, folder=self.at.shelf.address)
        for name in {file.name for file in pending.files} | set(pending.variants):
            if there.get(name) == FOLDER:
                raise LocalStorage("PSC-DISK-FOLDER", where=name, path=f"{self.at.shelf.address}: {name}")
        self.at.on_step("set-ready")
        self.at.notes.write(msgspec.structs.replace(note, pending=pending))
        try:
            # Noted before others are looked at: of two that begin at once, at least one sees the other.
            self._refuse_shared(lower)
        except BaseException:
            self.at.notes.write(note)
            raise
        self.at.on_step("set-noted")
        left = self.at.finish(pending, note)
        self.earlier.gone()
        return pending.receipt, left

    def _pending(self, files: Sequence[SetFile], mode: str, there: Mapping[str, int], note: PlaceNote) -> Pending:
        number = self.names.next_number(there, note.number) if self.names.numbered else 0
        named = [msgspec.structs.replace(one, name=self.names.final(one.name, number, mode)) for one in files]
        lower = {file.name.casefold(): file.name for file in named}
        variants = [name for name in there if lower.get(name.casefold(), name) != name]
        before = () if self.names.numbered else (*note.files, *self.earlier.files())
        stale = [one for one in before if one.name.casefold() not in lower]
        return Pending(receipt_of(named), named, variants, stale, number)

    def _compare(self, files: Sequence[SetFile]) -> None:
        """Read back what was put under temporary names."""
        there = self.at.shelf.names()
        for file in files:
            at = msgspec.structs.replace(file, name=file.temporary)
            if at.name not in there or self.at.digest(at, there) != file.digest:
                address = self.at.shelf.address
                raise TryLater("PSC-SHELF-DIFFERS", where=address, name=file.name, address=address)

    def _sweep(self) -> list[str]:
        """Delete temporary files, but for those of a set that is being put in place; returns what can't be deleted."""
        StagedSets(self.at.notes.beside).clear()
        note, left = self.at.notes.read(), []
        kept = {file.temporary for file in note.pending.files} if note.pending else set()
        for name in self._there():
            if self.names.is_temporary(name) and name not in kept:
                try:
                    self.at.shelf.delete(name)
                except PsconnectError:
                    left.append(f"{self.at.shelf.address}: {name}")
        return left

    def _there(self) -> Mapping[str, int]:
        """What stands on the shelf: nothing, if the folder is not there."""
        try:
            return self.at.shelf.names()
        except FixSettings:
            return {}

    def _foreign(self, there: Mapping[str, int], wanted: Collection[str]) -> list[str]:
        """Names there that this home did not leave so, of those that a delivery replaces or may replace."""
        note = self.at.notes.read()
        ours: dict[str, list[SetFile]] = {}
        for file in (*note.files, *self.earlier.files()):
            ours.setdefault(file.name, []).append(file)
        return [name for name in sorted(there) if not self._ours(name, there, ours, note, wanted)]

    def _ours(
        self,
        name: str,
        there: Mapping[str, int],
        ours: Mapping[str, list[SetFile]],
        note: PlaceNote,
        wanted: Collection[str],
    ) -> bool:
        if name in ours:
            return there[name] == FOLDER or any(self.at.digest(file, there) == file.digest for file in ours[name])
        if name.casefold() in wanted:
            return there[name] == FOLDER
        if self.names.numbered:
            return self.names.number(name) <= note.number
        if there[name] == FOLDER or name.startswith(".") or note.receipt or note.files:
            return True
        return not self.names.loose and name.casefold() != self.names.zip_name.casefold()

    def _refuse_shared(self, names: set[str]) -> None:
        """Two connections of this home would replace each other's files in turn, for ever: no approval allows it."""
        for connection, note in self.at.notes.of_others():
            shared = note.names & (names or note.names)
            if shared and self.names.loose:
                raise FixSettings(
                    "PSC-PLACE-SHARED",
                    where="destination.folder",
                    other=connection,
                    address=self.at.shelf.address,
                    name=min(shared),
                )


@dataclass(frozen=True)
class PreparedSet:
    """A set that is on the shelf under temporary names."""

    place: Publication
    files: Sequence[SetFile]
    counts: Rows
    mode: str

    @property
    def receipt(self) -> str:
        """Names exactly these files."""
        return receipt_of(self.files)

    def publish(self, *, take_over: bool = False) -> Delivered:
        """Give them their names."""
        receipt, left = self.place.publish(self.files, self.mode, take_over=take_over)
        stays = phrase("delivered/changed", names=", ".join(left), count=len(left)) if left else None
        return Delivered(receipt, self.place.address, self.counts, stays)

    def discard(self) -> None:
        """Delete them, unless they are in place or on the way."""
        self.place.discard()
