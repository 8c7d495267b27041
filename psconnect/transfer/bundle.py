"""A set of files as one ZIP in a folder, named after the connection."""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from psconnect.model.clock import CancelToken
from psconnect.model.errors import FixSettings
from psconnect.model.findings import Finding
from psconnect.model.setting_fields import SettingField
from psconnect.transfer.fileset import Rows, zipped
from psconnect.transfer.folder import FolderPlace, file_digest
from psconnect.transfer.place import Delivered, PlaceContext, Write
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
        folder, name = _folder(context.settings["folder"]), f"{_file_name(context.connection)}.zip"
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

    def prepare(self, write: Write, cancel: CancelToken) -> PreparedBundle:
        """Write the bundle beside its place."""
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


def _folder(text: str) -> Path:
    try:
        folder = Path(text).expanduser()
    except RuntimeError:  # a user's home that does not exist
        folder = Path(text)
    if not folder.is_absolute():
        raise FixSettings("PSC-FOLDER-RELATIVE", where="destination.folder", text=text)
    return folder


_LONGEST = 120
_RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in "123456789¹²³")}


def _file_name(name: str) -> str:
    """The connection's name as a file name that every system takes (fault D16).

    A name that can't be taken as it is gets a few characters of its own behind it, so that two connections never share
    a file.
    """
    wanted = unicodedata.normalize("NFC", name)
    plain = "".join(ch if ch.isalnum() or ch in " -_()" else "-" for ch in wanted).strip(" .-")
    plain = plain.encode()[:_LONGEST].decode(errors="ignore").strip()
    if plain == wanted and plain.casefold() not in _RESERVED:
        return plain
    return f"{plain or 'roster'}-{hashlib.sha256(wanted.casefold().encode()).hexdigest()[:6]}"
