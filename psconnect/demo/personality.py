"""Personalities: servers whose switches, and districts whose habits, are drawn from a number.

``SWITCHES`` and ``HABITS`` list everything that can differ between servers, with the possible values, and whether a
sync has to deliver the same bundle under all of them.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any, Final

from psconnect.demo.district.habits import Habits
from psconnect.demo.server.quirks import Quirks
from psconnect.demo.switch import Switch, switches_of

SWITCHES: Final = switches_of(Quirks)
HABITS: Final = switches_of(Habits)
_DRAWN: Final = ("same", "other")


@dataclass(frozen=True, slots=True)
class Personality:
    """The switches and habits that differ from their defaults, by name."""

    switches: dict[str, Any] = field(default_factory=dict)
    habits: dict[str, Any] = field(default_factory=dict)

    @property
    def quirks(self) -> Quirks:
        """The server's switches."""
        return Quirks(**self.switches)

    @property
    def district(self) -> Habits:
        """The district's habits."""
        return Habits(**self.habits)

    def public(self) -> dict[str, dict[str, Any]]:
        """The personality as JSON."""
        switches = {name: sorted(one) if isinstance(one, frozenset) else one for name, one in self.switches.items()}
        return {"switches": switches, "habits": dict(self.habits)}


def draw(seed: int, *, same_bundle: bool = False) -> Personality:
    """The personality of a number: each switch and habit gets a random value.

    No drawn value stops a sync. With ``same_bundle``, only those are drawn that must not change the delivery.
    """
    rng = random.Random(f"personality {seed}")  # noqa: S311 - a made-up server, nothing secret
    return Personality(_drawn(rng, SWITCHES, same_bundle=same_bundle), _drawn(rng, HABITS, same_bundle=same_bundle))


def _drawn(rng: random.Random, switches: tuple[Switch, ...], *, same_bundle: bool) -> dict[str, Any]:
    chosen = {}
    for one in switches:
        value = rng.choice(one.values)
        if value != one.values[0] and one.effect in (_DRAWN[:1] if same_bundle else _DRAWN):
            chosen[one.name] = value
    return chosen
