"""Check access: the access doctor for a connection, each step as it is made, to copy and to save."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QFileDialog, QWidget

from psconnect.desktop.bridge import BridgeTask
from psconnect.desktop.context import PageContext
from psconnect.desktop.text import tr
from psconnect.desktop.widgets.banner import Banner
from psconnect.desktop.widgets.button import primary, secondary
from psconnect.desktop.widgets.check import CheckCard
from psconnect.desktop.widgets.page import ScrollPage
from psconnect.model.clock import CancelToken
from psconnect.model.errors import PsconnectError
from psconnect.model.events import OnEvent
from psconnect.service import Finding, slug
from psconnect.wording.errors import word


class CheckPage(ScrollPage):
    """The check of one connection at a time; it begins when the page is opened, and ends when it is left."""

    def __init__(self, context: PageContext, parent: QWidget | None = None) -> None:
        super().__init__(tr("Check access"), parent)
        self._context = context
        self.name = ""
        self._task: BridgeTask | None = None
        self.found: list[Finding] = []
        self.save_button = secondary(tr("Save …"), self._ask_place, symbol="save")
        self.save_button.setAccessibleName(tr("Save the findings …"))
        self.credentials_button = secondary(tr("Open Credentials"), self._open_credentials)
        self.check_button = primary(tr("Check again"), self._turn)
        for button in (self.save_button, self.credentials_button, self.check_button):
            self.buttons.addWidget(button)
        self.outcome = Banner()
        self.outcome.hide()
        self.check = CheckCard(self._begin)
        self.body.addWidget(self.outcome)
        self.body.addWidget(self.check)
        self.body.addStretch(1)

    def load(self, name: str) -> None:
        """Check a connection."""
        self.name = name
        self.set_title(self.word, tr("{name}: can it be read and delivered?", name=name))
        self.outcome.hide()
        self._begin()
        self.check_button.setFocus()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        """Nobody looks any more: stop asking."""
        super().hideEvent(event)
        self._stop()

    def _stop(self) -> None:
        if self._task:
            self._task.cancel.cancel()

    def _turn(self) -> None:
        if self._task:
            self._stop()
        else:
            self._begin()

    def _begin(self) -> None:
        self._stop()
        self.begin()
        self.found = []
        self.check.begin()
        name, service, bridge = self.name, self._context.service, self._context.bridge
        take, ended = self.while_here(self._take), self.while_here(self._ended)

        def work(_news: OnEvent, cancel: CancelToken) -> None:
            service.check(name, lambda finding: bridge.post(partial(take, finding), owner=self), cancel)

        self._task = bridge.run(
            work,
            lambda _events: None,
            lambda _none: ended(""),
            self.while_here(self._refused),
            on_cancelled=lambda: ended(tr("Stopped.")),
            owner=self,
        )
        self._show_buttons()

    def _take(self, finding: Finding) -> None:
        self.found.append(finding)
        self.check.take(finding)

    def _refused(self, error: PsconnectError) -> None:
        self.check.refused(error)
        self._ended()

    def _ended(self, text: str = "") -> None:
        self._task = None
        self.check.end(text)
        self._show_buttons()

    def _show_buttons(self) -> None:
        working = self._task is not None
        self.check_button.setText(tr("Stop") if working else tr("Check again"))
        self.save_button.setEnabled(not working and bool(self.found))

    def _open_credentials(self) -> None:
        self._context.go.setting(self.name, "credentials")

    def _ask_place(self) -> None:
        start = str(Path.home() / f"{slug(self.name)}-check.html")
        kinds = tr("Web page (*.html);;Text (*.txt)")
        dialog = QFileDialog(self, tr("Save the findings"), start, kinds)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("html")
        dialog.fileSelected.connect(lambda path: self.save_to(Path(path)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def save_to(self, path: Path) -> None:
        """Write the findings to a file: HTML or text, by its ending."""
        name, found, service = self.name, list(self.found), self._context.service
        self._context.bridge.call(
            lambda: service.save_check(name, found, path), lambda _none: self._saved(path), self._not_saved, owner=self
        )

    def _saved(self, path: Path) -> None:
        show = partial(self._context.open_url, path.parent.as_uri())
        text = tr("The findings are in {path}. They hold no secret and nobody’s data.", path=path)
        self.outcome.tell(text, "good", [(tr("Open folder"), show)])

    def _not_saved(self, error: PsconnectError) -> None:
        self.outcome.tell(word(error, window=True).text, "bad")
