"""A destination that gets the whole roster each time, as a set of files."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from psconnect.model.clock import CancelToken
from psconnect.model.entities import Entity
from psconnect.model.findings import Finding
from psconnect.model.runs import Change
from psconnect.transfer.fileset import FileSet, Rows
from psconnect.transfer.place import Prepared, SnapshotPlace


class Roster(Protocol):
    """The whole roster as it is to be after the delivery."""

    def records(self, entity: Entity) -> Iterator[list[str]]:
        """The attributes (in the order of ``entity.attributes``) of all records, in the order of their keys."""
        ...

    def encoded(self, entity: Entity) -> Iterator[bytes]:
        """The same records as they are stored (store.record): most need not be taken apart (``plain_csv``)."""
        ...

    def related(self, entity: Entity, reference: str) -> Iterator[tuple[list[str], list[str]]]:
        """Each record with the one that its attribute ``reference`` points to, in the order of the records' keys.

        A record that points to nothing is left out; of a list, the first id counts.
        """
        ...

    def changes(self, entity: Entity) -> Iterator[Change]:
        """What is different from the last delivery, in the order of the keys: for files that hold changes alone."""
        ...

    def labels(self, entity: Entity) -> Sequence[str]:
        """The labels that ``extra`` of the entity's records can have, in the order in which they are delivered."""
        ...


@dataclass(frozen=True)
class Snapshot(ABC):
    """A destination of files: it says what is in them, its place how they get there.

    Attributes:
        place: where they are published.
    """

    place: SnapshotPlace

    @abstractmethod
    def write(self, roster: Roster, files: FileSet, cancel: CancelToken) -> Rows:
        """Write all files, and return the rows of each that has any; the same roster gives the same bytes.

        Asks ``cancel`` every few thousand rows.
        """

    @property
    def address(self) -> str:
        """Where the files go, as a person reads it."""
        return self.place.address

    def check(self) -> Sequence[Finding]:
        """Whether a delivery would be possible; raises PsconnectError where not. Changes nothing that is there."""
        return (Finding("Destination", "ok", self.place.check()),)

    def standing(self) -> str:
        """The receipt of what stands at the place now, or an empty text."""
        return self.place.standing()

    def owned_by(self) -> str:
        """Who else delivers to the place, in a sentence; empty for nobody."""
        return self.place.owned_by()

    def sweep(self) -> None:
        """Delete what killed deliveries left there."""
        self.place.sweep()

    def leave(self) -> Sequence[str]:
        """The connection is removed: delete what is psconnect's own there; returns what could not be deleted."""
        return self.place.leave()

    def prepare(self, roster: Roster, cancel: CancelToken) -> Prepared:
        """The roster's files, written beside their place."""
        return self.place.prepare(lambda files: self.write(roster, files, cancel), cancel)

    def close(self) -> None:  # noqa: B027 - the same for all snapshots
        """Nothing is held open between deliveries."""
