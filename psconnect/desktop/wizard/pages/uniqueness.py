"""Step *Domains of uniqueness*: on or off per entity, the attributes that together are unique, and who shares them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtWidgets import QCheckBox, QFrame, QSizePolicy, QVBoxLayout, QWidget

from psconnect.desktop.text import counted, entity_label, number, records_label, tr
from psconnect.desktop.theme.tokens import SPACE_M, SPACE_S
from psconnect.desktop.widgets.button import Button, link
from psconnect.desktop.widgets.card import Card, row
from psconnect.desktop.widgets.flow_row import FlowLayout
from psconnect.desktop.widgets.label import Label
from psconnect.desktop.wizard.live import LiveQuestion
from psconnect.desktop.wizard.pages.base import PagePlace, StepPage
from psconnect.desktop.wizard.pages.live_strip import LiveStrip
from psconnect.desktop.wizard.steps.roster import UniquenessPart, roster_of
from psconnect.model.entities import BY_KEY
from psconnect.model.roster_rules import DOMAINS
from psconnect.service import EntitySettings, RepeatCount, usable

_USUAL = {
    **dict.fromkeys(("student", "teacher", "admin", "contact"), ("givenName", "familyName", "email")),
    "course": ("courseCode",),
    "class": ("classCode",),
    "school": ("identifier",),
}
"""What a domain begins with that is switched on: for people first name, last name and e-mail."""


class UniquenessPage(StepPage):
    """A card per entity."""

    def __init__(self, place: PagePlace) -> None:
        super().__init__(place)
        self.strip = LiveStrip(place, self._ask)
        self.cards = {key: DomainCard(key, partial(self._choose, key)) for key in DOMAINS}
        self._questions = {key: LiveQuestion(self.bridge, self.session, self) for key in DOMAINS}
        self._asked: dict[str, tuple[str, ...]] = {}
        self.body.addWidget(
            Label(
                tr(
                    "The record that was delivered before stays, else the older one in PowerSchool (the lower DCID). "
                    "Case, accents and blanks make no difference; a record without one of the values is not compared."
                ),
                "muted",
            )
        )
        self.body.addWidget(self.strip)
        holder = Card()
        holder.body.setContentsMargins(0, SPACE_S, 0, SPACE_S)
        holder.body.setSpacing(0)
        for card in self.cards.values():
            holder.add(card)
        self.body.addWidget(holder)
        self.body.addStretch(1)
        self.show_draft()

    @property
    def _part(self) -> UniquenessPart:
        return self.session.draft.of(UniquenessPart)

    def first_field(self) -> QWidget:
        """The first switch."""
        return self.cards[DOMAINS[0]].switch

    def entered(self) -> None:
        """Follow the reading, and count."""
        self.strip.begin()
        self._asked.clear()
        self._ask()

    def left(self) -> None:
        """Follow it no longer."""
        self.strip.end()

    def show_draft(self) -> None:
        """Show the domains."""
        entities = roster_of(self.session.draft, self.session.known).entities
        for key, card in self.cards.items():
            card.show_domain(entities[key])
            card.setVisible(entities[key].included or bool(entities[key].domain))

    def _ask(self) -> None:
        """Count who shares the values of each domain that has become another one."""
        entities = roster_of(self.session.draft, self.session.known).entities
        for key, card in self.cards.items():
            domain = entities[key].domain
            if not self.strip.read or not domain or not entities[key].included:
                self._asked.pop(key, None)
                card.show_count(None)
            elif self._asked.get(key) != domain:
                self._asked[key] = domain
                self._count(key, domain)

    def _count(self, key: str, domain: tuple[str, ...]) -> None:
        card = self.cards[key]
        card.show_count(None)
        self._questions[key].ask(
            lambda live, settings, cancel: live.repeated(usable(settings), key, domain, cancel),
            card.show_count,
            lambda _error: card.show_unread(),
            step=self.step,
        )

    def _choose(self, key: str, wish: Sequence[str]) -> None:
        """Another domain, in the order of the attributes; one that is the preset's is not stated."""
        entity = roster_of(self.session.draft, self.session.known).entities[key]
        domain = tuple(name for name in BY_KEY[key].mapped if name in wish)
        domains = {other: names for other, names in self._part.domains.items() if other != key}
        if set(domain) != set(entity.default_domain):
            domains[key] = domain
        self.session.update(UniquenessPart, domains=domains)
        self._ask()


