"""The run view: what is being done, how far it is, how much time is left, and in the end the result in words."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QGridLayout, QProgressBar, QWidget

from psconnect.desktop.context import PageContext
from psconnect.desktop.pages.failure import ways_on
from psconnect.desktop.progress import ProgressStep
from psconnect.desktop.runs import ActiveRun
from psconnect.desktop.sentences import error_in_words, failure_in_words, headline, reasons_in_words, went
from psconnect.desktop.text import duration, moment, number, state_word, tr
from psconnect.desktop.theme.tokens import SPACE_L, SPACE_S
from psconnect.desktop.widgets.banner import Action, Banner
from psconnect.desktop.widgets.button import primary, secondary
from psconnect.desktop.widgets.card import Card, clear, line, row, wide
from psconnect.desktop.widgets.chip import Chip, run_colour
from psconnect.desktop.widgets.label import Label
from psconnect.desktop.widgets.page import ScrollPage
from psconnect.model.runs import WAITING, Run
from psconnect.wording.catalogue import marked, translated
from psconnect.wording.delivered import word_delivered
from psconnect.wording.errors import word

_SECOND_MS = 1_000
_THOUSAND = 1_000
_STATES = {
    "waiting": (marked("Waiting"), ""),
    "working": (marked("Working"), "accent"),
    "done": (marked("Done"), "good"),
    "stopped": (marked("Stopped"), "warning"),
    "left": (marked("Not needed"), ""),
    "unreached": (marked("Not begun"), ""),
}
_VERBS = {
    "preview": marked("Previewing {name}"),
    "rehearsal": marked("Rehearsing the next school year of {name}"),
    "approve": marked("Delivering {name}"),
    "revalidate": marked("Checking the plan of {name} again"),
    "sync": marked("Syncing {name}"),
}
_CHIP_WIDTH, _TITLE_WIDTH = 96, 140
_STEPS_STRETCH, _WORDS_STRETCH = 3, 4


class RunPage(ScrollPage):
    """The run that this window started for one connection."""

    def __init__(self, context: PageContext, parent: QWidget | None = None) -> None:
        super().__init__(tr("Run"), parent)
        self._context = context
        self.name = ""
        self.cancel_button = secondary(tr("Cancel"), self._cancel)
        # Nobody should stop a run by pressing Enter on a page that has just come up.
        self.cancel_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._led_to_end = False
        self.next_button = primary(tr("Open the summary"), self._go_on)
        self.buttons.addWidget(self.cancel_button)
        self.buttons.addWidget(self.next_button)
        self.outcome = Banner()
        self.body.addWidget(self.outcome)
        self._time, self._left, self._percent = Label("", "figure"), Label("", "muted"), Label("", "muted", wrap=False)
        self.bar = QProgressBar()
        self.bar.setRange(0, _THOUSAND)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(tr("How much of the run is done"))
        top = Card()
        top.add(row(self._time, wide(self._left), self._percent))
        top.add(self.bar)
        self.safe = Label("", "help")
        top.add(self.safe)
        self.body.addWidget(top)
        self._steps = _StepsCard()
        self.body.addWidget(self._steps)
        self.notices = Label("", "muted")
        self.body.addWidget(self.notices)
        self.body.addStretch(1)
        self._timer = QTimer(self)
        self._timer.setInterval(_SECOND_MS)
        self._timer.timeout.connect(self._tick)
        context.runs.changed.connect(self._changed)

    def load(self, name: str) -> None:
        """Show the connection's run."""
        self.name = name
        active = self._active
        if active is None:
            self.show_message(
                tr("No run is going on"),
                tr("“{name}” has not been run since this window was opened.", name=name),
                [(tr("Open the overview"), partial(self._context.go.overview, name))],
            )
            return
        self._show(active)
        self.show_content()

    @property
    def _active(self) -> ActiveRun | None:
        return self._context.runs.of(self.name)

    def _changed(self, name: str) -> None:
        active = self._active
        if name == self.name and active is not None and self.isVisible():
            self._show(active)

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        """Stop counting the seconds while the page is hidden."""
        super().hideEvent(event)
        self._timer.stop()

    def _tick(self) -> None:
        active = self._active
        if active is None or active.ended or not self.isVisible():
            self._timer.stop()
            return
        active.progress.tick(self._context.service.clock.monotonic())
        self._show(active)

    def _show(self, active: ActiveRun) -> None:
        if not active.ended and self.isVisible() and not self._timer.isActive():
            self._timer.start()
        self._show_head(active)
        progress = active.progress
        self.bar.setValue(_THOUSAND if _reached(active) else round(progress.share * _THOUSAND))
        self._percent.setText(tr("{percent} %", percent=round(self.bar.value() * 100 / _THOUSAND)))
        self._time.setText(duration(progress.elapsed))
        self._left.setText(_remaining(active))
        self._steps.show_steps(progress.steps)
        self.notices.setText("\n".join(progress.notices[-3:]))
        self.notices.setVisible(bool(progress.notices))

    def _show_head(self, active: ActiveRun) -> None:
        self.cancel_button.setVisible(not active.ended)
        self.cancel_button.setEnabled(not active.stopping)
        self.cancel_button.setText(tr("Stopping …") if active.stopping else tr("Cancel"))
        self.next_button.setVisible(active.ended)
        self.safe.setVisible(not active.ended)
        self.safe.setText(_what_cancel_does(active))
        if not active.ended:
            self._led_to_end = False
            title = translated(_VERBS.get(active.kind, _VERBS["sync"]), name=self.name)
            self.set_title(title, tr("You can look at other pages meanwhile; the run goes on."))
            self.outcome.hide()
            return
        self._show_end(active)
        self._lead_to_end()

    def _lead_to_end(self) -> None:
        """Once a run has ended, the focus is on what one does next."""
        if self._led_to_end or not self.isVisible():
            return
        self._led_to_end = True
        self.next_button.set_look("primary")
        helps = self.outcome.buttons[0] if self.outcome.buttons and not self.outcome.isHidden() else None
        if helps and self.outcome.property("state") == "bad":
            helps.set_look("primary")
            self.next_button.set_look("secondary")
            helps.setFocus()
        else:
            self.next_button.setFocus()

    def _show_end(self, active: ActiveRun) -> None:
        run = active.run
        if active.error:
            self.set_title(word(active.error).title, self.name)
            self._tell(error_in_words(active.error), "bad", ways_on(self._context, self.name, active.error, None))
            self.next_button.setText(tr("Open the overview"))
        elif run is None:
            self.set_title(tr("Stopped"), tr("Nothing was delivered."))
            self.next_button.setText(tr("Open the overview"))
        else:
            started = moment(run.started, self._context.now())
            self.set_title(headline(run), tr("{name}, started {when}", name=self.name, when=started))
            helps = ways_on(self._context, self.name, run.error, run) if run.error else []
            self._tell(_outcome(run), _colour(run), helps)
            self.next_button.setText(tr("Review") if run.state in WAITING else tr("Open the summary"))
            self._show_revalidated(active, run)
        if self._waits_on(active):
            self.next_button.setText(tr("Back to the review"))

    def _tell(self, text: str, state: str, actions: list[Action]) -> None:
        """Say how the run ended, once: told again, the buttons would be others and lose the focus."""
        if self._led_to_end and self.outcome.label.text() == text and not self.outcome.isHidden():
            return
        self.outcome.tell(text, state, actions)

    def _show_revalidated(self, active: ActiveRun, run: Run) -> None:
        """Say that re-validation found the plan unchanged."""
        if active.kind == "revalidate" and run.id == active.about:
            self.set_title(tr("The plan is still the same"), self.name)
            text = tr("PowerSchool was read again. The plan is the one you looked at; it waits for another day.")
            self.outcome.tell(text, "good")

    def _waits_on(self, active: ActiveRun) -> bool:
        """Whether re-validation failed, so that the run waits as before."""
        return active.kind == "revalidate" and not _reached(active)

    def _cancel(self) -> None:
        active = self._active
        if active:
            active.cancel()
            self._show(active)

    def _go_on(self) -> None:
        active, go = self._active, self._context.go
        run = active.run if active else None
        if active and self._waits_on(active):
            go.review(self.name, active.about)
        elif run is None:
            go.overview(self.name)
        elif run.state in WAITING:
            go.review(self.name, run.id)
        else:
            go.summary(self.name, run.id)


