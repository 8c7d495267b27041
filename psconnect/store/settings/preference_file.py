"""The file with the preferences: settings of psconnect as a whole."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec
import tomli_w

from psconnect.model.preferences import Preferences, preferences_from
from psconnect.store.files import storage_errors, write_atomically
from psconnect.store.settings.home import Home
from psconnect.store.settings.toml import decoded, parsed


@dataclass(frozen=True)
class PreferenceFile:
    """The preferences of a home."""

    home: Home

    @property
    def path(self) -> Path:
        """Where it is; the file appears with the first preference that is saved."""
        return self.home.config / "preferences.toml"

    def read(self) -> Preferences:
        """What is set; the defaults if nothing is. Raises FixSettings for a file that can't be meant."""
        with storage_errors(self.path):
            if not self.path.exists():
                return Preferences()
            content = self.path.read_bytes()
        return preferences_from(parsed(decoded(content, str(self.path)), str(self.path)))

    def save(self, preferences: Preferences) -> None:
        """Write them; raises LocalStorage if that is impossible."""
        self.home.settings_folder()
        write_atomically(self.path, tomli_w.dumps(msgspec.to_builtins(preferences)).encode())
