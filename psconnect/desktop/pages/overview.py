"""A connection's first page: what stands in the other system, what lies over it, and what needs attention."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QGridLayout, QWidget

from psconnect.desktop.context import PageContext
from psconnect.desktop.in_use import disabled_in_words, switch_use
from psconnect.desktop.pages.attention import AttentionCard
from psconnect.desktop.pages.failure import ways_on
from psconnect.desktop.pages.mending import mail_trouble, ways_to_mend
from psconnect.desktop.pages.standing import StandingCard
from psconnect.desktop.sentences import changes_in_words, headline, went, where_from_to
from psconnect.desktop.text import counted, duration, exact, moment, number, tr
from psconnect.desktop.theme.tokens import SPACE_L, SPACE_XL, SPACE_XS
from psconnect.desktop.widgets.banner import Action, Banner
from psconnect.desktop.widgets.button import link, primary
from psconnect.desktop.widgets.card import Card, column, row, wide
from psconnect.desktop.widgets.chip import Chip, state_of_run
from psconnect.desktop.widgets.label import ElidedLabel, Label
from psconnect.desktop.widgets.page import ScrollPage
from psconnect.desktop.widgets.receiver_note import ReceiverNote
from psconnect.desktop.widgets.sparkline import Sparkline
from psconnect.desktop.wizard.findable import NOTICES
from psconnect.model.connection import Connection
from psconnect.model.record_list import Figure
from psconnect.model.review import FindingQuery, Findings
from psconnect.model.runs import APPLIED, WAITING, Run, telling_run
from psconnect.model.schedule_state import ScheduleState
from psconnect.service import Receiver, StandingFigures
from psconnect.wording.catalogue import marked, translated
from psconnect.wording.errors import word
from psconnect.wording.next_run import NextRun, next_run
from psconnect.wording.schedules import schedule_words
from psconnect.wording.systems import system_words

_NARROW = 800
_AFTER_UNDO = marked(
    "The last delivery took an earlier run back. The next sync with changes waits for your approval, because it would "
    "do again what was undone. Correct the cause first, in PowerSchool or in the settings."
)


@dataclass(frozen=True)
class _Loaded:
    connection: Connection
    runs: list[Run]
    standing: StandingFigures
    findings: Findings | None
    mail: str
    receiver: Receiver | None

    @property
    def newest(self) -> Run | None:
        """The newest run of all, whatever became of it."""
        return self.runs[0] if self.runs else None


class OverviewPage(ScrollPage):
    """The overview of one connection at a time."""

    def __init__(self, context: PageContext, parent: QWidget | None = None) -> None:
        super().__init__(tr("Overview"), parent)
        self._context = context
        self.name = ""
        self._loaded: _Loaded | None = None
        self.chip = Chip()
        self.run_button = primary(tr("Run sync"), self._run, symbol="play")
        for widget in (self.chip, self.run_button):
            self.buttons.addWidget(widget)
        self.over = Banner()
        self.schedule, self.mail = Banner(), Banner()
        for banner in (self.over, self.schedule, self.mail):
            self.body.addWidget(banner)
        self._schedule: ScheduleState | None = None
        self._status = _StatusCard(lambda: context.go.settings(self.name, "schedule"))
        self.body.addWidget(self._status)
        self.standing, self.findings = StandingCard(self._open_figure), AttentionCard()
        self._side_by_side = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._side_by_side.setSpacing(SPACE_L)
        self.body.addLayout(self._side_by_side)
        self._side_by_side.addWidget(self.standing, 2)
        self._side_by_side.addWidget(self.findings, 1)
        self.receiver = ReceiverNote()
        self.body.addWidget(self.receiver)
        self.body.addStretch(1)
        context.runs.changed.connect(self._run_changed)
        context.proving.changed.connect(self._proved)

    def load(self, name: str) -> None:
        """Show a connection."""
        if name != self.name or self.message_shown:
            self.set_title(name)
            self.show_loading()
            self._schedule = None
        self.name, self.again = name, partial(self.load, name)
        service = self._context.service

        def work() -> _Loaded:
            runs, standing = service.runs(name), service.standing(name)
            told = standing.last if standing.last and standing.last.kind != "undo" else None
            findings = service.findings(told.id, FindingQuery(), most=1) if told else None
            mail = mail_trouble(service.undelivered_notices(name))
            return _Loaded(service.connection(name), runs, standing, findings, mail, service.receiver_of(name))

        self.read(self._context.bridge, work, self._show)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """In a narrow window the cards stand below each other; no column is dropped."""
        directions = QBoxLayout.Direction
        narrow = event.size().width() < _NARROW
        self._status.sparkline.setVisible(not narrow)
        self._side_by_side.setDirection(directions.TopToBottom if narrow else directions.LeftToRight)
        super().resizeEvent(event)

    def _show(self, loaded: _Loaded) -> None:
        self._loaded = loaded
        self.set_title(self.name, where_from_to(loaded.connection))
        now, standing = self._context.now(), loaded.standing
        success = next((run for run in loaded.runs if run.state in APPLIED), None)
        self._status.show_runs(self._context, loaded.runs, success)
        last = standing.last
        self.standing.setVisible(last is not None)
        self.findings.setVisible(last is not None)
        if last:
            heading = tr("What stands in {system}", system=system_words(standing.system)) if standing.system else ""
            self.standing.show_rows(
                heading or tr("What stands in the other system"),
                standing.rows,
                last.changes,
                counted=standing.counted,
            )
            delivered = tr("delivered {when}", when=moment(last.ended or last.started, now))
            over = loaded.newest is not None and loaded.newest.id != last.id
            self.standing.when.setVisible(not over)
            self.standing.when.setText(delivered)
            self.standing.still.show_state(tr("still true, {delivered}", delivered=delivered) if over else "", "good")
            show = partial(self._context.go.findings, self.name, last.id)
            self.findings.show_findings(loaded.findings, show)
        there = loaded.receiver
        self.receiver.hide()
        if there:
            self.receiver.show_receiver(there.receives, there.holds, verified=there.verified)
        self._show_over(loaded)
        self._show_mail(loaded)
        self._show_schedule()
        self._run_changed(self.name)
        self.show_content()
        self._read_schedule()

    def _read_schedule(self) -> None:
        """Ask how the system has the schedule; that may take seconds, so that the page is shown before."""
        service, name = self._context.service, self.name
        taken = self.while_here(self._take_schedule)
        self._context.bridge.call(lambda: service.schedule_state(name), taken, lambda _error: None, owner=self)

    def _take_schedule(self, schedule: ScheduleState) -> None:
        self._schedule = schedule
        self._show_schedule()
        self._run_changed(self.name)

    def _proved(self, name: str) -> None:
        if name == self.name and self._loaded:
            self._show_schedule()
            self._read_schedule()

    def _show_schedule(self) -> None:
        """Say when it runs next, and what keeps it from that, with the button that mends it."""
        schedule, loaded = self._schedule, self._loaded
        if schedule is None or loaded is None:
            self.schedule.hide()
            return
        found = next_run(schedule, self._context.now(), disabled=loaded.connection.disabled)
        proving = self._context.proving.working(self.name)
        self._status.show_next(NextRun(tr("Being tried …")) if proving else found, schedule)
        if proving or not found.trouble:
            self.schedule.hide()
        elif self.schedule.isHidden() or self.schedule.label.text() != found.trouble:
            self.schedule.tell(found.trouble, "warning", ways_to_mend(self._context, self.name, found))

    def _show_over(self, loaded: _Loaded) -> None:
        """Say what lies over the last success: a failure, a plan that waits, a rehearsal, a run without effect."""
        run, last = loaded.newest, loaded.standing.last
        self.over.hide()
        if loaded.connection.disabled:
            enable = partial(switch_use, self._context, self.name, disabled=False, owner=self)
            self.over.tell(disabled_in_words(), "accent", [(tr("Enable"), enable)])
            self.over.buttons[0].set_look("primary")
            return
        if run is None or self._context.runs.working(self.name):
            return
        if last and run.id == last.id and not run.in_part:
            if last.kind == "undo":
                self.over.tell(translated(_AFTER_UNDO), "accent")
            return
        text, state, actions = self._told(run)
        self.over.tell(text, state, actions)
        if self.over.buttons and state in ("bad", "warning"):
            self.over.buttons[0].set_look("primary")

    def _show_mail(self, loaded: _Loaded) -> None:
        if loaded.mail and not loaded.connection.disabled:
            opens = partial(self._context.go.settings, self.name, NOTICES)
            self.mail.tell(loaded.mail, "warning", [(tr("Open notices"), opens)])
        else:
            self.mail.hide()

    def _told(self, run: Run) -> tuple[str, str, list[Action]]:
        name, go = self.name, self._context.go
        when = moment(run.started, self._context.now())
        if run.state in WAITING and run.kind != "rehearsal":
            text = tr("{sentence}. Nothing is delivered until you approve it.", sentence=headline(run))
            review: list[Action] = [(tr("Review"), partial(go.review, name, run.id))]
            return text, "warning" if run.state == "held" else "accent", review
        if run.state == "failed" and run.error and run.kind != "rehearsal":
            told = word(run.error, window=True)
            text = tr("{when}: {title}. {happened}", when=_capital(when), title=told.title, happened=told.happened)
            text = (
                tr("{when}: {what}", when=_capital(when), what=went(run))
                if run.in_part
                else tr("{text} Nothing was delivered.", text=text)
            )
            return text, "bad", ways_on(self._context, name, run.error, run)
        what = went(run)
        if run.kind == "rehearsal":
            failed = word(run.error).title if run.error else ""
            what = (
                tr("The rehearsal of next school year stopped: {title}.", title=failed)
                if failed
                else tr("Next school year was rehearsed: {changes}.", changes=changes_in_words(run).lower())
            )
        show = go.review if run.state in WAITING else go.summary
        text = tr("{when}: {what}", when=_capital(when), what=what)
        return (
            text,
            "warning" if run.in_part or run.state == "interrupted" else "accent",
            [(tr("Show"), partial(show, name, run.id))],
        )

    def _open_figure(self, entity: str, figure: Figure) -> None:
        self._context.go.records(self.name, entity, figure)

    def _run(self) -> None:
        if self._context.runs.working(self.name):
            self._context.go.running(self.name)
        else:
            self._context.go.sync(self.name)

    def _run_changed(self, name: str) -> None:
        if name != self.name or self._loaded is None:
            return
        working, disabled = self._context.runs.working(name), self._loaded.connection.disabled
        self.run_button.setText(tr("Show run") if working else tr("Run sync"))
        self.run_button.setVisible(working or not disabled)
        # There is one filled button: what mends a failure or decides on a plan comes before the next run.
        needed = any(not button.isHidden() for button in self.over.buttons) and not self.over.isHidden()
        urgent = needed and self.over.property("state") in ("bad", "warning")
        self.run_button.set_look("secondary" if urgent and not working else "primary")
        self.chip.show_state(*state_of_run(telling_run(self._loaded.runs), working=working, disabled=disabled))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


class _StatusCard(Card):
    """The last success, the next run and the last runs; always in the same place, also after a failure."""

    def __init__(self, open_schedule: Callable[[], object]) -> None:
        super().__init__()
        self.next, self.how = ElidedLabel("…", "strong"), Label("", "help")
        self.schedule_link = link(tr("Change schedule"), open_schedule)
        self._when, self._what = ElidedLabel("", "strong"), Label("", "help")
        self.sparkline = Sparkline()
        self._runs, self._failed = Label("", "help", wrap=False), Label("", "help", wrap=False)
        facts = QWidget()
        grid = QGridLayout(facts)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(SPACE_XL)
        grid.setVerticalSpacing(0)
        how = row(wide(self.how), self.schedule_link, 0, spacing=SPACE_XS)
        columns = (
            (Label(tr("Last success"), "help"), self._when, self._what),
            (Label(tr("Next run"), "help"), self.next, how),
        )
        for place, parts in enumerate(columns):
            grid.setColumnStretch(place, 2 + place)
            for line, part in enumerate(parts):
                grid.addWidget(part, line, place)
        runs = column(self._runs, self._failed, spacing=0)
        self.add(row(wide(facts), runs, self.sparkline, spacing=SPACE_XL))

    def show_runs(self, context: PageContext, runs: list[Run], last: Run | None) -> None:
        """Show the last success among these runs, newest first."""
        first = tr("The first run reads everything, then waits for your approval.")
        self._when.setText(_capital(moment(last.ended or last.started, context.now())) if last else tr("None yet"))
        self._when.set_tip(exact(last.started) if last else "")
        self._what.setText(success_in_words(last) if last else first)
        shown = runs[: Sparkline.MOST]
        failed = sum(run.state == "failed" and run.kind != "rehearsal" for run in shown)
        self._runs.setText(counted(len(shown), "Last run", "Last {count} runs") if shown else "")
        self._failed.setText(tr("{count} failed", count=number(failed)) if shown else "")
        self.sparkline.show_runs(runs)

    def show_next(self, found: NextRun, schedule: ScheduleState) -> None:
        """Show when it runs next by itself, and how often."""
        self.next.setText(found.text)
        self.next.set_tip(found.trouble or (exact(found.at) if found.at else ""))
        self.next.set_state("warning" if found.trouble else "")
        settings = schedule.settings
        self.how.setText(schedule_words(settings) if settings.is_on else "")
        self.how.setVisible(settings.is_on)
        self.schedule_link.setText(tr("Change schedule") if settings.is_on else tr("Set a schedule"))


def success_in_words(run: Run) -> str:
    """What the last success changed and how long it worked: ``165 changes, took 1 min 52 s``."""
    total = sum(counts.total for counts in run.changes.values())
    what = counted(total, "1 change", "{count} changes") if total else tr("no change")
    took = run.took
    return tr("{what}, took {span}", what=what, span=duration(took.total_seconds())) if took is not None else what
