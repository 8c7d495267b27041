"""Turns a source's own ids into whole-number keys, by which staging, plan and ledger compare records."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from psconnect.model.entities import Entity
from psconnect.model.ids import kind_of


class Keys(Protocol):
    """Gives each record a whole number that stays the same in every run."""

    def load(self, entity: Entity, own_ids: Iterable[str]) -> None:
        """Load the keys of these records; saves single look-ups."""

    def of(self, entity: Entity, own_id: str) -> int:
        """The key of a record."""
        ...


class PassingKeys:
    """Keys for previewing a source with text ids: valid for one reading, nothing is stored."""

    def __init__(self) -> None:
        """Start empty."""
        self._keys: dict[str, dict[str, int]] = {}

    def load(self, entity: Entity, own_ids: Iterable[str]) -> None:
        """Nothing has to be looked up."""

    def of(self, entity: Entity, own_id: str) -> int:
        """The record's number, in the order of first use."""
        known = self._keys.setdefault(kind_of(entity), {})
        return known.setdefault(own_id, len(known) + 1)


class NumberedKeys:
    """The keys of a source whose own ids are whole numbers: the numbers themselves."""

    def load(self, entity: Entity, own_ids: Iterable[str]) -> None:
        """Nothing has to be looked up."""

    def of(self, _entity: Entity, own_id: str) -> int:
        """The id as a number."""
        return int(own_id)
