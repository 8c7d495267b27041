"""Step 1, *Connect what*: the connection's name, the preset, the district's name."""

from __future__ import annotations

from PySide6.QtWidgets import QButtonGroup, QVBoxLayout, QWidget

from psconnect.desktop.text import tr
from psconnect.desktop.theme.tokens import SPACE_L, SPACE_S, SPACE_XL, SPACE_XS
from psconnect.desktop.widgets.card import Card, column
from psconnect.desktop.widgets.label import Label
from psconnect.desktop.wizard.pages.base import PagePlace, StepPage, show_text
from psconnect.desktop.wizard.pages.choice import ChoiceCard
from psconnect.desktop.wizard.pages.side_by_side import Across
from psconnect.desktop.wizard.steps.connect import ConnectPart, not_verified

_ASIDE_WIDTH = 300


class ConnectPage(StepPage):
    """Name, preset, district."""

    def __init__(self, place: PagePlace) -> None:
        super().__init__(place)
        session = place.session
        self.name = self.line(
            "name",
            tr("Name"),
            lambda text: session.update(ConnectPart, name=text),
            help=tr("To tell connections apart. The file that is delivered has its name, too."),
            example=tr("Lincoln roster"),
        )
        self.name.setReadOnly(session.base is not None)
        if session.base is not None:
            self.rows["name"].set_help(tr("The name of a connection stays as it is."))
        self.cards: dict[str, ChoiceCard] = {}
        self.district = self.line(
            "district_name",
            tr("District name"),
            lambda text: session.update(ConnectPart, district_name=text),
            help=tr("How the other system shows your district. Empty: taken from the PowerSchool address."),
            example=tr("Lincoln Unified School District"),
        )
        left = column(self.rows["name"], self._presets(), self.rows["district_name"], 1, spacing=SPACE_XL)
        self.body.addWidget(Across(left, _what_you_need(), aside=_ASIDE_WIDTH) if session.base is None else left)
        self.body.addStretch(1)
        self.show_draft()

    def _presets(self) -> QWidget:
        holder = QWidget()
        holder.setAccessibleName(tr("Preset"))
        layout = QVBoxLayout(holder)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_S)
        layout.addWidget(Label(tr("Preset"), "field"))
        group = QButtonGroup(self)
        for preset in self.session.choices.presets:
            card = ChoiceCard(preset.label, preset.summary, f"preset-{preset.name}", holder)
            card.clicked.connect(lambda _on=True, name=preset.name: self.session.choose_preset(name))
            group.addButton(card)
            layout.addWidget(card)
            self.cards[preset.name] = card
        for card in list(self.cards.values())[:1]:
            holder.setFocusProxy(card)
        self.mark("preset", holder)
        self.unverified = Label(not_verified(), "table")
        self.unverified.set_state("warning")
        self.hints = Label("", "help")
        layout.addWidget(self.unverified)
        layout.addWidget(self.hints)
        self.preset_error = Label("", "error")
        self.preset_error.hide()
        layout.addWidget(self.preset_error)
        return holder

    def show_draft(self) -> None:
        """Show name, preset and district."""
        part = self.session.draft.of(ConnectPart)
        show_text(self.name, part.name)
        show_text(self.district, part.district_name)
        for name, card in self.cards.items():
            card.setChecked(name == part.preset)
        chosen = next((preset for preset in self.session.choices.presets if preset.name == part.preset), None)
        hints = chosen.hints if chosen else ()
        self.unverified.setVisible(bool(chosen and not chosen.verified))
        self.hints.setText("\n".join(tr("• {hint}", hint=hint) for hint in hints))
        self.hints.setVisible(bool(hints))
        self.show_needs()

    def show_needs(self) -> None:
        """Also under the presets, which are no field of a form."""
        super().show_needs()
        texts = [need.text for need in self.session.needs(self.step) if need.field == "preset"]
        shown = texts[0] if texts and "preset" in self._seen else ""
        self.preset_error.setText(shown)
        self.preset_error.setVisible(bool(shown))


def _what_you_need() -> Card:
    card = Card(tr("What you need"))
    card.body.setSpacing(SPACE_L)
    for title, text in (
        (tr("An administrator of PowerSchool"), tr("Who may install a plugin there: you, or a colleague.")),
        (tr("About ten minutes"), tr("You can close this window at any time and carry on later.")),
        (tr("A folder"), tr("Where the other system fetches the roster.")),
    ):
        card.add(column(Label(title, "strong"), Label(text, "muted"), spacing=SPACE_XS))
    return card
