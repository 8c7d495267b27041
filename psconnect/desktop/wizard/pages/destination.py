"""Step 4, *Destination*: made from what the chosen destination declares, so that a new one needs no page of its own."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QCheckBox, QComboBox, QFileDialog, QLineEdit, QVBoxLayout, QWidget

from psconnect.desktop.text import tr
from psconnect.desktop.theme.tokens import SPACE_L, SPACE_S, SPACE_XS
from psconnect.desktop.widgets.button import link, primary, secondary
from psconnect.desktop.widgets.card import Card, column, row, wide
from psconnect.desktop.widgets.form import FormRow
from psconnect.desktop.widgets.label import Label
from psconnect.desktop.wizard.pages.across import Across
from psconnect.desktop.wizard.pages.base import Place, StepPage, show_text
from psconnect.desktop.wizard.pages.choice import ChoiceCard
from psconnect.desktop.wizard.steps.destination import DestinationPart, Value
from psconnect.model.errors import PsconnectError
from psconnect.service import Kind, SettingField

_ASIDE_WIDTH, _SHORT = 300, 160


class DestinationPage(StepPage):
    """The kind of destination, its settings, and its test."""

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        session = place.session
        self.kinds: dict[str, ChoiceCard] = {}
        self.controls: dict[str, QWidget] = {}
        self._shown: Kind | None = None
        self._open = False
        self.advanced_button = link(tr("Advanced"), self._toggle, symbol="chevron-right")
        self.advanced = QWidget()
        self.test_button = primary(tr("Test"), self._test)
        self.test_button.setAccessibleName(tr("Test the destination"))
        self.outcome = Label("", "body")
        self._fields = QVBoxLayout()
        self._fields.setSpacing(SPACE_L)
        self.card = Card(tr("Destination"))
        self.card.body.setSpacing(SPACE_L)
        self.summary = Label("", "muted")
        self.card.add(self.summary)
        self.card.body.addLayout(self._fields)
        self.card.add(row(self.advanced_button, 1))
        self.card.add(self.advanced)
        self.card.add(row(self.test_button, wide(self.outcome)))
        choice = [self._choice()] if len(session.choices.destinations) > 1 else []
        left = column(*choice, self.card, 1, spacing=SPACE_L)
        self.body.addWidget(Across(left, _good_to_know(), aside=_ASIDE_WIDTH))
        self.body.addStretch(1)
        self.show_draft()

    def _choice(self) -> QWidget:
        cards = []
        for declaration in self.session.choices.destinations:
            card = ChoiceCard(declaration.label, declaration.summary, f"kind-{declaration.name}")
            card.clicked.connect(partial(self._choose, declaration.name))
            self.kinds[declaration.name] = card
            cards.append(card)
        return column(*cards, spacing=SPACE_S)

    def _choose(self, kind: str, _on: bool = True) -> None:  # noqa: FBT001, FBT002 - Qt's signal
        if kind != self._part.kind:
            self.session.update(DestinationPart, destination={"kind": kind})

    @property
    def _part(self) -> DestinationPart:
        return self.session.draft.of(DestinationPart)

    def first_field(self) -> QWidget:
        """The first setting, or the choice of a kind."""
        return next(iter([*self.controls.values(), *self.kinds.values(), self.test_button]))

    def show_draft(self) -> None:
        """Show the chosen kind with its settings."""
        part = self._part
        declaration = part.declared_by(self.session.known)
        for kind, card in self.kinds.items():
            card.setChecked(declaration is not None and kind == declaration.name)
        if declaration is not self._shown:
            self._build(declaration)
        self.card.setVisible(declaration is not None)
        for setting in declaration.fields if declaration else ():
            if setting.key in self.controls:
                _show(self.controls[setting.key], part.destination.get(setting.key, setting.default))
        self._show_advanced()
        self.show_needs()

    def _build(self, declaration: Kind | None) -> None:
        self._shown = declaration
        for built in self.rows.values():
            built.hide()
            built.deleteLater()
        self.rows, self.controls = {}, {}
        self.advanced.deleteLater()
        behind = []
        for setting in declaration.fields if declaration else ():
            if len(setting.choices) == 1:
                continue
            built = self._row(setting)
            if setting.advanced:
                behind.append(built)
            else:
                self._fields.addWidget(built)
        self.advanced = column(*behind, spacing=SPACE_L)
        self.card.body.insertWidget(self.card.body.count() - 1, self.advanced)
        if declaration:
            self.card.heading.setText(declaration.label)
            self.summary.setText(declaration.summary)

    def _row(self, setting: SettingField) -> FormRow:
        control: QWidget | None = None
        take = partial(self._take, setting.key)
        field: QWidget
        if setting.kind == "switch":
            field = box = QCheckBox(setting.label)
            box.toggled.connect(take)
        elif setting.kind == "choice":
            field = choice = QComboBox()
            choice.addItems(list(setting.choices))
            choice.textActivated.connect(take)
            choice.setMaximumWidth(_SHORT)
        else:
            field = edit = QLineEdit()
            edit.setPlaceholderText(setting.example)
            edit.textEdited.connect(partial(self._take_number, setting.key) if setting.kind == "number" else take)
            edit.editingFinished.connect(partial(self.seen, f"destination.{setting.key}"))
            if setting.kind == "number":
                edit.setMaximumWidth(_SHORT)
            elif setting.kind == "folder":
                choose = secondary(tr("Choose …"), partial(self._ask_folder, setting), symbol="folder")
                choose.setAccessibleName(tr("Choose the folder: {label}", label=setting.label))
                control = row(wide(edit), choose, spacing=SPACE_S)
        self.controls[setting.key] = field
        self.rows[f"destination.{setting.key}"] = FormRow(setting.label, field, help=setting.help, control=control)
        return self.rows[f"destination.{setting.key}"]

    # --- changing ------------------------------------------------------------------------------------------------

    def _take(self, key: str, value: Value) -> None:
        given = self._part.destination
        if given.get(key) != value:
            self.outcome.setText("")
            self.session.update(DestinationPart, destination={**given, key: value})

    def _take_number(self, key: str, text: str) -> None:
        plain = text.strip()
        self._take(key, int(plain) if plain.isascii() and plain.isdigit() else text)

    def _ask_folder(self, setting: SettingField) -> None:
        start = str(self._part.destination.get(setting.key) or Path.home())
        dialog = QFileDialog(self, tr("Choose the folder"), start)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(lambda path: self._take(setting.key, str(Path(path))))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _toggle(self) -> None:
        self._open = not self._open
        self._show_advanced()

    def _show_advanced(self) -> None:
        wrong = {need.field for need in self.session.needs(self.step)} & self._seen
        fields = self._shown.fields if self._shown else ()
        behind = [setting for setting in fields if setting.advanced and setting.key in self.controls]
        opened = self._open or any(f"destination.{setting.key}" in wrong for setting in behind)
        self.advanced_button.setVisible(bool(behind))
        self.advanced_button.set_symbol("chevron-down" if opened else "chevron-right")
        self.advanced_button.setAccessibleDescription(tr("Shown") if opened else tr("Hidden"))
        self.advanced.setVisible(opened and bool(behind))

    def reveal(self) -> QWidget | None:
        """Also open what is hidden and wrong."""
        field = super().reveal()
        self._show_advanced()
        return field

    # --- test ----------------------------------------------------------------------------------------------------

    def _test(self) -> None:
        missing = self.reveal()
        if missing:
            missing.setFocus()
            return
        session, tested = self.session, self._part.destination
        self.test_button.setEnabled(False)
        self._say("", tr("Trying …"))
        passed, refused = partial(self._ended, tested, "good"), partial(self._refused, tested)
        self.bridge.call(session.test_destination, passed, refused, owner=self)

    def _refused(self, tested: dict[str, Value], error: PsconnectError) -> None:
        self._ended(tested, "bad", tr("{happened} {to_do}", happened=error.happened, to_do=error.to_do))

    def _ended(self, tested: dict[str, Value], state: str, text: str) -> None:
        self.test_button.setEnabled(True)
        if tested == self._part.destination:
            self._say(state, text)

    def _say(self, state: str, text: str) -> None:
        self.outcome.setText(text)
        self.outcome.set_state(state)


def _good_to_know() -> Card:
    card = Card(tr("Good to know"))
    card.body.setSpacing(SPACE_L)
    for title, text in (
        (tr("The test changes nothing"), tr("It only looks whether psconnect may deliver there.")),
        (tr("Never half a roster"), tr("The other system sees the roster before a sync, or the one after it.")),
        (tr("You see it first"), tr("The first sync waits until you have looked at it and approved it.")),
    ):
        card.add(column(Label(title, "strong"), Label(text, "muted"), spacing=SPACE_XS))
    return card


def _show(control: QWidget, value: Value) -> None:
    if isinstance(control, QCheckBox):
        control.setChecked(bool(value))
    elif isinstance(control, QComboBox):
        control.setCurrentText(str(value))
    elif isinstance(control, QLineEdit):
        show_text(control, str(value))
