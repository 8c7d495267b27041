"""Why a record stands at the destination or not, from what was delivered, and what lies over that."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from psconnect.model.entities import Entity
from psconnect.model.problems import Fate, not_listed
from psconnect.model.runs import APPLIED, WAITING
from psconnect.reports.explained import Happening
from psconnect.store.reading.last_reading import Staged
from psconnect.store.record import record_by_name
from psconnect.wording.catalogue import tr
from psconnect.wording.rules import rule_of
from psconnect.wording.systems import system_words
from psconnect.wording.times import day


@dataclass(frozen=True)
class RecordFacts:
    """What is known about one record, and the answer in words.

    ``state`` and ``kind`` are those of the run that read it last; ``instead`` is the rule for a staff member who
    changed to the other kind; ``system`` is what the other system is called within a sentence, where that is known.
    """

    db: sqlite3.Connection
    entity: Entity
    key: int
    run: int
    staged: Staged | None
    delivered: bool
    happenings: tuple[Happening, ...]
    state: str
    kind: str
    instead: str = ""
    system: str = ""

    @property
    def _lies_over(self) -> bool:
        """Whether the newest reading led to no delivery: it tells what would change, not what is."""
        return self.state not in APPLIED or self.kind == "rehearsal"

    @property
    def _because(self) -> str:
        """Why the newest reading does not include it; empty if it does."""
        if self.staged is None:
            return rule_of(self.instead or not_listed(self.entity.key)).because
        return "" if self.staged.fate == Fate.IN else rule_of(self.staged.rule).because

    def answer(self) -> tuple[str, str]:
        """The answer in one sentence, from what was delivered, and what to do."""
        to_do = rule_of(self.staged.rule).to_do if self.staged and self.staged.rule else ""
        if self._lies_over:
            return self._over_it()
        if self.staged is not None and self.staged.fate == Fate.KEPT:
            kept = (
                tr("Kept as last delivered, because {reason}.", reason=self._because)
                if self.delivered
                else tr("Not delivered yet, because {reason}.", reason=self._because)
            )
            return kept, to_do
        if self._because and self.delivered:
            return tr("Still delivered, although {reason}: it was not removed.", reason=self._because), to_do
        return (self._not_included(self._because), to_do) if self._because else self._included()

    def _over_it(self) -> tuple[str, str]:
        """The answer while the newest reading only tells what would change."""
        to_do = tr("Look at the run, and approve it.") if self.state in WAITING and self.kind != "rehearsal" else ""
        if self.delivered:
            return self._as_delivered(), to_do
        removal = next((one for one in self.happenings if one.action == "remove" and one.done), None)
        if removal:
            return tr("Not delivered any more: it was removed on {day}.", day=day(removal.when)), to_do
        if self._because:
            return self._not_included(self._because), to_do
        return tr("Not delivered yet."), to_do or tr("Start a sync.")

    def _as_delivered(self) -> str:
        last = next((one for one in self.happenings if one.done), None)
        return tr("Delivered, last changed on {day}.", day=day(last.when)) if last else tr("Delivered.")

    def over(self) -> str:
        """What the newest reading would change, where it led to no delivery; empty for nothing."""
        if not self._lies_over:
            return ""
        subject, later = self._who_would()
        if self._because and self.delivered and (self.staged is None or self.staged.fate == Fate.LEFT_OUT):
            text = (
                tr("{subject} would have removed it, because {reason}.", subject=subject, reason=self._because)
                if later
                else tr("{subject} would remove it, because {reason}.", subject=subject, reason=self._because)
            )
        elif not self._because and not self.delivered:
            text = (
                tr("{subject} would have created it.", subject=subject)
                if later
                else tr("{subject} would create it.", subject=subject)
            )
        elif not self._because and self._differs():
            text = (
                tr("{subject} would have changed it.", subject=subject)
                if later
                else tr("{subject} would change it.", subject=subject)
            )
        else:
            text = ""
        return text

    def _who_would(self) -> tuple[str, bool]:
        """What the newest reading was for, as a subject, and whether that is over."""
        if self.kind == "rehearsal":
            return tr("The rehearsal of next school year"), False
        if self.state in WAITING:
            return tr("The plan that waits"), False
        known = {
            "discarded": tr("The plan that was discarded"),
            "expired": tr("The plan that expired"),
            "failed": tr("The run that failed"),
            "cancelled": tr("The run that was stopped"),
        }
        return known.get(self.state, tr("The newest run, which delivered nothing,")), True

    def _differs(self) -> bool:
        """Whether it was read differently from how it was delivered."""
        row = self.db.execute(
            "SELECT record FROM ledger WHERE entity = ? AND key = ?", [self.entity.rank, self.key]
        ).fetchone()
        return self.staged is not None and row is not None and record_by_name(self.entity, row[0]) != self.staged.named

    def _included(self) -> tuple[str, str]:
        aside = self.db.execute(
            "SELECT because FROM aside WHERE run = ? AND entity = ? AND key = ?", [self.run, self.entity.rank, self.key]
        ).fetchone()
        if aside:
            return tr("Included, but left unchanged, because it was excluded from the newest run."), ""
        newest = next((one for one in self.happenings if one.done), None)
        if not self.delivered:
            return tr("Included, but not delivered yet."), tr("Start a sync.")
        if newest:
            return tr("Delivered as PowerSchool shows it, last changed on {day}.", day=day(newest.when)), ""
        return tr("Delivered as PowerSchool shows it."), ""

    def _not_included(self, because: str) -> str:
        told = system_words(self.system)
        removal = next((one for one in self.happenings if one.action == "remove" and one.done), None)
        if removal is None:
            return (
                tr("Not in {system}, because {reason}.", system=told, reason=because)
                if self.system
                else tr("Not included, because {reason}.", reason=because)
            )
        when = day(removal.when)
        return (
            tr("Not in {system}, because {reason}; removed on {day}.", system=told, reason=because, day=when)
            if self.system
            else tr("Not included, because {reason}; it was removed on {day}.", reason=because, day=when)
        )
