"""Step 1, *Connect what?*: the connection's name, the preset, what students work on, the district's name."""

from __future__ import annotations

from PySide6.QtWidgets import QButtonGroup, QFrame, QVBoxLayout, QWidget

from psconnect.desktop.text import tr
from psconnect.desktop.theme.tokens import SPACE_S, SPACE_XL, SPACE_XS
from psconnect.desktop.widgets.label import Label
from psconnect.desktop.wizard.pages.base import PagePlace, StepPage, show_text
from psconnect.desktop.wizard.pages.card_grid import CardGrid
from psconnect.desktop.wizard.pages.choice import ChoiceCard
from psconnect.desktop.wizard.pages.devices import DeviceQuestion
from psconnect.desktop.wizard.pages.side_by_side import Across
from psconnect.desktop.wizard.steps.connect import ConnectPart
from psconnect.service import PresetInfo
from psconnect.wording.receiver import not_verified

_ASIDE_WIDTH, _CARD, _SIDE_BY_SIDE, _BESIDE = 396, 196, 4, 640


class ConnectPage(StepPage):
    """Name, preset, devices, district."""

    def __init__(self, place: PagePlace) -> None:
        super().__init__(place)
        session = place.session
        self.name = self.line(
            "name",
            tr("Name"),
            lambda text: session.update(ConnectPart, name=text),
            help=tr("Tells your connections apart, on the start screen and in reports. The file is called so, too."),
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
        self.needed = WhatYouNeed() if session.base is None else None
        self.devices = DeviceQuestion(lambda value: session.update(ConnectPart, devices=value))
        self.mark("devices", self.devices)
        name = self.rows["name"]
        self.body.setSpacing(SPACE_XL)
        self.body.addWidget(Across(name, self.needed, aside=_ASIDE_WIDTH, narrow=_BESIDE) if self.needed else name)
        self.body.addWidget(self._presets())
        self.body.addWidget(self.devices)
        self.body.addWidget(self.rows["district_name"])
        self.body.addStretch(1)
        self.show_draft()

    def _presets(self) -> QWidget:
        holder = QWidget()
        holder.setAccessibleName(tr("Preset"))
        self.mark("preset", holder)
        layout = QVBoxLayout(holder)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_S)
        layout.addWidget(Label(tr("Where does the roster go?"), "field"))
        group = QButtonGroup(self)
        for preset in self._offered():
            card = ChoiceCard(preset.label, preset.summary, f"preset-{preset.name}", holder)
            card.clicked.connect(lambda _on=True, name=preset.name: self.session.choose_preset(name))
            group.addButton(card)
            self.cards[preset.name] = card
        layout.addWidget(CardGrid(list(self.cards.values()), least=_CARD, most=_SIDE_BY_SIDE))
        self.preset_error = Label("", "error")
        self.preset_error.hide()
        self.unverified = Label(not_verified(), "help")
        self.unverified.set_state("warning")
        self.hints = Label("", "help")
        for label in (self.preset_error, self.unverified, self.hints):
            layout.addWidget(label)
        return holder

    def _offered(self) -> list[PresetInfo]:
        """The presets whose kind of destination exists, and the one that is in use."""
        choices, used = self.session.choices, self.session.draft.of(ConnectPart).preset
        kinds = {kind.name for kind in choices.destinations}
        return [
            preset
            for preset in choices.presets
            if preset.name == used or (preset.defaults and preset.defaults.destination_kind in kinds)
        ]

    def show_draft(self) -> None:
        """Show what stands now."""
        part = self.session.draft.of(ConnectPart)
        show_text(self.name, part.name)
        show_text(self.district, part.district_name)
        for name, card in self.cards.items():
            card.setChecked(name == part.preset)
        self.devices.show_answer(part.devices)
        chosen = next((preset for preset in self.session.choices.presets if preset.name == part.preset), None)
        if self.needed:
            self.needed.show_preset(chosen)
        hints = chosen.hints if chosen else ()
        self.unverified.setVisible(bool(chosen and not chosen.verified))
        self.hints.setText("\n".join(tr("• {hint}", hint=hint) for hint in hints))
        self.hints.setVisible(bool(hints))
        self.show_needs()

    def show_needs(self) -> None:
        """Also under the presets, which are no field of a form."""
        texts = [need.text for need in self.session.needs(self.step) if need.field == "preset"]
        shown = texts[0] if texts and "preset" in self._seen else ""
        self.preset_error.setText(shown)
        self.preset_error.setVisible(bool(shown))
        super().show_needs()

    def reveal(self) -> QWidget | None:
        """Also lead to the presets."""
        missing = super().reveal()
        wanted = [need.field for need in self.session.needs(self.step) if need.blocks]
        return missing or (next(iter(self.cards.values())) if "preset" in wanted else None)


class WhatYouNeed(QFrame):
    """What one has to have at hand for the chosen preset, behind a hairline."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("look", "aside")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_XL, 0, 0, 0)
        layout.setSpacing(SPACE_XS)
        self._heading = Label("", "strong")
        layout.addWidget(self._heading)
        self._lines = Label("", "table")
        layout.addWidget(self._lines)
        layout.addStretch(1)
        self.show_preset(None)

    def show_preset(self, preset: PresetInfo | None) -> None:
        """Show what that preset needs; what every one needs where none is chosen."""
        self._heading.setText(tr("For {preset} you will need", preset=preset.label) if preset else tr("You will need"))
        needs = [
            tr("A PowerSchool administrator who may install a plugin"),
            *(preset.needs if preset else ()),
            tr("About 20 minutes, in as many sittings as you like"),
        ]
        self._lines.setText("\n".join(tr("• {need}", need=need) for need in needs))
