"""What the other system of a connection is called within a sentence."""

from __future__ import annotations

from psconnect.destinations import KINDS
from psconnect.model.connection import Connection
from psconnect.sync.compose import load_preset, preset_names


def system_name(connection: Connection) -> str:
    """The vendor's name where the preset is a vendor's: ``School Passport``; else ``the OneRoster CSV bundle``.

    A preset that is named like its kind of destination stands for no vendor.
    """
    kind = connection.destination_kind
    if kind not in KINDS:
        return ""
    if connection.preset in preset_names() and not kind.startswith(connection.preset):
        return load_preset(connection.preset).label
    label = KINDS[kind].label
    return f"the {label}" if label.split()[-1].islower() else label
