"""The review of a waiting run: the sentence that matters, counts against limits, every change, the decision."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from psconnect.desktop.context import PageContext
from psconnect.desktop.models.changes import ChangesModel
from psconnect.desktop.pages.cause import CauseBanner
from psconnect.desktop.pages.changes import ChangesCard, LeftAlone, ReviewDeeds
from psconnect.desktop.pages.decision import DecisionBar
from psconnect.desktop.pages.limits import LimitsCard
from psconnect.desktop.sentences import headline, totals
from psconnect.desktop.text import moment, tr
from psconnect.desktop.widgets.banner import Action
from psconnect.desktop.widgets.button import secondary
from psconnect.desktop.widgets.chip import Chip, run_colour
from psconnect.desktop.widgets.label import Label
from psconnect.desktop.widgets.page import ScrollPage
from psconnect.model.errors import PsconnectError
from psconnect.model.review import ChangeQuery
from psconnect.model.runs import WAITING, Run
from psconnect.service import Limit
from psconnect.wording.errors import word
from psconnect.wording.held import story_of

_NARROW = 800
"""The width of the page, in pixels, below which it shows less."""


@dataclass(frozen=True)
class _Loaded:
    run: Run
    limits: list[Limit]
    left_alone: LeftAlone
    linked: bool
    received: str


class ReviewPage(ScrollPage):
    """One waiting run at a time."""

    def __init__(self, context: PageContext, parent: QWidget | None = None) -> None:
        super().__init__(tr("Review"), parent, tight=True)
        self._context = context
        self.name, self._run_id, self._shown = "", "", ""
        self._run: Run | None = None
        self._busy = False
        self.chip = Chip()
        self.revalidate_button = secondary(tr("Check again"), self._revalidate, symbol="refresh")
        self.revalidate_button.setToolTip(tr("Read PowerSchool again and see whether the plan is still the same"))
        self.buttons.addWidget(self.chip)
        self.buttons.addWidget(self.revalidate_button)
        self.cause = CauseBanner(self._open_page)
        self.body.addWidget(self.cause)
        self.received = Label("", "help")
        self.body.addWidget(self.received)
        self.limits = LimitsCard(self._choose)
        self.body.addWidget(self.limits)
        self._linked = False
        self._to_do: deque[Callable[[], object]] = deque()
        self._changing = False
        deeds = ReviewDeeds(self._let_go, self._let_all_go, self._why, self._open_record, self._has_page)
        self.changes = ChangesCard(ChangesModel(context.service, context.bridge, self), deeds)
        self.changes.model.failed.connect(self.show_error)
        self.body.addWidget(self.changes, 1)
        self.body.addStretch(0)
        self.decision = DecisionBar(self._approve, self._discard)
        foot = self.layout()
        if foot:
            foot.addWidget(self.decision)
        context.runs.changed.connect(self._run_changed)

    def load(self, name: str, run_id: str) -> None:
        """Show a run; one that no longer waits says so."""
        self.name, self._run_id, self.again = name, run_id, partial(self.load, name, run_id)
        self.set_title(tr("Review"))
        self.chip.show_state("")
        self.revalidate_button.hide()
        self.changes.leave()
        self._shown = ""
        self._to_do.clear()
        self._changing = False
        self.begin()
        self.show_loading()
        self._read(lambda: None, self.while_here(self.show_error))

    def show_content(self) -> None:
        """Show the run; the decision below it stays visible however far the page is scrolled."""
        self.decision.show()
        super().show_content()

    def show_message(self, heading: str, text: str, actions: Sequence[Action] = ()) -> None:
        """Show a message in place of the run: there is nothing to decide."""
        self.decision.hide()
        super().show_message(heading, text, actions)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """In a narrow window the limits take a line, and only the table scrolls."""
        super().resizeEvent(event)
        narrow = self.width() < _NARROW
        self.limits.set_narrow(narrow=narrow)
        self.changes.set_narrow(narrow=narrow)
        self.revalidate_button.setText("" if narrow else tr("Check again"))
        self.revalidate_button.setAccessibleName(tr("Check again"))
        self.chip.setVisible(bool(self.chip.text()) and not narrow)

    def leave(self) -> None:
        """The page is no longer looked at: let go of the roster data."""
        self.begin()
        self.changes.leave()

    def _read(self, first: Callable[[], object], failed: Callable[[PsconnectError], None]) -> None:
        """Do something with the run in a worker, then show how it stands."""
        run_id, service = self._run_id, self._context.service

        def work() -> _Loaded:
            first()
            run = service.run(run_id)
            left_alone = service.left_alone(run_id) if run.set_aside else {}
            linked = bool(service.page_in_powerschool(run.connection, "student", 1))
            there = service.receiver_of(run.connection)
            # When it would hold the delivery, the run says so itself.
            received = there.receives if there else ""
            return _Loaded(run, service.limits(run_id), left_alone, linked, received)

        self._context.bridge.call(work, self.while_here(self._show), failed, owner=self)

    def _not_done(self, error: PsconnectError) -> None:
        """Say why an exclusion failed, and show the plan as it is."""
        self._to_do.clear()
        self._changing = False
        self._context.go.notice(word(error, window=True).text, "bad")
        self._read(lambda: None, self.while_here(self.show_error))

    def _run_changed(self, name: str) -> None:
        """Lock the decision while another run goes on, and look again when it ends."""
        busy = self._context.runs.working(self.name)
        if name != self.name or busy == self._busy or not self._shown or not self.isVisible():
            return
        self._show_busy()
        if not busy:
            self._read(lambda: None, self.while_here(self.show_error))

    def _show_busy(self) -> None:
        self._busy = self._context.runs.working(self.name)
        self.revalidate_button.setEnabled(not self._busy)
        self.changes.wait(on=self._busy)
        if self._run:
            self.decision.show_run(self._run, self._context.now(), busy=self._busy)

    def _show(self, loaded: _Loaded) -> None:
        run = loaded.run
        if run.state not in WAITING:
            self._show_over(run)
            return
        again, entity = self._shown == run.id, self.changes.entity
        self._run, self._shown, self._linked, self._changing = run, run.id, loaded.linked, False
        if self._to_do:
            self._next()  # Ticks were set meanwhile: show the plan once it follows them.
            return
        self._show_head(run)
        told = tr("What the other system does: {text}", text=loaded.received) if loaded.received else ""
        self.received.setText(told)
        self.received.setVisible(bool(told))
        rehearsal = run.kind == "rehearsal"
        self.revalidate_button.setVisible(not rehearsal)
        if not again:
            self.decision.forget_reason()
            self.limits.close_again()
        self._show_busy()
        self.changes.show_run(run, loaded.left_alone, fixed=rehearsal)
        self.limits.show_limits(loaded.limits, entity if again else "")
        # A roster that is delivered as it is has no changes to look through.
        any_changes = bool(totals(run).total or run.set_aside or not run.redelivers_to)
        if not loaded.limits and loaded.left_alone and not again:
            self.changes.show_entity(next(iter(loaded.left_alone))[0])
        self.changes.setVisible(any_changes)
        self.limits.setVisible(any_changes and bool(loaded.limits))
        self.show_content()
        if not again:
            (self.decision.reason if self.changes.isHidden() else self.changes.filter).setFocus()

    def _show_head(self, run: Run) -> None:
        now = self._context.now()
        started = moment(run.started, now)
        subtitle = tr("{name}, run of {when}. Nothing was delivered.", name=self.name, when=started)
        before = ""
        if run.kind == "rehearsal":
            subtitle = tr("{name}, rehearsal of the school year {year}.", name=self.name, year=run.school_year)
            before = tr(
                "A rehearsal: what a sync would do then, and what it would be held for. It is never delivered. When "
                "the year has come, start a sync and approve that."
            )
        self.set_title(headline(run), subtitle)
        self.chip.show_state(tr("On hold") if run.state == "held" else tr("Previewed"), run_colour(run))
        story = story_of(run, now, window=True)
        self.cause.show_story(story, before=before, state="accent" if run.kind == "rehearsal" else "warning")

    def _open_page(self, where: str) -> None:
        if where == "ids":
            self._context.go.ids(self.name)
        elif where == "findings":
            self._context.go.findings(self.name, self._run_id)
        else:
            self._context.go.setting(self.name, where)

    def _show_over(self, run: Run) -> None:
        self.set_title(headline(run))
        self.chip.show_state("")
        open_summary = partial(self._context.go.summary, self.name, run.id)
        text = tr("This run does not wait for an approval any more.")
        self.show_message(tr("There is nothing to decide"), text, [(tr("Open the summary"), open_summary)])

    def _choose(self, entity: str, school: str) -> None:
        if self.limits.counts(entity):
            kept = None if (entity == self.changes.entity and not school) else school
            self.changes.show_entity(entity, kept)

    def _let_go(self, entity: str, key: int, on: bool) -> None:  # noqa: FBT001 - as a signal tells it
        """Let a change go through, or not; one after another, in the order of the ticks."""
        run_id, service = self._run_id, self._context.service
        change = service.include if on else service.exclude
        self._then(lambda: change(run_id, entity, [key]))

    def _let_all_go(self, wanted: ChangeQuery, on: bool) -> None:  # noqa: FBT001 - as above
        run_id, service = self._run_id, self._context.service

        def work() -> None:
            keys = service.shown_keys(run_id, wanted, excluded=on)
            if keys:
                (service.include if on else service.exclude)(run_id, wanted.entity, keys)

        self._then(work)

    def _then(self, work: Callable[[], object]) -> None:
        """Change the plan once the changes before this one are made: each needs the plan for itself."""
        self._to_do.append(work)
        if not self._changing:
            self._next()

    def _next(self) -> None:
        self._changing = True
        self._read(self._to_do.popleft(), self._not_done)

    def _has_page(self, entity: str) -> bool:
        return self._linked and entity in ("student", "teacher", "admin")

    def _open_record(self, entity: str, key: int) -> None:
        address = self._context.service.page_in_powerschool(self.name, entity, key)
        if address:
            self._context.open_url(address)

    def _why(self, entity: str, key: int) -> None:
        self._context.go.find_record(self.name, entity, key)

    def _revalidate(self) -> None:
        self.leave()
        self._context.runs.revalidate(self.name, self._run_id)
        self._context.go.running(self.name)

    def _approve(self, reason: str) -> None:
        if self._run is None:
            return
        self.leave()
        self._context.runs.approve(self.name, self._run_id, reason, self._run.plan_hash)
        self._context.go.running(self.name)

    def _discard(self) -> None:
        self.leave()
        self.show_loading()
        name, run_id, service = self.name, self._run_id, self._context.service
        failed = self.while_here(self.show_error)
        self._context.bridge.call(lambda: service.discard(run_id), partial(self._discarded, name), failed, owner=self)

    def _discarded(self, name: str, _run: Run) -> None:
        if self.isVisible() and name == self.name:
            self._context.go.overview(name)
        self._context.go.changed()
        self._context.go.notice(tr("The run was discarded. Nothing was delivered."))
