"""Diagnostics: the exact text is shown before it is saved; nothing is sent."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QFileDialog, QPlainTextEdit, QWidget

from psconnect.desktop.context import PageContext
from psconnect.desktop.text import tr
from psconnect.desktop.widgets.banner import Banner
from psconnect.desktop.widgets.button import primary
from psconnect.desktop.widgets.page import ScrollPage
from psconnect.model.errors import PsconnectError
from psconnect.wording.errors import word


class DiagnosticsPage(ScrollPage):
    """The text of the diagnostics, made anew each time the page is opened."""

    whole_subtitle = True

    def __init__(self, context: PageContext, parent: QWidget | None = None) -> None:
        super().__init__(tr("Diagnostics"), parent, scrolls=False)
        self._context = context
        self.set_title(
            self.word,
            tr(
                "Versions, settings, codes and counts for who helps you. No name of a person, school, server, folder "
                "or user is in it. This text is all that is saved, and nothing is sent."
            ),
        )
        self.outcome = Banner()
        self.body.addWidget(self.outcome)
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setAccessibleName(tr("Text of the diagnostics"))
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.body.addWidget(self.text, 1)
        self.save_button = primary(tr("Save …"), self._save)
        self.buttons.addWidget(self.save_button)

    def load(self) -> None:
        """Collect the text and show it."""
        self.again = self.load
        self.outcome.hide()
        self.show_loading()
        self.read(self._context.bridge, self._context.service.diagnostics, self._show)

    def _show(self, text: str) -> None:
        self.text.setPlainText(text)
        self.show_content()
        self.save_button.setFocus()

    def _save(self) -> None:
        start = str(Path.home() / "psconnect-diagnostics.zip")
        dialog = QFileDialog(self, tr("Save the diagnostics"), start, tr("ZIP archive (*.zip)"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("zip")
        dialog.fileSelected.connect(lambda path: self.save_to(Path(path)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def save_to(self, path: Path) -> None:
        """Save what is shown."""
        text, service = self.text.toPlainText(), self._context.service
        self._context.bridge.call(
            lambda: service.save_diagnostics(text, path), lambda _none: self._saved(path), self._refused, owner=self
        )

    def _saved(self, path: Path) -> None:
        show = partial(self._context.open_url, path.parent.as_uri())
        text = tr("The text below is in {path}. Send it to who helps you, if you want to.", path=path)
        self.outcome.tell(text, "good", [(tr("Open folder"), show)])

    def _refused(self, error: PsconnectError) -> None:
        self.outcome.tell(word(error, window=True).text, "bad")
