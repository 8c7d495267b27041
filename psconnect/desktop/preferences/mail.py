"""The card with the mail server: how psconnect sends mail, and a button to try it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QIntValidator
from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from psconnect.desktop.context import PageContext
from psconnect.desktop.preferences.card import PreferenceCard
from psconnect.desktop.text import tr
from psconnect.desktop.theme.tokens import SPACE_L
from psconnect.desktop.widgets.button import primary, secondary
from psconnect.desktop.widgets.card import row, wide
from psconnect.desktop.widgets.form import FormRow
from psconnect.desktop.widgets.label import Label
from psconnect.desktop.widgets.secret_control import SecretControl
from psconnect.model.errors import PsconnectError
from psconnect.model.preferences import MailSecurity, MailServer, Preferences
from psconnect.service import MailProvider, mail_providers, provider_of
from psconnect.wording.errors import word
from psconnect.wording.notices import provider_hint, provider_label, security_word

_PORT_WIDTH, _MOST = 110, 65535
_SECURITIES: tuple[MailSecurity, ...] = ("starttls", "tls", "none")


class MailCard(PreferenceCard):
    """The server for the mails of all connections; saved, and tried, as it is typed."""

    key = "mail"

    def __init__(self, context: PageContext) -> None:
        text = tr("Sends the notices of your connections. Without a server, no mail is sent.")
        super().__init__(context, tr("Mail server"), text)
        self._stored, self._place, self._removing = MailServer(), "", False
        self.provider = QComboBox()
        self.provider.addItem(tr("Another server"), "")
        for one in mail_providers():
            self.provider.addItem(provider_label(one.key), one.key)
        self.hint = Label("", "help")
        self.host, self.user, self.sent_from, self.ca_file, self.to = (QLineEdit() for _ in range(5))
        self.port = QLineEdit()
        self.port.setValidator(QIntValidator(1, _MOST, self.port))
        self.port.setFixedWidth(_PORT_WIDTH)
        self.security = QComboBox()
        for key in _SECURITIES:
            self.security.addItem(security_word(key), key)
        self.secret = SecretControl(tr("Secret"), self._changed, self._remove_secret, self._keep_secret)
        self.save_button = primary(tr("Save"), self._save)
        self.clear_button = secondary(tr("Remove the server"), self._clear)
        self.test_button = secondary(tr("Send a test mail"), self._test)
        self.secret.show_secret("", "")
        self._lay_out()
        self.provider.activated.connect(self._take_provider)
        for line in (self.host, self.port, self.user, self.sent_from, self.ca_file, self.to):
            line.textEdited.connect(self._changed)
        self.security.activated.connect(self._changed)
        self._changed()

    def _lay_out(self) -> None:
        self.add(FormRow(tr("Provider"), self.provider))
        self.add(self.hint)
        host = FormRow(tr("Server"), self.host, help=tr("Like smtp.lincoln.org, without a port."))
        port = FormRow(tr("Port"), self.port)
        security = FormRow(tr("Encryption"), self.security)
        self.add(_abreast(wide(host), port, security))
        user = FormRow(tr("User"), self.user, help=tr("Empty if the server asks for no sign-in."))
        secret = FormRow(tr("Secret"), self.secret.line, control=self.secret)
        self.add(_abreast(wide(user), wide(secret)))
        sender = FormRow(tr("Sender"), self.sent_from, help=tr("The address that mails come from."))
        ca_file = FormRow(tr("CA file"), self.ca_file, help=tr("Only for a server with a private certificate."))
        self.add(_abreast(wide(sender), wide(ca_file)))
        self.add(row(1, self.clear_button, self.save_button))
        self.add(FormRow(tr("Test mail to"), self.to, control=row(wide(self.to), self.test_button)))

    @property
    def typed(self) -> MailServer:
        """The server as it is typed."""
        return MailServer(
            self.host.text().strip(),
            int(self.port.text() or 0),
            self.security.currentData(),
            self.user.text().strip(),
            self.sent_from.text().strip(),
            self.ca_file.text().strip(),
        )

    @property
    def unsaved(self) -> bool:
        """Whether the server, or its secret, is not as it is stored."""
        return self.typed != self._stored or bool(self.secret.line.text()) or self._removing

    def load(self, preferences: Preferences) -> None:
        """Show the stored server."""
        server = self._stored = preferences.mail
        for line, text in (
            (self.host, server.host),
            (self.user, server.user),
            (self.sent_from, server.sender),
            (self.ca_file, server.ca_file),
        ):
            line.setText(text)
        self.port.setText(str(server.port))
        self.security.setCurrentIndex(_SECURITIES.index(server.security))
        self.provider.setCurrentIndex(max(0, self.provider.findData(provider_of(server))))
        self._removing = False
        self.secret.line.clear()
        service = self.context.service
        self.context.bridge.call(service.mail_secret_place, self._show_place, self._told, owner=self)
        self._changed()

    def _show_place(self, place: str) -> None:
        self._place = place
        self.secret.show_secret(self.secret.line.text(), place, removed=self._removing)

    def _take_provider(self) -> None:
        chosen = self._chosen
        if chosen:
            self.host.setText(chosen.host)
            self.port.setText(str(chosen.port))
            self.security.setCurrentIndex(_SECURITIES.index(chosen.security))
            if chosen.login == "none":
                self.user.clear()
        self._changed()

    @property
    def _chosen(self) -> MailProvider | None:
        return next((one for one in mail_providers() if one.key == self.provider.currentData()), None)

    def _changed(self, *_typed: object) -> None:
        self.hint.setText(provider_hint(self._chosen.key) if self._chosen else "")
        self.hint.setVisible(bool(self._chosen))
        usable = bool(self.host.text().strip()) and self.port.hasAcceptableInput()
        self.save_button.setEnabled(self.unsaved and usable)
        self.clear_button.setVisible(bool(self._stored.host))
        self.test_button.setEnabled(usable and bool(self.to.text().strip()))

    def _remove_secret(self) -> None:
        self._removing = True
        self.secret.show_secret("", self._place, removed=True)
        self._changed()

    def _keep_secret(self) -> None:
        self._removing = False
        self.secret.show_secret("", self._place)
        self._changed()

    def _save(self) -> None:
        service, server, secret, removing = self.context.service, self.typed, self.secret.line.text(), self._removing

        def work() -> Preferences:
            if removing:
                service.remove_mail_secret()
            return service.save_mail_server(server, secret)

        self.outcome.hide()
        self.context.bridge.call(work, self._saved, self._told, owner=self)

    def _clear(self) -> None:
        service = self.context.service
        self.outcome.hide()
        self.context.bridge.call(lambda: service.save_mail_server(MailServer()), self._saved, self._told, owner=self)

    def _saved(self, preferences: Preferences) -> None:
        self.load(preferences)
        text = (
            tr("The mail server is saved.")
            if preferences.mail.host
            else tr("The mail server and its secret are removed.")
        )
        self.outcome.tell(text, "good")
        self.to.setFocus()

    def _test(self) -> None:
        service, server, secret, to = self.context.service, self.typed, self.secret.line.text(), self.to.text().strip()
        self.outcome.tell(tr("Sending to {address} …", address=to))
        self.test_button.setEnabled(False)
        self.context.bridge.run(
            lambda _on_event, cancel: service.send_test_mail(to, server=server, secret=secret, cancel=cancel),
            lambda _events: None,
            lambda _none: self._sent(server.host, to),
            self._told,
            owner=self,
        )

    def _sent(self, host: str, to: str) -> None:
        self._changed()
        self.outcome.tell(
            tr("{host} took the mail. Look whether it arrived at {address}.", host=host, address=to), "good"
        )

    def _told(self, error: PsconnectError) -> None:
        """Say what is wrong, and leave what is typed."""
        self._changed()
        self.outcome.tell(word(error, window=True).text, "bad", [(tr("Close"), self.outcome.hide)])


def _abreast(*fields: QWidget) -> QWidget:
    """Fields side by side, their names at one height, whatever stands below them."""
    made = row(*fields, spacing=SPACE_L)
    layout = made.layout()
    for field in fields:
        if layout:
            layout.setAlignment(field, Qt.AlignmentFlag.AlignTop)
    return made
