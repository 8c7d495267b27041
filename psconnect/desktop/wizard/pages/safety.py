"""Step *Safety*: limits against the last run, what is looked at first, dates that wait, and what removal means."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QRadioButton, QVBoxLayout, QWidget

from psconnect.desktop.text import tr
from psconnect.desktop.widgets.button import link
from psconnect.desktop.widgets.card import Card, clear, line, row
from psconnect.desktop.widgets.label import Label
from psconnect.desktop.widgets.option_row import OptionRow
from psconnect.desktop.widgets.setting_row import SettingRow
from psconnect.desktop.widgets.switch import Switch
from psconnect.desktop.wizard.pages.base import PagePlace, StepPage
from psconnect.desktop.wizard.pages.limit_table import LimitTable
from psconnect.desktop.wizard.pages.season_list import SeasonList
from psconnect.desktop.wizard.pages.stacking import Stacking
from psconnect.desktop.wizard.steps.destination import DestinationPart
from psconnect.desktop.wizard.steps.safety import SafetyPart
from psconnect.model.errors import PsconnectError
from psconnect.service import Kind, LastMeasured
from psconnect.wording.errors import word
from psconnect.wording.receiver import receiver_words

_LIMITS, _FREEZE = "limits.", "freeze."


class SafetyPage(StepPage):
    """When a run stops and asks."""

    def __init__(self, place: PagePlace) -> None:
        super().__init__(place)
        session = place.session
        self.limits = LimitTable(self, lambda limits: session.update(SafetyPart, limits=limits))
        self.seasons = SeasonList(
            lambda seasons: session.update(SafetyPart, freeze=seasons),
            lambda: session.service.clock.now().date().isoformat(),
        )
        self.previews: dict[str, OptionRow] = {}
        self._never = False
        self.trouble = Label("", "help")
        self.trouble.hide()
        self.removal = Card(tr("What removal means"))
        self._removal_of: Kind | None = None
        self.removal_setting: SettingRow | None = None
        self._removal = QVBoxLayout()
        self.removal.body.addLayout(self._removal)
        self.received = Label("", "help")
        self.removal.body.addWidget(self.received)
        self.removal.body.addStretch(1)
        self.body.addWidget(self.limits)
        self.body.addWidget(self.trouble)
        self.body.addWidget(Stacking([self._preview(), self.removal, self._dates()]))
        self.body.addStretch(1)
        self.mark("limits", self.limits)
        self.show_draft()

    def _preview(self) -> Card:
        card = Card(tr("When to look first"))
        group = QButtonGroup(self)
        for key, title, text in (
            ("always", tr("Every run"), tr("Nothing is written before you approve it.")),
            ("first", tr("The first run, and after changes"), tr("Of schools, ids, rules, mapping or destination.")),
            (
                "never",
                tr("No run"),
                tr("Nobody looks at what is written. Limits alone stop it."),
            ),
        ):
            box = QRadioButton()
            group.addButton(box)
            box.clicked.connect(lambda _on=True, key=key: self.session.update(SafetyPart, preview=key))
            self.previews[key] = OptionRow(box, title, text, figure=False)
            box.setAccessibleName(tr("Looked at first: {choice}", choice=title))
        self.advanced_button = link(tr("Advanced"), self._toggle, symbol="chevron-right")
        self.previews["never"].help.set_state("warning")
        for part in (self.previews["always"], self.previews["first"], line(), row(self.advanced_button, 1)):
            card.add(part)
        card.add(self.previews["never"])
        card.add(Label(tr("A limit always stops a run."), "help"))
        card.body.addStretch(1)
        self.mark("preview", card)
        return card

    def _dates(self) -> Card:
        card = Card()
        card.setAccessibleName(tr("Dates that wait for you"))
        card.add(self.seasons)
        card.add(line())
        switch = Switch(tr("Additions only"))
        switch.clicked.connect(lambda on=False: self.session.update(SafetyPart, additions_only=on))
        self.mark("additions_only", switch)
        self.additions = OptionRow(
            switch, tr("Additions only"), tr("Updates and removals are left out, and counted."), figure=False
        )
        card.add(self.additions)
        card.body.addStretch(1)
        return card

    @property
    def _part(self) -> SafetyPart:
        return self.session.draft.of(SafetyPart)

    def first_field(self) -> QWidget:
        """The first limit."""
        return next(iter(self.limits.cells.values())).edit

    def lead_to(self, key: str) -> QWidget:
        """A card is focused at what is chosen in it."""
        inside = {"limits": self.first_field(), "preview": self.previews[self._part.preview].control}
        found = super().lead_to(key)
        if key in inside:
            inside[key].setFocus(Qt.FocusReason.TabFocusReason)
        return inside.get(key, found)

    def entered(self) -> None:
        """Look what the last run came to."""
        session = self.session
        if session.base is None:
            return
        name = session.base.name
        self.bridge.call(lambda: session.service.last_measured(name), self._show_last, self._no_last, owner=self)

    def _show_last(self, last: LastMeasured | None) -> None:
        self.limits.show_last(last)
        self.trouble.hide()
        self.limits.show_limits()

    def _no_last(self, error: PsconnectError) -> None:
        text = word(error, window=True).text
        self.trouble.setText(tr("What the last run came to can’t be read: {text}", text=text))
        self.trouble.show()

    # --- showing -------------------------------------------------------------------------------------------------

    def show_draft(self) -> None:
        """Show limits, preview, seasons, and what removal means."""
        part = self._part
        self.limits.show_limits()
        self.previews[part.preview].control.setChecked(True)
        for key, shown in self.previews.items():
            # Tab comes to the chosen one. Qt sees to that only once one of them has had the focus.
            policy = Qt.FocusPolicy.StrongFocus if key == part.preview else Qt.FocusPolicy.ClickFocus
            shown.control.setFocusPolicy(policy)
        self._show_never()
        self.seasons.show_seasons(part.freeze)
        self.additions.control.setChecked(part.additions_only)
        self._show_removal()
        self.show_needs()

    def show_needs(self) -> None:
        """Also under the limits and the seasons, which are no fields of a form."""
        super().show_needs()
        texts = {need.field: need.text for need in self.session.needs(self.step)}
        self.limits.show_errors(
            {key: text for key, text in texts.items() if key.startswith(_LIMITS) and key in self._seen}
        )
        wrong = {int(key.removeprefix(_FREEZE)): text for key, text in texts.items() if key.startswith(_FREEZE)}
        self.seasons.show_errors(wrong)

    def reveal(self) -> QWidget | None:
        """The limit or season that is wrong."""
        super().reveal()
        for need in self.session.needs(self.step):
            if need.field.startswith(_LIMITS):
                field = self.limits.open_for(need.field)
                self.show_needs()
                return field
            if need.field.startswith(_FREEZE):
                return self.seasons.edits[int(need.field.removeprefix(_FREEZE))][1]
        return None

    def _show_removal(self) -> None:
        part, known = self.session.draft.of(DestinationPart), self.session.known
        kind = part.declared_by(known)
        if kind is not self._removal_of or not self._removal.count():
            self._removal_of = kind
            self._build_removal(kind)
        if self.removal_setting and kind:
            setting = self.removal_setting.setting
            self.removal_setting.show_value(part.destination.get(setting.key, setting.initial), {})
        self.received.setText(receiver_words(kind.receives, kind.holds_above(part.destination)) if kind else "")
        self.received.setVisible(bool(self.received.text()))

    def _build_removal(self, kind: Kind | None) -> None:
        clear(self._removal)
        self.removal_setting = None
        heading = tr("What removal means in {kind}", kind=kind.label) if kind else tr("What removal means")
        self.removal.heading.setText(heading)
        self.removal.setAccessibleName(heading)
        declared = next((one for one in kind.fields if one.key == kind.removal_setting), None) if kind else None
        if declared:
            self.removal_setting = SettingRow(declared, partial(self._take_removal, declared.key))
            self._removal.addWidget(self.removal_setting)
        text = kind.removal if kind else tr("That depends on the destination, which is chosen next.")
        self._removal.addWidget(Label(text, "help"))

    def _take_removal(self, key: str, value: object) -> None:
        given = self.session.draft.of(DestinationPart).destination
        if given.get(key) != value:
            self.session.update(DestinationPart, destination={**given, key: value})

    def _toggle(self) -> None:
        self._never = not self._never
        self._show_never()

    def _show_never(self) -> None:
        opened = self._never or self._part.preview == "never"
        self.advanced_button.set_symbol("chevron-down" if opened else "chevron-right")
        self.advanced_button.setAccessibleDescription(tr("Shown") if opened else tr("Hidden"))
        self.previews["never"].setVisible(opened)