def _reached(active: ActiveRun) -> bool:
    return active.run is not None and active.run.state not in ("failed", "cancelled", "interrupted")


def _what_cancel_does(active: ActiveRun) -> str:
    if active.progress.stage == "applying":
        return tr("It is delivering. Cancel stops at the next safe point; what is due then comes with the next sync.")
    return tr("Nothing is written before the last stage. Until then, Cancel leaves the other system as it is.")


def _remaining(active: ActiveRun) -> str:
    if active.stopping and not active.ended:
        return tr("stopping at the next safe point")
    if active.ended:
        return tr("altogether")
    remaining = active.progress.remaining
    return tr("about {time} left", time=duration(max(1.0, remaining))) if remaining is not None else ""


def _outcome(run: Run) -> str:
    if run.error:
        return failure_in_words(run)
    if run.state == "held":
        return tr("On hold, nothing was delivered. {reasons}", reasons=reasons_in_words(run))
    if run.delivered and run.all_changes.total:
        return tr("{changes} Delivered to {place}.", changes=went(run), place=word_delivered(run.delivered))
    return went(run)


def _colour(run: Run) -> str:
    return run_colour(run) or "accent"


class _StepsCard(Card):
    """One line per step: state, title, what was done, how long it took."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[_StepRow] = []
        self._grid = QGridLayout()
        self._grid.setVerticalSpacing(SPACE_S)
        self._grid.setHorizontalSpacing(SPACE_L)
        self._grid.setColumnStretch(1, _STEPS_STRETCH)
        self._grid.setColumnStretch(2, _WORDS_STRETCH)
        self._grid.setColumnMinimumWidth(0, _CHIP_WIDTH)
        self._grid.setColumnMinimumWidth(1, _TITLE_WIDTH)
        self.body.addLayout(self._grid)

    def show_steps(self, steps: list[ProgressStep]) -> None:
        """Show these steps; rebuild the lines when their number changes."""
        if len(self._rows) != len(steps):
            clear(self._grid)
            self._rows = [_StepRow(self._grid, place) for place in range(len(steps))]
        for shown, step in zip(self._rows, steps, strict=True):
            shown.show_step(step)


class _StepRow:
    """The widgets of one line."""

    def __init__(self, grid: QGridLayout, place: int) -> None:
        self.chip, self.title = Chip(), Label("", "strong")
        self.words, self.bar = Label("", "muted"), QProgressBar()
        self.end = Label("", "muted", wrap=False)
        self.bar.setRange(0, _THOUSAND)
        self.bar.setTextVisible(False)
        self.bar.hide()
        self.chip.setMinimumWidth(_CHIP_WIDTH)
        middle = row(wide(self.words), wide(self.bar))
        for column, widget in enumerate((self.chip, self.title, middle, self.end)):
            grid.addWidget(widget, place * 2, column)
        self.end.setAlignment(Qt.AlignmentFlag.AlignRight)
        if place:
            grid.addWidget(line(), place * 2 - 1, 0, 1, 4)

    def show_step(self, step: ProgressStep) -> None:
        """Show how far the step is."""
        word, colour = _STATES[step.state]
        working = step.state == "working"
        self.chip.show_state(state_word(step.stage) if working else translated(word), colour)
        self.title.setText(step.title)
        known = working and bool(step.total) and len(step.counts) > 0 and step.stage == "reading"
        self.bar.setVisible(known)
        self.bar.setAccessibleName(tr("How much of “{step}” is done", step=step.title))
        self.words.setVisible(not known)
        self.words.setText(step.in_words())
        if known and step.total:
            self.bar.setValue(round(step.done * _THOUSAND / step.total))
            self.end.setText(tr("{done} of {total}", done=number(step.done), total=number(step.total)))
        else:
            self.end.setText(
                duration(step.ended - step.began) if step.ended and step.state in ("done", "stopped") else ""
            )
