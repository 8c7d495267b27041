"""Rows of a table over SQL, fetched in blocks when they come into view; the blocks used last are kept."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from psconnect.model.errors import PsconnectError

T = TypeVar("T")
BLOCK, _BLOCKS = 200, 40
"""Rows of a block."""


class RowBlocks(Generic[T]):
    """``failed`` is told a block that can't be read; its rows are None then."""

    def __init__(self, failed: Callable[[PsconnectError], object]) -> None:
        self._failed = failed
        self._blocks: OrderedDict[int, Sequence[T]] = OrderedDict()

    @property
    def kept(self) -> list[int]:
        """The numbers of the blocks that are kept, the one used last at the end."""
        return list(self._blocks)

    def clear(self) -> None:
        """Forget the rows: others are shown now."""
        self._blocks.clear()

    def row(self, place: int, page: Callable[[int, int], Sequence[T]]) -> T | None:
        """The row at a place, or None where there is none; ``page`` reads from a place on so many rows."""
        block = self._block(place // BLOCK, page)
        return block[place % BLOCK] if place % BLOCK < len(block) else None

    def _block(self, number: int, page: Callable[[int, int], Sequence[T]]) -> Sequence[T]:
        found = self._blocks.get(number)
        if found is None:
            try:
                found = page(number * BLOCK, BLOCK)
            except PsconnectError as error:
                self._failed(error)
                found = ()
            self._blocks[number] = found
            if len(self._blocks) > _BLOCKS:
                self._blocks.popitem(last=False)
        else:
            self._blocks.move_to_end(number)
        return found
