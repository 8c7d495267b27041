"""The settings of a connection: what it is made of, export without secrets, disable, remove."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QStackedWidget, QWidget

from psconnect.desktop.context import PageContext
from psconnect.desktop.in_use import disabled_in_words, switch_use
from psconnect.desktop.pages.notices_card import NoticesCard
from psconnect.desktop.pages.remove_card import RemoveCard
from psconnect.desktop.runs import start_as_wished
from psconnect.desktop.sentences import where_from_to
from psconnect.desktop.text import tr
from psconnect.desktop.theme.tokens import SPACE_L
from psconnect.desktop.widgets.banner import Action, Banner
from psconnect.desktop.widgets.button import secondary
from psconnect.desktop.widgets.card import Card, column, row, wide
from psconnect.desktop.widgets.label import Label
from psconnect.desktop.widgets.page import Scrolling, ScrollPage
from psconnect.desktop.wizard.find_setting import FindSetting
from psconnect.desktop.wizard.findable import NOTICES
from psconnect.desktop.wizard.forms import ConnectionForms
from psconnect.model.connection import Connection
from psconnect.model.errors import PsconnectError
from psconnect.model.removal import RemovalProof
from psconnect.service import slug
from psconnect.wording.errors import word

_NOTICES = 2
"""The place of the notices among what the page shows; before it are the settings, and the actions on the whole."""


class SettingsPage(ScrollPage):
    """The settings of one connection at a time."""

    def __init__(self, context: PageContext, parent: QWidget | None = None) -> None:
        super().__init__(tr("Settings"), parent, scrolls=False)
        self._context = context
        self.name, self._wanted = "", ""
        self.question, self.outcome = Banner(), Banner()
        self.body.addWidget(self.question)
        self.body.addWidget(self.outcome)
        self.forms = ConnectionForms(
            context.bridge,
            context.service,
            on_saved=self._forms_saved,
            on_wish=self._wished,
            proving=context.proving,
        )
        self.ids_button = secondary(tr("Ids"), lambda: context.go.ids(self.name))
        self.manage_button = secondary("", self._turn)
        self.finder = FindSetting(lambda found: self._lead_to(found.setting), notices=True)
        self.notices_button = secondary(tr("Notices"), self._turn_notices)
        for part in (self.finder, self.notices_button, self.ids_button, self.manage_button):
            self.buttons.addWidget(part)
        self._sides = QStackedWidget()
        self._sides.addWidget(self.forms)
        self.body.addWidget(self._sides, 1)
        self.export_button = secondary(tr("Export settings …"), self._export)
        self.disable_button = secondary(tr("Disable"), self._switch)
        self._disable_text = Label("", "muted")
        self._disabled = False
        self.remove_card = RemoveCard(context, self._removed, self._refused)
        actions = column(self._file_card(), self._state_card(), self.remove_card, 1, spacing=SPACE_L)
        actions.setProperty("look", "page")
        self._sides.addWidget(Scrolling(actions, tr("Export, disable or remove")))
        self.notices_card = NoticesCard(context, context.go.changed)
        self._sides.addWidget(Scrolling(column(self.notices_card, 1), tr("Notices")))
        self._show_side(managing=False)

    def load(self, name: str, setting: str = "") -> None:
        """Show the settings of a connection, with ``setting`` (``STEP.CONTROL`` or ``STEP``) in focus."""
        self.question.hide()
        if name != self.name:
            self.set_title(self.word, name)
            self.show_loading()
            self.outcome.hide()
            self._show_side(managing=False)
        if name != self.name or not self.forms.dirty:
            self.forms.load(name)
        self._wanted = setting
        if setting:
            self._lead_to(setting)
        self.name, self.again = name, partial(self.load, name)
        connection = self._context.service.connection
        self.read(self._context.bridge, lambda: connection(name), self._show)

    def unsaved(self, besides: str = "") -> bool:
        """Whether settings were changed and not saved, of another connection than ``besides``."""
        return (self.forms.dirty or self.notices_card.unsaved) and self.name != besides

    def ask(self, go_on: Callable[[], object]) -> None:
        """Ask what becomes of the changed settings; ``go_on`` is called once they are saved or dropped."""
        if self.forms.dirty:
            self._show_side(managing=False)
        else:
            self._show_notices()

        def discard() -> None:
            self.forms.drop()
            self.notices_card.drop()
            self.name = ""
            go_on()

        text = tr("The settings of “{name}” were changed and are not saved.", name=self.name)
        answers: list[Action] = [
            (tr("Save"), partial(self._save_all, go_on)),
            (tr("Discard changes"), discard),
            (tr("Keep editing"), self.question.hide),
        ]
        self.question.tell(text, "warning", answers)
        self.question.buttons[-1].setFocus()

    def _save_all(self, go_on: Callable[[], object]) -> None:
        """Save what was typed, the notices first: what is refused is shown where it is."""
        if self.notices_card.unsaved:
            self._show_notices()
            self.notices_card.save(partial(self._save_all, go_on))
        elif self.forms.dirty:
            self._show_side(managing=False)
            self.forms.save(go_on)
        else:
            self.question.hide()
            go_on()

    def _show(self, connection: Connection) -> None:
        self.set_title(self.word, tr("{name}: {way}", name=self.name, way=where_from_to(connection)))
        self._show_disabled(disabled=connection.disabled)
        self.remove_card.load(connection.name)
        self.notices_card.load(connection)
        self.show_content()
        if self._wanted.startswith(NOTICES):
            self._lead_to(self._wanted)
        self._wanted = ""

    def _turn(self) -> None:
        self._show_side(managing=self._sides.currentIndex() == 0)

    def _turn_notices(self) -> None:
        if self._sides.currentIndex() == _NOTICES:
            self._show_side(managing=False)
        else:
            self._lead_to(NOTICES)

    def _lead_to(self, setting: str) -> None:
        """Put the focus on a setting, on whichever side it is."""
        page, _, control = setting.partition(".")
        if page == NOTICES:
            self._show_notices()
            self.notices_card.lead_to(control)
        else:
            self._show_side(managing=False)
            self.forms.lead_to(setting)

    def _show_notices(self) -> None:
        self._show_side(managing=True)
        self._sides.setCurrentIndex(_NOTICES)

    def _show_side(self, *, managing: bool) -> None:
        """Show either the settings, or the actions on the connection as a whole."""
        self._sides.setCurrentIndex(1 if managing else 0)
        self.manage_button.setText(tr("Back to the settings") if managing else tr("Export, disable or remove"))
        self.manage_button.setAccessibleName(self.manage_button.text())

    def _forms_saved(self, _name: str) -> None:
        self.question.hide()
        self._context.go.changed()

    def _wished(self, name: str, wish: str) -> None:
        """Run a connection whose settings were saved for it."""
        start_as_wished(self._context.runs, name, wish)
        self._context.go.running(name)
        self._context.go.notice(tr("The settings of “{name}” were saved.", name=name))

    def _file_card(self) -> Card:
        card = Card(tr("Connection file"))
        text = tr("All settings in one file, to keep or to send. It holds no secret and nobody’s data.")
        card.add(row(wide(Label(text, "muted")), self.export_button))
        return card

    def _state_card(self) -> Card:
        card = Card(tr("In use"))
        card.add(row(wide(self._disable_text), self.disable_button))
        return card

    def _show_disabled(self, *, disabled: bool) -> None:
        self._disabled = disabled
        self.disable_button.setText(tr("Enable") if disabled else tr("Disable"))
        on = tr(
            "Disabling it stops a run that is going on and takes its schedule away. Settings, secrets, roster data and "
            "history are kept, and what stands in the other system stays there."
        )
        self._disable_text.setText(disabled_in_words() if disabled else on)

    def _switch(self) -> None:
        switch_use(self._context, self.name, disabled=not self._disabled, owner=self)

    def _export(self) -> None:
        start = str(Path.home() / f"{slug(self.name)}.toml")
        dialog = QFileDialog(self, tr("Export the settings"), start, tr("Connection file (*.toml)"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("toml")
        dialog.fileSelected.connect(lambda path: self.export_to(Path(path)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def export_to(self, path: Path) -> None:
        """Write the settings to a file."""
        name, service = self.name, self._context.service
        self._context.bridge.call(
            lambda: service.export_connection(name, path), lambda _none: self._exported(path), self._refused, owner=self
        )

    def _exported(self, path: Path) -> None:
        show = partial(self._context.open_url, path.parent.as_uri())
        self.outcome.tell(tr("The settings are in {path}", path=path), "good", [(tr("Open folder"), show)])

    def _removed(self, proof: RemovalProof) -> None:
        if proof.name == self.name:
            self.name = ""
            self.forms.drop()
            self.notices_card.drop()
        self._context.go.changed()
        self._context.go.removed(proof)

    def _refused(self, error: PsconnectError) -> None:
        self.outcome.tell(word(error, window=True).text, "bad")
