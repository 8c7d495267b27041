"""What three steps hold of a draft — attributes, requirements, uniqueness — and what it comes to with everything else.

These parts hold only what the connection itself states (``StepSpec.stated``): the preset, and what follows from other
choices, shows through. What the pages do not show of a file (attributes without a row, lists nobody uses) stays in
them as it is. Knows no Qt.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import msgspec

from psconnect.desktop.wizard.draft import Draft, DraftPart
from psconnect.desktop.wizard.steps.connect import ConnectPart, ConnectStep
from psconnect.desktop.wizard.steps.destination import DestinationStep
from psconnect.desktop.wizard.steps.plugin import PluginPart
from psconnect.desktop.wizard.steps.spec import Known, StepSpec
from psconnect.desktop.wizard.steps.who import WhoStep
from psconnect.model.connection import from_dict, to_dict
from psconnect.model.errors import FixSettings
from psconnect.model.sections import Requirement, RoleKind
from psconnect.service import RosterSettings, roster_settings

Texts = dict[str, dict[str, str]]


class AttributesPart(DraftPart, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What fills attributes.

    Attributes:
        mapping: entity key -> attribute -> template.
        values: name of a value list -> value in PowerSchool -> value delivered.
        roles: name, key or number of a role in a class -> what it means.
        open_roles: names of the roles that the district uses and nobody has mapped, as counted last.
    """

    progress = frozenset({"open_roles"})

    mapping: Texts = msgspec.field(default_factory=dict)
    values: Texts = msgspec.field(default_factory=dict)
    roles: dict[str, RoleKind] = msgspec.field(default_factory=dict)
    open_roles: tuple[str, ...] = ()


class RequirementsPart(DraftPart, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What becomes of records that lack an attribute: entity key -> attribute -> requirement."""

    requirements: dict[str, dict[str, Requirement]] = msgspec.field(default_factory=dict)


class UniquenessPart(DraftPart, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Attributes that together are unique: entity key -> attributes, none of them for off."""

    domains: dict[str, tuple[str, ...]] = msgspec.field(default_factory=dict)


def put(table: Mapping[str, Mapping[str, Any]], key: str, name: str, value: Any) -> dict[str, dict[str, Any]]:
    """A table of tables with another value; None takes it out, and a table that is empty then, too."""
    inner = {**table.get(key, {}), name: value}
    if value is None:
        del inner[name]
    result = {one: dict(values) for one, values in table.items() if one != key}
    return {**result, key: inner} if inner else result


_ANY_PRESET = "oneroster"
_SECTIONS = ("options", "usernames", "mapping", "values", "custom", "roles", "requirements", "uniqueness")


def roster_of(draft: Draft, known: Known) -> RosterSettings:
    """What the draft's settings come to for each attribute."""
    data = to_dict(known.base) if known.base else {}
    others: tuple[StepSpec[Any], ...] = (ConnectStep(), WhoStep(), DestinationStep())
    for step in others:
        if step.part:
            step.into(draft.of(step.part), data)
    part = draft.of(AttributesPart)
    uniqueness = {key: list(names) for key, names in draft.of(UniquenessPart).domains.items()}
    own: dict[str, Any] = {
        "mapping": part.mapping,
        "values": part.values,
        "custom": draft.of(PluginPart).custom,
        "requirements": draft.of(RequirementsPart).requirements,
        "uniqueness": uniqueness,
    }
    kinds = {name: {"kind": data[name]["kind"]} for name in ("source", "destination") if data.get(name, {}).get("kind")}
    tables = {**{name: data[name] for name in _SECTIONS if name in data}, **own, **kinds}
    preset = draft.of(ConnectPart).preset or _ANY_PRESET
    return _settings(msgspec.json.encode({"name": "-", "preset": preset, **tables}, order="deterministic"))


@lru_cache(maxsize=16)
def _settings(tables: bytes) -> RosterSettings:
    """Kept, because each step asks for it after each key that is typed."""
    data: dict[str, Any] = msgspec.json.decode(tables)
    try:
        return roster_settings(from_dict(data))
    except FixSettings:
        # What another step still has wrong, or a preset that this version lacks, is said there.
        own = {name: data[name] for name in ("mapping", "values", "custom", "requirements", "uniqueness")}
        return roster_settings(from_dict({"name": "-", "preset": _ANY_PRESET, **own}))
