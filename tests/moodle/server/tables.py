"""Tables with transactions: what was written since the last begin is undone by a rollback (moodle-api.md 5).

Every row has an `id`, given by its table, and `born`: the number of the call that wrote it, for calls under way at once
(moodle-api.md 1, fact 6).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar


@dataclass(kw_only=True)
class Row:
    """A row; `id` 0 until it is added."""

    id: int = 0
    born: int = field(default=0, repr=False, compare=False)


Kind = TypeVar("Kind", bound=Row)


class Journal:
    """Remembers how to undo what was written in the transactions that are open."""

    def __init__(self) -> None:
        self._undo: list[Callable[[], None]] = []
        self._depth = 0
        self.call = 0

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything within is written, or nothing; may be nested."""
        mark = len(self._undo)
        self._depth += 1
        try:
            yield
        except BaseException:
            while len(self._undo) > mark:
                self._undo.pop()()
            raise
        finally:
            self._depth -= 1
            if not self._depth:
                self._undo.clear()

    def note(self, undo: Callable[[], None]) -> None:
        """Keep this for a rollback; without a transaction there is none."""
        if self._depth:
            self._undo.append(undo)


class Table(Generic[Kind]):
    """Rows by id, and by each of the indexed fields."""

    def __init__(self, journal: Journal, *indexed: str) -> None:
        self._journal = journal
        self._rows: dict[int, Kind] = {}
        self._last = 0
        self._index: dict[str, dict[Any, dict[int, None]]] = {name: defaultdict(dict) for name in indexed}

    def __iter__(self) -> Iterator[Kind]:
        return iter(list(self._rows.values()))

    def __len__(self) -> int:
        return len(self._rows)

    def get(self, row_id: int) -> Kind | None:
        """The row of this id."""
        return self._rows.get(row_id)

    def where(self, **values: Any) -> list[Kind]:
        """The rows with all these values, by id; the first value should be of an indexed field."""
        (name, value), *rest = values.items()
        if name in self._index:
            found = [self._rows[row_id] for row_id in sorted(self._index[name].get(value, ()))]
        else:
            found = [row for row in self._rows.values() if getattr(row, name) == value]
        return [row for row in found if all(getattr(row, key) == wanted for key, wanted in rest)]

    def add(self, row: Kind) -> Kind:
        """Write a new row; ids go on after a rollback as a database's sequence does."""
        self._last = max(self._last + 1, row.id)
        row.id, row.born = row.id or self._last, self._journal.call
        self._enter(row)
        self._journal.note(lambda: self._leave(row))
        return row

    def change(self, row: Kind, **values: Any) -> None:
        """Write these values to a row."""
        before = {name: getattr(row, name) for name in values}
        self._set(row, values)
        self._journal.note(lambda: self._set(row, before))

    def remove(self, row: Kind) -> None:
        """Take a row out."""
        self._leave(row)
        self._journal.note(lambda: self._enter(row))

    def _set(self, row: Kind, values: dict[str, Any]) -> None:
        self._leave(row)
        for name, value in values.items():
            setattr(row, name, value)
        self._enter(row)

    def _enter(self, row: Kind) -> None:
        self._rows[row.id] = row
        for name, index in self._index.items():
            index[getattr(row, name)][row.id] = None

    def _leave(self, row: Kind) -> None:
        del self._rows[row.id]
        for name, index in self._index.items():
            value = getattr(row, name)
            del index[value][row.id]
            if not index[value]:
                del index[value]
