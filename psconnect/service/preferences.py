"""The preferences of a home: what is set for psconnect as a whole."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from psconnect.model.preferences import Preferences
from psconnect.service.base import Base
from psconnect.store.settings.preference_file import PreferenceFile


@dataclass
class PreferenceKeeping(Base):
    """What a user can do with the preferences."""

    _preference_lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def preferences(self) -> Preferences:
        """What is set; raises FixSettings for a file that was edited into something that can't be meant."""
        return PreferenceFile(self.home).read()

    def save_preferences(self, preferences: Preferences) -> None:
        """Store them; they hold from the next moment on, the language from the next start."""
        PreferenceFile(self.home).save(preferences)

    def change_preferences(self, change: Callable[[Preferences], Preferences]) -> Preferences:
        """Store a change of what is set now, so that two changes at a time don't undo each other; what is set then."""
        with self._preference_lock:
            changed = change(self.preferences())
            self.save_preferences(changed)
        return changed
