"""Step 4, *Destination*: made from what the chosen destination declares, so that a new one needs no page of its own."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtWidgets import QButtonGroup, QVBoxLayout, QWidget

from psconnect.desktop.text import tr
from psconnect.desktop.theme.tokens import SPACE_L, SPACE_S, SPACE_XS
from psconnect.desktop.widgets.button import link, secondary
from psconnect.desktop.widgets.card import Card, clear, column, row, wide
from psconnect.desktop.widgets.form import FormRow
from psconnect.desktop.widgets.label import Label
from psconnect.desktop.widgets.secret_control import SecretControl
from psconnect.desktop.widgets.setting_row import SettingRow
from psconnect.desktop.wizard.pages.base import PagePlace, StepPage
from psconnect.desktop.wizard.pages.choice import ChoiceCard
from psconnect.desktop.wizard.pages.host_key_card import HOST_KEY, HostKeyCard
from psconnect.desktop.wizard.pages.side_by_side import Across
from psconnect.desktop.wizard.steps.connect import ConnectPart
from psconnect.desktop.wizard.steps.destination import (
    DestinationPart,
    SettingValue,
    row_labels,
    secret_key,
    with_setting,
)
from psconnect.model.errors import PsconnectError
from psconnect.service import Kind, SecretField
from psconnect.wording.errors import word
from psconnect.wording.receiver import not_verified, receiver_words

_ASIDE_WIDTH, _FEW = 300, 2


class DestinationPage(StepPage):
    """The kind of destination, its settings, its secrets, and its test."""

    def __init__(self, place: PagePlace) -> None:
        super().__init__(place)
        session = place.session
        self.kinds: dict[str, ChoiceCard] = {}
        self.settings: dict[str, SettingRow] = {}
        self.secrets: dict[str, SecretControl] = {}
        self._shown: Kind | None = None
        self._open = self._all_kinds = False
        self.others_button = link(tr("Choose another kind of destination"), self._show_others, symbol="chevron-right")
        self.others_button.hide()
        self.advanced_button = link(tr("Advanced"), self._toggle, symbol="chevron-right")
        self.advanced = QWidget()
        self._behind = QVBoxLayout(self.advanced)
        self.test_button = secondary(tr("Test"), self._test)
        self.test_button.setAccessibleName(tr("Test the destination"))
        self.outcome = Label("", "body")
        self._fields = QVBoxLayout()
        self.card = Card(tr("Destination"))
        self.summary = Label("", "muted")
        self.card.add(self.summary)
        self.card.body.addLayout(self._fields)
        for layout in (self.card.body, self._fields, self._behind):
            layout.setSpacing(SPACE_L)
        self._behind.setContentsMargins(0, 0, 0, 0)
        self.card.add(row(self.advanced_button, 1))
        self.card.add(self.advanced)
        self.card.add(row(self.test_button, wide(self.outcome)))
        self._gives_focus_back = False
        self.host_key = HostKeyCard(self._accept_key, self._leave_key)
        self.card.add(self.host_key)
        choice = [self._choice()] if len(session.choices.destinations) > 1 else []
        left = column(*choice, self.card, 1, spacing=SPACE_L)
        self.never_half = column(
            Label(tr("Never half a roster"), "strong"),
            Label(tr("The other system sees the roster before a sync, or the one after it."), "muted"),
            spacing=SPACE_XS,
        )
        self.body.addWidget(Across(left, self._good_to_know(), aside=_ASIDE_WIDTH))
        self.body.addStretch(1)
        self.show_draft()

    def _good_to_know(self) -> Card:
        card = Card(tr("Good to know"))
        card.body.setSpacing(SPACE_L)
        tested, seen = (
            column(Label(title, "strong"), Label(text, "muted"), spacing=SPACE_XS)
            for title, text in (
                (tr("The test changes nothing"), tr("It only checks whether psconnect may deliver there.")),
                (tr("You see it first"), tr("The first sync waits until you have looked at it and approved it.")),
            )
        )
        self.receives = Label("", "muted")
        self.received = column(Label(tr("What the other system does"), "strong"), self.receives, spacing=SPACE_XS)
        self.unverified = Label(not_verified(), "help")
        self.unverified.set_state("warning")
        for part in (self.unverified, self.received, tested, self.never_half, seen):
            card.add(part)
        return card

    def _choice(self) -> QWidget:
        group = QButtonGroup(self)
        for kind in self.session.choices.destinations:
            card = ChoiceCard(kind.label, kind.summary, self._symbol_of(kind))
            card.clicked.connect(partial(self._choose, kind.name))
            group.addButton(card)
            self.kinds[kind.name] = card
        self.kind_error = Label("", "error")
        self.kind_error.hide()
        holder = column(*self.kinds.values(), row(self.others_button, 1), self.kind_error, spacing=SPACE_S)
        holder.setAccessibleName(tr("Kind of destination"))
        return holder

    def _symbol_of(self, kind: Kind) -> str:
        """The icon of the preset that is named like the kind, else of one that delivers to it."""
        to_it = [
            one.name
            for one in self.session.choices.presets
            if one.defaults and one.defaults.destination_kind == kind.name
        ]
        named = [name for name in to_it if kind.name.startswith(name)]
        return next((f"preset-{name}" for name in (*named, *to_it)), f"kind-{kind.name}")

    def _show_others(self) -> None:
        """Show all kinds; the chosen one keeps the focus."""
        self._all_kinds = True
        self.show_draft()
        chosen = next((card for card in self.kinds.values() if card.isChecked()), None)
        (chosen or next(iter(self.kinds.values()))).setFocus()

    def _choose(self, kind: str, _on: bool = True) -> None:  # noqa: FBT001, FBT002 - Qt's signal
        if kind != self._part.kind:
            self.outcome.setText("")
            self.session.choose_kind(kind)

    @property
    def _part(self) -> DestinationPart:
        return self.session.draft.of(DestinationPart)

    def first_field(self) -> QWidget:
        """The first setting, or the choice of a kind."""
        settings = (shown.field for shown in self.settings.values() if not shown.isHidden())
        return next(iter([*settings, *self.kinds.values(), self.test_button]))

    # --- showing -------------------------------------------------------------------------------------------------

    def show_draft(self) -> None:
        """Show the chosen kind with its settings."""
        part, session = self._part, self.session
        chosen = part.declared_by(session.known)
        # The preset has chosen one: the others would push its settings out of sight.
        folded = chosen is not None and not self._all_kinds and len(self.kinds) > _FEW
        for name, card in self.kinds.items():
            card.setChecked(chosen is not None and name == chosen.name)
            card.setVisible(card.isChecked() or not folded)
        self.others_button.setVisible(folded)
        if chosen is not self._shown:
            self._build(chosen)
        self.card.setVisible(chosen is not None)
        received = receiver_words(chosen.receives, chosen.holds_above(part.destination)) if chosen else ""
        self.receives.setText(received)
        self.received.setVisible(bool(received))
        preset = session.draft.of(ConnectPart).preset
        self.unverified.setVisible(any(one.name == preset and not one.verified for one in session.choices.presets))
        # Only what is published as a whole can promise it.
        self.never_half.setVisible(bool(chosen and chosen.places and chosen.packing(part.destination) == "zip"))
        asked = {one.key for one in chosen.asked(part.destination)} if chosen else set()
        for key, shown in self.settings.items():
            shown.setVisible(key in asked)
            value = part.destination.get(key, shown.setting.initial)
            shown.show_value(value, row_labels(shown.setting, session.draft, session.known))
        for key, control in self.secrets.items():
            place = session.places.get(key, "")
            control.show_secret(session.secrets.get(key, ""), place, removed=key in session.removed)
        secrets = {secret_key(one) for one in chosen.asked_secrets(part.destination)} if chosen else set()
        for key in self.secrets:
            self.rows[key].setVisible(key in secrets)
        self._show_advanced()
        self.show_needs()

    def show_needs(self) -> None:
        """Also under the kinds, which are no field of a form."""
        super().show_needs()
        texts = [need.text for need in self.session.needs(self.step) if need.field == "kind"]
        if self.kinds:
            self.kind_error.setText(texts[0] if texts and "kind" in self._seen else "")
            self.kind_error.setVisible(bool(self.kind_error.text()))

    def _build(self, kind: Kind | None) -> None:
        self._shown = kind
        self.rows, self.settings, self.secrets = {}, {}, {}
        clear(self._fields)
        clear(self._behind)
        # A setting that can only have one value is no question.
        for setting in (one for one in (kind.fields if kind else ()) if len(one.choices) != 1):
            path = f"destination.{setting.key}"
            built = SettingRow(setting, partial(self._take, setting.key), partial(self.seen, path))
            self.rows[path] = self.settings[setting.key] = built
            (self._behind if setting.advanced else self._fields).addWidget(built)
        for secret in kind.all_secrets if kind else ():
            self._fields.addWidget(self._secret_row(secret))
        if kind:
            self.card.heading.setText(kind.label)
            self.summary.setText(kind.summary)
            self.summary.setVisible(not self.kinds)  # its card says it above

    def _secret_row(self, secret: SecretField) -> FormRow:
        session, key = self.session, secret_key(secret)
        control = SecretControl(
            secret.label,
            partial(self._type_secret, key),
            partial(session.remove_secret, key),
            partial(session.keep_secret, key),
        )
        control.line.editingFinished.connect(partial(self.seen, key))
        self.secrets[key] = control
        kept = (
            ""
            if session.choices.keyring
            else tr("This computer has no keyring: it is known until psconnect is closed.")
        )
        text = " ".join(part for part in (secret.help, kept) if part)
        self.rows[key] = FormRow(secret.label, control.line, help=text, control=control)
        return self.rows[key]

    # --- changing ------------------------------------------------------------------------------------------------

    def _take(self, key: str, value: SettingValue) -> None:
        given = self._part.destination
        if given.get(key) != value:
            self.outcome.setText("")
            self.host_key.hide()
            self.session.update(DestinationPart, destination=with_setting(given, key, value))

    def _type_secret(self, key: str, text: str) -> None:
        self.outcome.setText("")
        self.session.type_secret(key, text)

    def _toggle(self) -> None:
        self._open = not self._open
        self._show_advanced()

    def _show_advanced(self) -> None:
        wrong = {need.field for need in self.session.needs(self.step)} & self._seen
        given = self._part.destination
        behind = [one.key for one in (self._shown.asked(given) if self._shown else ()) if one.advanced]
        opened = self._open or any(f"destination.{key}" in wrong for key in behind)
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
        # The server's key is what the test shows.
        first = [need for need in self.session.needs(self.step) if not self._is_pinned(need.field)]
        missing = self.reveal() if first else None
        if missing:
            missing.setFocus()
            return
        session, tested = self.session, self._tested()
        self._gives_focus_back = self.test_button.hasFocus()
        self.test_button.setEnabled(False)
        self._say("", tr("Trying …"))
        passed, refused = partial(self._ended, tested, "good"), partial(self._refused, tested)
        self.bridge.call(session.test_destination, passed, refused, owner=self)

    def _is_pinned(self, path: str) -> bool:
        shown = self.settings.get(path.removeprefix("destination."))
        return shown is not None and shown.setting.kind == "pinned"

    def _accept_key(self, key: str) -> None:
        for name, shown in self.settings.items():
            if shown.setting.kind == "pinned":
                self._take(name, key)
        self.test_button.setFocus()
        self._test()

    def _leave_key(self) -> None:
        self.host_key.hide()
        self.outcome.setText("")
        self.test_button.setFocus()

    def _tested(self) -> Any:
        return self._part.destination, self.session.secrets, self.session.removed

    def _refused(self, tested: Any, error: PsconnectError) -> None:
        if error.code == HOST_KEY and tested == self._tested():
            self._ended(tested, "", "")
            self.host_key.ask(error)
            return
        self._ended(tested, "bad", word(error, window=True).text)

    def _ended(self, tested: Any, state: str, text: str) -> None:
        self.test_button.setEnabled(True)
        if tested == self._tested():
            if self._gives_focus_back:
                # Disabled, it had lost the focus to the top of the page.
                self.test_button.setFocus()
            self._say(state, text)

    def _say(self, state: str, text: str) -> None:
        self.outcome.setText(text)
        self.outcome.set_state(state)
