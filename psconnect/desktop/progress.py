"""How far a run is, as steps a person can follow. Knows no Qt and no clock: it is told the time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from psconnect.desktop.text import entity_label, number, rows_label, tr
from psconnect.model.entities import BY_KEY
from psconnect.model.events import STAGES, RunEvent
from psconnect.wording.catalogue import marked, translated

_STEPS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("reading", marked("Schools and terms"), ("school", "calendar", "calendar_days")),
    ("reading", marked("Courses and classes"), ("course", "class")),
    ("reading", marked("Staff"), ("teacher", "school_staff", "section_teachers")),
    ("reading", marked("Students"), ("student",)),
    ("reading", marked("Enrollments"), ("enrollment",)),
    ("reading", marked("Contacts"), ("contact", "relationship")),
    ("shaping", marked("Check against the rules"), ()),
    ("planning", marked("Compare with the last delivery"), ()),
    ("applying", marked("Deliver"), ()),
)
_WEIGHTS = {"reading": 0.8, "shaping": 0.05, "planning": 0.05, "applying": 0.1}
"""Rough shares of the whole time, so that the bar moves evenly; the remaining time is measured, not taken from here."""
_ENOUGH_SECONDS, _ENOUGH_SHARE = 2.0, 0.05


@dataclass
class ProgressStep:
    """A line of the run view. ``state``: ``waiting``, ``working``, ``done``, ``stopped``, ``left``, ``unreached``.

    Left is what the run had no need of, unreached what it did not come to.
    """

    stage: str
    title: str
    parts: tuple[str, ...]
    state: str = "waiting"
    began: float = 0.0
    ended: float = 0.0
    counts: dict[str, tuple[int, int | None]] = field(default_factory=dict)

    @property
    def done(self) -> int:
        """Records done."""
        return sum(done for done, _total in self.counts.values())

    @property
    def total(self) -> int | None:
        """Records expected, or None where nobody knows."""
        totals = [total for _done, total in self.counts.values()]
        return None if not totals or None in totals else sum(total or 0 for total in totals)

    def in_words(self) -> str:
        """What was done, like ``5 schools, 108 terms``."""
        shown = ((part, done) for part, (done, _total) in sorted(self.counts.items(), key=self._place) if done or part)
        return ", ".join(tr("{count} {records}", count=number(done), records=_records(part)) for part, done in shown)

    def _place(self, item: tuple[str, object]) -> int:
        return self.parts.index(item[0]) if item[0] in self.parts else len(self.parts)


def _records(part: str) -> str:
    if part in BY_KEY:
        return entity_label(part).lower()
    return rows_label(part) if part else tr("changes")


class RunProgress:
    """Takes a run's news and tells its steps, its share done, and how long it will take. Times in seconds."""

    def __init__(self, began: float, *, applying_only: bool = False) -> None:
        steps = [step for step in _STEPS if not applying_only or step[0] == "applying"]
        self.steps = [ProgressStep(stage, translated(title), parts) for stage, title, parts in steps]
        self.began, self.now = began, began
        self.stage = ""
        self.notices: list[str] = []
        self._only = applying_only
        self._most = 0.0

    def take(self, events: Iterable[RunEvent], now: float) -> None:
        """Take news that came in until ``now``."""
        self.now = now
        for event in events:
            if event.message:
                self.notices.append(event.message)
            if event.stage in STAGES:
                self._enter(event.stage)
                self._count(event)

    def tick(self, now: float) -> None:
        """Let time pass without news."""
        self.now = now

    def end(self, now: float, *, reached_goal: bool) -> None:
        """End the steps: a working one is done or stopped, a waiting one unreached."""
        self.now = now
        for step in self.steps:
            if step.state == "working":
                self._finish(step, "done" if reached_goal else "stopped")
            elif step.state == "waiting":
                step.state = "unreached"

    @property
    def share(self) -> float:
        """How much is done, 0 to 1. It never goes back: a list that turns out longer only slows it down."""
        weights = {"applying": 1.0} if self._only else _WEIGHTS
        now = min(1.0, sum(weight * self._share_of(stage) for stage, weight in weights.items()))
        self._most = max(self._most, now)
        return self._most

    @property
    def elapsed(self) -> float:
        """Seconds since the run began."""
        return self.now - self.began

    @property
    def remaining(self) -> float | None:
        """Seconds it will take still, going by how fast it was so far; None while that can't be told."""
        if self.elapsed < _ENOUGH_SECONDS or not _ENOUGH_SHARE <= self.share < 1:
            return None
        return self.elapsed * (1 - self.share) / self.share

    def _enter(self, stage: str) -> None:
        if stage == self.stage:
            return
        self.stage = stage
        place = STAGES.index(stage)
        for step in self.steps:
            if STAGES.index(step.stage) < place and step.state in ("waiting", "working"):
                self._finish(step, "done" if step.state == "working" or step.counts else "left")
            elif step.stage == stage and stage != "reading":
                self._begin(step)

    def _count(self, event: RunEvent) -> None:
        for step in self.steps:
            if step.stage == event.stage and (event.entity in step.parts if step.parts else event.total is not None):
                self._begin(step)
                step.counts[event.entity] = (event.done, event.total)
                all_seen = set(step.parts) <= set(step.counts)
                if step.parts and all_seen and step.total is not None and step.done >= step.total:
                    self._finish(step, "done")
                elif step.state == "done" and step.parts:
                    step.state = "working"

    def _begin(self, step: ProgressStep) -> None:
        if step.state == "waiting":
            step.state, step.began = "working", self.now

    def _finish(self, step: ProgressStep, state: str) -> None:
        step.state, step.ended = state, self.now

    def _share_of(self, stage: str) -> float:
        steps = [step for step in self.steps if step.stage == stage]
        if all(step.state in ("done", "left") for step in steps):
            return 1.0
        if stage != "reading":
            return 0.5 if any(step.state == "working" for step in steps) else 0.0
        known = [(step.done, step.total) for step in steps if step.total]
        total = sum(total or 0 for _done, total in known)
        begun = sum(bool(step.counts) for step in steps) / len(steps)
        return begun * sum(done for done, _total in known) / total if total else 0.0
