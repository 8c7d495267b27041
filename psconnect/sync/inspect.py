"""The presets a connection can start from."""

from __future__ import annotations

from dataclasses import dataclass

from psconnect.model.connection import Connection
from psconnect.sync.compose import load_preset, preset_names


@dataclass(frozen=True)
class PresetInfo:
    """What people are told about a preset.

    Attributes:
        name: its name in connection files.
        label, summary: its display name and one line about it.
        hints: sentences about what to check when using it.
        verified: whether the vendor has confirmed that its system reads what the preset delivers.
        defaults: the settings of a connection that sets nothing but the preset.
    """

    name: str
    label: str
    summary: str
    hints: tuple[str, ...] = ()
    verified: bool = True
    defaults: Connection | None = None


def all_presets() -> list[PresetInfo]:
    """The presets of this version, by label."""
    found = []
    for name in preset_names():
        preset, empty = load_preset(name), Connection(name, name)
        found.append(
            PresetInfo(name, preset.label, preset.summary, preset.hints, preset.verified, preset.beneath(empty))
        )
    return sorted(found, key=lambda preset: preset.label.casefold())
