"""The files of a connection: everything in the home that is named after it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from psconnect.model.removal import Belonging, BelongingKind
from psconnect.store.files import DELIVERED_READ, LAST_READ, storage_errors
from psconnect.store.settings.home import Home, slug

_READINGS = (LAST_READ, DELIVERED_READ, ".staging", ".finder", ".indexing")
_ROSTERS = (".sqlite", ".before-migration", ".migrating", ".making", ".converting")
_BESIDE = ("-wal", "-shm", "-journal")


def files_of(home: Home, name: str) -> list[Belonging]:
    """The connection's files, its lock among them; raises LocalStorage if a folder can't be read.

    Files that a killed process left half written (``.NAME….tmp``) are among them.
    """
    stem = slug(name)
    settings = [
        _belonging("copy" if path.suffix == ".last-good" else "settings", path)
        for path in _named_after(home.connections(), stem)
    ]
    beside = [_belonging(_kind_of(path), path) for path in _named_after(home.rosters(), stem)]
    return [*settings, *beside]


def lock_of(home: Home, name: str) -> Path:
    """The lock of a connection's runs."""
    return home.rosters() / f"{slug(name)}.lock"


def _named_after(folder: Path, stem: str) -> Iterator[Path]:
    with storage_errors(folder):
        names = sorted(path.name for path in folder.iterdir())
    return (folder / name for name in names if name.lstrip(".").startswith(f"{stem}."))


def _belonging(kind: BelongingKind, path: Path) -> Belonging:
    with storage_errors(path):
        return Belonging(kind, str(path), path.lstat().st_size if path.is_symlink() or path.exists() else 0)


def _kind_of(path: Path) -> BelongingKind:
    """What a file beside the roster data is: by its ending, where SQLite's own log has that of its file."""
    ending = path.name
    for beside in _BESIDE:
        ending = ending.removesuffix(beside)
    if ending.endswith(_READINGS):
        return "reading"
    return "roster" if ending.endswith(_ROSTERS) else "notes"
