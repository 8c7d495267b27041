"""A set of files that arrives as a whole: a snapshot writes it, a place publishes it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO, Protocol

from psconnect.model.errors import DestinationRefused

_LEVEL = 1
_MEGABYTE = 1_000_000


class FileSet(Protocol):
    """Takes the files of one snapshot, one after the other.

    How they travel is the place's affair. Names are those that the receiver expects, without folders, each given once.
    The same files in the same order are the same bytes wherever they go.
    """

    def file(self, name: str) -> AbstractContextManager[BinaryIO]:
        """A file of the set, open for writing until the block ends; only one is open at a time."""
        ...


@dataclass(frozen=True)
class ZipSet:
    """A set that is one ZIP: no folders in it, no times, so that the same files are the same bytes."""

    archive: zipfile.ZipFile

    @contextmanager
    def file(self, name: str) -> Iterator[BinaryIO]:
        """A member of the ZIP."""
        with self.archive.open(name, "w", force_zip64=True) as member:
            yield member  # type: ignore[misc] # zipfile's own stream has all of BinaryIO that is used


@contextmanager
def zipped(target: BinaryIO) -> Iterator[ZipSet]:
    """A set that becomes a ZIP in an open file."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as archive:
        yield ZipSet(archive)


@dataclass
class _Counting(io.BufferedIOBase):
    """A file of a set that may not have more bytes than the other system takes."""

    target: BinaryIO
    name: str
    largest: int
    size: int = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.size += memoryview(data).nbytes
        if self.size > self.largest:
            limit = f"{self.largest / _MEGABYTE:,.1f}"
            raise DestinationRefused("PSC-DELIVERY-TOO-LARGE", where=self.name, file=self.name, megabytes=limit)
        return self.target.write(data)


@dataclass(frozen=True)
class _LimitedSet:
    """A set whose files may have so many bytes at most."""

    files: FileSet
    largest: int

    @contextmanager
    def file(self, name: str) -> Iterator[BinaryIO]:
        """A file of the set, which is counted."""
        with self.files.file(name) as file:
            yield _Counting(file, name, self.largest)  # type: ignore[misc] # has all of BinaryIO that is used


def limited(files: FileSet, largest: int) -> FileSet:
    """The set, writing to which raises DestinationRefused once a file has more than ``largest`` bytes; 0: no limit."""
    return _LimitedSet(files, largest) if largest else files


Rows = Mapping[str, int]
"""What a snapshot says of what it wrote: file -> rows, of the files that have any."""
