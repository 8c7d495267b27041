"""A OneRoster 1.1 bundle in a folder: its manifest and the rows of its files, each read completely or not at all.

A bundle is a ZIP or loose files. A file that is missing, truncated or rewritten meanwhile stops the reading, because
missing records would count as removed.
"""

from __future__ import annotations

import csv
import io
import lzma
import os
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from psconnect.model.errors import BadRecord, FixSettings, TryLater
from psconnect.sources.oneroster_csv.columns import BUNDLE_FILES, bundle_row_type

MANIFEST = "manifest.csv"
_LONGEST_CELL = 1_000_000
_PAGE = 5_000
_READABLE = ("bulk", "absent")


@dataclass
class Bundle:
    """An opened bundle.

    Attributes:
        name: the ZIP or the folder, for people.
        modes: the manifest's mode for each file: ``bulk``, ``absent`` or ``delta``.
    """

    name: str
    _open: Callable[[str], IO[bytes]]
    _names: frozenset[str]
    _stamps: dict[str, tuple[int, int]] = field(default_factory=dict)
    modes: dict[str, str] = field(default_factory=dict)

    def read_manifest(self) -> None:
        """Read the manifest; raises if the bundle is incomplete, not OneRoster 1.1, or holds only changes."""
        properties = {row[0].strip(): row[1].strip() for row in self._cells(MANIFEST) if len(row) > 1}
        version = properties.get("oneroster.version", "")
        if version != "1.1":
            raise _not_read("its manifest says OneRoster " + (version or "of no version"), "oneroster.version")
        self.modes = {name: properties.get(f"file.{name}", "") for name in BUNDLE_FILES}
        for name, mode in self.modes.items():
            if mode not in _READABLE:
                said = f"its manifest says “{mode}” of {name}.csv" if mode else f"its manifest lacks {name}.csv"
                raise _not_read(said, f"file.{name}")
            if (f"{name}.csv" in self._names) != (mode == "bulk"):
                there = "is there" if mode == "absent" else "is not there"
                raise _not_whole(f"{name}.csv {there}, although the manifest says “{mode}”", f"{name}.csv")

    def pages(self, name: str) -> Iterator[list[Any]]:
        """The rows of a file, page by page (columns.bundle_row_type); none for an absent file."""
        if self.modes[name] == "absent":
            return
        cells = self._cells(f"{name}.csv")
        header = next(cells, [])
        make = bundle_row_type(name, header)
        if make is None:
            raise _not_read(f"{name}.csv lacks a column that OneRoster 1.1 prescribes", f"{name}.csv")
        page: list[Any] = []
        for number, row in enumerate(cells, start=2):
            if len(row) != len(header):
                raise _not_whole(
                    f"row {number:,} of {name}.csv has {len(row)} cells instead of {len(header)}", f"{name}.csv"
                )
            page.append(make(row))
            if len(page) == _PAGE:
                yield page
                page = []
        if page:
            yield page

    def _cells(self, name: str) -> Iterator[list[str]]:
        if name not in self._names:
            raise _not_whole(f"{name} is not there", name)
        csv.field_size_limit(_LONGEST_CELL)
        try:
            with self._open(name) as raw, io.TextIOWrapper(raw, "utf-8-sig", newline="") as text:
                yield from (row for row in csv.reader(text, strict=True) if row)
        except UnicodeDecodeError:
            raise _not_read(f"{name} is not written in UTF-8", name) from None
        except RuntimeError:  # so zipfile says that it wants a password, or does not know the compression
            raise _not_read(f"{name} is encrypted, or packed in a way that can’t be read", name) from None
        except (csv.Error, EOFError, zipfile.BadZipFile, zlib.error, lzma.LZMAError):
            raise _not_whole(f"{name} is cut off or damaged", name) from None
        except OSError as error:
            raise _not_whole(f"{name} can’t be read: {error.strerror or 'the system gave no reason'}", name) from None

    def check_unchanged(self, stamps: dict[str, tuple[int, int]]) -> None:
        """Raise TryLater if a file was written since the bundle was opened."""
        if stamps != self._stamps:
            raise _not_whole("it was written anew while it was read", self.name)


@contextmanager
def open_bundle(folder: str) -> Iterator[Bundle]:
    """The bundle in a folder; raises FixSettings if there is none or more than one."""
    place = Path(folder)
    try:
        loose = {path.name: path for path in place.iterdir() if path.is_file()}
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise _no_bundle("PSC-BUNDLE-NONE/closed", folder, reason=reason) from None
    if MANIFEST in loose:
        bundle = Bundle(folder, lambda name: loose[name].open("rb"), frozenset(loose), _stamps(loose))
        bundle.read_manifest()
        yield bundle
        bundle.check_unchanged(_stamps({name: path for name, path in loose.items() if path.exists()}))
        return
    zips = [path for name, path in sorted(loose.items()) if name.lower().endswith(".zip")]
    if len(zips) != 1:
        key = "PSC-BUNDLE-NONE/several" if zips else "PSC-BUNDLE-NONE/empty"
        raise _no_bundle(key, folder, count=len(zips))
    try:
        archive = zipfile.ZipFile(zips[0])
    except (OSError, zipfile.BadZipFile):
        raise _not_whole("it is cut off or damaged", zips[0].name) from None
    with archive:
        bundle = Bundle(zips[0].name, archive.open, frozenset(archive.namelist()))
        bundle.read_manifest()
        yield bundle


def written_since(folder: str, moment: datetime) -> int:
    """How many files of a bundle were written after a moment; raises FixSettings for a folder that can't be listed."""
    wanted = {MANIFEST, *(f"{name}.csv" for name in BUNDLE_FILES)}
    try:
        paths = [path for path in Path(folder).iterdir() if path.name in wanted or path.suffix.lower() == ".zip"]
        return sum(path.stat().st_mtime > moment.timestamp() for path in paths)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise _no_bundle("PSC-BUNDLE-NONE/closed", folder, reason=reason) from None


def _stamps(paths: dict[str, Path]) -> dict[str, tuple[int, int]]:
    """Size and time of the files to read."""
    wanted = {MANIFEST, *(f"{name}.csv" for name in BUNDLE_FILES)}
    found: dict[str, os.stat_result] = {name: path.stat() for name, path in paths.items() if name in wanted}
    return {name: (one.st_size, one.st_mtime_ns) for name, one in found.items()}


def _no_bundle(key: str, folder: str, *, reason: str = "", count: int = 0) -> FixSettings:
    return FixSettings(key, where="source.folder", folder=folder, reason=reason, count=count, manifest=MANIFEST)


def _not_read(because: str, where: str) -> BadRecord:
    return BadRecord("PSC-BUNDLE-FORMAT", where=where, because=because)


def _not_whole(because: str, where: str) -> TryLater:
    return TryLater("PSC-BUNDLE-NOT-WHOLE", where=where, because=because)
