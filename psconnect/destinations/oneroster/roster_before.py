"""The roster as it was last delivered: the one that is delivered now, without its changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from psconnect.destinations.snapshot import Roster
from psconnect.model.entities import Entity
from psconnect.model.runs import Change


@dataclass(frozen=True)
class RosterBefore:
    """Records (see destinations.snapshot.RosterRecords) from before its changes, read as a stream."""

    now: Roster

    def keyed(self, entity: Entity) -> Iterator[tuple[int, list[str]]]:
        """The records with their keys, in key order."""
        changes = self.now.changes(entity)
        change = next(changes, None)
        for key, record in self.now.keyed(entity):
            while change is not None and change.key < key:
                yield from _as_before(entity, change)
                change = next(changes, None)
            if change is not None and change.key == key:
                yield from _as_before(entity, change)
                change = next(changes, None)
            else:
                yield key, record
        while change is not None:
            yield from _as_before(entity, change)
            change = next(changes, None)

    def records(self, entity: Entity) -> Iterator[list[str]]:
        """The records, in key order."""
        return (record for _key, record in self.keyed(entity))

    def labels(self, entity: Entity) -> Sequence[str]:
        """Those of now: rows of both are compared, so they have the same columns."""
        return self.now.labels(entity)


def _as_before(entity: Entity, change: Change) -> Iterator[tuple[int, list[str]]]:
    if change.before is not None:
        yield change.key, attributes_of(entity, change.before)


def attributes_of(entity: Entity, named: dict[str, str]) -> list[str]:
    """A record's attributes in their order."""
    return [named.get(attribute, "") for attribute in entity.attributes]
