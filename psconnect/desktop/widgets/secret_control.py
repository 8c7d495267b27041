"""A secret: typed once and never shown again; a stored one can be replaced or removed."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from psconnect.desktop.text import tr
from psconnect.desktop.theme.tokens import SPACE_S
from psconnect.desktop.widgets.button import link, secondary
from psconnect.desktop.widgets.card import row, wide
from psconnect.desktop.widgets.label import Label

EyeState = QLineEdit.EchoMode


class SecretControl(QWidget):
    """A secret's line while one is typed, else where the secret is, with *Replace* and *Remove*.

    ``take`` gets what is typed; ``remove`` and ``keep`` are called when the kept secret is to go, and when it is not.
    """

    def __init__(
        self, label: str, take: Callable[[str], object], remove: Callable[[], object], keep: Callable[[], object]
    ) -> None:
        super().__init__()
        self._take = take
        self._replacing = False
        self._kept = ""
        self.line = QLineEdit()
        self.line.setEchoMode(EyeState.Password)
        self.line.setProperty("look", "code")
        self.line.textEdited.connect(take)
        self.show_button = link(tr("Show"), self._show_typed, name=tr("Show what is typed: {label}", label=label))
        self.cancel_button = link(tr("Keep the stored one"), self._cancel)
        self.state = Label("", "body")
        self.replace_button = secondary(tr("Replace"), self._replace)
        self.replace_button.setAccessibleName(tr("Replace: {label}", label=label))
        self.remove_button = secondary(tr("Remove"), remove)
        self.remove_button.setAccessibleName(tr("Remove: {label}", label=label))
        self.keep_button = secondary(tr("Keep it"), keep)
        self.keep_button.setAccessibleName(tr("Keep the stored one: {label}", label=label))
        self._typing = row(wide(self.line), self.show_button, self.cancel_button, spacing=SPACE_S)
        buttons = (self.replace_button, self.remove_button, self.keep_button)
        self._stored = row(wide(self.state), *buttons, spacing=SPACE_S)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._typing)
        layout.addWidget(self._stored)

    def show_secret(self, typed: str, place: str, *, removed: bool = False) -> None:
        """Show a secret as it is: what is typed, else where it is kept (``keyring``, ``session``, ``environment``)."""
        if self.line.text().strip() != typed:
            self.line.setText(typed)
        self._kept, self._replacing = place, self._replacing and not removed
        stored = bool(place) and not typed and not self._replacing
        self._typing.setVisible(not stored)
        self._stored.setVisible(stored)
        self.cancel_button.setVisible(bool(place))
        for button in (self.replace_button, self.remove_button):
            button.setVisible(place != "environment" and not removed)
        self.keep_button.setVisible(removed)
        self.state.setText(tr("Will be removed when you save.") if removed else _where(place))

    def _show_typed(self) -> None:
        hidden = self.line.echoMode() == EyeState.Password
        self.line.setEchoMode(EyeState.Normal if hidden else EyeState.Password)
        self.show_button.setText(tr("Hide") if hidden else tr("Show"))

    def _replace(self) -> None:
        self._replacing = True
        self.show_secret("", self._kept)
        self.line.setFocus()

    def _cancel(self) -> None:
        self._replacing = False
        self._take("")
        self.show_secret("", self._kept)
        self.replace_button.setFocus()


def _where(place: str) -> str:
    if place == "environment":
        return tr("Taken from an environment variable of this computer.")
    if place == "session":
        return tr("Known until psconnect is closed: this computer has no keyring.")
    return tr("Stored in the keyring of this computer.") if place else ""
