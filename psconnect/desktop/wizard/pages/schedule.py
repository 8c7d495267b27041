"""Step *Schedule*: when the connection runs by itself, what comes next, and whether a scheduled start works."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from PySide6.QtWidgets import QWidget

from psconnect.desktop.text import counted, duration, tr
from psconnect.desktop.theme.tokens import SPACE_L, SPACE_M
from psconnect.desktop.widgets.banner import Banner
from psconnect.desktop.widgets.card import column
from psconnect.desktop.wizard.pages.base import PagePlace, StepPage
from psconnect.desktop.wizard.pages.end_card import EndCard
from psconnect.desktop.wizard.pages.proof_card import ProofCard, ProofShown
from psconnect.desktop.wizard.pages.side_by_side import Across
from psconnect.desktop.wizard.pages.signed_in import SignedInCard
from psconnect.desktop.wizard.pages.times_card import TimesCard
from psconnect.desktop.wizard.pages.upcoming import UpcomingCard
from psconnect.desktop.wizard.steps.destination import DestinationPart
from psconnect.desktop.wizard.steps.schedule import SchedulePart, typed_schedule, wrong_times
from psconnect.model.errors import PsconnectError
from psconnect.model.schedule import WEEKDAYS, clock_time
from psconnect.model.schedule_state import ScheduleState
from psconnect.wording.errors import word
from psconnect.wording.schedules import zone_named

_ASIDE, _NARROW, _COUNT = 316, 820, 6


@dataclass(frozen=True)
class _Facts:
    """What is known beside the settings.

    Attributes:
        system: key of the system's scheduler; empty where there is none.
        state: how the saved schedule stands; None for a new connection.
        takes: how long a run usually takes; None before the first one.
    """

    system: str
    state: ScheduleState | None = None
    takes: timedelta | None = None


class SchedulePage(StepPage):
    """Settings at the left, what they come to at the right."""

    def __init__(self, place: PagePlace) -> None:
        super().__init__(place)
        self._go = place.go
        self._proving = place.proving
        self._facts: _Facts | None = None
        self._whole = False
        self.trouble = Banner()
        self.times, self.end = TimesCard(self), EndCard(self)
        self.upcoming, self.signed_in = UpcomingCard(), SignedInCard()
        self.proof = ProofCard(self._prove, self._open_credentials)
        left = column(self.times, self.end, self.proof, 1, spacing=SPACE_M)
        right = column(self.upcoming, self.signed_in, 1, spacing=SPACE_M)
        self.body.addWidget(self.trouble)
        self.body.addWidget(Across(left, right, aside=_ASIDE, gap=SPACE_L, narrow=_NARROW))
        self.body.addStretch(1)
        if self._proving:
            self._proving.changed.connect(self._proved)
        self.show_draft()

    @property
    def _part(self) -> SchedulePart:
        return self.session.draft.of(SchedulePart)

    @property
    def _name(self) -> str:
        """The connection's name; empty while it is not saved."""
        return self.session.base.name if self.session.base else ""

    # --- what is known -------------------------------------------------------------------------------------------

    def entered(self) -> None:
        """Ask how the saved schedule stands, and which scheduler this computer has."""
        session, service, name = self.session, self.session.service, self._name

        def work() -> _Facts:
            if not name:
                return _Facts(service.schedule_system())
            state = service.schedule_state(name)
            return _Facts(state.system, state, service.usual_duration(name) if session.delivered else None)

        self.bridge.call(work, self._know, self._unknown, owner=self)

    def _know(self, facts: _Facts) -> None:
        self._facts = facts
        self.trouble.hide()
        self.show_draft()

    def _unknown(self, error: PsconnectError) -> None:
        self.trouble.tell(word(error, window=True).text, "bad", [(tr("Try again"), self.entered)])

    def _prove(self) -> None:
        if self._proving and self._name:
            self._proving.prove(self._name)

    def _proved(self, name: str) -> None:
        if name and name == self._name and self._proving:
            self.show_draft()
            if not self._proving.working(name):
                self.entered()

    def _open_credentials(self) -> None:
        if self._go:
            self._go("credentials")

    # --- showing -------------------------------------------------------------------------------------------------

    def first_field(self) -> QWidget:
        """What is chosen of daily, weekly, not by itself."""
        return self.times.every.buttons[self._part.every]

    def lead_to(self, key: str) -> QWidget:
        """What is hidden because it isn't needed now is shown first."""
        self._whole = self._whole or bool(key)
        self.show_draft()
        if key == "zone":
            self.times.open_zone()
        return super().lead_to(key or "every")

    def reveal(self) -> QWidget | None:
        """The list of zones is opened where that is what is wrong."""
        if any(need.field == "zone" for need in self.session.needs(self.step)):
            self.times.open_zone()
        return super().reveal()

    def show_draft(self) -> None:
        """Show what is typed, and what it comes to."""
        part, now = self._part, self._now
        wrong = {need.field for need in self.session.needs(self.step)}
        often, tonight = self._how_often(part, wrong), self._tonight_words(part)
        self.times.show_part(part, now, often, tonight, whole=self._whole)
        self.end.show_part(part, self._new_year_day, self._today)
        self.end.setVisible(self._whole or part.every != "never")
        self.proof.setVisible(part.every != "never")
        self.show_needs()
        self._show_upcoming(part, now, wrong)
        facts = self._facts
        if facts:
            self.signed_in.show_system(facts.system)
            self._show_proof(facts, now)
        self.signed_in.setVisible(facts is not None and part.every != "never")

    def show_needs(self) -> None:
        """Also in the time that is wrong."""
        super().show_needs()
        self.times.times.mark_wrong(wrong_times(self._part.at) if "at" in self._seen else ())

    @property
    def _now(self) -> datetime:
        return self.session.service.clock.now()

    @property
    def _today(self) -> date:
        with suppress(ValueError, OSError, LookupError):  # a zone that there is not: its row says so
            return self._now.astimezone(zone_named(self._part.zone)).date()
        return self._now.astimezone().date()

    @property
    def _new_year_day(self) -> date | None:
        return self._facts.state.new_year_day if self._facts and self._facts.state else None

    def _show_upcoming(self, part: SchedulePart, now: datetime, wrong: set[str]) -> None:
        if part.every == "never":
            self.upcoming.show_none(
                tr("Nothing starts by itself. Most districts run before school, and again in the afternoon.")
            )
            return
        if wrong:
            self.upcoming.show_none(tr("Shown as soon as what is typed can be used."))
            return
        takes = self._facts.takes if self._facts else None
        coming = self.session.service.upcoming(
            typed_schedule(part), new_year_day=self._new_year_day, now=now, count=_COUNT, takes=takes
        )
        if coming:
            self.upcoming.show_starts(coming, part.zone, now)
        else:
            self.upcoming.show_none(tr("Nothing is to come."))

    def _show_proof(self, facts: _Facts, now: datetime) -> None:
        base, state, proving = self.session.base, facts.state, self._proving
        kind = self.session.draft.of(DestinationPart).declared_by(self.session.known)
        shown = ProofShown(
            facts.system,
            saved=base is not None and base.schedule.is_on,
            proof=state.proof if state else None,
            error=proving.error(self._name) if proving else None,
            working=proving is not None and proving.working(self._name),
            other_system=kind.label if kind else "",
        )
        self.proof.show_proof(shown, now)

    def _how_often(self, part: SchedulePart, wrong: set[str]) -> str:
        if part.every == "never":
            return tr("Somebody presses Run sync.")
        if wrong or not part.at:
            return ""
        days = len(WEEKDAYS) if part.every == "day" else len(part.days)
        runs = counted(days * len(typed_schedule(part).times), "1 run a week", "{count} runs a week")
        takes = self._facts.takes if self._facts else None
        if takes is None:
            return runs
        return tr("{runs}, each about {span}", runs=runs, span=duration(takes.total_seconds()))

    def _tonight_words(self, part: SchedulePart) -> str:
        """When *Run tonight* starts: at the minute that was drawn for this connection, once one was."""
        saved = self.session.base.schedule if self.session.base else None
        if saved is None or saved.off_peak_minute is None or saved.off_peak != part.off_peak:
            return tr("Run tonight starts at a random minute of these hours.")
        first = datetime.combine(self._today, clock_time(saved.off_peak[0]))
        at = first + timedelta(minutes=saved.off_peak_minute)
        return tr("Run tonight starts at {time}, the minute that was drawn for it.", time=f"{at:%H:%M}")
