"""Diagnostics: one text about this psconnect to look through, save and send to who helps; nothing is sent by itself."""

from __future__ import annotations

import io
import json
import locale
import platform
import sys
import zipfile
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import keyring
import msgspec

from psconnect import __version__
from psconnect.destinations import KINDS
from psconnect.model.connection import Connection, to_dict
from psconnect.model.errors import PsconnectError
from psconnect.reports.diagnostics import PREFERENCES, shown_log, shown_run, shown_settings
from psconnect.service.at_rest import DataAtRest
from psconnect.service.preferences import PreferenceKeeping
from psconnect.store.files import storage_errors, write_atomically
from psconnect.store.history import run_table
from psconnect.store.settings.secrets import available
from psconnect.sync import inspect
from psconnect.wording.catalogue import language

DIAGNOSTICS_FILE = "diagnostics.json"
"""The only file in the archive."""
_RUNS, _LINES = 20, 200
_LIBRARIES = ("PySide6-Essentials", "httpx", "keyring", "msgspec", "sqlite-utils", "SQLAlchemy", "truststore", "jinja2")


class Diagnosing(DataAtRest, PreferenceKeeping):
    """What a user can hand to who helps."""

    def diagnostics(self) -> str:
        """The text of the diagnostics: JSON, indented to be read. What is in it is decided by reports.diagnostics."""
        found = {
            "versions": _versions(),
            "storage": self._storage(),
            "preferences": self._preferences(),
            "connections": [self._of_connection(one) for one in self._files.all()],
            "damaged_connection_files": [error.key for error in self._files.damaged()],
            "log": shown_log(self._log_lines(), _LINES),
        }
        return json.dumps(found, ensure_ascii=False, indent=2) + "\n"

    def save_diagnostics(self, text: str, path: Path) -> None:
        """Write exactly this text, as it was looked through, into a ZIP."""
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(DIAGNOSTICS_FILE, text.encode())
        write_atomically(path.absolute(), content.getvalue())

    def _storage(self) -> list[dict[str, object]]:
        names = {str(self.home.data): "data", str(self.home.config): "settings", str(self.home.logs): "logs"}
        return [
            {
                "folder": names[one.path],
                "synced_by": one.synced_by,
                "disk_encryption": one.encryption,
                "readable_by_others": len(one.readable),
            }
            for one in self.stored_folders()
        ]

    def _preferences(self) -> dict[str, object]:
        try:
            return shown_settings(msgspec.to_builtins(self.preferences()), PREFERENCES)
        except PsconnectError as error:
            return {"error": error.key}

    def _of_connection(self, connection: Connection) -> dict[str, object]:
        """A connection by its id, which says nothing about the district."""
        presets = {preset.name for preset in inspect.all_presets()}
        return {
            "id": connection.id,
            "preset": connection.preset if connection.preset in presets else "",
            "destination": connection.destination_kind if connection.destination_kind in KINDS else "",
            "settings": shown_settings(to_dict(connection)),
            "roster_bytes": self._size_of(connection.name),
            "runs": self._runs_of(connection.name),
        }

    def _size_of(self, name: str) -> int:
        rosters = self.rosters_of(name)
        return rosters.stat().st_size if rosters.exists() else 0

    def _runs_of(self, name: str) -> list[dict[str, object]]:
        try:
            with self._history(name) as db:
                runs = run_table.list_runs(db, name) if db else []
        except PsconnectError as error:
            return [{"error": error.key}]
        return [shown_run(run) for run in runs[:_RUNS]]

    def _log_lines(self) -> Iterator[str]:
        for path in sorted(self.home.logs.glob("psconnect.log*"), key=lambda path: path.stat().st_mtime):
            with storage_errors(path):
                lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
            yield from lines


def _versions() -> dict[str, object]:
    backend = keyring.get_keyring()
    return {
        "psconnect": __version__,
        "python": platform.python_version(),
        "system": [platform.system(), platform.release(), platform.version(), platform.machine()],
        "frozen": bool(getattr(sys, "frozen", False)),
        "libraries": {name: _version_of(name) for name in _LIBRARIES},
        "keyring": f"{type(backend).__module__}.{type(backend).__name__}",
        "keyring_protects": available(),
        "language": language(),
        "encoding": locale.getpreferredencoding(do_setlocale=False),
    }


def _version_of(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return ""
