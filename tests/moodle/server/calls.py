"""What was asked of the site: a call each, in the order in which they came."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Call:
    """A call of a web service function.

    Attributes:
        function: its name; empty where the request named none.
        items: length of its list of items or values; 1 for functions without one.
        fields: values in query and body that PHP kept, the three control fields among them.
        writes: whether the function changes the site.
        outcome: `ok`, the error's code, or the HTTP status as text; empty while it is under way.
        fault: what was made to fail, as in `faults`; empty for nothing.
        arguments: the fields as nested arrays, without token and settings.

    """

    function: str
    items: int = 0
    fields: int = 0
    writes: bool = False
    outcome: str = ""
    fault: str = ""
    arguments: dict[Any, Any] = field(default_factory=dict, repr=False)


class Calls:
    """The log of calls; a test clears it between two runs."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._all: list[Call] = []

    def __iter__(self) -> Iterator[Call]:
        with self._lock:
            return iter(list(self._all))

    def __len__(self) -> int:
        return len(self._all)

    def __getitem__(self, place: int) -> Call:
        return self._all[place]

    def add(self, call: Call) -> None:
        """Note a call that came in."""
        with self._lock:
            self._all.append(call)

    def of(self, function: str) -> list[Call]:
        """The calls of one function."""
        return [call for call in self if call.function == function]

    @property
    def writes(self) -> list[Call]:
        """The calls of functions that change the site, whether they succeeded or not."""
        return [call for call in self if call.writes]

    @property
    def reads(self) -> list[Call]:
        """The calls that only read."""
        return [call for call in self if not call.writes]

    def clear(self) -> None:
        """Forget what came in so far."""
        with self._lock:
            self._all.clear()