class DomainCard(QFrame):
    """One entity: the switch, its attributes to choose, and how many records share them now."""

    def __init__(self, key: str, on_choose: Callable[[Sequence[str]], object]) -> None:
        super().__init__()
        self.key, self._on_choose = key, on_choose
        self.domain: tuple[str, ...] = ()
        self._default: tuple[str, ...] = ()
        self.setProperty("look", "row")
        self.setAccessibleName(entity_label(key))
        self.switch = QCheckBox(tr("Compare {entity}", entity=records_label(key)))
        self.switch.setAccessibleName(self.switch.text())
        self.switch.clicked.connect(self._switched)
        self.back = link(tr("Back to the preset’s value"), lambda: on_choose(self._default))
        self.back.setAccessibleName(tr("Back to the preset’s value: {entity}", entity=entity_label(key)))
        self.pills = _Pills()
        self.attributes = {name: self._pill(name) for name in BY_KEY[key].mapped}
        for pill in self.attributes.values():
            self.pills.flow.addWidget(pill)
        self.count = Label("", "help")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_M, SPACE_S, SPACE_M, SPACE_S)
        layout.setSpacing(SPACE_S)
        for part in (row(self.switch, 1, self.back), self.pills, self.count):
            layout.addWidget(part)

    def _pill(self, name: str) -> Button:
        pill = Button(name, look="pill", name=f"{name}: {entity_label(self.key)}")
        pill.setCheckable(True)
        pill.clicked.connect(lambda _on: self._chosen())
        return pill

    def show_domain(self, entity: EntitySettings) -> None:
        """Show the domain in effect."""
        if entity.domain != self.domain:
            self.count.setText("")
        self.domain, self._default = entity.domain, entity.default_domain
        self.switch.setChecked(bool(self.domain))
        self.pills.setVisible(bool(self.domain))
        self.count.setVisible(bool(self.domain))
        self.back.setVisible(set(self.domain) != set(self._default))
        for name, pill in self.attributes.items():
            pill.setChecked(name in self.domain)

    def show_count(self, found: RepeatCount | None) -> None:
        """Show how many records share the values now; None while nothing is counted."""
        self.count.setText(repeat_text(self.key, found) if found else "")
        self.count.set_state("warning" if found and found.records else "")

    def show_unread(self) -> None:
        """Say that it can't be counted."""
        self.count.setText(tr("Not counted: one of these attributes was not read."))
        self.count.set_state("")

    def _switched(self, on: bool) -> None:  # noqa: FBT001 - Qt's signal
        self._on_choose((self._default or _USUAL[self.key]) if on else ())

    def _chosen(self) -> None:
        """Taking the last attribute away switches it off."""
        self._on_choose([name for name, pill in self.attributes.items() if pill.isChecked()])


class _Pills(QWidget):
    """The attributes, wrapped."""

    def __init__(self) -> None:
        super().__init__()
        self.flow = FlowLayout(self, SPACE_S)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)


def repeat_text(entity: str, found: RepeatCount) -> str:
    """How many records share their values, and some of these."""
    label = records_label(entity)
    if not found.records:
        return tr("All {entity} differ today.", entity=label)
    lost = found.records - found.groups
    text = counted(
        lost,
        "{records} {entity} share these values: {count} would be left out.",
        "{records} {entity} share these values: {count} would be left out.",
        records=number(found.records),
        entity=label,
    )
    examples = "; ".join(f"{values} ({count})" for values, count in found.examples)
    some = tr("For example {examples}", examples=examples)
    return f"{text} {some}" if examples else text
