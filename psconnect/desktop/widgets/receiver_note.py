"""What a person has to know of the system that is delivered to: what it does with the files, and if that is sure."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtWidgets import QVBoxLayout, QWidget

from psconnect.desktop.text import tr
from psconnect.desktop.theme.tokens import SPACE_S, SPACE_XS
from psconnect.desktop.widgets.card import column
from psconnect.desktop.widgets.label import Label
from psconnect.wording.receiver import not_verified, receiver_words


class ReceiverNote(QWidget):
    """One or two sentences; hidden where there is nothing to say."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.unverified, self.received = Label(not_verified(), "help"), Label("", "muted")
        self._what = column(Label(tr("What the other system does"), "strong"), self.received, spacing=SPACE_XS)
        self.unverified.set_state("warning")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_S)
        for part in (self.unverified, self._what):
            layout.addWidget(part)
        self.hide()

    def show_receiver(self, receives: str, holds: Mapping[str, int], *, verified: bool) -> None:
        """Show what the kind of destination declares, with the settings in effect."""
        text = receiver_words(receives, holds)
        self.received.setText(text)
        self._what.setVisible(bool(text))
        self.unverified.setVisible(not verified)
        self.setVisible(bool(text) or not verified)
