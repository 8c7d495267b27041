"""Step 3, *Plugin*: built and saved here, and installed in PowerSchool by numbered steps that can be ticked."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QButtonGroup, QCheckBox, QFileDialog, QHBoxLayout, QLineEdit, QWidget

from psconnect.desktop.advice import PIECE_REFUSED
from psconnect.desktop.bridge import Bridge
from psconnect.desktop.text import number, tr
from psconnect.desktop.theme.tokens import SPACE_S, SPACE_XS
from psconnect.desktop.widgets.button import Button, link, secondary
from psconnect.desktop.widgets.card import Card, column, row, wide
from psconnect.desktop.widgets.form import FormRow
from psconnect.desktop.widgets.label import Label
from psconnect.desktop.wizard.pages.base import TOP, PagePlace, StepPage
from psconnect.desktop.wizard.session import Session
from psconnect.desktop.wizard.steps.plugin import PluginPart
from psconnect.model.errors import PsconnectError
from psconnect.service import PluginPackage, plugin_name
from psconnect.wording.catalogue import translated
from psconnect.wording.errors import word
from psconnect.wording.pieces import read_without

FILE_NAME = "psconnect-plugin.zip"


def install_steps(menus: str, plugin: str) -> list[str]:
    """The steps of a plugin's installation for the ``new`` or ``classic`` navigation (docs/powerschool.md 15.7)."""
    path = (
        tr("Open System Management > Server > Plugin Configuration.")
        if menus == "new"
        else tr("Open System > System Settings > Plugin Management Configuration.")
    )
    return [
        tr("Sign in to PowerSchool as an administrator."),
        path,
        tr("Press Install and choose {file}.", file=FILE_NAME),
        tr("Tick Enable beside “{plugin}” and confirm the list of fields.", plugin=plugin),
        tr("Click the plugin’s name, then Data Provider Configuration: there are the ID and the secret."),
    ]


