"""A set of files as one ZIP in a folder, named after the connection."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from psconnect.model.clock import CancelToken
from psconnect.model.errors import FixSettings
from psconnect.model.findings import Finding
from psconnect.model.setting_fields import SettingField
from psconnect.transfer.fileset import Rows, zipped
from psconnect.transfer.folder import FolderPlace, file_digest
from psconnect.transfer.naming import file_name
from psconnect.transfer.place import BULK, Delivered, PlaceContext, Write
from psconnect.wording.catalogue import marked


@dataclass(frozen=True)
class FolderBundle:
    """A place in a folder (see transfer.place.SnapshotPlace)."""

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

    @classmethod
    def of(cls, context: PlaceContext) -> FolderBundle:
        """The place that these settings name; raises FixSettings for a folder that is not a whole path."""
        folder, name = whole_path(context.settings["folder"]), f"{file_name(context.connection)}.zip"
        keep = context.settings["keep"]
        return cls(FolderPlace(folder, name, keep, context.on_step, context.clock, context.home))

    @property
    def address(self) -> str:
        """The path of the bundle."""
        return str(self.file.path)

    def check(self) -> Finding:
        """Whether a bundle could be written to the folder."""
        self.file.check()
        return Finding("destination/folder", "ok", {"folder": str(self.file.folder)})

    def owned_by(self) -> str:
        """Another home that delivers into the folder."""
        other = self.file.foreign()
        if not other:
            return ""
        since = f" since {other.since}" if other.since else ""
        return f"psconnect on another computer, or of another user, has delivered to {self.file.folder}{since}."

    def sweep(self) -> None:
        """Delete bundles that were not finished."""
        self.file.sweep()

    def leave(self) -> list[str]:
        """Delete bundles that were not finished, and the claim on the folder."""
        return [str(path) for path in self.file.leave()]

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
        return PreparedBundle(self.file, temporary, file_digest(temporary), rows, cancel)


@dataclass(frozen=True)
class PreparedBundle:
    """A bundle that is written but not yet in place."""

    place: FolderPlace
    temporary: Path
    receipt: str
    counts: Rows
    cancel: CancelToken

    def publish(self, *, take_over: bool = False) -> Delivered:
        """Put it in place with one rename."""
        left = self.place.publish(self.temporary, self.cancel, take_over=take_over)
        rows = sum(self.counts.values())
        text = f"{self.place.path}: {rows:,} rows in {len(self.counts)} files"
        return Delivered(self.receipt, f"{text}; {_still_there(left)}" if left else text)

    def discard(self) -> None:
        """Delete it unless it was published."""
        self.temporary.unlink(missing_ok=True)


def _still_there(left: int) -> str:
    what = "an earlier bundle" if left == 1 else f"{left:,} earlier bundles"
    return f"{what} in “previous” can’t be deleted yet"


def whole_path(text: str) -> Path:
    """The folder that a person typed; raises FixSettings for one that does not say where it begins."""
    try:
        folder = Path(text).expanduser()
    except RuntimeError:  # a user's home that does not exist
        folder = Path(text)
    if not folder.is_absolute():
        raise FixSettings("PSC-FOLDER-RELATIVE", where="destination.folder", text=text)
    return folder
