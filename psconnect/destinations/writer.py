"""A destination that takes single changes, such as another system's API or a database."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from psconnect.destinations.snapshot import Roster
from psconnect.model.clock import CancelToken
from psconnect.model.entities import Entity
from psconnect.model.findings import Finding
from psconnect.model.outcomes import Link, Outcome, Standing
from psconnect.model.phrases import Phrase
from psconnect.model.problems import Problem
from psconnect.model.runs import Change


@dataclass(frozen=True)
class Batch:
    """Changes of one entity, with one action, that are sent together.

    Attributes:
        entity: the roster's or the kind's derived entity.
        action: ``create``, ``update`` or ``remove``. A create with a ``remote_id`` is for an adopted record: it
            already exists and is updated.
        changes: the changes, in key order.
    """

    entity: Entity
    action: str
    changes: Sequence[Change]


class Writer(ABC):
    """A destination that takes single changes.

    The engine orders them (creates and updates in entity order, removals in reverse), journals each batch before it is
    sent, and stores outcome, ledger and remote id together after the answer. All methods raise PsconnectError if the
    system can't be reached or signed in to; the run then ends, and the next one reads back what has no answer.
    """

    batch_size: ClassVar[int] = 200
    """The most changes in a batch."""

    @property
    @abstractmethod
    def address(self) -> str:
        """Where changes go, for people: a file, a server's address."""

    @abstractmethod
    def check(self) -> Sequence[Finding]:
        """Check the system step by step; a failed finding keeps a run from starting. Changes nothing there."""

    def check_writing(self) -> Sequence[Finding]:
        """Check what only a try to write shows, for a person who asks; called after a check that passed.

        A run doesn't call it. Leaves nothing there.
        """
        return ()

    def owned_by(self) -> Phrase | None:
        """Who else delivers there, as a sentence; None for nobody or unknown."""
        return None

    def sweep(self) -> None:  # noqa: B027 - few kinds need it
        """Clean up when a run begins, for kinds that leave something there between runs."""

    @abstractmethod
    def standing(self) -> str:
        """Identifies the system behind the address; empty for a new one.

        If it differs from what ``begin`` returned in the last delivery, the ledger describes another system and
        everything is delivered as new.
        """

    def begin(self, run: str) -> str:
        """Begin a delivery: create what is needed there; returns what ``standing`` gives from now on."""
        del run
        return self.standing()

    def end(self, run: str) -> None:  # noqa: B027 - few kinds need it
        """End a delivery whose changes all have an outcome. May be called twice for a run, after a crash."""

    def adopt(self, entity: Entity, records: Mapping[int, Mapping[str, str]]) -> Mapping[int, Link]:
        """Which of these records, by key, already exist there although psconnect never delivered them.

        Called for the records a plan would create. Two records must never get the same link.
        """
        del entity, records
        return {}

    def derived(self, entity: Entity, roster: Roster) -> Iterator[Sequence[str]]:
        """All records of a derived entity for this roster, with values in the order of ``entity.attributes``.

        The first value, ``sourcedId``, is unique within the entity and the same in each run. Called in the order of the
        kind's declaration; ``roster`` also has the derived entities before this one.
        """
        raise NotImplementedError(entity.key)

    def preflight(self, roster: Roster, cancel: CancelToken) -> Iterator[Problem]:
        """What the other system would reject or do with this roster, found before anything is delivered.

        Lengths, allowed values and uniqueness that the kind declares are looked at for all kinds alike; this is for
        what only this kind knows.
        """
        del roster, cancel
        yield from ()

    @abstractmethod
    def apply(self, batch: Batch) -> Sequence[Outcome]:
        """Make the changes; returns one outcome each, in order.

        May be called again for a change that was sent before and read back as ``NotDone``: it must not duplicate
        anything. If the system is unreachable, raise instead of returning ``Unknown`` for all.
        """

    @abstractmethod
    def read_back(self, batch: Batch) -> Sequence[Standing]:
        """Which of these unanswered changes the system has; one answer each, in order."""

    def leave(self) -> Sequence[str]:
        """Delete psconnect's own data there when the connection is removed, but no deliveries.

        Returns what could not be deleted, for people.
        """
        return ()

    def close(self) -> None:  # noqa: B027 - few kinds need it
        """Release open resources; nothing is called afterwards."""
