"""Drafts on disk: one JSON file each below the settings, written as a whole after every step. They hold no secret."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from psconnect.desktop.wizard.draft import Draft
from psconnect.desktop.wizard.flow import Step
from psconnect.model.connection_id import id_from
from psconnect.store.files import private_folder, storage_errors, write_atomically
from psconnect.store.settings.home import Home


@dataclass
class Drafts:
    """The drafts of a home. All methods may be called from any thread and raise LocalStorage in words."""

    home: Home
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _gone: set[str] = field(default_factory=set)

    def save(self, draft: Draft) -> None:
        """Write a draft, unless it was removed meanwhile."""
        with self._lock:
            if draft.id not in self._gone:
                write_atomically(self._path(draft.id), msgspec.json.format(msgspec.json.encode(draft)))

    def remove(self, draft: Draft) -> None:
        """Delete a draft; it does not come back."""
        with self._lock:
            self._gone.add(draft.id)
            path = self._path(draft.id)
            with storage_errors(path):
                path.unlink(missing_ok=True)

    def all(self) -> list[Draft]:
        """All drafts, the one saved last first; a file that can't be read is set aside under the ending .damaged."""
        folder = self._folder()
        with self._lock, storage_errors(folder):
            paths = sorted(folder.glob("*.json"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
            return [draft for draft in map(_read, paths) if draft]

    def _folder(self) -> Path:
        return private_folder(self.home.config / "drafts")

    def _path(self, draft_id: str) -> Path:
        return self._folder() / f"{draft_id}.json"


def _read(path: Path) -> Draft | None:
    try:
        draft = msgspec.json.decode(path.read_bytes(), type=Draft)
        if path.stem == draft.id and {draft.step, draft.reached} <= set(Step):
            # A set-up that was begun before connections had ids gets one that stays the same until it is saved.
            known = draft.connection_id or id_from(draft.id)
            return msgspec.structs.replace(draft, connection_id=known)
    except msgspec.DecodeError:
        pass
    path.replace(path.with_suffix(".damaged"))
    return None
