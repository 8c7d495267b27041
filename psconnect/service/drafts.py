"""Set-ups that are not finished: one file each below the settings. They hold no secret."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from psconnect.store.files import private_folder, storage_errors, write_atomically
from psconnect.store.settings.home import Home

_Draft = TypeVar("_Draft")


@dataclass
class DraftFiles:
    """The drafts of a home by their ids. All methods may be called from any thread and raise LocalStorage."""

    home: Home
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _removed: set[str] = field(default_factory=set)

    def save(self, draft_id: str, content: bytes) -> None:
        """Write a draft as a whole, unless it was removed in the meantime."""
        with self._lock:
            if draft_id not in self._removed:
                write_atomically(self._path(draft_id), content)

    def remove(self, draft_id: str) -> None:
        """Delete a draft; saving it afterwards does nothing."""
        with self._lock:
            self._removed.add(draft_id)
            path = self._path(draft_id)
            with storage_errors(path):
                path.unlink(missing_ok=True)

    def all(self, decode: Callable[[str, bytes], _Draft | None]) -> list[_Draft]:
        """All drafts, the one saved last first.

        ``decode`` gets id and content; where it returns None, the file is renamed to end with ``.damaged``.
        """
        folder = self._folder()
        with self._lock, storage_errors(folder):
            paths = sorted(folder.glob("*.json"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
            return [draft for path in paths if (draft := _read(path, decode)) is not None]

    def _folder(self) -> Path:
        return private_folder(self.home.config / "drafts")

    def _path(self, draft_id: str) -> Path:
        return self._folder() / f"{draft_id}.json"


def _read(path: Path, decode: Callable[[str, bytes], _Draft | None]) -> _Draft | None:
    draft = decode(path.stem, path.read_bytes())
    if draft is None:
        path.replace(path.with_suffix(".damaged"))
    return draft
