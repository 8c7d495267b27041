"""The notices of a connection: to whom, which results, what in addition, a ping, and what waits to be sent."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import cast

import msgspec
from PySide6.QtWidgets import QComboBox, QLineEdit, QPlainTextEdit, QWidget

from psconnect.desktop.context import PageContext
from psconnect.desktop.text import tr
from psconnect.desktop.theme.tokens import SPACE_L
from psconnect.desktop.widgets.banner import Banner
from psconnect.desktop.widgets.button import primary, secondary
from psconnect.desktop.widgets.card import Card, row, wide
from psconnect.desktop.widgets.form import FormRow
from psconnect.desktop.widgets.label import Label
from psconnect.desktop.widgets.option_row import OptionRow
from psconnect.desktop.widgets.switch import Switch
from psconnect.model.connection import Connection
from psconnect.model.errors import PsconnectError
from psconnect.model.notices import RESULT_MAILS, NoticeSettings, ResultMail
from psconnect.service import NoticeNotes
from psconnect.wording.catalogue import counted
from psconnect.wording.errors import word
from psconnect.wording.notices import notice_word, results_help, results_word
from psconnect.wording.times import moment

_TOLD = 2
"""How many mails that wait are told with why; mostly it is the same for all."""
_LINES = 76


class NoticesCard(Card):
    """Shows and saves the notices of one connection at a time; ``changed`` is called after they were saved."""

    def __init__(self, context: PageContext, changed: Callable[[], None]) -> None:
        super().__init__(tr("Notices"))
        self._context, self._was_changed = context, changed
        self.name = ""
        self._stored = NoticeSettings()
        self.outcome, self.waiting = Banner(), Banner()
        self.to = QPlainTextEdit()
        self.to.setTabChangesFocus(True)
        self.to.setFixedHeight(_LINES)
        self.results = QComboBox()
        for key in RESULT_MAILS:
            self.results.addItem(results_word(key), key)
        self.holds = Switch(tr("Tell that a run waits for an approval"))
        self.new_data = Switch(tr("Tell that the data of a new school year is there"))
        self.names = Switch(tr("Name people in the mails"))
        self.ping = QLineEdit()
        self.ping_fail = Switch(tr("Call it with /fail behind it after other runs"))
        self.try_button = secondary(tr("Try"), self._try_ping)
        self.try_button.setAccessibleName(tr("Call the address now"))
        self.server_button = secondary(tr("Mail server …"), lambda: context.go.preferences("mail"))
        self.save_button = primary(tr("Save notices"), self.save)
        self._results_row = FormRow(tr("Results"), self.results)
        self._lay_out()
        for switch in (self.holds, self.new_data, self.names, self.ping_fail):
            switch.toggled.connect(self._edited)
        self.to.textChanged.connect(self._edited)
        self.results.activated.connect(self._edited)
        self.ping.textChanged.connect(self._edited)

    def _lay_out(self) -> None:
        self.add(self.outcome)
        self.add(self.waiting)
        text = tr("Mail about the runs of this connection. Users whose accounts are made are never told anything.")
        self.add(row(wide(Label(text, "muted")), self.server_button))
        help_text = tr("One address a line. Nobody else gets mail.")
        self.add(FormRow(tr("To"), self.to, help=help_text))
        self.add(self._results_row)
        at_once = tr("In addition to the result, and once a day for as long as the same plan waits.")
        self.add(OptionRow(self.holds, tr("Tell that a run waits for an approval"), at_once))
        self.add(OptionRow(self.new_data, tr("Tell that the data of a new school year is there")))
        without = tr("Without names, mails hold counts and rules only.")
        self.add(OptionRow(self.names, tr("Name people in the mails"), without))
        ping = FormRow(
            tr("Ping address"),
            self.ping,
            help=tr("A monitoring service that tells you when it is not called. Called after each run that went well."),
        )
        self.add(row(wide(ping), self.try_button, spacing=SPACE_L))
        failing = tr("So that the service tells at once, and not only when it has waited in vain.")
        self.add(OptionRow(self.ping_fail, tr("Call it with /fail behind it after other runs"), failing))
        self.add(row(1, self.save_button))

    @property
    def typed(self) -> NoticeSettings:
        """The settings as they are typed."""
        return NoticeSettings(
            [one for one in re.split(r"[\s,;]+", self.to.toPlainText()) if one],
            cast("ResultMail", self.results.currentData()),
            self.holds.isChecked(),
            self.new_data.isChecked(),
            self.names.isChecked(),
            self.ping.text().strip(),
            self.ping_fail.isChecked(),
        )

    @property
    def unsaved(self) -> bool:
        """Whether something is typed that is not saved."""
        return bool(self.name) and self.typed != self._stored

    def drop(self) -> None:
        """Forget what was typed, and the connection."""
        self.name = ""

    def lead_to(self, control: str) -> None:
        """Put the focus on a control, by the name of its setting; on the first one for an empty name."""
        found: dict[str, QWidget] = {
            "results": self.results,
            "holds": self.holds,
            "new_data": self.new_data,
            "names": self.names,
            "ping": self.ping,
        }
        found.get(control, self.to).setFocus()

    def load(self, connection: Connection) -> None:
        """Show the notices of a connection; what is typed for it and not saved stays."""
        if connection.name == self.name and self.unsaved:
            return
        self.name, settings = connection.name, connection.notices
        self._stored = settings
        self.outcome.hide()
        self.to.setPlainText("\n".join(settings.to))
        self.results.setCurrentIndex(RESULT_MAILS.index(settings.results))
        self.holds.setChecked(settings.holds)
        self.new_data.setChecked(settings.new_data)
        self.names.setChecked(settings.names)
        self.ping.setText(settings.ping_url)
        self.ping_fail.setChecked(settings.ping_fail)
        self._edited()
        name, service = self.name, self._context.service
        self._context.bridge.call(
            lambda: service.undelivered_notices(name), partial(self._show_waiting, name), self._refused, owner=self
        )

    def _edited(self, *_value: object) -> None:
        self._results_row.set_help(results_help(cast("ResultMail", self.results.currentData())))
        self.save_button.setEnabled(self.typed != self._stored)
        self.try_button.setEnabled(bool(self.ping.text().strip()))
        self.ping_fail.setEnabled(bool(self.ping.text().strip()))

    def _show_waiting(self, name: str, notes: NoticeNotes) -> None:
        """What could not be sent yet, with why, and a button to try it now."""
        if name != self.name:
            return
        now = self._context.now()
        lines = [
            tr("Due {when}, {what}: {why}", what=notice_word(one.kind), when=moment(one.since, now), why=why)
            for one in notes.waiting
            for why in [word(one.error, window=True).text if one.error else tr("it was not tried yet.")]
        ]
        if notes.given_up:
            lines.append(counted(notes.given_up, "1 older mail was given up.", "{count} older mails were given up."))
        if notes.ping_error:
            lines.append(word(notes.ping_error, window=True).text)
        if not lines:
            self.waiting.hide()
            return
        head = counted(len(notes.waiting), "1 mail waits to be sent.", "{count} mails wait to be sent.")
        actions = [(tr("Send now"), self._send)] if notes.waiting else []
        self.waiting.tell("\n".join([*([head] if notes.waiting else []), *lines[-_TOLD:]]), "warning", actions)

    def _send(self) -> None:
        name, service = self.name, self._context.service
        self.waiting.tell(tr("Sending …"))
        self._context.bridge.run(
            lambda _on_event, cancel: service.send_waiting_notices(name, cancel),
            lambda _events: None,
            partial(self._show_waiting, name),
            self._refused,
            owner=self,
        )

    def save(self, after: Callable[[], object] | None = None) -> None:
        """Save; ``after`` is called once it is done, and never when it is refused."""
        name, service, typed = self.name, self._context.service, self.typed

        def work() -> Connection:
            return service.save_connection(msgspec.structs.replace(service.connection(name), notices=typed))

        self._context.bridge.call(work, partial(self._saved, after), self._refused, owner=self)

    def _saved(self, after: Callable[[], object] | None, connection: Connection) -> None:
        self._stored = self.typed
        self.load(connection)
        self.outcome.tell(tr("The notices of “{name}” are saved.", name=connection.name), "good")
        self._was_changed()
        if after:
            after()

    def _try_ping(self) -> None:
        url, service = self.ping.text().strip(), self._context.service
        self.outcome.tell(tr("Calling …"))
        done = tr("The monitoring service took the call.")
        self._context.bridge.call(
            lambda: service.try_ping(url), lambda _none: self.outcome.tell(done, "good"), self._refused, owner=self
        )

    def _refused(self, error: PsconnectError) -> None:
        self.outcome.tell(word(error, window=True).text, "bad", [(tr("Close"), self.outcome.hide)])
