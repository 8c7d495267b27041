"""What a connection can start from: the presets."""

from __future__ import annotations

from dataclasses import dataclass

from psconnect.model.connection import Connection
from psconnect.sync.compose import load_preset, preset_names


@dataclass(frozen=True)
class PresetInfo:
    """What a person reads of a preset.

    Attributes:
        name: its name in files.
        label, summary: a name and one line about it.
        hints: sentences about what to look at when this preset is chosen.
        verified: whether the vendor has confirmed that its system reads what the preset delivers.
        defaults: the settings of a connection that says nothing but the preset.
    """

    name: str
    label: str
    summary: str
    hints: tuple[str, ...] = ()
    verified: bool = True
    defaults: Connection | None = None


def all_presets() -> list[PresetInfo]:
    """The presets of this version, in the order of their labels."""
    found = []
    for name in preset_names():
        preset, empty = load_preset(name), Connection(name, name)
        found.append(
            PresetInfo(name, preset.label, preset.summary, preset.hints, preset.verified, preset.beneath(empty))
        )
    return sorted(found, key=lambda preset: preset.label.casefold())
