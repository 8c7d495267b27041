"""Files that arrive in a folder: complete or not at all, the ones before kept aside (fault X10)."""

from __future__ import annotations

import glob
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from psconnect.model.errors import FixSettings
from psconnect.store.files import storage_errors, sync_folder

Step = Callable[[str], None]
_BLOCK = 1024 * 1024


@dataclass(frozen=True)
class FolderPlace:
    """One file's place in a folder.

    Attributes:
        folder: where the other system looks; it must exist.
        name: the file's name there.
        keep: how many earlier files are kept in ``previous/``; 0 keeps none.
        on_step: told the names of the steps of publishing.
    """

    folder: Path
    name: str
    keep: int
    on_step: Step

    @property
    def path(self) -> Path:
        """The file itself."""
        return self.folder / self.name

    def check(self) -> None:
        """Raise in words unless a file could be written here."""
        if not self.folder.is_dir():
            raise FixSettings(
                "PSC-FOLDER-MISSING",
                "The destination folder is not there",
                f"{self.folder} does not exist, or its drive is not connected.",
                "Create the folder, connect the drive, or choose another folder under Destination.",
                where=str(self.folder),
            )
        with (
            storage_errors(self.path),
            tempfile.NamedTemporaryFile(dir=self.folder, prefix=".psconnect-", suffix=".tmp"),
        ):
            pass

    def digest(self) -> str:
        """SHA-256 of the file that stands here now, or an empty text when there is none."""
        with storage_errors(self.path):
            return file_digest(self.path) if self.path.is_file() else ""

    @contextmanager
    def writing(self) -> Iterator[tuple[BinaryIO, Path]]:
        """A temporary file beside the place, flushed to disk at the end; deleted when something goes wrong."""
        self._clear_leftovers()
        with storage_errors(self.path):
            handle, name = tempfile.mkstemp(prefix=f".{self.name}.", suffix=".tmp", dir=self.folder)
            temporary = Path(name)
            try:
                with os.fdopen(handle, "wb") as file:
                    yield file, temporary
                    file.flush()
                    os.fsync(file.fileno())
                temporary.chmod(0o640)
            except BaseException:
                temporary.unlink(missing_ok=True)
                raise

    def publish(self, temporary: Path) -> None:
        """Put a finished temporary file in place with one rename, keeping the one before."""
        with storage_errors(self.path):
            self._keep_current()
            self.on_step("previous-kept")
            temporary.replace(self.path)
            self.on_step("renamed")
            sync_folder(self.folder)
            self._forget_oldest()

    def _keep_current(self) -> None:
        if not self.keep or not self.path.is_file():
            return
        self._previous.mkdir(exist_ok=True, mode=0o700)
        # Named after the file's own time, so that a delivery that is repeated after a crash keeps it once.
        stamp = datetime.fromtimestamp(self.path.stat().st_mtime, UTC).strftime("%Y%m%dT%H%M%S-%fZ")
        kept = self._previous / f"{self.path.stem} {stamp}{self.path.suffix}"
        if kept.exists():
            return
        try:
            kept.hardlink_to(self.path)
        except OSError:
            self._copy(kept)

    @property
    def _previous(self) -> Path:
        return self.folder / "previous"

    def _copy(self, kept: Path) -> None:
        """Where the file system has no second names for a file (FAT, some shares): a copy, complete or not there."""
        beside = kept.with_suffix(".tmp")
        try:
            shutil.copy2(self.path, beside)
            beside.replace(kept)
        finally:
            beside.unlink(missing_ok=True)

    def _forget_oldest(self) -> None:
        """Delete all but the newest kept files; only those that were kept for this very name."""
        if not self._previous.is_dir():
            return
        name = re.compile(rf"{re.escape(self.path.stem)} \d{{8}}T\d{{6}}-\d{{6}}Z{re.escape(self.path.suffix)}")
        kept = sorted(path for path in self._previous.iterdir() if name.fullmatch(path.name))
        for path in kept[: max(0, len(kept) - self.keep)]:
            path.unlink(missing_ok=True)

    def _clear_leftovers(self) -> None:
        with storage_errors(self.path):
            for path in self.folder.glob(f".{glob.escape(self.name)}.*.tmp"):
                path.unlink(missing_ok=True)


def file_digest(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()
