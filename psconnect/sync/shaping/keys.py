"""Turns a source's own ids into whole-number keys, by which staging, plan and ledger compare records."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

from psconnect.model.entities import Entity
from psconnect.model.ids import kind_of


class Keys(Protocol):
    """Gives each record a whole number that stays the same in every run."""

    def load(self, entity: Entity, own_ids: Iterable[str]) -> None:
        """Load the keys of these records; saves single look-ups."""

    def of(self, entity: Entity) -> Callable[[str], int]:
        """A function from an own id of the entity to the record's key."""
        ...


class PassingKeys:
    """Keys for previewing a source with text ids: valid for one reading, nothing is stored."""

    def __init__(self) -> None:
        """Start empty."""
        self._keys: dict[str, dict[str, int]] = {}

    def load(self, entity: Entity, own_ids: Iterable[str]) -> None:
        """Nothing has to be looked up."""

    def of(self, entity: Entity) -> Callable[[str], int]:
        """A function from an own id to its number among those asked for."""
        known = self._keys.setdefault(kind_of(entity), {})
        return lambda own_id: known.setdefault(own_id, len(known) + 1)


class NumberedKeys:
    """The keys of a source whose own ids are whole numbers: the numbers themselves."""

    def load(self, entity: Entity, own_ids: Iterable[str]) -> None:
        """Nothing has to be looked up."""

    def of(self, _entity: Entity) -> Callable[[str], int]:
        """A function from an own id to the number that it is."""
        return int
