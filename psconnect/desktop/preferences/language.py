"""The card with the language of psconnect."""

from __future__ import annotations

from functools import partial

import msgspec
from PySide6.QtWidgets import QComboBox

from psconnect.desktop.context import PageContext
from psconnect.desktop.preferences.card import PreferenceCard
from psconnect.desktop.text import tr
from psconnect.desktop.widgets.form import FormRow
from psconnect.model.preferences import Preferences
from psconnect.wording.languages import LANGUAGES


class LanguageCard(PreferenceCard):
    """Which language psconnect speaks; it does so from its next start on, because texts that are shown stay."""

    key = "language"

    def __init__(self, context: PageContext) -> None:
        super().__init__(context, tr("Language"))
        self.choice = QComboBox()
        self.choice.addItem(tr("As this computer"), "")
        for key, own_name in LANGUAGES.items():
            self.choice.addItem(own_name, key)
        self.add(FormRow(tr("psconnect speaks"), self.choice))
        self.choice.activated.connect(self._chosen)

    def load(self, preferences: Preferences) -> None:
        """Show the language that is chosen."""
        self.choice.setCurrentIndex(max(0, self.choice.findData(preferences.language)))

    def _chosen(self) -> None:
        self.save(partial(_speaking, self.choice.currentData()), self._saved)

    def _saved(self, preferences: Preferences) -> None:
        self.load(preferences)
        self.outcome.tell(tr("psconnect speaks it from its next start on."), "accent")


def _speaking(chosen: str, preferences: Preferences) -> Preferences:
    return msgspec.structs.replace(preferences, language=chosen)
