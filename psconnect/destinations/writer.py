"""A destination that takes single changes: another system's interface, a database."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from psconnect.destinations.snapshot import Roster
from psconnect.model.entities import Entity
from psconnect.model.findings import Finding
from psconnect.model.outcomes import Link, Outcome, Standing
from psconnect.model.runs import Change


@dataclass(frozen=True)
class Batch:
    """Changes that leave together: of one entity, with one action.

    Attributes:
        entity: whose records they are: one of the roster's, or one of the kind's derived entities.
        action: ``create``, ``update`` or ``remove``. A create with a ``remote_id`` is of a record that was adopted: it
            is there already, and is brought up to date.
        changes: in the order of their keys.
    """

    entity: Entity
    action: str
    changes: Sequence[Change]


class Writer(ABC):
    """A destination that takes single changes.

    The engine orders them (creates and updates in the entities' order, removals in the opposite one), journals each
    batch before it leaves, and moves outcome, ledger and remote id together after the answer. All methods raise
    PsconnectError in words where the system can't be reached or signed in to; the run then ends, and the next one reads
    back what was journalled without an answer.
    """

    batch_size: ClassVar[int] = 200
    """Most changes of a batch."""

    @property
    @abstractmethod
    def address(self) -> str:
        """Where changes go, as a person reads it: a file, a server's address."""

    @abstractmethod
    def check(self) -> Sequence[Finding]:
        """What is there and what is missing, step by step; a failed finding keeps a run from beginning.

        Changes nothing there.
        """

    def owned_by(self) -> str:
        """Who else delivers there, in a sentence that a person reads; empty for nobody, or where it can't be known."""
        return ""

    def sweep(self) -> None:  # noqa: B027 - few kinds need it
        """A run begins: nothing is left there between runs, unless the kind says otherwise."""

    @abstractmethod
    def standing(self) -> str:
        """What tells the system behind the address from any other that may come to stand there; empty where it is new.

        If it is not what ``begin`` returned in the last delivery, the ledger is about something else: everything is
        delivered anew.
        """

    def begin(self, run: str) -> str:
        """A delivery begins: make what is needed there; returns what ``standing`` gives from now on."""
        del run
        return self.standing()

    def end(self, run: str) -> None:  # noqa: B027 - few kinds need it
        """All changes of the delivery have an outcome. May come twice for a run, after a crash."""

    def adopt(self, entity: Entity, records: Mapping[int, Mapping[str, str]]) -> Mapping[int, Link]:
        """Which of these records, by key, are there already though they were never delivered from here.

        Asked for what a plan would create. Two records must never get the same link.
        """
        del entity, records
        return {}

    def derived(self, entity: Entity, roster: Roster) -> Iterator[Sequence[str]]:
        """All records of a derived entity as the roster wants them: values in the order of ``entity.attributes``.

        The first, ``sourcedId``, is unique within the entity and the same in each run. Asked in the order of the kind's
        declaration; ``roster`` also has the derived entities that came before.
        """
        raise NotImplementedError(entity.key)

    @abstractmethod
    def apply(self, batch: Batch) -> Sequence[Outcome]:
        """Make the changes; one outcome each, in their order.

        May be asked again for a change that was sent before and read back as ``NotDone``: it must not double anything.
        Raise rather than return ``Unknown`` for all where the system is gone.
        """

    @abstractmethod
    def read_back(self, batch: Batch) -> Sequence[Standing]:
        """Of changes that were sent and have no answer: which of them stand there, one answer each, in their order."""

    def leave(self) -> Sequence[str]:
        """The connection is removed: delete what is psconnect's own there, but not what was delivered.

        Returns what could not be deleted, as a person reads it.
        """
        return ()

    def close(self) -> None:  # noqa: B027 - few kinds need it
        """Let go of what is held open; nothing is asked of it afterwards."""
