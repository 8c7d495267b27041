"""A folder that files are put into: on this computer, or on a server.

What a set of files is, who owns it and how it takes the place of the one before, ``transfer.publishing`` knows; a shelf
knows only single files.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Protocol

from psconnect.model.clock import CancelToken, Clock
from psconnect.model.errors import FixSettings
from psconnect.model.findings import Finding
from psconnect.store.files import storage_error, storage_errors, sync_folder
from psconnect.transfer.folder import file_digest, patiently, try_folder

FOLDER = -1
"""The size that ``Shelf.names`` gives of what is no file but has a name there: a folder, a pipe."""
_BLOCK = 1024 * 1024
_WHILE_WRITTEN = 0o600
_ONCE_THERE = 0o640
_NEW = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)


class Shelf(Protocol):
    """A folder that files are put into. Names have no folder in them. Every method raises PsconnectError in words."""

    @property
    def address(self) -> str:
        """The folder, as a person reads it: a path, ``sftp://user@host:22/folder``."""
        ...

    def check(self) -> Finding:
        """Whether files could be put here, tried with one that is deleted again; changes nothing that is there."""
        ...

    def names(self) -> Mapping[str, int]:
        """Name -> size in bytes of everything there, hidden files too; ``FOLDER`` for what is no file.

        Raises FixSettings if the folder itself is not there.
        """
        ...

    def put(self, name: str, source: Path, cancel: CancelToken) -> None:
        """Put a whole file here under a temporary name and write it out.

        What stands under the name is replaced; if it is the beginning of the file, the rest may be enough. An error
        may leave a part of the file there. Raises Cancelled.
        """
        ...

    def rename(self, old: str, new: str) -> None:
        """Give a file another name, in place of one that has it: as near to at once as the place can.

        After a cut, ``old`` is still there, or ``new`` has all of it.
        """
        ...

    def delete(self, name: str) -> None:
        """Delete a file; nothing happens if it isn't there."""
        ...

    def read(self, name: str, most: int) -> bytes | None:
        """The first ``most`` bytes of a small file; None if it isn't there."""
        ...

    def digest(self, name: str) -> str:
        """SHA-256 of what stands there, read back, in hexadecimal; empty if it isn't there or can't be read back."""
        ...

    def close(self) -> None:
        """Let go of what is held open; the next call opens it again."""
        ...


@dataclass(frozen=True)
class FolderShelf:
    """A folder on this computer or a share (see ``Shelf``).

    Attributes:
        folder: the folder; it must exist.
        trial: how the name of a file begins that is written to see whether it can be.
        clock: waits while another program holds a file.
    """

    folder: Path
    trial: str = ".psconnect-0-"
    clock: Clock = field(default_factory=Clock)

    @property
    def address(self) -> str:
        """The folder's path."""
        return str(self.folder)

    def check(self) -> Finding:
        """Whether files could be written to the folder."""
        try_folder(self.folder, self.trial)
        return Finding("destination/folder", "ok", {"folder": self.address})

    def names(self) -> Mapping[str, int]:
        """Name -> size of everything in the folder; a link counts as what it leads to."""
        found = {}
        with storage_errors(self.folder):
            if not self.folder.is_dir():
                raise FixSettings("PSC-FOLDER-MISSING/folder", where=self.address, folder=self.address)
            for path in self.folder.iterdir():
                try:
                    found[path.name] = path.stat().st_size if path.is_file() else FOLDER
                except FileNotFoundError:
                    # The receiver has just taken it away.
                    continue
        return found

    def put(self, name: str, source: Path, cancel: CancelToken) -> None:
        """Copy a file here and flush it to disk."""
        path = self.folder / name
        with storage_errors(path), source.open("rb") as whole, _new(path) as file:
            while block := whole.read(_BLOCK):
                cancel.check()
                file.write(block)
            file.flush()
            os.fsync(file.fileno())
        with storage_errors(path):
            path.chmod(_ONCE_THERE)

    def rename(self, old: str, new: str) -> None:
        """Rename a file at once; while another program holds the other one, it is tried again for some seconds."""
        before, path = self.folder / old, self.folder / new
        with storage_errors(path):
            try:
                patiently(lambda: before.replace(path), path, self.clock, CancelToken())
            except FileNotFoundError as error:
                raise storage_error(before, error) from None
            sync_folder(self.folder)

    def delete(self, name: str) -> None:
        """Delete a file; while another program holds it, it is tried again for some seconds."""
        path = self.folder / name
        with storage_errors(path):
            patiently(lambda: path.unlink(missing_ok=True), path, self.clock, CancelToken())

    def read(self, name: str, most: int) -> bytes | None:
        """The first bytes of a file."""
        path = self.folder / name
        with storage_errors(path):
            try:
                with path.open("rb") as file:
                    return file.read(most)
            except FileNotFoundError:
                return None

    def digest(self, name: str) -> str:
        """SHA-256 of a file."""
        path = self.folder / name
        with storage_errors(path):
            try:
                return file_digest(path) if path.is_file() else ""
            except FileNotFoundError:
                return ""

    def close(self) -> None:
        """Nothing is held open."""


def _new(path: Path) -> BinaryIO:
    """A file of its owner's alone until it is whole."""
    return os.fdopen(os.open(path, _NEW, _WHILE_WRITTEN), "wb")
