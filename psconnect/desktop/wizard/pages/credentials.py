"""Step *Credentials*: address, ID and secret, and the test of all of them."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFileDialog, QLineEdit, QPushButton, QWidget

from psconnect.desktop.bridge import BridgeTask
from psconnect.desktop.text import tr
from psconnect.desktop.theme.tokens import SPACE_L, SPACE_S
from psconnect.desktop.widgets.button import link, primary, secondary
from psconnect.desktop.widgets.card import Card, column, row, wide
from psconnect.desktop.widgets.check import CheckCard
from psconnect.desktop.widgets.drawing import ScreenDrawing
from psconnect.desktop.widgets.label import Label
from psconnect.desktop.wizard.pages.base import PagePlace, StepPage, show_text
from psconnect.desktop.wizard.pages.side_by_side import Across
from psconnect.desktop.wizard.steps.credentials import CredentialsPart
from psconnect.model.clock import CancelToken
from psconnect.model.errors import PsconnectError
from psconnect.model.events import OnEvent
from psconnect.model.pasted import stripped
from psconnect.service import CLIENT_SECRET
from psconnect.wording.catalogue import translated
from psconnect.wording.help import help_topic
from psconnect.wording.menus import CREDENTIALS


class CredentialsPage(StepPage):
    """Address, client ID, client secret, own certificate, test."""

    def __init__(self, place: PagePlace) -> None:
        super().__init__(place)
        session = place.session
        self._task: BridgeTask | None = None
        self._watched = self._following = False
        self.url = self.line(
            "url",
            tr("PowerSchool address"),
            lambda text: session.update(CredentialsPart, url=text),
            help=tr("Where you sign in. What stands behind the server’s name is dropped."),
            example="https://lincoln.powerschool.com",
        )
        self.url.editingFinished.connect(self._normalise)
        self.client_id = self.line(
            "client_id", tr("Client ID"), lambda text: session.update(CredentialsPart, client_id=text)
        )
        self.client_id.setProperty("look", "code")
        self.secret = self._secret_line()
        self._build_certificate()
        self.test_button = primary(tr("Test connection"), self._test)
        self.check = CheckCard(self._test)
        self.where = Card(tr("Where you find the ID and the secret"))
        self.where.add(Label(translated(CREDENTIALS), "help"))
        self.where.add(ScreenDrawing(help_topic("install-plugin").drawings["secret"], {}))
        self.where.add(Label(tr("Copy both into the fields of this page."), "help"))
        self._lay_out()
        self.check.hide()
        self.show_draft()

    @property
    def _part(self) -> CredentialsPart:
        return self.session.draft.of(CredentialsPart)

    def _secret_line(self) -> QLineEdit:
        self.show_button = link(tr("Show"), self._show_secret, name=tr("Show the client secret"))

        def control(edit: QLineEdit) -> QWidget:
            return row(wide(edit), self.show_button, spacing=SPACE_S)

        kept = (
            tr("It stays in the keyring of this computer and is never written to a file.")
            if self.session.choices.keyring
            else tr(
                "This computer has no keyring: the secret is known until psconnect is closed, then asked for again."
            )
        )
        edit = self.line(
            "secret", tr("Client secret"), partial(self.session.type_secret, CLIENT_SECRET), help=kept, control=control
        )
        edit.setEchoMode(QLineEdit.EchoMode.Password)
        edit.setProperty("look", "code")
        return edit

    def _build_certificate(self) -> None:
        self.ca_button = link(tr("My server has its own certificate …"), self._open_certificate)
        self.choose_button = secondary(tr("Choose …"), self._ask_certificate, symbol="folder")
        self.choose_button.setAccessibleName(tr("Choose the certificate file"))
        self.ca_file = self.line(
            "ca_file",
            tr("Certificate file"),
            lambda text: self.session.update(CredentialsPart, ca_file=text),
            help=tr("The district’s certificate authority as a .pem file. Only needed for a private certificate."),
            control=lambda edit: row(wide(edit), self.choose_button, spacing=SPACE_S),
        )

    def _lay_out(self) -> None:
        """What is typed here and tested at the left, what is found at the right."""
        fields = [self.rows[key] for key in ("url", "client_id", "secret", "ca_file")]
        test = column(row(self.test_button, 1), row(self.ca_button, 1), spacing=SPACE_S)
        left = column(*fields, test, 1, spacing=SPACE_L)
        right = column(self.where, self.check, 1, spacing=SPACE_L)
        self.body.addWidget(Across(left, right), 1)

    def show_draft(self) -> None:
        """Show address and ID; the secret only as typed in this session."""
        part, session = self._part, self.session
        show_text(self.url, part.url)
        show_text(self.client_id, part.client_id)
        show_text(self.ca_file, part.ca_file)
        typed = session.secrets.get(CLIENT_SECRET, "")
        if stripped(self.secret.text()) != typed:
            self.secret.setText(typed)
        self.secret.setPlaceholderText(tr("Kept; type only to change it") if CLIENT_SECRET in session.stored else "")
        opened = bool(part.ca_file) or self.rows["ca_file"].property("opened") is True
        self.rows["ca_file"].setVisible(opened)
        self.ca_button.setVisible(not opened)
        self.test_button.set_look("primary" if self.main_button() else "secondary")
        self.show_needs()

    def left(self) -> None:
        """A test that goes on is no longer wanted."""
        if self._task:
            self._task.cancel.cancel()

    def first_field(self) -> QWidget:
        """The first field that is empty, or the test."""
        fields = (self.url, self.client_id, self.secret)
        empty = (field for field in fields if not field.text() and not field.placeholderText().startswith(tr("Kept")))
        return next(empty, self.test_button)

    def lead_to(self, key: str) -> QWidget:
        """The line for a certificate is opened first."""
        if key == "ca_file":
            self._open_certificate()
        return super().lead_to(key)

    def main_button(self) -> QPushButton | None:
        """The test, once there is something to test and until it has passed; in the settings, one saves."""
        needs = any(need.blocks for need in self.session.needs(self.step))
        return None if needs or self._part.tested == "passed" or self.session.base else self.test_button

    def seen(self, key: str) -> None:
        """Who goes on typing looks at the fields again."""
        self._following = False
        super().seen(key)

    def reveal(self) -> QWidget | None:
        """Say what the fields need; that comes before the findings of the last test."""
        self._following = False
        return super().reveal()

    def _normalise(self) -> None:
        if self._part.url.strip():
            self.session.update(CredentialsPart, url=self._part.address)

    def _show_secret(self) -> None:
        hidden = self.secret.echoMode() == QLineEdit.EchoMode.Password
        self.secret.setEchoMode(QLineEdit.EchoMode.Normal if hidden else QLineEdit.EchoMode.Password)
        self.show_button.setText(tr("Hide") if hidden else tr("Show"))
        self.show_button.setAccessibleName(tr("Hide the client secret") if hidden else tr("Show the client secret"))

    def _open_certificate(self) -> None:
        self.rows["ca_file"].setProperty("opened", True)  # noqa: FBT003 - Qt's signature
        self.show_draft()
        self.ca_file.setFocus()

    def _ask_certificate(self) -> None:
        dialog = QFileDialog(self, tr("Choose the certificate file"), str(Path.home()))
        dialog.setNameFilters([tr("Certificates (*.pem *.crt *.cer)"), tr("All files (*)")])
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda path: self.session.update(CredentialsPart, ca_file=path))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    # --- test ----------------------------------------------------------------------------------------------------

    def _test(self) -> None:
        if self._task:
            self._task.cancel.cancel()
            return
        self._normalise()
        missing = self.reveal()
        if missing:
            missing.setFocus()
            return
        session, bridge = self.session, self.bridge
        self._following = True
        self.where.hide()
        self.check.show()
        self.check.begin()
        self.test_button.setText(tr("Stop"))

        def work(_news: OnEvent, cancel: CancelToken) -> bool:
            return session.test(lambda finding: bridge.post(lambda: self.check.take(finding), owner=self), cancel)

        tested = self._typed()
        self._task = bridge.run(
            work,
            lambda _events: None,
            lambda passed: self._tested(tested, passed=passed),
            self._refused,
            on_cancelled=lambda: self._ended(tr("Stopped.")),
            owner=self,
        )

    def _typed(self) -> tuple[str, ...]:
        part = self._part
        return part.url, part.client_id, part.ca_file, self.session.secrets.get(CLIENT_SECRET, "")

    def _tested(self, tested: tuple[str, ...], *, passed: bool) -> None:
        if tested == self._typed():
            self._ended()
            self.session.update(CredentialsPart, tested="passed" if passed else "failed")
        else:
            self._ended(tr("Something was changed meanwhile. Test again."))

    def _refused(self, error: PsconnectError) -> None:
        self.check.refused(error)
        self._ended()
        self.session.update(CredentialsPart, tested="failed")

    def _ended(self, text: str = "") -> None:
        self._task = None
        self.test_button.setText(tr("Test connection"))
        self.check.end(text)

    # --- scrolling -----------------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """From now on the findings of a test are kept in view as they make the page longer."""
        super().showEvent(event)
        if self.area and not self._watched:
            self._watched = True
            self.area.verticalScrollBar().rangeChanged.connect(self._follow)

    def _follow(self) -> None:
        if self.area and self._following:
            self.area.ensureWidgetVisible(self.check)
