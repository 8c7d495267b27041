"""Step *Data requirements*: per attribute, what becomes of a record that lacks it, and how many do now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox, QFrame, QGridLayout, QVBoxLayout, QWidget

from psconnect.desktop.text import counted, entity_label, number, records_label, tr
from psconnect.desktop.theme.tokens import SPACE_M, SPACE_S, SPACE_XS
from psconnect.desktop.widgets.card import Card, column, line
from psconnect.desktop.widgets.label import ElidedLabel, Label
from psconnect.desktop.wizard.live import LiveQuestion
from psconnect.desktop.wizard.pages.attribute_row import NAME_WIDTH
from psconnect.desktop.wizard.pages.attributes import ORDER
from psconnect.desktop.wizard.pages.base import PagePlace, StepPage
from psconnect.desktop.wizard.pages.entity_tabs import EntityTab, EntityTabs
from psconnect.desktop.wizard.pages.live_strip import LiveStrip
from psconnect.desktop.wizard.steps.destination import DestinationPart
from psconnect.desktop.wizard.steps.roster import RequirementsPart, put, roster_of
from psconnect.model.sections import Requirement
from psconnect.service import AttributeSetting, EntityDelivery, EntitySettings, MissingCount, usable

_CHOICES: tuple[Requirement, ...] = ("off", "report", "skip")
_CHOICE_WIDTH = 200
_LACKING = "missing-required"


class RequirementsPage(StepPage):
    """Tabs of entities; in each, a row per attribute."""

    def __init__(self, place: PagePlace) -> None:
        super().__init__(place)
        self.entity = ORDER[0]
        self.lines: dict[str, RequirementRow] = {}
        self._missing: Mapping[str, MissingCount] = {}
        self._counting = LiveQuestion(self.bridge, self.session, self)
        self._delivering = LiveQuestion(self.bridge, self.session, self)
        self.tabs = EntityTabs(self.choose)
        self.strip = LiveStrip(place, self._ask)
        self.loss = Label("", "table")
        self.card = Card()
        self.card.body.setContentsMargins(0, SPACE_S, 0, SPACE_S)
        self.card.body.setSpacing(0)
        self._list = QVBoxLayout()
        self._list.setSpacing(0)
        self.card.body.addLayout(self._list)
        for part in (self.tabs, line(), self.strip, self.card, self.loss):
            self.body.addWidget(part)
        self.body.addStretch(1)
        self.show_draft()

    @property
    def _part(self) -> RequirementsPart:
        return self.session.draft.of(RequirementsPart)

    @property
    def _settings(self) -> EntitySettings:
        return roster_of(self.session.draft, self.session.known).entities[self.entity]

    def first_field(self) -> QWidget:
        """The first choice that can be changed."""
        return next((one.choice for one in self.lines.values() if one.choice.isEnabled()), self.tabs)

    def entered(self) -> None:
        """Follow the reading, and count."""
        self.strip.begin()
        self._ask()

    def left(self) -> None:
        """Follow it no longer."""
        self.strip.end()

    # --- showing -------------------------------------------------------------------------------------------------

    def control_of(self, key: str) -> QWidget | None:
        """A control by its key; an entity's tab is opened by the entity's key."""
        if key in ORDER:
            self.choose(key)
        return super().control_of(key)

    def choose(self, entity: str) -> None:
        """Show another entity."""
        if entity != self.entity:
            self.entity, self._missing = entity, {}
            self.loss.setText("")
            self.show_draft()
            self._ask()

    def show_draft(self) -> None:
        """Show the choices."""
        entities = roster_of(self.session.draft, self.session.known).entities
        tabs = [EntityTab(key, 0, entities[key].included) for key in ORDER]
        self.tabs.show_tabs(sorted(tabs, key=lambda one: not one.included), self.entity)
        found = entities[self.entity]
        names = [f"{self.entity}.{one.attribute}" for one in found.attributes]
        if names != list(self.lines):
            self._make(found)
        kind = self.session.draft.of(DestinationPart).declared_by(self.session.known)
        for one in found.attributes:
            shown = self.lines[f"{self.entity}.{one.attribute}"]
            shown.show_setting(one, kind.label if kind else "", self._missing.get(one.attribute))
        if not found.included:
            self.strip.say(tr("{entity} are not included: see Who and what.", entity=entity_label(self.entity)))
        else:
            self.strip.say("")

    def _make(self, found: EntitySettings) -> None:
        for before in self.lines.values():
            self._list.removeWidget(before)
            before.hide()
            before.deleteLater()
        self.lines = {
            f"{self.entity}.{one.attribute}": RequirementRow(one.attribute, partial(self._choose, one.attribute))
            for one in found.attributes
        }
        for made in self.lines.values():
            self._list.addWidget(made)

    # --- counting ------------------------------------------------------------------------------------------------

    def _ask(self) -> None:
        if not self.strip.read or not self._settings.included:
            self._counted(self.entity, {})
            return
        entity = self.entity
        self._counting.ask(
            lambda live, settings, cancel: live.missing(usable(settings), entity, cancel),
            partial(self._counted, entity),
            lambda _error: self._counted(entity, {}),
            step=self.step,
        )
        self._weigh()

    def _counted(self, entity: str, missing: Mapping[str, MissingCount]) -> None:
        if entity == self.entity:
            self._missing = missing
            self.show_draft()

    def _weigh(self) -> None:
        """Work out who is left out with these choices, and what goes along."""
        entity = self.entity
        self._delivering.ask(
            lambda live, settings, cancel: live.delivery(usable(settings), cancel),
            partial(self._weighed, entity),
            lambda _error: self.loss.setText(""),
            step=self.step,
        )

    def _weighed(self, entity: str, found: tuple[EntityDelivery, ...]) -> None:
        if entity == self.entity:
            self.loss.setText(loss_text(entity, found))

    def _choose(self, attribute: str, wish: Requirement) -> None:
        one = self._settings.of(attribute)
        own = None if wish == one.default_requirement else wish
        if own is None and attribute not in self._part.requirements.get(self.entity, {}):
            return
        table = put(self._part.requirements, self.entity, attribute, own)
        self.session.update(RequirementsPart, requirements=table)
        if self.strip.read:
            self._weigh()


class RequirementRow(QFrame):
    """One attribute: its name, the choice, how many records lack it now."""

    def __init__(self, attribute: str, on_choose: Callable[[Requirement], object]) -> None:
        super().__init__()
        self.setProperty("look", "row")
        self.setAccessibleName(attribute)
        self.name = Label(attribute, "strong", wrap=False)
        self.choice = _Choice()
        self.choice.setAccessibleName(tr("If {attribute} is missing", attribute=attribute))
        for key, text in zip(
            _CHOICES, (tr("Deliver without it"), tr("Report if missing"), tr("Skip if missing")), strict=True
        ):
            self.choice.addItem(text, key)
        self.choice.activated.connect(lambda _place: on_choose(self.choice.currentData()))
        self.count, self.note = ElidedLabel("", "table"), ElidedLabel("", "help")
        grid = QGridLayout(self)
        grid.setContentsMargins(SPACE_M, SPACE_XS, SPACE_M, SPACE_XS)
        grid.setHorizontalSpacing(SPACE_M)
        grid.setVerticalSpacing(0)
        grid.setColumnMinimumWidth(0, NAME_WIDTH)
        self.choice.setFixedWidth(_CHOICE_WIDTH)
        grid.addWidget(self.name, 0, 0)
        grid.addWidget(self.choice, 0, 1)
        grid.addWidget(column(self.count, self.note, spacing=0), 0, 2, Qt.AlignmentFlag.AlignVCenter)
        grid.setColumnStretch(2, 1)

    def show_setting(self, one: AttributeSetting, destination: str, missing: MissingCount | None) -> None:
        """Show what is chosen, and what it means now; ``missing`` is None while nothing is counted."""
        self.choice.setCurrentIndex(_CHOICES.index(one.requirement))
        self.choice.setEnabled(not one.needed)
        self.name.setText(one.attribute if one.requirement == one.default_requirement else f"{one.attribute} •")
        self.name.setToolTip("" if one.requirement == one.default_requirement else tr("Differs from the preset"))
        text = missing_text(one, missing)
        self.count.setText(text)
        self.count.set_tip("\n".join(missing.examples) if missing and missing.count else "")
        lacking = bool(missing and missing.count)
        self.count.set_state("warning" if lacking and one.requirement == "skip" else "muted" if not lacking else "")
        self.note.setText(tr("needed by {destination}", destination=destination) if one.needed else "")
        self.note.setVisible(one.needed)
        self.choice.setAccessibleDescription(f"{text} {self.note.text()}".strip())


class _Choice(QComboBox):
    """A choice that the wheel does not change: it scrolls the page."""

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        """Let the page scroll."""
        event.ignore()


def missing_text(one: AttributeSetting, missing: MissingCount | None) -> str:
    """How many records lack an attribute now, and what becomes of them."""
    if missing is None:
        return ""
    if missing.count is None:
        return tr("not read: the plugin does not ask for this field yet")
    label = records_label(one.entity)
    if not missing.count:
        return tr("all {entity} have it", entity=label)
    has = counted(
        missing.count,
        "{count} of the {entity} has none",
        "{count} {entity} have none",
        entity=records_label(one.entity),
    )
    becomes = {
        "off": tr("{has}: delivered without it", has=has),
        "report": tr("{has}: delivered without it, and reported", has=has),
        "skip": tr("{has}: left out", has=has),
    }
    return becomes[one.requirement]


def loss_text(entity: str, found: tuple[EntityDelivery, ...]) -> str:
    """Who would be left out for want of an attribute, and what goes along with them; empty for nobody."""
    rows = {one.entity: one for one in found}
    lost = rows[entity].left_out.get(_LACKING, 0) if entity in rows else 0
    if not lost:
        return ""
    along = f"goes-along:{entity}:{_LACKING}"
    with_them = [f"{number(one.along[along])} {records_label(one.entity)}" for one in found if one.along.get(along, 0)]
    who = f"{number(lost)} {records_label(entity)}"
    if not with_them:
        return tr("With these choices {who} are left out.", who=who)
    return tr("With these choices {who} are left out, with {others}.", who=who, others=", ".join(with_them))
