"""Whole numbers as keys, from a source's own ids: staging, plan and ledger compare records by them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from psconnect.model.entities import Entity
from psconnect.model.ids import kind_of


class Keys(Protocol):
    """Gives each record a whole number that is the same in every run."""

    def load(self, entity: Entity, own_ids: Iterable[str]) -> None:
        """Have the keys of these records ready; spares one look-up each."""

    def of(self, entity: Entity, own_id: str) -> int:
        """The key of a record."""
        ...


class PassingKeys:
    """Keys for looking at a source that has text for ids, where nothing is kept: good for one reading."""

    def __init__(self) -> None:
        """Begin with none."""
        self._keys: dict[str, dict[str, int]] = {}

    def load(self, entity: Entity, own_ids: Iterable[str]) -> None:
        """Nothing has to be looked up."""

    def of(self, entity: Entity, own_id: str) -> int:
        """The number of the record among those asked for."""
        known = self._keys.setdefault(kind_of(entity), {})
        return known.setdefault(own_id, len(known) + 1)


class NumberedKeys:
    """The keys of a source whose own ids are whole numbers: the numbers themselves."""

    def load(self, entity: Entity, own_ids: Iterable[str]) -> None:
        """Nothing has to be looked up."""

    def of(self, _entity: Entity, own_id: str) -> int:
        """The number that the id is."""
        return int(own_id)
