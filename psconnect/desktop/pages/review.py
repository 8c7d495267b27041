"""The review of a waiting run: the sentence that matters, counts against limits, every change, the decision."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtWidgets import QWidget

from psconnect.desktop.context import PageContext
from psconnect.desktop.models.changes import ChangesModel
from psconnect.desktop.pages.changes import ChangesCard, ReviewDeeds
from psconnect.desktop.pages.decision import DecisionBar
from psconnect.desktop.pages.limits import LimitsCard
from psconnect.desktop.sentences import headline, totals
from psconnect.desktop.text import moment, tr
from psconnect.desktop.widgets.banner import Action, Banner
from psconnect.desktop.widgets.button import secondary
from psconnect.desktop.widgets.chip import Chip, run_colour
from psconnect.desktop.widgets.page import ScrollPage
from psconnect.model.errors import PsconnectError
from psconnect.model.runs import WAITING, Run
from psconnect.service import Limit, SetAside
from psconnect.wording.errors import word
from psconnect.wording.held import story_of
from psconnect.wording.limits import limit_in_numbers


@dataclass(frozen=True)
class _Loaded:
    run: Run
    limits: list[Limit]
    left_alone: list[SetAside]


class ReviewPage(ScrollPage):
    """One waiting run at a time."""

    def __init__(self, context: PageContext, parent: QWidget | None = None) -> None:
        super().__init__(tr("Review"), parent, tight=True)
        self._context = context
        self.name, self._run_id, self._shown = "", "", ""
        self._run: Run | None = None
        self._busy = False
        self.chip = Chip()
        self.revalidate_button = secondary(tr("Re-validate"), self._revalidate, symbol="refresh")
        self.revalidate_button.setToolTip(tr("Read PowerSchool again and see whether the plan is still the same"))
        self.buttons.addWidget(self.chip)
        self.buttons.addWidget(self.revalidate_button)
        self.reasons = Banner()
        self.body.addWidget(self.reasons)
        self.limits = LimitsCard(self._choose)
        self.body.addWidget(self.limits)
        deeds = ReviewDeeds(self._exclude, self._include, self._why)
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
            return _Loaded(run, service.limits(run_id), service.excluded(run_id) if run.set_aside else [])

        self._context.bridge.call(work, self.while_here(self._show), failed, owner=self)

    def _not_done(self, error: PsconnectError) -> None:
        """Say why an exclusion failed; the page stays as it is."""
        self._context.go.notice(word(error, window=True).text, "bad")

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
        self._run, self._shown = run, run.id
        self._show_head(loaded)
        rehearsal = run.kind == "rehearsal"
        self.revalidate_button.setVisible(not rehearsal)
        if not again:
            self.decision.forget_reason()
        self._show_busy()
        self.changes.show_run(run, loaded.left_alone, fixed=rehearsal)
        self.limits.show_limits(loaded.limits, entity if again else "")
        # A roster that is delivered as it is has no changes to look through.
        any_changes = bool(totals(run).total or run.set_aside or not run.redelivers_to)
        self.changes.setVisible(any_changes)
        self.limits.setVisible(any_changes and not self.limits.isHidden())
        self.show_content()
        if not again:
            (self.decision.reason if self.changes.isHidden() else self.changes.filter).setFocus()

    def _show_head(self, loaded: _Loaded) -> None:
        run = loaded.run
        started = moment(run.started, self._context.now())
        subtitle = tr("{name}, run of {when}. Nothing has been delivered.", name=self.name, when=started)
        if run.kind == "rehearsal":
            subtitle = tr("{name}, rehearsal of the school year {year}.", name=self.name, year=run.school_year)
        limit = next((limit.threshold.text for limit in loaded.limits if _is_headline(run, limit)), "")
        if limit:
            subtitle = tr("{sentence} The limit is {limit}.", sentence=subtitle, limit=limit_in_numbers(limit))
        self.set_title(headline(run), subtitle)
        self.chip.show_state(tr("On hold") if run.state == "held" else tr("Previewed"), run_colour(run))
        words = story_of(run, self._context.now(), window=True).text
        if words:
            self.reasons.tell(words, "accent" if run.kind == "rehearsal" else "warning")
        else:
            self.reasons.hide()

    def _show_over(self, run: Run) -> None:
        self.set_title(headline(run))
        self.chip.show_state("")
        open_summary = partial(self._context.go.summary, self.name, run.id)
        text = tr("This run does not wait for an approval any more.")
        self.show_message(tr("There is nothing to decide"), text, [(tr("Open the summary"), open_summary)])

    def _choose(self, entity: str, school: str) -> None:
        counts = self.limits.counts(entity)
        if counts:
            kept = None if (entity == self.changes.entity and not school) else school
            self.changes.show_entity(self._run_id, entity, counts, kept)

    def _exclude(self, entity: str, keys: Collection[int]) -> None:
        run_id, exclude = self._run_id, self._context.service.exclude
        self._read(lambda: exclude(run_id, entity, keys), self._not_done)

    def _include(self, records: list[SetAside]) -> None:
        run_id, include = self._run_id, self._context.service.include
        by_entity: dict[str, list[int]] = {}
        for one in records:
            by_entity.setdefault(one.entity, []).append(one.key)

        def work() -> None:
            for entity, keys in by_entity.items():
                include(run_id, entity, keys)

        self._read(work, self._not_done)

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


def _is_headline(run: Run, limit: Limit) -> bool:
    """Whether the page's headline is about this entity."""
    first = next((hold.rule for hold in run.holds if hold.rule.startswith("remove-")), "")
    return first == f"remove-{limit.entity}"
