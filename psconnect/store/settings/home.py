"""Where files are on this computer; ``PSCONNECT_HOME`` moves all of them."""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from psconnect.store.files import private_folder

_APP = "psconnect"


def slug(name: str) -> str:
    """A file name for a connection's name: readable, safe on every system, and different for different names.

    Names that differ only in case or in how an accent is composed get the same one. The name
    itself is never used as a path (fault D16).
    """
    same = unicodedata.normalize("NFC", name).casefold()
    plain = unicodedata.normalize("NFKD", same).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40].strip("-") or "connection"
    return f"{words}-{hashlib.sha256(same.encode()).hexdigest()[:8]}"


@dataclass(frozen=True)
class Home:
    """The folders: settings, roster data, logs, and the demo's own home."""

    config: Path
    data: Path
    logs: Path
    demo: Path

    def settings_folder(self) -> Path:
        """The folder of settings; created if missing."""
        return private_folder(self.config)

    def connections(self) -> Path:
        """The folder of connection files; created if missing."""
        self.settings_folder()
        return private_folder(self.config / "connections")

    def rosters(self) -> Path:
        """The folder of roster data; created if missing."""
        private_folder(self.data)
        return private_folder(self.data / "rosters")

    def log_folder(self) -> Path:
        """The folder of logs; created if missing."""
        return private_folder(self.logs)


def home_at(folder: Path) -> Home:
    """Everything below one folder."""
    return Home(folder / "config", folder / "data", folder / "logs", folder / "demo")


def find_home(environment: Mapping[str, str] | None = None) -> Home:
    """The home of this user: below PSCONNECT_HOME if it is set, else in the system's own folders."""
    moved = (os.environ if environment is None else environment).get("PSCONNECT_HOME", "")
    if moved:
        return home_at(Path(moved).expanduser().absolute())
    dirs = platformdirs.PlatformDirs(_APP, appauthor=False, roaming=False)
    data = Path(dirs.user_data_dir)
    return Home(Path(dirs.user_config_dir), data, Path(dirs.user_log_dir), data / "demo")
