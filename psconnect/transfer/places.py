"""The kinds of place that snapshots are published to, and the settings that say where such a place is.

A kind of destination names those that it can use; it never knows how files get there.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from psconnect.model.setting_fields import SettingField, When
from psconnect.transfer.bundle import FolderBundle, whole_path
from psconnect.transfer.earlier_form import EarlierForm, EarlierZip
from psconnect.transfer.folder import FolderPlace
from psconnect.transfer.naming import SetNames
from psconnect.transfer.notes import Notes
from psconnect.transfer.place import PlaceContext, SnapshotPlace
from psconnect.transfer.placing import Placing
from psconnect.transfer.publishing import NO_EARLIER_FORM, Publication
from psconnect.transfer.shelf import FolderShelf, Shelf
from psconnect.wording.catalogue import marked

ZIP, LOOSE = "zip", "loose"
_PACKING = SettingField(
    "packing",
    marked("Files"),
    marked(
        "“zip”: all files in one ZIP. “loose”: each file on its own; they are replaced one after the other, and no "
        "earlier ones are kept. What was delivered there in the other form is deleted then."
    ),
    "choice",
    choices=(ZIP, LOOSE),
)
_CONSUMED = SettingField(
    "consumed",
    marked("The other system takes the files away"),
    marked("Whether it is right that the files are gone after a while. Otherwise they are delivered again."),
    "switch",
    default=False,
    advanced=True,
)


@dataclass(frozen=True)
class PlaceKind:
    """A kind of place: its settings, which stand among those of the destination, and how it is made."""

    settings: tuple[SettingField, ...]
    make: Callable[[PlaceContext], SnapshotPlace]


def place_fields(
    places: Sequence[str], packings: Sequence[str], replacing: When | None = None
) -> tuple[SettingField, ...]:
    """The settings that a kind with these places and packings has beside its own, in the order of file and window.

    ``replacing``: of a kind that can number its sets, when it does not; only then there are earlier sets to keep, and
    it matters whether a set is taken away.
    """
    if not places:
        return ()
    packing = (replace(_PACKING, default=packings[0]),) if len(packings) > 1 else ()
    fields = [field for place in places for field in PLACES[place].settings]
    if ZIP not in packings:
        fields = [field for field in fields if field.key != _KEEP]
    elif packing:
        fields = [replace(field, when=When("packing", (ZIP,))) if field.key == _KEEP else field for field in fields]
    fields = [replace(one, when=replacing) if one.key == _KEEP and not one.when else one for one in fields]
    return (*packing, *fields, replace(_CONSUMED, when=replacing))


def published_on(
    shelf: Shelf, context: PlaceContext, same: str = "", earlier: EarlierForm = NO_EARLIER_FORM
) -> Publication:
    """The place for sets on a shelf; ``same`` names the shelf the same way however it was typed."""
    names = SetNames(context.connection, context.home, loose=context.packing == LOOSE, numbered=context.numbered)
    beside = context.beside or Path(tempfile.gettempdir(), "psconnect-nothing-delivered")
    notes = Notes(beside, context.connection, same or shelf.address)
    keeps = not context.settings.get(_CONSUMED.key) and not context.numbered
    return Publication(Placing(shelf, notes, keeps, context.on_step), names, earlier)


def _in_folder(context: PlaceContext) -> SnapshotPlace:
    folder = whole_path(context.settings["folder"])
    names = SetNames(context.connection, context.home)
    shelf, same = FolderShelf(folder, names.trial, context.clock), os.path.normcase(folder)
    keep = context.settings.get(_KEEP, 0)
    one = FolderPlace(folder, names.zip_name, keep, context.on_step, context.clock, context.home)
    if context.packing == ZIP and not context.numbered and not context.settings.get(_CONSUMED.key):
        return FolderBundle(one, published_on(shelf, replace(context, packing=LOOSE), same))
    return published_on(shelf, context, same, EarlierZip(one))


_KEEP = "keep"
PLACES: Mapping[str, PlaceKind] = {
    "folder": PlaceKind(FolderBundle.SETTINGS, _in_folder),
}
"""Name of a kind of place -> what it is."""
