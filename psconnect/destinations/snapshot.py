"""A destination that receives the whole roster each time, as a set of files."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from psconnect.model.clock import CancelToken
from psconnect.model.entities import Entity
from psconnect.model.findings import Finding
from psconnect.model.phrases import Phrase
from psconnect.model.problems import Problem
from psconnect.model.runs import Change
from psconnect.transfer.fileset import FileSet, Rows, limited
from psconnect.transfer.place import BULK, Prepared, SnapshotPlace


class RosterRecords(Protocol):
    """The records of a roster."""

    def records(self, entity: Entity) -> Iterator[list[str]]:
        """The attributes (in the order of ``entity.attributes``) of all records, in key order."""
        ...

    def keyed(self, entity: Entity) -> Iterator[tuple[int, list[str]]]:
        """The same records, each with its key: for findings about them."""
        ...

    def labels(self, entity: Entity) -> Sequence[str]:
        """The labels that ``extra`` of the entity's records can have, in delivered order."""
        ...


class Roster(RosterRecords, Protocol):
    """The whole roster as it will be after the delivery."""

    def encoded(self, entity: Entity) -> Iterator[bytes]:
        """The same records in stored form (store.record): most need not be decoded (``plain_csv``)."""
        ...

    def related(self, entity: Entity, reference: str) -> Iterator[tuple[list[str], list[str]]]:
        """Each record with the one its attribute ``reference`` refers to, in key order.

        Records without a reference are left out; in a list, the first id counts.
        """
        ...

    @property
    def whole(self) -> bool:
        """Whether the changes are not enough: nothing was delivered before, or it does not stand there any more."""
        ...

    def changes(self, entity: Entity) -> Iterator[Change]:
        """The changes since the last delivery, in key order: for files that hold only changes."""
        ...


@dataclass(frozen=True)
class Snapshot(ABC):
    """A destination of files: it decides their content, its place how they get there.

    Attributes:
        place: where the files are published.
    """

    place: SnapshotPlace

    @abstractmethod
    def write(self, roster: Roster, files: FileSet, cancel: CancelToken) -> Rows:
        """Write all files and return the row count of each that has any; the same roster gives the same bytes.

        Checks ``cancel`` every few thousand rows.
        """

    @property
    def address(self) -> str:
        """Where the files go, for people."""
        return self.place.address

    def check(self) -> Sequence[Finding]:
        """Check that a delivery is possible; raises PsconnectError if not. Changes nothing there."""
        return (self.place.check(),)

    def standing(self) -> str:
        """The receipt of what the place has now; else empty."""
        return self.place.standing()

    def owned_by(self) -> Phrase | None:
        """Who else delivers to the place, as a sentence; None for nobody."""
        return self.place.owned_by()

    def replaces(self) -> Sequence[str]:
        """Names of what was delivered there in another form; the next delivery deletes it."""
        return self.place.replaces()

    def sweep(self) -> None:
        """Finish what a killed delivery began to put in place, and delete leftovers of others."""
        self.place.sweep()

    def leave(self) -> Sequence[str]:
        """Delete psconnect's own files there when the connection is removed; returns what could not be deleted."""
        return self.place.leave()

    def preflight(self, roster: Roster, cancel: CancelToken) -> Iterator[Problem]:
        """What the other system would reject or do with this roster, found before anything is delivered.

        Lengths, allowed values and uniqueness that the kind declares are looked at for all kinds alike; this is for
        what only this kind knows.
        """
        del roster, cancel
        yield from ()

    def mode(self, roster: Roster) -> str:
        """``bulk`` or ``delta``: whether a numbered set has the whole roster or only its changes.

        Where ``roster.whole`` says that the changes are not enough, it has to be ``bulk``.
        """
        del roster
        return BULK

    def prepare(self, roster: Roster, cancel: CancelToken, *, largest: int = 0) -> Prepared:
        """Write the roster's files beside their place; DestinationRefused for one of more than ``largest`` bytes.

        0 is no limit. The place then keeps what stands there.
        """

        def write(files: FileSet) -> Rows:
            return self.write(roster, limited(files, largest), cancel)

        return self.place.prepare(write, cancel, self.mode(roster))

    def close(self) -> None:
        """Close the place."""
        self.place.close()
