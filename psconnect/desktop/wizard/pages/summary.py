"""Step 5, *Summary*: everything on one page, each line with its way back, and what still needs attention on top."""

from __future__ import annotations

from functools import partial
from itertools import zip_longest
from typing import Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from psconnect.desktop.text import tr
from psconnect.desktop.theme.tokens import SPACE_L, SPACE_S, SPACE_XS
from psconnect.desktop.widgets.button import Button, link
from psconnect.desktop.widgets.card import Card, clear, line, row, wide
from psconnect.desktop.widgets.label import ElidedLabel, Label
from psconnect.desktop.wizard import flow
from psconnect.desktop.wizard.pages.base import PagePlace, StepPage
from psconnect.desktop.wizard.pages.side_by_side import Across
from psconnect.desktop.wizard.steps.spec import Line, Need, StepSpec

_LABELS = 164


class SummaryPage(StepPage):
    """All lines, a card for each step that says something, with its way back."""

    def __init__(self, place: PagePlace) -> None:
        super().__init__(place)
        self._go = place.go or _nowhere
        self._needed: list[Need] = []
        self.said: list[tuple[StepSpec[Any], list[Line]]] = []
        self.links: list[Button] = []
        holder = QWidget()
        self._cards = QVBoxLayout(holder)
        self._cards.setContentsMargins(0, 0, 0, 0)
        self._cards.setSpacing(SPACE_L)
        self.body.addWidget(holder)
        self.body.addStretch(1)
        self.show_draft()

    def first_field(self) -> QWidget:
        """The first link."""
        return self.links[0]

    def show_draft(self) -> None:
        """Show what stands now."""
        draft, known = self.session.draft, self.session.known
        needs = flow.needs(draft, known)
        said = [(spec, spec.lines(draft, known)) for spec in flow.with_settings(draft, known)]
        if (needs, said) == (self._needed, self.said):
            return
        self._needed, self.said = needs, said
        clear(self._cards)
        self.links = []
        if needs:
            self._cards.addWidget(self._needs_card(needs))
        cards = [self._card(spec.key, lines) for spec, lines in said if lines]
        for first, second in zip_longest(cards[::2], cards[1::2]):
            self._cards.addWidget(Across(first, second or QWidget(), gap=SPACE_L))

    def _needs_card(self, needs: list[Need]) -> Card:
        card = Card(tr("Needs attention"))
        card.heading.set_state("warning")
        for need in needs:
            button = self._link(tr("Open {step}", step=self._label(need.step)), need.step, need.text)
            card.add(row(wide(Label(need.text, "table")), button))
        return card

    def _label(self, step: str) -> str:
        return flow.spec_of(step).text(self.session.draft, self.session.known).label

    def _card(self, step: str, lines: list[Line]) -> Card:
        label = self._label(step)
        card = Card()
        card.setAccessibleName(label)
        card.body.setSpacing(SPACE_XS)
        heading = Label(label, "heading")
        card.add(row(wide(heading), self._link(tr("Change"), step, label)))
        card.add(line())
        for name, value in lines:
            name_label = ElidedLabel(name, "muted")
            name_label.setFixedWidth(_LABELS)
            value_label = ElidedLabel(value or "–")
            card.add(row(name_label, wide(value_label), spacing=SPACE_S))
        card.body.addStretch(1)
        return card

    def _link(self, text: str, step: str, about: str) -> Button:
        button = link(text, partial(self._go, step), name=tr("{text_shown}: {about}", text_shown=text, about=about))
        self.links.append(button)
        return button


def _nowhere(_step: str) -> None:
    """The summary stands alone: there is no other step to open."""
