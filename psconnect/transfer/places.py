"""The kinds of place that snapshots are published to, and the settings that say where such a place is.

A kind of destination names those that it can use; it never knows how files get there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from psconnect.model.setting_fields import SettingField
from psconnect.transfer.bundle import FolderBundle
from psconnect.transfer.place import PlaceContext, SnapshotPlace


@dataclass(frozen=True)
class PlaceKind:
    """A kind of place: its settings, which stand among those of the destination, and how it is made."""

    settings: tuple[SettingField, ...]
    make: Callable[[PlaceContext], SnapshotPlace]


PLACES: Mapping[str, PlaceKind] = {
    "folder": PlaceKind(FolderBundle.SETTINGS, FolderBundle.of),
}
"""Name of a kind of place -> what it is."""
