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
        needs: what a person has to have at hand, a line each.
        verified: whether the vendor has confirmed that its system reads what the preset delivers.
        defaults: the settings of a connection that sets nothing but the preset.
    """

    name: str
    label: str
    summary: str
    hints: tuple[str, ...] = ()
    verified: bool = True
    defaults: Connection | None = None
    needs: tuple[str, ...] = ()


def all_presets() -> list[PresetInfo]:
    """The presets of this version, by label."""
    found = []
    for name in preset_names():
        preset, empty = load_preset(name), Connection(name, name)
        about = (preset.label, preset.summary, preset.hints, preset.verified)
        found.append(PresetInfo(name, *about, preset.beneath(empty), preset.needs))
    return sorted(found, key=lambda preset: preset.label.casefold())
