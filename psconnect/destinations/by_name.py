"""A roster's records with their attributes by name, for kinds that need several of them at a time."""

from __future__ import annotations

from collections.abc import Iterator

from psconnect.destinations.snapshot import Roster
from psconnect.model.entities import SCHOOL, Entity


def keyed(roster: Roster, entity: Entity) -> Iterator[tuple[int, dict[str, str]]]:
    """Key and attributes by name of all records."""
    names = entity.attributes
    return ((key, dict(zip(names, record, strict=True))) for key, record in roster.keyed(entity))


def root_of(roster: Roster) -> str:
    """The id of the district; of the first school where there is none; empty without schools."""
    orgs = [org for _, org in keyed(roster, SCHOOL)]
    return next((org["sourcedId"] for org in orgs if org["type"] == "district"), orgs[0]["sourcedId"] if orgs else "")
