"""What can be made to fail at a chosen or a seeded call: a cut connection, a 503, a deadlock (moodle-api.md 2, 9)."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from tests.moodle.server.calls import Call

Kind = Literal[
    "cut before",
    "cut after",
    "cut mid",
    "503 before",
    "503 after",
    "504 after",
    "delay",
    "delay after",
    "deadlock",
    "invalidresponse",
    "html",
    "maintenance",
    "hold",
    "nothing",
]
#: Faults that a run has to live through: the outcome of a call is unknown, or the site is away for a while.
SEEDED: tuple[Kind, ...] = ("cut before", "cut after", "cut mid", "503 before", "503 after", "504 after", "deadlock")


@dataclass
class Fault:
    """One thing that goes wrong.

    Attributes:
        kind: `before` happens instead of the call, `after` when all is written. `cut` closes the connection (`mid`: in
            the middle of the answer), `503` and `504` answer as a proxy does. `delay` waits before the call is carried
            out, `delay after` before it is answered. `deadlock` fails with nothing written, `invalidresponse` with all
            written. `html` answers a page with 200, `maintenance` Moodle's own page. `nothing` only calls `on_hit`.
        function: the function that it happens to; empty for any.
        nth: at which matching call from now on, 1 for the next.
        times: at how many calls in a row.
        writes_only: leaves calls alone that only read.
        seconds: of a delay.
        on_hit: called when it happens, before anything else.
        on_hold: of a `hold`: called when the call is under way but has done nothing yet; it goes on when this returns.

    """

    kind: Kind
    function: str = ""
    nth: int = 1
    times: int = 1
    writes_only: bool = False
    seconds: float = 0.0
    on_hit: Callable[[Call], None] | None = None
    on_hold: Callable[[], object] | None = None
    seen: int = 0

    def hits(self, call: Call) -> bool:
        """Count a call, and tell whether it happens to this one."""
        if (self.function and call.function != self.function) or (self.writes_only and not call.writes):
            return False
        self.seen += 1
        return self.nth <= self.seen < self.nth + self.times


class Faults:
    """The faults that are waiting to happen."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[Fault] = []
        self._chance: Callable[[Call], Fault | None] = lambda _: None
        self.happened: list[Fault] = []

    def add(self, kind: Kind, function: str = "", **more: object) -> Fault:
        """Let something go wrong; `more` are the attributes of `Fault`.

        Raises:
            ValueError: there is no such kind.

        """
        if kind not in get_args(Kind):
            raise ValueError(f"There is no fault {kind!r}; there are {get_args(Kind)}.")
        fault = Fault(kind, function, **more)  # type: ignore[arg-type]
        with self._lock:
            self._waiting.append(fault)
        return fault

    def seeded(self, seed: int, share: float, kinds: Sequence[Kind] = SEEDED, *, writes_only: bool = False) -> None:
        """Let this share of all calls go wrong, the same ones for the same seed and order of calls."""
        chance = random.Random(seed)

        def draw(call: Call) -> Fault | None:
            if writes_only and not call.writes:
                return None
            return Fault(chance.choice(kinds)) if chance.random() < share else None

        self._chance = draw

    def clear(self) -> None:
        """Let nothing go wrong any more; what happened stays known."""
        with self._lock:
            self._waiting.clear()
            self._chance = lambda _: None

    def meet(self, call: Call) -> Fault | None:
        """The fault that happens to this call."""
        with self._lock:
            hits = [fault for fault in self._waiting if fault.hits(call)]
            found = hits[0] if hits else self._chance(call)
            self._waiting = [fault for fault in self._waiting if fault.seen < fault.nth + fault.times - 1]
            if found:
                call.fault = found.kind
                self.happened.append(found)
        return found
