"""Presets: the settings a known system starts from. Data, not code: TOML files in resources/presets."""

from __future__ import annotations

import tomllib
from typing import Literal

import msgspec


class PresetOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A preset's choices where the connection makes none."""

    co_teachers: bool = True
    parents: Literal["none", "all"] = "none"


class Preset(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A preset: what a person reads of it, and defaults for mapping, value lists, requirements and options."""

    label: str
    summary: str
    options: PresetOptions = PresetOptions()
    values: dict[str, dict[str, str]] = msgspec.field(default_factory=dict)
    mapping: dict[str, dict[str, str]] = msgspec.field(default_factory=dict)
    requirements: dict[str, dict[str, Literal["report", "skip"]]] = msgspec.field(default_factory=dict)


def parse_preset(text: str) -> Preset:
    """A preset from its TOML text; raises msgspec.ValidationError for a file that is not one (presets are ours)."""
    return msgspec.convert(tomllib.loads(text), Preset)
