"""The key that a server shows, for a person to compare and to accept."""

from __future__ import annotations

from collections.abc import Callable

from psconnect.desktop.text import tr
from psconnect.desktop.theme.tokens import SPACE_S
from psconnect.desktop.widgets.button import link, secondary
from psconnect.desktop.widgets.card import Card, row
from psconnect.desktop.widgets.label import Label
from psconnect.model.errors import PsconnectError
from psconnect.wording.errors import word

HOST_KEY = "PSC-SFTP-HOST-KEY"
"""The code of the errors that are about a server's key."""


class HostKeyCard(Card):
    """Shown while a key waits for an answer; ``accept`` gets it as the connection file holds it."""

    def __init__(self, accept: Callable[[str], object], leave: Callable[[], object]) -> None:
        super().__init__("")
        self._accept, self._shown = accept, ""
        self.happened = Label("", "body")
        self.key = Label("", "code")
        self.key.setAccessibleName(tr("The key that the server shows"))
        advice = Label(
            tr(
                "Accept it only if it is the one that the other system publishes, or that who runs the server tells "
                "you. From then on, any other key is refused."
            ),
            "muted",
        )
        self.accept_button = secondary(tr("Accept this key"), self._take)
        self.leave_button = link(tr("Don’t accept it"), leave)
        self.body.setSpacing(SPACE_S)
        for part in (self.happened, self.key, advice, row(self.accept_button, self.leave_button, 1, spacing=SPACE_S)):
            self.add(part)
        self.hide()

    def ask(self, error: PsconnectError) -> None:
        """Show the key of an error, and what became of the one before."""
        told = word(error, window=True)
        self._shown = str(error.values.get("shown", ""))
        self.heading.setText(told.title)
        self.happened.setText(told.happened)
        self.key.setText(self._shown)
        self.show()
        self.accept_button.setFocus()

    def _take(self) -> None:
        self.hide()
        self._accept(self._shown)
