"""How the person of a record signs in at the other system, and the menu that sets it by hand."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QVBoxLayout, QWidget

from psconnect.desktop.context import PageContext
from psconnect.desktop.text import tr
from psconnect.desktop.theme.tokens import SPACE_M
from psconnect.desktop.widgets.button import Button
from psconnect.desktop.widgets.card import row, wide
from psconnect.desktop.widgets.label import Label
from psconnect.model.errors import PsconnectError
from psconnect.model.sign_in import SignInNow
from psconnect.wording.errors import word
from psconnect.wording.sign_ins import sign_in_choice, sign_in_text, sign_in_waits


class SignInRow(QWidget):
    """Shows one person's sign-in type; hidden for records that have none."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._context = context
        self._person = ("", "", 0)
        self._setting = False
        self.type, self.waits, self.error = Label(""), Label("", "muted"), Label("")
        self.error.set_state("bad")
        self.button = Button(tr("Change sign-in type"), look="link")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(row(wide(self.type), self.button, spacing=SPACE_M))
        layout.addWidget(self.waits)
        layout.addWidget(self.error)
        self.hide()

    def show_person(self, name: str, entity: str, key: int, now: SignInNow | None) -> None:
        """Show the type of a person of a connection; None shows nothing."""
        self._person = (name, entity, key)
        self._setting = False
        if now:
            self._show(now)
        self.setVisible(now is not None)

    def _show(self, now: SignInNow) -> None:
        self.type.setText(sign_in_text(now))
        self._tell(self.waits, sign_in_waits(now))
        self._tell(self.error, "")
        self.button.add_menu([(sign_in_choice(now, value), partial(self._set, value)) for value in now.choices])

    def _tell(self, label: Label, text: str) -> None:
        label.setText(text)
        label.setVisible(bool(text))

    def _set(self, value: str) -> None:
        if self._setting:
            return
        self._setting = True
        person, service = self._person, self._context.service
        self._context.bridge.call(
            lambda: service.set_sign_in(*person, value), partial(self._taken, person), self._refused, owner=self
        )

    def _taken(self, person: tuple[str, str, int], now: SignInNow) -> None:
        if person == self._person:
            self._setting = False
            self._show(now)
            self.button.setFocus()

    def _refused(self, error: PsconnectError) -> None:
        self._setting = False
        self._tell(self.error, word(error, window=True).text)
