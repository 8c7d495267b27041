"""Presets: the settings a known system starts from. Data, not code: TOML files in resources/presets."""

from __future__ import annotations

import tomllib
from typing import Literal

import msgspec


class PresetOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A preset's choices where the connection makes none; their meaning stands at OptionSettings."""

    co_teachers: bool = True
    co_teacher_classes: int | None = None
    parents: Literal["none", "portal", "all"] = "none"
    admins: bool = True
    enroll_status: list[int] = msgspec.field(default_factory=lambda: [0])
    guest_students: Literal["leave-out", "bring-in"] = "leave-out"
    merge_terms: bool = False
    only_taught_classes: bool = False
    only_used_courses: bool = False


class Preset(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A preset: what a person reads of it, and defaults for mapping, values, requirements, uniqueness, options.

    ``compare`` means what it means at SourceSettings.
    """

    label: str
    summary: str
    options: PresetOptions = PresetOptions()
    compare: Literal["bulk", "incremental"] = "bulk"
    values: dict[str, dict[str, str]] = msgspec.field(default_factory=dict)
    mapping: dict[str, dict[str, str]] = msgspec.field(default_factory=dict)
    requirements: dict[str, dict[str, Literal["report", "skip"]]] = msgspec.field(default_factory=dict)
    uniqueness: dict[str, list[str]] = msgspec.field(default_factory=dict)


# Made here and not when first needed: msgspec crashes when two threads work the same type out at once.
msgspec.json.Decoder(Preset)


def parse_preset(text: str) -> Preset:
    """A preset from its TOML text; raises msgspec.ValidationError for a file that is not one (presets are ours)."""
    return msgspec.convert(tomllib.loads(text), Preset)
