"""A set of files as one ZIP in a folder, named after the connection."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from psconnect.model.clock import CancelToken
from psconnect.model.errors import FixSettings
from psconnect.model.findings import Finding
from psconnect.model.phrases import Phrase, phrase
from psconnect.model.setting_fields import SettingField
from psconnect.transfer.fileset import Rows, zipped
from psconnect.transfer.folder import FolderPlace, file_digest
from psconnect.transfer.place import BULK, Delivered, Write
from psconnect.transfer.publishing import Publication
from psconnect.wording.catalogue import marked


@dataclass(frozen=True)
class FolderBundle:
    """A place in a folder (see transfer.place.SnapshotPlace).

    Attributes:
        file: the ZIP's place.
        loose: the same connection's loose files in the same folder, which the ZIP replaces.
    """

    SETTINGS: ClassVar[tuple[SettingField, ...]] = (
        SettingField(
            "folder",
            marked("Folder"),
            marked("Choose the folder where the other system looks for the bundle. It must exist already."),
            "folder",
            required=True,
            example="/srv/roster",
        ),
        SettingField(
            "keep",
            marked("Earlier bundles to keep"),
            marked("How many earlier bundles stay in the subfolder “previous”."),
            "number",
            default=5,
            advanced=True,
        ),
    )
    file: FolderPlace
    loose: Publication

    @property
    def address(self) -> str:
        """The path of the bundle."""
        return str(self.file.path)

    def check(self) -> Finding:
        """Whether a bundle could be written to the folder."""
        self.file.check()
        return Finding("destination/folder", "ok", {"folder": str(self.file.folder)})

    def owned_by(self) -> Phrase | None:
        """Another home that delivers into the folder."""
        other = self.file.foreign()
        if not other:
            return None
        place = str(self.file.folder)
        return phrase("owner/since", place=place, since=other.since) if other.since else phrase("owner", place=place)

    def replaces(self) -> Sequence[str]:
        """The loose files."""
        return [file.name for file in self.loose.at.notes.read().files]

    def sweep(self) -> None:
        """Delete bundles that were not finished, and loose files that a finished one replaced."""
        self.loose.sweep()
        self.file.sweep()
        self.sweep_replaced()

    def sweep_replaced(self) -> None:
        """Delete the loose files that the ZIP that stands there replaced."""
        replaced_by = self.loose.at.notes.read().leaves_for
        if replaced_by and replaced_by == self.standing():
            self.loose.withdraw()

    def leave(self) -> list[str]:
        """Delete bundles that were not finished, and the claim on the folder."""
        return [*self.loose.leave(), *(str(path) for path in self.file.leave())]

    def standing(self) -> str:
        """SHA-256 of the bundle that stands in the folder, or an empty text."""
        return self.file.digest()

    def close(self) -> None:
        """Nothing is held open."""

    def prepare(self, write: Write, cancel: CancelToken, mode: str = BULK) -> PreparedBundle:
        """Write the bundle beside its place."""
        del mode
        self.file.check()
        with self.file.writing() as (file, temporary), zipped(file) as files:
            rows = write(files)
        return PreparedBundle(self, temporary, file_digest(temporary), rows, cancel)


@dataclass(frozen=True)
class PreparedBundle:
    """A bundle that is written but not yet in place."""

    place: FolderBundle
    temporary: Path
    receipt: str
    counts: Rows
    cancel: CancelToken

    def publish(self, *, take_over: bool = False) -> Delivered:
        """Put it in place with one rename."""
        self.place.loose.leave_for(self.receipt)
        left = self.place.file.publish(self.temporary, self.cancel, take_over=take_over)
        self.place.sweep_replaced()
        held = phrase("delivered/held", count=left) if left else None
        return Delivered(self.receipt, self.place.address, self.counts, held)

    def discard(self) -> None:
        """Delete it unless it was published."""
        self.temporary.unlink(missing_ok=True)


def whole_path(text: str) -> Path:
    """The folder that a person typed; raises FixSettings for one that does not say where it begins."""
    try:
        folder = Path(text).expanduser()
    except RuntimeError:  # a user's home that does not exist
        folder = Path(text)
    if not folder.is_absolute():
        raise FixSettings("PSC-FOLDER-RELATIVE", where="destination.folder", text=text)
    return folder
