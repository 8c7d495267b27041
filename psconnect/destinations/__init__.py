"""Destinations: one module or folder a kind, each declaring its own settings and what it needs.

Adding one: write the module, add a line to ``KINDS``, add a line to the matrix of tests/contracts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from psconnect.destinations import oneroster_csv
from psconnect.destinations.base import Declaration, SnapshotDestination
from psconnect.model.bad_setting import nearest
from psconnect.model.clock import Clock
from psconnect.model.errors import FixSettings
from psconnect.transfer.folder import Step

Factory = Callable[[str, dict[str, Any], Step, Clock, str], SnapshotDestination]

KINDS: dict[str, tuple[Declaration, Factory]] = {
    oneroster_csv.DECLARATION.kind: (oneroster_csv.DECLARATION, oneroster_csv.OneRosterCsv),
}


def declaration_of(kind: str) -> Declaration:
    """What a kind of destination declares; raises FixSettings for a kind that this version does not have."""
    if kind not in KINDS:
        raise FixSettings(
            "PSC-DESTINATION-KIND",
            "No destination is chosen" if not kind else "This destination can’t be used",
            f"The kind of destination “{kind}” does not exist in this version."
            if kind
            else "The connection does not say where the roster is to be delivered.",
            nearest(kind, list(KINDS)) if kind else f"Set destination.kind to one of: {', '.join(KINDS)}.",
            where="destination.kind",
        )
    return KINDS[kind][0]


def make_destination(
    connection_name: str, given: Mapping[str, Any], on_step: Step, clock: Clock | None = None, home: str = ""
) -> SnapshotDestination:
    """The destination with these settings; raises FixSettings that names what is missing or wrong.

    ``clock`` measures and waits where a delivery has to be tried again. ``home`` is the id of the home that delivers:
    without it, nothing is said or asked about who else delivers there.
    """
    kind = str(given.get("kind", ""))
    declaration = declaration_of(kind)
    return KINDS[kind][1](connection_name, declaration.settings(given), on_step, clock or Clock(), home)
