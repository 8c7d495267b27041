"""The card that removes a connection: what is wiped and what stays, listed before the name is typed."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QLineEdit

from psconnect.desktop.context import PageContext
from psconnect.desktop.text import tr
from psconnect.desktop.widgets.button import danger
from psconnect.desktop.widgets.card import Card, row
from psconnect.desktop.widgets.form import FormRow
from psconnect.desktop.widgets.label import Label
from psconnect.model.errors import PsconnectError
from psconnect.model.removal import Belongings, RemovalProof
from psconnect.wording.errors import word
from psconnect.wording.removal import left_sentence, staying_lines, wiped_lines

_NAME_WIDTH = 320


class RemoveCard(Card):
    """Removes one connection at a time. ``removed`` gets the proof, ``refused`` an error."""

    def __init__(
        self,
        context: PageContext,
        removed: Callable[[RemovalProof], None],
        refused: Callable[[PsconnectError], None],
    ) -> None:
        super().__init__(tr("Remove"))
        self._context, self._removed, self._refused = context, removed, refused
        self.name = ""
        self.add(Label(tr("Takes this connection off this computer. This can’t be taken back."), "muted"))
        self.add(Label(tr("Wiped"), "section"))
        self.wiped = Label("", "body")
        self.add(self.wiped)
        self.add(Label(tr("Not touched"), "section"))
        self.add(Label("\n".join(f"• {line}" for line in staying_lines()), "body"))
        self.confirm = QLineEdit()
        self.confirm.setMaximumWidth(_NAME_WIDTH)
        self.confirm.textChanged.connect(lambda _text: self.enable())
        self.add(FormRow(tr("Type the connection’s name to confirm"), self.confirm))
        self.button = danger(tr("Remove this connection"), self._remove)
        self.add(row(self.button, 1))

    def load(self, name: str) -> None:
        """List what belongs to a connection; nothing is confirmed yet."""
        self.name = name
        self.confirm.clear()
        self.enable()
        self.wiped.setText(tr("Looking for everything that belongs to it …"))
        service = self._context.service
        self._context.bridge.call(lambda: service.belongings(name), self._show, self._unknown, owner=self)

    def enable(self) -> None:
        """Let it be removed once its name is typed."""
        self.button.setEnabled(bool(self.name) and self.confirm.text().strip() == self.name)

    def _show(self, found: Belongings) -> None:
        lines = [*wiped_lines(found), *(left_sentence(left) for left in found.unknown)]
        self.wiped.setText("\n".join(f"• {line}" for line in lines))

    def _unknown(self, error: PsconnectError) -> None:
        self.wiped.setText(word(error, window=True).text)

    def _remove(self) -> None:
        name, service = self.name, self._context.service
        self.button.setEnabled(False)
        self._context.bridge.call(lambda: service.remove_connection(name), self._removed, self._not_removed, owner=self)

    def _not_removed(self, error: PsconnectError) -> None:
        self.enable()
        self._refused(error)
