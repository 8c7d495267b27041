"""Faults that can be switched on by name (docs/faults.md), and on which calls they strike."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

from psconnect.demo.server.fault_texts import TEXTS

if TYPE_CHECKING:
    from collections.abc import Sequence

#: The variants of each fault; the first one is the default.
VARIANTS: Final[dict[str, tuple[str, ...]]] = {
    "N03": ("headers", "body", "last page"),
    "N04": ("truncated", "length", "chunk"),
    "N05": ("drip",),
    "N06": ("login", "waf", "maintenance"),
    "N07": ("login", "host", "maintenance"),
    "N08": ("once",),
    "N09": ("always",),
    "N10": ("field",),
    "N11": ("query",),
    "N12": ("seconds", "date", "absurd", "absent"),
    "N13": ("500", "502", "503", "504", "503 retry-after"),
    "N16": ("gzip", "body"),
    "N17": ("nesting", "number", "duplicates", "nan"),
    "N18": ("expired", "ahead", "behind"),
    "N19": ("portal", "drop", "switch"),
    "N20": ("revoked",),
    "D01": ("equal",),
    "D02": ("different",),
    "D03": ("remove", "insert"),
    "D05": ("less", "more"),
    "D06": ("empty",),
    "D07": ("empty",),
    "D08": ("missing", "number", "renamed"),
    "D09": ("absent", "null"),
    "D10": ("student", "class"),
    **{name: tuple(texts) for name, texts in TEXTS.items()},
    "D19": ("gone", "another"),
    "D20": ("many",),
    "D21": ("content",),
    "D22": ("added", "renumbered"),
}
#: Faults that strike once by default.
_ONCE: Final = frozenset({"N08", "N18", "N20", "D19", "D20", "D21", "D22"})


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault.

    Attributes:
        name: its id, as in docs/faults.md: "N08".
        path: the calls it matches, as a shell pattern over the path: "/ws/schema/query/*".
        nth: strike only on this matching call, counted from 1 since the fault was set.
        first: strike on this many matching calls. With neither, it strikes always; a fault that changes the district
            or (in its first variant) the tokens strikes once.
        after: let this many matching calls pass before counting starts.
        variant: see ``VARIANTS``; empty for the default.
        field: the key of the record to spoil (D02, D08, D09, D12 to D18, D21), or the field to name (N10).
        row: D12 to D18 the first row to spoil, counted from 0.
        amount: N05 seconds between two bytes; N12 seconds to wait; D05 how many too many or too few; D12 to D18 how
            many rows from that one on; D19 the key that returns; D20 the factor.

    Raises:
        ValueError: for an unknown name or variant, or an invalid number.

    """

    name: str
    path: str = "*"
    nth: int | None = None
    first: int | None = None
    after: int = 0
    variant: str = ""
    field: str | None = None
    row: int = 0
    amount: float = 1

    def __post_init__(self) -> None:
        """Refuse a fault that could never strike."""
        variants = VARIANTS.get(self.name)
        if variants is None:
            message = f"There is no fault {self.name!r}; known are {', '.join(VARIANTS)}."
            raise ValueError(message)
        if self.variant and self.variant not in variants:
            message = f"The fault {self.name} has no variant {self.variant!r}; it has {', '.join(variants)}."
            raise ValueError(message)
        if (self.nth is not None and self.nth < 1) or (self.first is not None and self.first < 1) or self.after < 0:
            message = "Calls are counted from 1."
            raise ValueError(message)
        if self.nth is not None and self.first is not None:
            message = "A fault strikes on the nth call or on the first ones, not both."
            raise ValueError(message)

    @property
    def form(self) -> str:
        """The variant in force."""
        return self.variant or VARIANTS[self.name][0]

    def strikes(self, call: int) -> bool:
        """Whether it strikes on this matching call, counted from 1."""
        call -= self.after
        if call < 1:
            return False
        if self.nth is not None:
            return call == self.nth
        once = self.name in _ONCE and not (self.name == "N18" and self.form != "expired")
        first = self.first if self.first is not None else (1 if once else None)
        return first is None or call <= first


class FaultBook:
    """The active faults, and the number of calls that each has seen."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[tuple[Fault, list[int]]] = []

    def set(self, faults: Sequence[Fault]) -> None:
        """Set these faults and no others; their counts start again."""
        with self._lock:
            self._faults = [(fault, [0]) for fault in faults]

    def all(self) -> list[Fault]:
        """The active faults."""
        with self._lock:
            return [fault for fault, _ in self._faults]

    def striking(self, path: str) -> list[Fault]:
        """Count a call, and return the faults that strike on it."""
        struck = []
        with self._lock:
            for fault, seen in self._faults:
                if fnmatchcase(path, fault.path):
                    seen[0] += 1
                    if fault.strikes(seen[0]):
                        struck.append(fault)
        return struck
