"""What *Run sync* opens: the summary of the last run, also where there was none, *Run now* and *Run tonight*."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from PySide6.QtWidgets import QWidget

from psconnect.desktop.context import PageContext
from psconnect.desktop.pages.mending import ways_to_mend
from psconnect.desktop.pages.overview import success_in_words
from psconnect.desktop.pages.standing import StandingCard
from psconnect.desktop.sentences import headline, last_run, went
from psconnect.desktop.text import exact, moment, tr, trigger_word
from psconnect.desktop.widgets.banner import Action, Banner
from psconnect.desktop.widgets.button import link, primary, secondary
from psconnect.desktop.widgets.card import Card, column, row, wide
from psconnect.desktop.widgets.chip import Chip, run_colour, run_word
from psconnect.desktop.widgets.label import Label
from psconnect.desktop.widgets.page import ScrollPage
from psconnect.model.record_list import Figure
from psconnect.model.runs import APPLIED, WAITING, Run
from psconnect.model.schedule_state import ScheduleState
from psconnect.service import StandingFigures
from psconnect.wording.next_run import next_run
from psconnect.wording.systems import system_words


@dataclass(frozen=True)
class _Loaded:
    run: Run | None
    standing: StandingFigures
    disabled: bool


class SyncPage(ScrollPage):
    """The last run of one connection at a time, and the buttons that start the next one, now or tonight."""

    def __init__(self, context: PageContext, parent: QWidget | None = None) -> None:
        super().__init__(tr("Run sync"), parent)
        self._context = context
        self.name = ""
        self._run: Run | None = None
        self.more_button = secondary(tr("More"))
        self.more_button.setAccessibleName(tr("Other ways to run"))
        self.run_button = primary(tr("Run now"), partial(self._start, "all"), symbol="play")
        self.tonight_button = secondary(tr("Run tonight"), self._run_tonight)
        self.tonight_button.set_symbol("moon")
        self.buttons.addWidget(self.more_button)
        self.buttons.addWidget(self.tonight_button)
        self.buttons.addWidget(self.run_button)
        self.waiting, self.tonight = Banner(), Banner()
        self.body.addWidget(self.waiting)
        self.body.addWidget(self.tonight)
        self.chip = Chip()
        self.sentence, self.when, self.what = Label("", "heading"), Label("", "muted"), Label("", "help")
        self.summary_link = link(tr("Open its summary"), self._open_summary)
        card = Card()
        card.setAccessibleName(tr("Summary of the last run"))
        card.add(Label(tr("Summary of the last run"), "help"))
        card.add(column(row(wide(self.sentence), self.chip), self.when, self.what, spacing=2))
        card.add(row(self.summary_link, 1))
        self.body.addWidget(card)
        self.standing = StandingCard(self._open_figure)
        self.body.addWidget(self.standing)
        self.body.addStretch(1)

    def load(self, name: str) -> None:
        """Show the last run of a connection."""
        if self._context.runs.working(name):
            self._context.go.running(name)
            return
        if name != self.name or self.message_shown:
            self.set_title(self.word, name)
            self.show_loading()
            self.tonight.hide()
        self.name, self.again = name, partial(self.load, name)
        service = self._context.service

        def work() -> _Loaded:
            runs = service.runs(name)
            run = next((one for one in runs if one.kind != "rehearsal"), None)
            return _Loaded(run, service.standing(name), service.connection(name).disabled)

        self.read(self._context.bridge, work, self._show)

    def _show(self, loaded: _Loaded) -> None:
        run, standing = loaded.run, loaded.standing
        self._run = run
        self.set_title(tr("Run sync"), self.name)
        now = self._context.now()
        self.chip.show_state(run_word(run) if run else "", run_colour(run) if run else "")
        self.summary_link.setVisible(run is not None)
        first = tr("The first run reads everything, then waits for your approval. Nothing is delivered before that.")
        self.sentence.setText(headline(run) if run else tr("There was no run yet"))
        by = (
            tr("{when}, started by {who}", when=last_run(run, now), who=trigger_word(run.trigger).lower())
            if run
            else ""
        )
        self.when.setText(by or first)
        self.when.setToolTip(exact(run.started) if run else "")
        self._show_what(run, standing)
        heading = tr("What stands in {system}", system=system_words(standing.system)) if standing.system else ""
        changes = run.changes if run and run.state in APPLIED else {}
        none = "" if standing.last else tr("Nothing was delivered yet.")
        self.standing.show_rows(
            heading or tr("What stands in the other system"),
            standing.rows,
            changes or (standing.last.changes if standing.last else {}),
            counted=standing.counted,
            total=True,
            note=none,
        )
        last = standing.last
        self.standing.when.setText(tr("delivered {when}", when=moment(last.ended or last.started, now)) if last else "")
        self.standing.still.show_state("")
        self._show_waiting(run)
        self.more_button.add_menu(
            [
                (text, partial(self._start, scope, plan_only=plan_only, rehearse=rehearse))
                for text, scope, plan_only, rehearse in ways_to_run(first=standing.last is None)
            ]
        )
        for button in (self.run_button, self.more_button, self.tonight_button):
            button.setEnabled(not loaded.disabled)
        self.show_content()
        self.run_button.setFocus()
        self._read_schedule()

    # --- tonight -------------------------------------------------------------------------------------------------

    def _read_schedule(self) -> None:
        """Ask whether a run is to start tonight; that may take seconds, so that the page is shown before."""
        service, name = self._context.service, self.name
        taken = self.while_here(self._show_tonight)
        self._context.bridge.call(lambda: service.schedule_state(name), taken, lambda _error: None, owner=self)

    def _run_tonight(self) -> None:
        service, name = self._context.service, self.name

        def asked(at: datetime) -> None:
            when = moment(at, self._context.now())
            self._context.go.notice(tr("Processing: the run of “{name}” starts {when}.", name=name, when=when))
            self._context.proving.prove_once(name)
            self._read_schedule()

        self._context.bridge.call(lambda: service.run_tonight(name), asked, self._context.go.refuse, owner=self)

    def _cancel_tonight(self) -> None:
        service, name = self._context.service, self.name

        def cancelled(_answer: object) -> None:
            self._context.go.notice(tr("The run of “{name}” tonight is cancelled.", name=name))
            self._read_schedule()

        self._context.bridge.call(lambda: service.cancel_tonight(name), cancelled, self._context.go.refuse, owner=self)

    def _lead_to_cancel(self, *, led: bool) -> None:
        """The button that was pressed is gone: what one may want next has the focus."""
        if led:
            self.tonight.buttons[0].setFocus()

    def _show_tonight(self, schedule: ScheduleState) -> None:
        """Say when the run starts that was asked for, what may keep it from that, and how to take it back."""
        at, now = schedule.tonight, self._context.now()
        led = self.tonight_button.hasFocus()
        self.tonight_button.setVisible(at is None)
        if at is None:
            self.tonight.hide()
            return
        found = next_run(schedule, now)
        when, system = moment(at, now), schedule.system
        cancel: Action = (tr("Cancel it"), self._cancel_tonight)
        if found.trouble:
            text = tr("A run is to start {when}. {trouble}", when=when, trouble=found.trouble)
            self.tonight.tell(text, "warning", [*ways_to_mend(self._context, self.name, found), cancel])
            self._lead_to_cancel(led=led)
            return
        text = (
            tr("It starts by itself {when}, done within 24 hours of your click. Stay signed in.", when=when)
            if system
            else tr("It starts by itself {when}, if psconnect is open then.", when=when)
        )
        self.tonight.tell(text, "accent", [cancel])
        self._lead_to_cancel(led=led)

    def _show_what(self, run: Run | None, standing: StandingFigures) -> None:
        told = went(run) if run else ""
        if run and standing.last and run.id != standing.last.id:
            before = moment(standing.last.ended or standing.last.started, self._context.now())
            told = tr("{told} What was delivered {before} still stands.", told=told, before=before)
        elif run and run.state in APPLIED:
            told = tr("{told} {took}.", told=told, took=success_in_words(run)) if run.refused else told
        self.what.setText(told)
        self.what.setVisible(bool(told))

    def _show_waiting(self, run: Run | None) -> None:
        waits = run is not None and run.state in WAITING
        self.waiting.hide()
        if run and waits:
            review = partial(self._context.go.review, self.name, run.id)
            text = tr("A plan waits for your approval. Running again makes a new plan in its place.")
            self.waiting.tell(text, "warning", [(tr("Review"), review)])

    def _start(self, scope: str, *, plan_only: bool = False, rehearse: bool = False) -> None:
        if not self._context.runs.working(self.name):
            self._context.runs.start(self.name, scope=scope, plan_only=plan_only, rehearse=rehearse)
            self._context.go.notice(tr("Processing: the run of “{name}” has begun.", name=self.name))
        self._context.go.running(self.name)

    def _open_summary(self) -> None:
        if self._run:
            self._context.go.summary(self.name, self._run.id)

    def _open_figure(self, entity: str, figure: Figure) -> None:
        self._context.go.records(self.name, entity, figure)


def ways_to_run(*, first: bool) -> list[tuple[str, str, bool, bool]]:
    """Words, scope, plan only, rehearsal of each way to run; partial syncs only after a full delivery."""
    found = [(tr("Sync all"), "all", False, False)]
    if not first:
        found += [(tr("Sync users only"), "users", False, False), (tr("Sync courses only"), "courses", False, False)]
    found.append((tr("Preview only, deliver nothing"), "all", True, False))
    if not first:
        found.append((tr("Rehearse next school year"), "all", False, True))
    return found
