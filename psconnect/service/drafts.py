"""Unfinished set-ups as files: one each below the settings, written atomically, without secrets."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from psconnect.service.base import Base
from psconnect.store.files import private_folder, storage_errors, write_atomically


@dataclass
class DraftFiles(Base):
    """The unfinished set-ups of a home. The window decides what a file contains.

    All methods may be called from any thread and raise LocalStorage.
    """

    _draft_lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _removed_drafts: set[str] = field(default_factory=set, repr=False)

    def save_draft(self, draft_id: str, content: bytes) -> None:
        """Write a draft, unless it has been removed."""
        with self._draft_lock:
            if draft_id not in self._removed_drafts:
                write_atomically(self._draft_path(draft_id), content)

    def remove_draft(self, draft_id: str) -> None:
        """Delete a draft for good."""
        with self._draft_lock:
            self._removed_drafts.add(draft_id)
            path = self._draft_path(draft_id)
            with storage_errors(path):
                path.unlink(missing_ok=True)

    def drafts(self) -> dict[str, bytes]:
        """All drafts by id, the last saved first."""
        folder = self._draft_folder()
        with self._draft_lock, storage_errors(folder):
            paths = sorted(folder.glob("*.json"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
            return {path.stem: path.read_bytes() for path in paths}

    def draft_times(self) -> dict[str, datetime]:
        """When each draft was saved last, by id; in UTC."""
        folder = self._draft_folder()
        with self._draft_lock, storage_errors(folder):
            return {path.stem: datetime.fromtimestamp(path.stat().st_mtime, UTC) for path in folder.glob("*.json")}

    def set_draft_aside(self, draft_id: str) -> None:
        """Rename an unreadable draft, so that it is kept but out of the way."""
        path = self._draft_path(draft_id)
        with self._draft_lock, storage_errors(path):
            path.replace(path.with_suffix(".damaged"))

    def _draft_folder(self) -> Path:
        return private_folder(self.home.config / "drafts")

    def _draft_path(self, draft_id: str) -> Path:
        return self._draft_folder() / f"{draft_id}.json"


def draft_secrets(draft_id: str) -> str:
    """The name under which the keyring holds the secrets of a set-up."""
    return f"set-up {draft_id}"
