"""A record explained, as data: its answer, its steps through a run, its changes over all runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from psconnect.model.runs import WAITING


@dataclass(frozen=True)
class ExplainedStep:
    """One step: its outcome, a sentence about it, the value that was compared, and the rule it was held against."""

    name: str
    outcome: Literal["passed", "noticed", "stopped", "not reached"]
    text: str = ""
    value: str = ""
    rule: str = ""


@dataclass(frozen=True)
class Happening:
    """A change of the record in one run; ``differences`` are attribute, before, after.

    ``done`` tells whether it was delivered; ``state`` is the run's state.
    """

    run_id: str
    when: datetime
    action: str
    state: str
    done: bool
    differences: tuple[tuple[str, str, str], ...]

    @property
    def waits(self) -> bool:
        """Whether the change waits for an approval."""
        return self.state in WAITING


@dataclass(frozen=True)
class Related:
    """An enrollment of the person or class that isn't delivered: its other side, and why."""

    title: str
    because: str


@dataclass(frozen=True)
class Explanation:
    """Everything about one record. It holds personal data: for the screen only, never for a log.

    Attributes:
        sentence: the answer in one sentence, from what was delivered: ``Not in School Passport, because …``.
        over: what a plan, a rehearsal or a run without effect would change about that; empty for nothing.
        to_do: what to do about it; empty for nothing.
        included: whether it was included when last read.
        delivered: whether it stands at the destination now.
        number, grade, schools: the number people look it up by, the grade, the names of its schools, as last known.
        now: attribute and value, as they stand at the destination now; those of the last delivery of one that is gone.
        link: address of the person's page in PowerSchool, or empty.
        values: attribute and value, as read by the newest run (or as last known).
        missing: its enrollments that don't stand at the destination, at most ``MOST_RELATED``.
    """

    entity: str
    key: int
    sourced_id: str
    title: str
    sentence: str
    to_do: str
    included: bool
    link: str
    run_id: str
    steps: tuple[ExplainedStep, ...]
    values: tuple[tuple[str, str], ...]
    happenings: tuple[Happening, ...] = ()
    missing: tuple[Related, ...] = field(default_factory=tuple)
    over: str = ""
    delivered: bool = False
    now: tuple[tuple[str, str], ...] = ()
    number: str = ""
    grade: str = ""
    schools: tuple[str, ...] = ()
