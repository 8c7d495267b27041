"""A set of files on this computer, before it goes where the other system looks for it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from psconnect.store.files import private_folder, storage_errors, wipe_file
from psconnect.transfer.fileset import Rows, zipped
from psconnect.transfer.folder import file_digest
from psconnect.transfer.place import Write

_STAGED = ".staged-"
_OWNER_ONLY = 0o600
_NEW = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0)


@dataclass(frozen=True)
class StagedFile:
    """A file of the set: its name at the receiver, where it is now, its size and its SHA-256."""

    name: str
    path: Path
    size: int
    digest: str


@dataclass(frozen=True)
class LooseSet:
    """A set whose files each have a name of their own (see ``fileset.FileSet``).

    Attributes:
        beside: the path that the connection's own files begin with.
        paths: name -> where it was written, in the order of writing.
    """

    beside: Path
    paths: dict[str, Path] = field(default_factory=dict)

    @contextmanager
    def file(self, name: str) -> Iterator[BinaryIO]:
        """A file of the set."""
        if name.casefold() in map(str.casefold, self.paths) or Path(name).name != name or name.startswith("."):
            raise ValueError(name)
        path = _staged(self.beside, len(self.paths))
        self.paths[name] = path
        with _new(path) as file:
            yield file


@dataclass(frozen=True)
class StagedSets:
    """Where a connection's sets are written: beside its roster data, under the same protection.

    Attributes:
        beside: the path that the connection's own files begin with.
    """

    beside: Path

    def write(self, write: Write, zip_name: str) -> tuple[list[StagedFile], Rows]:
        """The files of a set, in the order of writing, and their rows: one ZIP if it has a name, else loose."""
        private_folder(self.beside.parent)
        self.clear()
        with storage_errors(_staged(self.beside, 0)):
            try:
                if zip_name:
                    paths = {zip_name: _staged(self.beside, 0)}
                    with _new(paths[zip_name]) as target, zipped(target) as archive:
                        rows = write(archive)
                else:
                    loose = LooseSet(self.beside)
                    rows, paths = write(loose), loose.paths
                return [StagedFile(n, p, p.stat().st_size, file_digest(p)) for n, p in paths.items()], rows
            except BaseException:
                self.clear()
                raise

    def clear(self) -> None:
        """Delete what was written, by this process or a killed one."""
        folder = self.beside.parent
        with storage_errors(folder):
            for path in sorted(folder.iterdir()) if folder.is_dir() else ():
                if path.name.startswith(self.beside.name + _STAGED):
                    wipe_file(path)


def _staged(beside: Path, number: int) -> Path:
    return beside.with_name(f"{beside.name}{_STAGED}{number}")


def _new(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, _NEW, _OWNER_ONLY), "wb")
