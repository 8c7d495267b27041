"""The preferences of a home: what is set for psconnect as a whole."""

from __future__ import annotations

from psconnect.model.preferences import Preferences
from psconnect.service.base import Base
from psconnect.store.settings.preference_file import PreferenceFile


class PreferenceKeeping(Base):
    """What a user can do with the preferences."""

    def preferences(self) -> Preferences:
        """What is set; raises FixSettings for a file that was edited into something that can't be meant."""
        return PreferenceFile(self.home).read()

    def save_preferences(self, preferences: Preferences) -> None:
        """Store them; they hold from the next moment on, the language from the next start."""
        PreferenceFile(self.home).save(preferences)
