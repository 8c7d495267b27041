"""Step 5, *Summary*: everything on one page, each line with its way back, and what still needs attention on top."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QVBoxLayout, QWidget

from psconnect.desktop.bridge import Bridge
from psconnect.desktop.text import counted, tr
from psconnect.desktop.theme.tokens import SPACE_L, SPACE_S, SPACE_XS
from psconnect.desktop.widgets.button import Button, link
from psconnect.desktop.widgets.card import Card, clear, line, row, wide
from psconnect.desktop.widgets.label import ElidedLabel, Label
from psconnect.desktop.wizard import flow
from psconnect.desktop.wizard.draft import Draft, parse_numbers
from psconnect.desktop.wizard.flow import Known, Step
from psconnect.desktop.wizard.pages.across import Across
from psconnect.desktop.wizard.pages.base import StepPage
from psconnect.desktop.wizard.session import Session

_LABELS = 164

Line = tuple[Step, str, str]


def lines_of(draft: Draft, known: Known, *, keyring: bool) -> list[Line]:
    """What the draft says, in words: the step it belongs to, a label, and its value."""
    presets = {preset.name: preset.label for preset in known.presets}
    tests = {"passed": tr("passed"), "failed": tr("did not pass"), "": tr("not made yet")}
    place = tr("in the keyring of this computer") if keyring else tr("known until psconnect is closed")
    return [
        (Step.CONNECT, tr("Name"), draft.name.strip()),
        (Step.CONNECT, tr("Preset"), tr(presets.get(draft.preset, ""))),
        (Step.CONNECT, tr("District name"), draft.district_name.strip() or tr("taken from the address")),
        (Step.CREDENTIALS, tr("PowerSchool address"), draft.url.strip()),
        (Step.CREDENTIALS, tr("Client ID"), draft.client_id.strip()),
        (Step.CREDENTIALS, tr("Client secret"), place if known.has_secret else ""),
        (Step.CREDENTIALS, tr("Connection test"), tests[draft.tested]),
        (Step.SCHOOLS, tr("Schools"), _schools(draft)),
        (Step.SCHOOLS, tr("School year"), _year(draft)),
        *_destination(draft, known),
    ]


def _schools(draft: Draft) -> str:
    if draft.all_schools:
        all_of = counted(len(draft.found), "all ({count} today)", "all ({count} today)")
        return all_of if draft.found else tr("all")
    try:
        numbers = parse_numbers(draft.numbers)
    except ValueError:
        return draft.numbers
    names = {school.number: school.name for school in draft.found}
    return ", ".join(names.get(value, str(value)) for value in numbers)


def _year(draft: Draft) -> str:
    if draft.start_year is None:
        return tr("the current one")
    return tr("{first}–{last}", first=draft.start_year, last=draft.start_year + 1)


def _destination(draft: Draft, known: Known) -> list[Line]:
    declaration = known.destination(draft)
    if declaration is None:
        return [(Step.DESTINATION, tr("Kind"), "")]
    found: list[Line] = [(Step.DESTINATION, tr("Kind"), tr(declaration.label))]
    for setting in declaration.fields:
        if not setting.secret:
            value = draft.destination.get(setting.key, setting.default)
            shown = (tr("on") if value else tr("off")) if isinstance(value, bool) else str(value)
            found.append((Step.DESTINATION, tr(setting.label), shown))
    return found


class SummaryPage(StepPage):
    """All lines; ``go`` opens a step."""

    step = Step.SUMMARY

    def __init__(self, session: Session, bridge: Bridge, go: Callable[[Step], None]) -> None:
        super().__init__(session, bridge)
        self._go = go
        self._shown: tuple[object, ...] = ()
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
        lines = lines_of(draft, known, keyring=self.session.keyring)
        if (needs, lines) == self._shown:
            return
        self._shown = (needs, lines)
        clear(self._cards)
        self.links = []
        if needs:
            self._cards.addWidget(self._needs_card(needs))
        cards = [self._card(step, [found for found in lines if found[0] == step]) for step in flow.STEPS[:-1]]
        for first, second in zip(cards[::2], cards[1::2], strict=True):
            self._cards.addWidget(Across(first, second, gap=SPACE_L))

    def _needs_card(self, needs: list[flow.Need]) -> Card:
        card = Card(tr("Needs attention"))
        card.heading.set_state("warning")
        for need in needs:
            label = tr(flow.TEXTS[need.step].label)
            button = self._link(tr("Open {step}", step=label), need.step, need.text)
            card.add(row(wide(Label(need.text, "table")), button))
        return card

    def _card(self, step: Step, lines: list[Line]) -> Card:
        label = tr(flow.TEXTS[step].label)
        card = Card()
        card.setAccessibleName(label)
        card.body.setSpacing(SPACE_XS)
        heading = Label(label, "heading")
        card.add(row(wide(heading), self._link(tr("Change"), step, label)))
        card.add(line())
        for _step, name, value in lines:
            name_label = ElidedLabel(name, "muted")
            name_label.setFixedWidth(_LABELS)
            value_label = ElidedLabel(value or "–")
            card.add(row(name_label, wide(value_label), spacing=SPACE_S))
        card.body.addStretch(1)
        return card

    def _link(self, text: str, step: Step, about: str) -> Button:
        button = link(text, partial(self._go, step), name=tr("{text_shown}: {about}", text_shown=text, about=about))
        self.links.append(button)
        return button
