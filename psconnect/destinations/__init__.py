"""Destinations: one folder per kind, which declares and opens it. A new kind is a folder and a line in ``FOLDERS``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from importlib import import_module
from typing import Any

from psconnect.destinations.kind import Context, Kind
from psconnect.destinations.snapshot import Snapshot
from psconnect.destinations.writer import Writer
from psconnect.model.bad_setting import hint_at
from psconnect.model.entities import declare
from psconnect.model.errors import FixSettings
from psconnect.model.problems import RULES
from psconnect.transfer.place import PlaceContext
from psconnect.transfer.places import PLACE_KEY, PLACES
from psconnect.wording.checks import add_checks
from psconnect.wording.errors import add_errors
from psconnect.wording.rules import add_rules

__all__ = ["KINDS", "Context", "Destination", "Kind", "add_kind", "find_kind", "open_destination"]
FOLDERS = (
    *("oneroster_csv", "classlink_csv", "clever_csv", "sds_csv", "apple_csv", "canvas_csv", "learning_csv"),
    *("database", "moodle"),
)
"""The folders of all kinds, in the order they are offered; each has its kind as ``KIND``."""

KINDS: dict[str, Kind] = {}
Destination = Snapshot | Writer


def add_kind(kind: Kind) -> None:
    """Register a kind, its derived entities, its findings and the texts of its errors and checks."""
    declare(kind.derived)
    RULES.update({rule.key: rule for rule in kind.rules})
    add_rules({rule.key: texts for rule, texts in kind.rules.items()})
    add_errors(kind.errors)
    add_checks(kind.checks)
    KINDS[kind.name] = kind


for _folder in FOLDERS:
    add_kind(import_module(f"{__name__}.{_folder}").KIND)


def find_kind(name: str) -> Kind:
    """A destination kind by name; raises FixSettings if this version doesn't have it."""
    if name not in KINDS:
        raise FixSettings(
            "PSC-DESTINATION-KIND/unknown" if name else "PSC-DESTINATION-KIND/none",
            where="destination.kind",
            name=name,
            hint=hint_at(name, list(KINDS)),
            known=list(KINDS),
        )
    return KINDS[name]


def open_destination(given: Mapping[str, Any], context: Context) -> Destination:
    """The destination for a connection file's [destination] table; close it when done.

    ``context`` has everything except the settings and what follows from them. Raises FixSettings that names what is
    missing or wrong.
    """
    kind = find_kind(str(given.get("kind", "")))
    settings = kind.complete(given)
    at = PlaceContext(
        context.name,
        settings,
        context.on_step,
        context.clock,
        context.home,
        context.beside,
        kind.packing(settings),
        kind.numbers(settings),
        context.secret,
        context.cancel,
    )
    place = PLACES[settings.get(PLACE_KEY, kind.places[0])].make(at) if kind.places else None
    return kind.open(replace(context, settings=settings, label=kind.label, place=place))
