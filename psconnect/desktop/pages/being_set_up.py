"""*Being set up* on the start screen: a card for each set-up that waits, to go on with or to discard."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from psconnect.desktop.context import PageContext
from psconnect.desktop.text import counted, moment, tr
from psconnect.desktop.theme.apply import tokens_in_use
from psconnect.desktop.theme.tokens import SPACE_M, SPACE_S
from psconnect.desktop.widgets.button import danger, secondary
from psconnect.desktop.widgets.card import Card, clear, column, row, wide
from psconnect.desktop.widgets.label import ElidedLabel, Label
from psconnect.desktop.wizard.session import discard_set_up
from psconnect.desktop.wizard.waiting import WaitingSetUp

_DASH, _GAP, _DASH_HEIGHT = 10, 4, 5


class BeingSetUp(QWidget):
    """The group of cards; hidden while no set-up waits. ``changed`` is called after one was discarded."""

    def __init__(self, context: PageContext, changed: Callable[[], object], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context, self._changed = context, changed
        self.cards: dict[str, WaitingCard] = {}
        self._wanted = ""
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_S)
        layout.addWidget(Label(tr("Being set up"), "section"))
        self._list = QVBoxLayout()
        self._list.setSpacing(SPACE_M)
        layout.addLayout(self._list)
        self.hide()

    def show_waiting(self, waiting: list[WaitingSetUp]) -> None:
        """Show these set-ups."""
        clear(self._list)
        self.cards = {one.draft_id: WaitingCard(self._context, one, self._discard) for one in waiting}
        for card in self.cards.values():
            self._list.addWidget(card)
        self.setVisible(bool(waiting))
        wanted, self._wanted = self.cards.get(self._wanted), ""
        if wanted:
            wanted.continue_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def lead_to(self, draft_id: str) -> None:
        """Focus the card of that set-up as soon as it is shown."""
        self._wanted = draft_id

    def _discard(self, draft_id: str) -> None:
        service, go = self._context.service, self._context.go
        go.forget_set_up(draft_id)
        self._context.bridge.call(lambda: discard_set_up(service, draft_id), self._discarded, go.refuse, owner=self)

    def _discarded(self, _none: None) -> None:
        self._changed()
        self._context.go.changed()


class WaitingCard(Card):
    """One set-up: its name, where it goes on, and how much of it is done."""

    def __init__(self, context: PageContext, waiting: WaitingSetUp, on_discard: Callable[[str], object]) -> None:
        super().__init__()
        self._waiting, self._on_discard = waiting, on_discard
        name = waiting.name
        title = tr("Continue setting up {name}", name=name) if name else tr("Continue setting up a connection")
        self.setAccessibleName(title)
        text = tr(
            "Next is step {place} of {steps}, {step}. Everything typed so far is kept.",
            place=waiting.place,
            steps=waiting.steps,
            step=waiting.step,
        )
        done = counted(
            waiting.done, "{count} done, left {moment}", "{count} done, left {moment}",
            moment=moment(waiting.left, context.now()),
        )  # fmt: skip
        self.continue_button = secondary(tr("Continue"), partial(context.go.set_up, waiting.draft_id))
        self.continue_button.setAccessibleName(title)
        self.discard_button = secondary(tr("Discard"), self._ask)
        self.discard_button.setAccessibleName(
            tr("Discard the set-up of {name}", name=name) if name else tr("Discard this set-up")
        )
        self.confirm_button = danger(tr("Discard it"), lambda: on_discard(waiting.draft_id))
        self.keep_button = secondary(tr("Keep it"), self._keep)
        self._text = Label(text, "muted")
        self._told = text
        left = ElidedLabel(done, "help")
        self._progress = column(StepDashes(waiting), left, spacing=SPACE_S)
        self.add(
            row(
                wide(column(Label(title, "heading"), self._text, spacing=2)),
                self._progress,
                self.discard_button,
                self.continue_button,
                self.confirm_button,
                self.keep_button,
            )
        )
        self._show(asked=False)

    def _ask(self) -> None:
        self._text.setText(tr("Discard this set-up? What was typed, and its secrets, are deleted from this computer."))
        self._show(asked=True)
        self.keep_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _keep(self) -> None:
        self._text.setText(self._told)
        self._show(asked=False)
        self.discard_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show(self, *, asked: bool) -> None:
        self.confirm_button.setVisible(asked)
        self.keep_button.setVisible(asked)
        for widget in (self._progress, self.discard_button, self.continue_button):
            widget.setVisible(not asked)


class StepDashes(QWidget):
    """A dash for each step: done, the one that comes next, and those after it."""

    def __init__(self, waiting: WaitingSetUp, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._waiting = waiting
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(tr("{done} of {steps} steps done", done=waiting.done, steps=waiting.steps))

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Room for all dashes."""
        return QSize(self._waiting.steps * (_DASH + _GAP) - _GAP, _DASH_HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the dashes."""
        c = tokens_in_use()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        for place in range(1, self._waiting.steps + 1):
            colour = c.good if place <= self._waiting.done else c.track
            painter.setBrush(QColor(c.accent if place == self._waiting.place else colour))
            painter.drawRoundedRect(QRectF((place - 1) * (_DASH + _GAP), 0, _DASH, _DASH_HEIGHT), 2, 2)
        painter.end()
