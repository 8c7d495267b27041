"""The card with what closing the window does, and with the start at login."""

from __future__ import annotations

from functools import partial

import msgspec
from PySide6.QtWidgets import QComboBox

from psconnect.desktop.context import PageContext
from psconnect.desktop.preferences.card import PreferenceCard
from psconnect.desktop.text import tr
from psconnect.desktop.widgets.form import FormRow
from psconnect.desktop.widgets.label import Label
from psconnect.desktop.widgets.option_row import OptionRow
from psconnect.desktop.widgets.switch import Switch
from psconnect.model.errors import PsconnectError
from psconnect.model.preferences import Preferences
from psconnect.service import LoginStart
from psconnect.wording.errors import word


class TrayCard(PreferenceCard):
    """Both are saved at once. The start at login is asked of the system, where the user may have switched it off."""

    key = "tray"

    def __init__(self, context: PageContext) -> None:
        super().__init__(context, tr("When the window is closed"))
        self.choice = QComboBox()
        self.choice.addItem(tr("Ask me the first time"), "ask")
        self.choice.addItem(tr("Keep psconnect in the tray: runs go on, and you are told when one needs you"), "tray")
        self.choice.addItem(tr("Quit psconnect"), "quit")
        self.choice.activated.connect(self._chosen)
        self.closing_row = FormRow(tr("Closing the window"), self.choice)
        self.no_tray = Label(
            tr("This desktop shows no tray at the moment: closing the window quits psconnect."), "muted"
        )
        self.at_login = Switch(tr("Start psconnect in the tray when I sign in to this computer"))
        self.at_login.clicked.connect(self._switched)
        help_text = tr(
            "It looks then whether a run was missed, and tells you of problems. Runs on schedule don’t need it."
        )
        self.login_row = OptionRow(self.at_login, self.at_login.accessibleName(), help_text)
        for part in (self.closing_row, self.no_tray, self.login_row):
            self.add(part)

    def load(self, preferences: Preferences) -> None:
        """Show what is chosen, and ask the system about the start at login."""
        self.choice.setCurrentIndex(self.choice.findData(preferences.closing))
        there = self.context.go.has_tray()
        self.closing_row.setVisible(there)
        self.no_tray.setVisible(not there)
        self.context.bridge.call(self.context.service.login_start, self._show_login, self._unknown, owner=self)

    def _show_login(self, state: LoginStart) -> None:
        self.login_row.setVisible(state != "impossible")
        self.at_login.setChecked(state == "on")
        self.login_row.error.setText(
            tr("It is switched off in the system’s own settings. Switch it on here to register it anew.")
            if state == "switched-off"
            else ""
        )
        self.login_row.error.setVisible(state == "switched-off")

    def _unknown(self, error: PsconnectError) -> None:
        self.outcome.tell(word(error, window=True).text, "bad", [(tr("Close"), self.outcome.hide)])

    def _chosen(self) -> None:
        change = partial(msgspec.structs.replace, closing=self.choice.currentData())
        self.save(change, self._saved)

    def _saved(self, preferences: Preferences) -> None:
        self.context.go.closing_means(preferences)
        self.load(preferences)

    def _switched(self, on: bool) -> None:  # noqa: FBT001 - Qt's signal
        set_start = self.context.service.set_login_start
        self.outcome.hide()
        self.context.bridge.call(lambda: set_start(on=on), self._show_login, self._not_switched, owner=self)

    def _not_switched(self, error: PsconnectError) -> None:
        self.at_login.setChecked(not self.at_login.isChecked())
        self._unknown(error)
