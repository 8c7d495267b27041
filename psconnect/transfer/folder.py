"""Files that arrive in a folder complete or not at all; earlier ones are kept in ``previous/`` (fault X10)."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from psconnect.model.clock import CancelToken, Clock
from psconnect.model.errors import DestinationRefused, FixSettings, LocalStorage
from psconnect.store.files import storage_errors, sync_folder
from psconnect.transfer.leftovers import TemporaryNames
from psconnect.transfer.ownership import Owner, Ownership

Step = Callable[[str], None]
_BLOCK = 1024 * 1024
PATIENCE = 5.0
"""How long a file that another program holds is retried, in seconds (fault P04)."""
_PAUSE = 0.25
# The answers of Windows and network shares while somebody reads the file or a virus scanner checks it.
_HELD = frozenset({errno.EACCES, errno.EPERM, errno.EBUSY, errno.ETXTBSY})


@dataclass(frozen=True)
class FolderPlace:
    """One file's place in a folder.

    Attributes:
        folder: where the other system looks; it must exist.
        name: the file's name there.
        keep: how many earlier files are kept in ``previous/``; 0 keeps none.
        on_step: called with the name of each step of publishing.
        clock: waits while another program holds the file.
        home: id of the home that delivers; empty for a place that is only looked at.
    """

    folder: Path
    name: str
    keep: int
    on_step: Step
    clock: Clock = field(default_factory=Clock)
    home: str = ""

    @property
    def path(self) -> Path:
        """The file itself."""
        return self.folder / self.name

    def check(self) -> None:
        """Raises in words unless a file could be written here."""
        try_folder(self.folder, self._temporary.small)

    @property
    def _temporary(self) -> TemporaryNames:
        return TemporaryNames(self.name, self.home)

    @property
    def _owners(self) -> Ownership:
        return Ownership(self.folder, self.home)

    def foreign(self) -> Owner | None:
        """Another home that delivers here and that nobody has said this one replaces."""
        with storage_errors(self._owners.path):
            return self._owners.foreign(self.name) if self.home else None

    def claimed(self) -> bool:
        """Whether the folder's ownership file says that this home delivers the file."""
        with storage_errors(self._owners.path):
            return bool(self.home) and self._owners.claimed(self.name)

    def sweep(self) -> list[Path]:
        """Deletes what killed deliveries of this file left; returns what can't be deleted yet."""
        held = []
        with storage_errors(self.path):
            for path in (*self._temporary.left_in(self.folder), *self._temporary.left_in(self._previous)):
                try:
                    path.unlink(missing_ok=True)
                except OSError:
                    held.append(path)
        return held

    def leave(self) -> list[Path]:
        """Stops delivering here: the file stays, leftovers and claim go; returns what could not be deleted."""
        held = self.sweep()
        if not self.folder.is_dir() or not self.home:
            return held
        with storage_errors(self._owners.path):
            content = self._owners.without_claim(self.name)
            if content:
                self._write_owners(content)
            elif content is not None:
                self._owners.path.unlink(missing_ok=True)
        return held

    def _claim(self, *, take_over: bool) -> None:
        """Claims the folder for this home; refused while another one delivers here, unless it is taken over."""
        if not self.home:
            return
        other = self.foreign()
        if other and not take_over:
            raise _owned(self.path)
        content = self._owners.with_claim(self.name, f"{self.clock.now():%Y-%m-%d}")
        if content:
            self._write_owners(content)

    def _write_owners(self, content: bytes) -> None:
        handle, name = tempfile.mkstemp(dir=self.folder, prefix=self._temporary.small, suffix=".tmp")
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            temporary.chmod(0o644)
            temporary.replace(self._owners.path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise

    def digest(self) -> str:
        """SHA-256 of the file that stands here now, or an empty text when there is none."""
        with storage_errors(self.path):
            return file_digest(self.path) if self.path.is_file() else ""

    @contextmanager
    def writing(self) -> Iterator[tuple[BinaryIO, Path]]:
        """A temporary file beside the place, flushed to disk at the end; deleted when something goes wrong."""
        self.sweep()
        with storage_errors(self.path):
            handle, name = tempfile.mkstemp(prefix=self._temporary.bundle, suffix=".tmp", dir=self.folder)
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

    def publish(self, temporary: Path, cancel: CancelToken, *, take_over: bool = False) -> int:
        """Put a finished temporary file in place with one rename, keeping the one before.

        While another program holds the file it is tried again, for at most ``PATIENCE`` seconds; Cancelled is raised
        only then. Returns how many of the earlier files should be deleted, but can't be now. Raises DestinationRefused
        where another home delivers here, unless it is to be taken over.
        """
        with storage_errors(self.path):
            self._claim(take_over=take_over)
            self.on_step("claimed")
            self._patiently(self._keep_current, cancel)
            self.on_step("previous-kept")
            self._patiently(lambda: temporary.replace(self.path), cancel)
            self.on_step("renamed")
            sync_folder(self.folder)
            return self._forget_oldest()

    def _patiently(self, act: Callable[[], object], cancel: CancelToken) -> None:
        patiently(act, self.path, self.clock, cancel)

    def _keep_current(self) -> None:
        if not self.keep or not self.path.is_file():
            return
        self._previous.mkdir(exist_ok=True, mode=0o700)
        # Named after the file's own time, so that a delivery repeated after a crash keeps it only once.
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
        """For file systems without hard links (FAT, some shares): a copy, complete or absent."""
        handle, name = tempfile.mkstemp(dir=kept.parent, prefix=self._temporary.bundle, suffix=".tmp")
        os.close(handle)
        beside = Path(name)
        try:
            shutil.copy2(self.path, beside)
            beside.replace(kept)
        finally:
            beside.unlink(missing_ok=True)

    def _forget_oldest(self) -> int:
        """Deletes all but the newest kept files, and only those kept for exactly this name.

        Returns how many can't be deleted. The new file is already in place: a file that somebody still has open
        does not make the delivery fail, and is tried again with the next one.
        """
        if not self._previous.is_dir():
            return 0
        name = re.compile(rf"{re.escape(self.path.stem)} \d{{8}}T\d{{6}}-\d{{6}}Z{re.escape(self.path.suffix)}")
        kept = sorted(path for path in self._previous.iterdir() if name.fullmatch(path.name))
        left = 0
        for path in kept[: max(0, len(kept) - self.keep)]:
            try:
                path.unlink(missing_ok=True)
            except OSError:
                left += 1
        return left


def _owned(path: Path) -> DestinationRefused:
    return DestinationRefused("PSC-FOLDER-OWNED", where=str(path), folder=str(path.parent))


def try_folder(folder: Path, prefix: str) -> None:
    """Raises in words unless a file could be written to the folder; ``prefix`` begins the name of the trial."""
    with storage_errors(folder):
        there = folder.is_dir()
    if not there:
        raise FixSettings("PSC-FOLDER-MISSING/folder", where=str(folder), folder=str(folder))
    with storage_errors(folder / prefix):
        handle, name = tempfile.mkstemp(dir=folder, prefix=prefix, suffix=".tmp")
        os.close(handle)
        # A run that begins at this moment may have deleted it already.
        Path(name).unlink(missing_ok=True)


def patiently(act: Callable[[], object], path: Path, clock: Clock, cancel: CancelToken) -> None:
    """Retries while another program holds the file; raises LocalStorage if that lasts too long."""
    until = clock.monotonic() + PATIENCE
    while True:
        try:
            act()
        except OSError as error:
            if error.errno not in _HELD:
                raise
            if clock.monotonic() >= until:
                raise LocalStorage("PSC-FOLDER-IN-USE", where=str(path), path=str(path), patience=PATIENCE) from None
        else:
            return
        clock.wait(_PAUSE, cancel)


def file_digest(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()