class TickRow(QWidget):
    """A step that can be ticked; its text may take two lines, which a check box's own text can't."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.box = QCheckBox()
        self.label = Label("", "table")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_XS)
        layout.addWidget(self.box, 0, TOP)
        layout.addWidget(self.label, 1)

    def show_step(self, place: int, text: str) -> None:
        """Show another text."""
        self.label.setText(tr("{place}. {what}", place=place, what=text))
        self.box.setAccessibleName(tr("Step {place}: {what}", place=place, what=text))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """The text ticks as well."""
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.box.click()


class PluginCard(Card):
    """Save plugin…, and the steps of its installation."""

    def __init__(self, session: Session, bridge: Bridge) -> None:
        super().__init__(tr("Install psconnect’s plugin in PowerSchool"))
        self._session, self._bridge = session, bridge
        self.about = Label("", "muted")
        self.save_button = secondary(tr("Save plugin …"), self._ask_place, symbol="save")
        self.outcome = Label("", "help")
        self.add(self.about)
        self.outcome.hide()
        self.refused = QLineEdit()
        self.refused.setPlaceholderText("ROLEDEF NAME: Invalid Column")
        self.leave_button = secondary(tr("Leave it out"), self.leave_out)
        self.refused_row = FormRow(
            tr("What does PowerSchool say?"),
            self.refused,
            help=tr("Paste what it says. The plugin then goes without that; what you lose is said here."),
            control=row(wide(self.refused), self.leave_button, spacing=SPACE_S),
        )
        self.refused_row.hide()
        self.refused_link = link(translated(PIECE_REFUSED), self._open_refused)
        self.menus: dict[str, Button] = {}
        self.add(row(self.save_button, 1, *self._pills(), spacing=SPACE_S))
        self.add(self.outcome)
        self.steps = [TickRow() for _text in install_steps("new", "")]
        self.add(column(*self.steps, spacing=SPACE_XS))
        self.add(row(self.refused_link, 1))
        self.add(self.refused_row)
        self.without = Label("", "table")
        self.all_link = link(tr("Ask for all of it again"), lambda: session.update(PluginPart, without=()))
        self.without_row = column(self.without, row(self.all_link, 1), spacing=SPACE_XS)
        self.add(self.without_row)
        for place, step in enumerate(self.steps):
            step.box.toggled.connect(lambda on, place=place: self._tick(place, on=on))

    def _pills(self) -> list[Button]:
        group = QButtonGroup(self)
        for key, text in (("new", tr("Newer menus")), ("classic", tr("Classic menus"))):
            pill = Button(text, partial(self._session.update, PluginPart, menus=key), look="pill")
            pill.setCheckable(True)
            pill.setAccessibleDescription(tr("Which menus your PowerSchool has; newer ones came in 2024."))
            group.addButton(pill)
            self.menus[key] = pill
        return list(self.menus.values())

    def show_draft(self) -> None:
        """Show the steps for the chosen menus, and which are done."""
        draft = self._session.draft
        part = draft.of(PluginPart)
        about = tr("It lets psconnect view the fields that this connection needs, and change none.")
        if draft.prefilled:
            about = tr("In the demo district this is done already. In your own PowerSchool it goes like this:")
        self.about.setText(about)
        self.without.setText(tr("The plugin goes without: {pieces}", pieces=read_without(part.without)))
        self.without_row.setVisible(bool(part.without))
        for key, pill in self.menus.items():
            pill.setChecked(key == part.menus)
        plugin = plugin_name(draft.connection_id)
        for place, (step, text) in enumerate(zip(self.steps, install_steps(part.menus, plugin), strict=True)):
            step.show_step(place + 1, text)
            step.box.blockSignals(True)  # noqa: FBT003 - Qt's signature
            step.box.setChecked(place in part.ticked)
            step.box.blockSignals(False)  # noqa: FBT003 - Qt's signature

    def _tick(self, place: int, *, on: bool) -> None:
        ticked = set(self._session.draft.of(PluginPart).ticked)
        self._session.update(PluginPart, ticked=tuple(sorted(ticked | {place} if on else ticked - {place})))

    def _ask_place(self) -> None:
        start = str(Path.home() / FILE_NAME)
        dialog = QFileDialog(self, tr("Save the plugin"), start, tr("Plugin (*.zip)"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("zip")
        dialog.fileSelected.connect(lambda path: self.save_to(Path(path)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def save_to(self, path: Path) -> None:
        """Build the plugin and write it to a file."""
        session = self._session
        self.save_button.setEnabled(False)
        self._show("", tr("Building …"))
        self._bridge.call(
            lambda: session.save_plugin(path), lambda package: self._saved(path, package), self._failed, owner=self
        )

    def _saved(self, path: Path, package: PluginPackage) -> None:
        text = tr("Saved as {path}. It may view {count} fields.", path=path, count=number(len(package.access)))
        self._show("good", text)

    def _open_refused(self) -> None:
        """It is seen in PowerSchool, at the step before the last: perhaps in another session than the saving."""
        self.refused_link.hide()
        self.refused_row.show()
        self.refused.setFocus()

    def leave_out(self) -> None:
        """Go without the field that was pasted, or say why that can't be."""
        try:
            self._session.leave_out(self.refused.text())
        except PsconnectError as error:
            self.refused_row.set_error(word(error, window=True).text)
            return
        self.refused_row.set_error("")
        self.refused.clear()
        text = tr("Save the plugin again, delete the one in PowerSchool, and install the new one.")
        self._show("warning", text)

    def _failed(self, error: PsconnectError) -> None:
        self._show("bad", word(error, window=True).text)

    def _show(self, state: str, text: str) -> None:
        self.save_button.setEnabled(state != "" or not text)
        self.outcome.setText(text)
        self.outcome.setVisible(bool(text))
        self.outcome.set_state(state)


class PluginPage(StepPage):
    """Save the plugin, and install it."""

    def __init__(self, place: PagePlace) -> None:
        super().__init__(place)
        self.card = PluginCard(place.session, place.bridge)
        self.body.addWidget(self.card)
        self.body.addStretch(1)
        self.show_draft()

    def show_draft(self) -> None:
        """Show the steps for the chosen menus, and which are done."""
        self.card.show_draft()

    def first_field(self) -> QWidget:
        """Save the plugin: all else follows from it."""
        return self.card.save_button
