"""Settings of a destination that decide what is delivered, compared with those of the last delivery.

Some of them are frozen (``SettingField.frozen``): they decide ids or names that must never change.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from psconnect.destinations import KINDS
from psconnect.model.setting_fields import SettingField
from psconnect.store.history.facts import SETTINGS_BEFORE, get_fact

_SECTION = "destination."


@dataclass(frozen=True)
class ChangedSetting:
    """A setting whose value is another one than before, with both values."""

    key: str
    label: str
    before: Any
    after: Any


def frozen_fields(kind: str) -> tuple[SettingField, ...]:
    """The frozen settings that a kind of destination declares; none for an unknown kind."""
    return tuple(field for field in KINDS[kind].fields if field.frozen) if kind in KINDS else ()


def changed_frozen(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[ChangedSetting, ...]:
    """The frozen settings that differ between two [destination] tables; none where the kind itself is another one."""
    return _changed(before, after, frozen_fields(str(after.get("kind", ""))))


def frozen_since_delivery(db: sqlite3.Connection, settings: Mapping[str, Any]) -> tuple[ChangedSetting, ...]:
    """The frozen settings of a [destination] table that differ from the last delivery's."""
    return changed_frozen(_delivered(db), settings)


def writes_otherwise(db: sqlite3.Connection, settings: Mapping[str, Any]) -> bool:
    """Whether the same roster gives other files than in the last delivery, because a setting of the kind changed."""
    kind = str(settings.get("kind", ""))
    return kind in KINDS and bool(_changed(_delivered(db), settings, KINDS[kind].settings))


def destination_table(parts: Mapping[str, str]) -> dict[str, Any]:
    """The [destination] table from the parts of the settings (model.setting_parts)."""
    return {key.removeprefix(_SECTION): json.loads(value) for key, value in parts.items() if key.startswith(_SECTION)}


def _delivered(db: sqlite3.Connection) -> dict[str, Any]:
    return destination_table(json.loads(get_fact(db, SETTINGS_BEFORE) or "{}"))


def _changed(
    before: Mapping[str, Any], after: Mapping[str, Any], fields: Iterable[SettingField]
) -> tuple[ChangedSetting, ...]:
    if before.get("kind") != after.get("kind"):
        return ()
    found = ((one, before.get(one.key, one.initial), after.get(one.key, one.initial)) for one in fields)
    return tuple(ChangedSetting(one.key, one.label, old, new) for one, old, new in found if old != new)
