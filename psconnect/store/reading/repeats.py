"""Finds values that several staged records have, without holding the values."""

from __future__ import annotations

import itertools
import sqlite3
from array import array
from collections.abc import Iterator, Sequence

from psconnect.model.entities import Entity
from psconnect.store.reading.staging import staged

_TOGETHER = 500


class Repeats:
    """Takes values one by one; two numbers of each are kept, so that memory stays small in a large district."""

    def __init__(self) -> None:
        self._keys, self._hashes = array("q"), array("q")

    def add(self, key: int, value: str | tuple[str, ...]) -> None:
        """Take the value of the record with that key; an empty one is not compared."""
        if value:
            self._keys.append(key)
            self._hashes.append(hash(value))

    def repeated(self) -> list[int]:
        """The keys whose value another one has, too, in the order in which they came."""
        repeated = {one for one, following in itertools.pairwise(sorted(self._hashes)) if one == following}
        if not repeated:
            return []
        return [key for key, one in zip(self._keys, self._hashes, strict=True) if one in repeated]


def records_of(db: sqlite3.Connection, entity: Entity, keys: Sequence[int]) -> Iterator[tuple[int, bytes]]:
    """Key and staged record for each of these keys, some hundred at a time."""
    for start in range(0, len(keys), _TOGETHER):
        some = keys[start : start + _TOGETHER]
        marks = ", ".join("?" * len(some))
        yield from db.execute(f"SELECT key, record FROM {staged(entity)} WHERE key IN ({marks})", some).fetchall()
