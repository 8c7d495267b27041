"""What is asked of a connection's history, and what it answers: runs found, counted, and compared two by two."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from psconnect.model.reconciled import Reconciled
from psconnect.model.runs import Run


@dataclass(frozen=True)
class RunQuery:
    """Which runs.

    Attributes:
        text: only runs that change, or would change, a record with this name or number; or whose id begins so.
        states: only runs in one of these states; empty for all.
        kinds: only these kinds (model.runs.RUN_KINDS); empty for all.
        triggers: only runs that one of these started; empty for all.
        since, until: only runs that started at or after the one, and before the other; with their zone.
    """

    text: str = ""
    states: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    triggers: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class RecordChange:
    """A record that was searched for, and what a run does with it.

    ``title`` and ``number`` are a person's data, for the screen alone.
    """

    entity: str
    key: int
    title: str
    number: str
    action: str


@dataclass(frozen=True)
class HistoryCounts:
    """A history in figures.

    Attributes:
        runs: how many there are; ``first`` when the oldest started.
        failed: how many of them failed.
        waiting: how many are on hold now.
        held: how many were on hold and are not any more.
        names_until: when the next names are forgotten, those of the oldest run that has any; None without names.
        runs_until: when the oldest run is forgotten.
    """

    runs: int = 0
    first: datetime | None = None
    failed: int = 0
    waiting: int = 0
    held: int = 0
    names_until: datetime | None = None
    runs_until: datetime | None = None


@dataclass(frozen=True)
class RunSide:
    """One of two runs that are compared.

    Attributes:
        left_by: the run that left what stood there when this one ended: itself if it delivered; None before the first.
        standing: entity key -> what stood there; empty if a version that did not count it left it.
    """

    run: Run
    left_by: Run | None = None
    standing: Mapping[str, Reconciled] = field(default_factory=dict)

    @property
    def delivered(self) -> bool:
        """Whether the run itself left what stood there."""
        return self.left_by is not None and self.left_by.id == self.run.id


@dataclass(frozen=True)
class FindingsChange:
    """How findings went from one run to another: before - corrected + new = after."""

    before: int
    corrected: int
    new: int

    @property
    def after(self) -> int:
        """How many there are in the later run."""
        return self.before - self.corrected + self.new


@dataclass(frozen=True)
class RunComparison:
    """Two runs of a connection, the earlier one first.

    Attributes:
        findings: None if the findings of one of them are not known, or not kept any more.
        settings: the parts of the settings (model.setting_parts) that differ; None if one of them did not keep its own.
    """

    earlier: RunSide
    later: RunSide
    findings: FindingsChange | None = None
    settings: tuple[str, ...] | None = None
