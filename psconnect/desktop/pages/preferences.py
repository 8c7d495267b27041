"""Preferences: what is set for psconnect as a whole, one card each."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from psconnect.desktop.context import PageContext
from psconnect.desktop.preferences.card import PreferenceCard
from psconnect.desktop.preferences.language import LanguageCard
from psconnect.desktop.preferences.mail import MailCard
from psconnect.desktop.preferences.storage import StorageCard
from psconnect.desktop.preferences.tray import TrayCard
from psconnect.desktop.text import tr
from psconnect.desktop.widgets.page import ScrollPage
from psconnect.desktop.widgets.taborder import first_control
from psconnect.model.preferences import Preferences

CARDS: tuple[Callable[[PageContext], PreferenceCard], ...] = (MailCard, TrayCard, LanguageCard, StorageCard)
"""The cards in their order on the page; a preference is added here and in a module of desktop/preferences."""


class PreferencesPage(ScrollPage):
    """All cards; each shows and saves its own preferences."""

    def __init__(self, context: PageContext, parent: QWidget | None = None) -> None:
        super().__init__(tr("Preferences"), parent)
        self.set_title(self.word, tr("For all connections on this computer."))
        self._context = context
        self.cards = [make(context) for make in CARDS]
        for card in self.cards:
            self.body.addWidget(card)
        self.body.addStretch(1)

    def load(self, key: str = "") -> None:
        """Show what is set, with the card of that key in sight and its first control in focus."""
        self.again = self.load

        def show(preferences: Preferences) -> None:
            self._show(preferences)
            self._lead_to(key)

        self.read(self._context.bridge, self._context.service.preferences, show)

    def _show(self, preferences: Preferences) -> None:
        for card in self.cards:
            if not card.unsaved:
                card.load(preferences)
        self.show_content()

    def _lead_to(self, key: str) -> None:
        card = next((card for card in self.cards if card.key == key), None)
        first = first_control(card) if card else None
        if card and first:
            first.setFocus()
            self.bring_in_sight(card)
