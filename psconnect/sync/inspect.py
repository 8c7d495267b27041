"""The presets a connection can start from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from psconnect.destinations import KINDS
from psconnect.model.connection import Connection
from psconnect.sync.compose import load_preset, preset_names
from psconnect.wording.declared import in_language


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


@dataclass(frozen=True)
class Receiver:
    """The system that a connection delivers to, as far as it is known.

    Attributes:
        receives: what it does with a delivery, in sentences; empty where nothing is known.
        holds: per entity key, the percentage of removals above which it waits by itself.
        preset: the display name of the connection's preset.
        verified: whether the vendor has confirmed that its system reads what that preset delivers.
    """

    receives: str
    holds: Mapping[str, int]
    preset: str
    verified: bool


def receiver_of(connection: Connection) -> Receiver | None:
    """The receiver of a connection; None where it has no kind of destination, or none that this version knows."""
    kind = KINDS.get(connection.destination_kind)
    if kind is None:
        return None
    known = connection.preset in preset_names()
    preset = load_preset(connection.preset) if known else None
    holds = kind.holds_above(connection.destination)
    receives = in_language(kind).receives
    return Receiver(receives, holds, preset.label if preset else "", preset.verified if preset else True)


def all_presets() -> list[PresetInfo]:
    """The presets of this version, by label."""
    found = []
    for name in preset_names():
        preset, empty = load_preset(name), Connection(name, name)
        about = (preset.label, preset.summary, preset.hints, preset.verified)
        found.append(PresetInfo(name, *about, preset.beneath(empty), preset.needs))
    return sorted(found, key=lambda preset: preset.label.casefold())
