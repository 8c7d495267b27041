"""Destinations: one folder per kind, which declares and opens it. A new kind is a folder and a line in ``FOLDERS``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from importlib import import_module
from typing import Any

from psconnect.destinations.kind import Context, Kind
from psconnect.destinations.snapshot import Snapshot
from psconnect.destinations.writer import Writer
from psconnect.model.bad_setting import nearest
from psconnect.model.entities import declare
from psconnect.model.errors import FixSettings
from psconnect.transfer.place import PlaceContext
from psconnect.transfer.places import PLACES

__all__ = ["KINDS", "Context", "Destination", "Kind", "add_kind", "find_kind", "open_destination"]
FOLDERS = ("oneroster_csv", "database")
"""The folders of all kinds, in the order they are offered; each has its kind as ``KIND``."""

KINDS: dict[str, Kind] = {}
Destination = Snapshot | Writer


def add_kind(kind: Kind) -> None:
    """Register a kind and its derived entities."""
    declare(kind.derived)
    KINDS[kind.name] = kind


for _folder in FOLDERS:
    add_kind(import_module(f"{__name__}.{_folder}").KIND)


def find_kind(name: str) -> Kind:
    """A destination kind by name; raises FixSettings if this version doesn't have it."""
    if name not in KINDS:
        raise FixSettings(
            "PSC-DESTINATION-KIND",
            "No destination is chosen" if not name else "This destination can’t be used",
            f"The kind of destination “{name}” does not exist in this version."
            if name
            else "The connection does not say where the roster is to be delivered.",
            nearest(name, list(KINDS)) if name else f"Set destination.kind to one of: {', '.join(KINDS)}.",
            where="destination.kind",
        )
    return KINDS[name]


def open_destination(given: Mapping[str, Any], context: Context) -> Destination:
    """The destination for a connection file's [destination] table; close it when done.

    ``context`` has everything except the settings and what follows from them. Raises FixSettings that names what is
    missing or wrong.
    """
    kind = find_kind(str(given.get("kind", "")))
    settings = kind.complete(given)
    at = PlaceContext(context.name, settings, context.on_step, context.clock, context.home)
    place = PLACES[kind.places[0]].make(at) if kind.places else None
    return kind.open(replace(context, settings=settings, label=kind.label, place=place))
