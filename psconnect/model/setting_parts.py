"""A connection's settings part by part, so that two versions of them can be compared."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from psconnect.model.connection import Connection, to_dict

_NOT_DECIDING = (
    "format",
    "name",
    "id",
    "disabled",
    "safety",
    "schedule",
    "notices",
    "plugin",
    "source.client_id",
    "source.ca_file",
    "source.compare",
)


def setting_parts(connection: Connection) -> dict[str, str]:
    """The settings that decide who and what is delivered: ``scope.schools`` -> its value as JSON; no secrets.

    A part is a key of a section, or of an entity within one: ``filters.student``, ``mapping.teacher``.
    """
    found = all_parts(connection)
    return {key: one for key, one in found.items() if not {key, key.partition(".")[0]} & set(_NOT_DECIDING)}


def all_parts(connection: Connection) -> dict[str, str]:
    """All settings that a file states, part by part, also those that don't decide; but for its name, id and form."""
    found: dict[str, str] = {}
    for section, value in to_dict(connection).items():
        parts: Mapping[str, Any] = {f"{section}.{key}": one for key, one in value.items()} if _is_table(value) else {}
        for key, one in (parts or {section: value}).items():
            if section not in ("format", "name", "id", "plugin") and one not in ({}, [], None):
                found[key] = part_of(one)
    return found


def part_of(value: object) -> str:
    """A part's value as it is compared."""
    return json.dumps(value, sort_keys=True, default=str)


def differing_parts(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """The parts that differ between two versions of a connection's settings, sorted."""
    return sorted(key for key in {*before, *after} if before.get(key) != after.get(key))


def _is_table(value: object) -> bool:
    return isinstance(value, dict)
