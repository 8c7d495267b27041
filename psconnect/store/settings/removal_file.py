"""Which removals are not finished: one small file each, so that the next start goes on where this one was stopped."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from psconnect.store.files import private_folder, storage_errors, write_atomically
from psconnect.store.settings.home import Home, slug


@dataclass(frozen=True)
class BegunRemoval:
    """A removal that a person confirmed.

    Attributes:
        name, id: of the connection; the id may be unknown.
        at: when, as ISO time: a line in the disclosure log that is not older is this removal's, and is written once.
    """

    name: str
    id: str
    at: str


def begun_removals(home: Home) -> list[BegunRemoval]:
    """The removals that are not finished."""
    folder = home.data / "removals"
    if not folder.is_dir():
        return []
    with storage_errors(folder):
        texts = [path.read_text(encoding="utf-8", errors="replace") for path in sorted(folder.glob("*.json"))]
    return [removal for removal in map(_read, texts) if removal]


def _read(text: str) -> BegunRemoval | None:
    try:
        return BegunRemoval(**json.loads(text))
    except (ValueError, TypeError):
        # A damaged note is as good as none: what is left of the connection is listed as it was, and removed again.
        return None


def begin_removal(home: Home, removal: BegunRemoval) -> None:
    """Note that a removal begins."""
    private_folder(home.data)
    private_folder(home.data / "removals")
    write_atomically(_path(home, removal.name), json.dumps(asdict(removal)).encode())


def end_removal(home: Home, name: str) -> None:
    """Nothing of the connection is left: forget the removal."""
    path = _path(home, name)
    with storage_errors(path):
        path.unlink(missing_ok=True)
        if path.parent.is_dir() and not any(path.parent.iterdir()):
            path.parent.rmdir()


def _path(home: Home, name: str) -> Path:
    return home.data / "removals" / f"{slug(name)}.json"
