"""The OneRoster CSV destination: settings, check, and the delivery of a bundle into a folder."""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from psconnect.destinations.base import Declaration, Delivered, Roster, SettingField
from psconnect.destinations.oneroster_csv.bundle import write_bundle
from psconnect.model.clock import CancelToken, Clock
from psconnect.model.errors import FixSettings
from psconnect.transfer.folder import FolderPlace, Step, file_digest

_PERSON = frozenset({"username", "givenName", "familyName"})

DECLARATION = Declaration(
    kind="oneroster-csv",
    label="OneRoster CSV bundle",
    summary="A ZIP of CSV files in the OneRoster 1.1 format, written to a folder that the other system reads.",
    fields=(
        SettingField(
            "version", "Version", "Version of the OneRoster format.", "choice", default="1.1", choices=("1.1",)
        ),
        SettingField(
            "folder",
            "Folder",
            "Choose the folder where the other system looks for the bundle. It must exist already.",
            "folder",
            required=True,
            example="/srv/roster",
        ),
        SettingField(
            "keep",
            "Earlier bundles to keep",
            "How many earlier bundles stay in the subfolder “previous”.",
            "number",
            default=5,
            advanced=True,
        ),
    ),
    delivery="snapshot",
    needed={
        "school": frozenset({"name"}),
        "calendar": frozenset({"title", "type", "startDate", "endDate"}),
        "course": frozenset({"title"}),
        "class": frozenset({"title", "classType"}),
        "student": _PERSON,
        "teacher": _PERSON,
        "admin": _PERSON,
        "contact": _PERSON,
    },
)


class OneRosterCsv:
    """Delivers a bundle to a folder (see destinations.base.SnapshotDestination)."""

    declaration = DECLARATION

    def __init__(self, connection_name: str, settings: dict[str, Any], on_step: Step, clock: Clock, home: str) -> None:
        """For a connection of that name, with settings as ``Declaration.settings`` gives them; ``home``: its id."""
        folder, name = _folder(settings["folder"]), f"{_file_name(connection_name)}.zip"
        self._place = FolderPlace(folder, name, settings["keep"], on_step, clock, home)

    @property
    def place(self) -> str:
        """The path of the bundle."""
        return str(self._place.path)

    def owned_by(self) -> str:
        """Another home that delivers into the folder."""
        other = self._place.foreign()
        if not other:
            return ""
        since = f" since {other.since}" if other.since else ""
        return f"psconnect on another computer, or of another user, has delivered to {self._place.folder}{since}."

    def sweep(self) -> None:
        """Delete bundles that were not finished."""
        self._place.sweep()

    def leave(self) -> list[str]:
        """Delete bundles that were not finished, and the claim on the folder."""
        return [str(path) for path in self._place.leave()]

    def check(self) -> str:
        """Whether a bundle could be written to the folder."""
        self._place.check()
        return f"The folder {self._place.folder} can be written to."

    def standing(self) -> str:
        """SHA-256 of the bundle that stands in the folder, or an empty text."""
        return self._place.digest()

    def prepare(self, roster: Roster, cancel: CancelToken) -> PreparedBundle:
        """Write the bundle beside its place."""
        self._place.check()
        with self._place.writing() as (file, temporary):
            counts = write_bundle(file, roster, cancel)
        return PreparedBundle(self._place, temporary, file_digest(temporary), counts, cancel)


@dataclass(frozen=True)
class PreparedBundle:
    """A bundle that is written but not yet in place."""

    place: FolderPlace
    temporary: Path
    receipt: str
    counts: dict[str, int]
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
        raise FixSettings(
            "PSC-FOLDER-RELATIVE",
            "The destination folder is incomplete",
            f"“{text}” does not say where it begins.",
            "Give the whole path, for example C:\\Roster or /srv/roster.",
            where="destination.folder",
        )
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
