"""The kinds of place that snapshots are published to, and the settings that say where such a place is.

A kind of destination names those that it can use; it never knows how files get there.
"""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from psconnect.model.setting_fields import SecretField, SettingField, When
from psconnect.transfer.bundle import FolderBundle, whole_path
from psconnect.transfer.earlier_form import EarlierForm, EarlierZip
from psconnect.transfer.folder import FolderPlace
from psconnect.transfer.naming import SetNames
from psconnect.transfer.notes import Notes
from psconnect.transfer.place import PlaceContext, SnapshotPlace
from psconnect.transfer.placing import Placing
from psconnect.transfer.publishing import NO_EARLIER_FORM, Publication
from psconnect.transfer.sftp.server import SFTP_SECRETS, SFTP_SETTINGS, SftpServer
from psconnect.transfer.shelf import FolderShelf, Shelf
from psconnect.wording.catalogue import marked

ZIP, LOOSE = "zip", "loose"
_PACKING = SettingField(
    "packing",
    marked("Files"),
    marked(
        "Files on their own are replaced one after the other; no earlier ones are kept. What was delivered there in "
        "the other form is deleted."
    ),
    "choice",
    choices=(ZIP, LOOSE),
    choice_labels=((ZIP, marked("All in one ZIP")), (LOOSE, marked("Each on its own"))),
)
_CONSUMED = SettingField(
    "consumed",
    marked("The other system takes the files away"),
    marked("Whether it is right that the files are gone after a while. Otherwise they are delivered again."),
    "switch",
    default=False,
    advanced=True,
)


PLACE_KEY = "place"
"""The setting that chooses the kind of place. It is no key of the connection file: there, a table chooses the place."""
_PLACE = SettingField(
    PLACE_KEY,
    marked("Where the files go"),
    marked("To a folder of this computer or a share, or to an SFTP server that the other system names."),
    "choice",
    choice_labels=(("folder", marked("Folder")), ("sftp", marked("SFTP server"))),
)


@dataclass(frozen=True)
class PlaceKind:
    """A kind of place: its settings and secrets, which stand among the destination's, and how it is made."""

    settings: tuple[SettingField, ...]
    make: Callable[[PlaceContext], SnapshotPlace]
    secrets: tuple[SecretField, ...] = ()


def place_fields(
    places: Sequence[str], packings: Sequence[str], replacing: When | None = None, *, keeps: bool = True
) -> tuple[SettingField, ...]:
    """The settings that a kind with these places and packings has beside its own, in the order of file and window.

    ``replacing``: of a kind that can number its sets, when it does not; only then there are earlier sets to keep, and
    it matters whether a set is taken away. ``keeps``: whether earlier sets may be kept at all.
    """
    if not places:
        return ()
    choice = (replace(_PLACE, default=places[0], choices=tuple(places)),) if len(places) > 1 else ()
    packing = (replace(_PACKING, default=packings[0]),) if len(packings) > 1 else ()
    fields = [field if not choice else _only_at(place, field) for place in places for field in PLACES[place].settings]
    if ZIP not in packings or not keeps:
        fields = [field for field in fields if field.key != _KEEP]
    elif packing:
        fields = [_only_when(When("packing", (ZIP,)), field) if field.key == _KEEP else field for field in fields]
    if replacing:
        fields = [_only_when(replacing, field) if field.key == _KEEP else field for field in fields]
    return (*choice, *packing, *fields, replace(_CONSUMED, when=replacing))


def place_secrets(places: Sequence[str]) -> tuple[SecretField, ...]:
    """The secrets of these places."""
    return tuple(secret for place in places for secret in PLACES[place].secrets)


def _only_when(when: When, field: SettingField) -> SettingField:
    """A setting that is asked for only if that, too, is so."""
    return replace(field, when=When(when.key, when.values, also=field.when))


def _only_at(place: str, field: SettingField) -> SettingField:
    """A setting that is asked for only where its place is chosen."""
    return replace(field, when=field.when or When(PLACE_KEY, (place,)))


def published_on(
    shelf: Shelf, context: PlaceContext, same: str = "", earlier: EarlierForm = NO_EARLIER_FORM
) -> Publication:
    """The place for sets on a shelf; ``same`` names the shelf the same way however it was typed."""
    names = SetNames(context.connection, context.home, loose=context.packing == LOOSE, numbered=context.numbered)
    # Whoever delivers says what beside. For others: a folder of their own, because it is made private.
    beside = context.beside or Path(tempfile.gettempdir(), "psconnect-nothing-delivered", "set")
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


def _on_sftp(context: PlaceContext) -> SnapshotPlace:
    # The client library takes a third of a second to load, which a window that opens hasn't got.
    from psconnect.transfer.sftp.shelf import SftpShelf  # noqa: PLC0415

    server = SftpServer.of(context.settings, context.secret)
    trial = f"{SetNames(context.connection, context.home).trial}{secrets.token_hex(4)}.tmp"
    return published_on(SftpShelf(server, trial, context.cancel, context.clock), context, server.same)


_KEEP = "keep"
PLACES: Mapping[str, PlaceKind] = {
    "folder": PlaceKind(FolderBundle.SETTINGS, _in_folder),
    "sftp": PlaceKind(SFTP_SETTINGS, _on_sftp, SFTP_SECRETS),
}
"""Name of a kind of place -> what it is."""
