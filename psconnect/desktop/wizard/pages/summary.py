"""Step *Summary*: one line a step, each a link back; what the first run would deliver; and the ways to save."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from psconnect.desktop.text import counted, tr
from psconnect.desktop.theme.apply import tokens_in_use
from psconnect.desktop.theme.icons import pixmap
from psconnect.desktop.theme.tokens import SPACE_L, SPACE_M, SPACE_S
from psconnect.desktop.widgets.button import Button, link
from psconnect.desktop.widgets.card import Card, clear, column, line, row, wide
from psconnect.desktop.widgets.chip import Chip
from psconnect.desktop.widgets.label import ElidedLabel
from psconnect.desktop.widgets.receiver_note import ReceiverNote
from psconnect.desktop.wizard import flow
from psconnect.desktop.wizard.pages.base import PagePlace, StepPage
from psconnect.desktop.wizard.pages.first_run import FirstRunCard
from psconnect.desktop.wizard.pages.save_ways import SaveWays
from psconnect.desktop.wizard.pages.side_by_side import Across
from psconnect.desktop.wizard.steps.connect import ConnectPart
from psconnect.desktop.wizard.steps.destination import DestinationPart
from psconnect.desktop.wizard.steps.safety import SafetyPart
from psconnect.desktop.wizard.steps.spec import Line, Need, StepSpec, StepText

_LABELS, _MARK, _LEAST_WIDTH = 188, 16, 726


class SummaryPage(StepPage):
    """All steps in lines, what needs attention coloured, and the ways to save beside them."""

    def __init__(self, place: PagePlace) -> None:
        super().__init__(place)
        self._go = place.go or _nowhere
        self._shown: list[object] = []
        self.said: list[tuple[StepSpec[Any], list[Line]]] = []
        self.links: list[Button] = []
        self._holders: list[QWidget] = []
        self._card = Card()
        self._card.setAccessibleName(tr("Steps"))
        self._card.body.setSpacing(0)
        holder = QWidget()
        self._lines = QVBoxLayout(holder)
        self._lines.setContentsMargins(0, 0, 0, 0)
        self._lines.setSpacing(0)
        self._card.add(holder)
        self._card.body.addStretch(1)
        # The settings of a connection that exists have a Save below all pages, which is the filled one.
        self.ways = SaveWays(place.save or _nowhere, filled=place.session.base is None)
        # What a connection that exists would deliver, its overview and its runs tell.
        self.first_run = FirstRunCard(place.session, place.bridge) if place.session.base is None else None
        parts = [self.first_run, self.ways] if self.first_run else [self.ways]
        aside = column(*parts, 1, spacing=SPACE_L)
        self.body.addWidget(Across(self._card, aside, aside=self.ways.WIDTH, gap=SPACE_L, narrow=_LEAST_WIDTH))
        self.receiver = ReceiverNote()
        self.body.addWidget(self.receiver)
        self.body.addStretch(1)
        self.show_draft()

    def heading(self) -> StepText:
        """Whether it can be saved, in the title."""
        session = self.session
        needs = flow.needs(session.draft, session.known)
        blocking = sum(need.blocks for need in needs)
        label = super().heading().label
        if blocking:
            title = counted(
                blocking, "{count} thing to fix before it can be saved", "{count} things to fix before it can be saved"
            )
        elif needs:
            title = counted(len(needs), "Ready, with {count} thing to look at", "Ready, with {count} things to look at")
        else:
            title = tr("Ready")
        waits = not session.delivered and session.draft.of(SafetyPart).preview != "never"
        first = tr("Nothing is delivered before you have looked at it and approved it.") if waits else ""
        why = " ".join(text for text in (tr("Each line leads back to its step."), first) if text)
        return StepText(label, title, why)

    def entered(self) -> None:
        """Count what the first run would deliver."""
        if self.first_run:
            self.first_run.enter()

    def left(self) -> None:
        """The counts are not wanted any more."""
        if self.first_run:
            self.first_run.leave()

    def first_field(self) -> QWidget:
        """What one does next: the filled button, or the first step that needs something."""
        session = self.session
        blocking = [need.step for need in flow.needs(session.draft, session.known) if need.blocks]
        wanted = [button for button in self.links if button.property("step") in blocking]
        return wanted[0] if wanted else self.ways.buttons["preview"]

    def show_draft(self) -> None:
        """Show what stands now."""
        draft, known = self.session.draft, self.session.known
        self.ways.show_session(self.session)
        self._show_receiver()
        needs = flow.needs(draft, known)
        self.said = [(spec, spec.lines(draft, known)) for spec in flow.with_settings(draft, known)]
        briefs = [spec.brief(draft, known) for spec, _lines in self.said]
        shown: list[object] = [needs, self.said, briefs]
        if shown == self._shown:
            return
        self._shown = shown
        clear(self._lines)
        self.links, self._holders = [], []
        for (spec, lines), brief in zip(self.said, briefs, strict=True):
            if self.links:
                self._lines.addWidget(line())
            self._lines.addWidget(self._row(spec, lines, brief, [need for need in needs if need.step == spec.key]))
        width = max((_LABELS, *(button.sizeHint().width() for button in self.links)))
        for holder in self._holders:
            holder.setFixedWidth(width)

    def _show_receiver(self) -> None:
        draft, known = self.session.draft, self.session.known
        part, preset = draft.of(DestinationPart), draft.of(ConnectPart).preset
        kind = part.declared_by(known)
        verified = not any(one.name == preset and not one.verified for one in known.presets)
        holds = kind.holds_above(part.destination) if kind else {}
        self.receiver.show_receiver(kind.receives if kind else "", holds, verified=verified)

    def _row(self, spec: StepSpec[Any], lines: list[Line], brief: str, needs: list[Need]) -> QWidget:
        draft, known = self.session.draft, self.session.known
        label = spec.text(draft, known).label
        blocks = any(need.blocks for need in needs)
        state = "bad" if blocks else "warning" if needs else "good"
        told = brief or tr("nothing changed")
        button = link(label, partial(self._go, spec.key), name=tr("{step}: {brief}", step=label, brief=told))
        button.setProperty("step", spec.key)
        self.links.append(button)
        holder = column(button)
        self._holders.append(holder)
        button.setSizePolicy(button.sizePolicy().Policy.Maximum, button.sizePolicy().Policy.Fixed)
        value = ElidedLabel(told)
        value.set_tip("\n".join(tr("{label}: {value}", label=name, value=said) for name, said in lines if said))
        parts: list[QWidget] = [_StateMark(state), holder, wide(value)]
        if needs:
            chip = Chip(_short(needs, blocks=blocks), state)
            chip.setToolTip("\n".join(need.text for need in needs))
            button.setAccessibleDescription(" ".join(need.text for need in needs))
            parts.append(chip)
        made = row(*parts, spacing=SPACE_M)
        layout = made.layout()
        if layout:
            layout.setContentsMargins(0, SPACE_S, 0, SPACE_S)
        return made


def _short(needs: list[Need], *, blocks: bool) -> str:
    """A chip's words: the need itself where there is one short one, else how many."""
    wanted = [need for need in needs if need.blocks == blocks]
    if blocks:
        return counted(len(wanted), "{count} to fix", "{count} to fix")
    return counted(len(wanted), "{count} to look at", "{count} to look at")


class _StateMark(QLabel):
    """A check, or a warning, in its colour."""

    def __init__(self, state: str) -> None:
        super().__init__()
        self._state = state
        self.setFixedSize(QSize(_MARK, _MARK))
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setAccessibleName({"good": tr("done"), "warning": tr("to look at"), "bad": tr("to fix")}[state])
        symbol = "check" if state == "good" else "warning"
        self.setPixmap(pixmap(symbol, getattr(tokens_in_use(), state), _MARK, self.devicePixelRatioF()))


def _nowhere(_step: str) -> None:
    """The summary stands alone: there is no other step to open."""
