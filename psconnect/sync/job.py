"""What a run is given: the connection's parts, already put together, and where its news goes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from psconnect.destinations import Destination, Kind
from psconnect.model.clock import CancelToken, Clock
from psconnect.model.events import OnEvent, RunEvent, ignore
from psconnect.model.ids import IdRules, Ids
from psconnect.model.roster_rules import NO_RULES, RosterRules
from psconnect.model.sections import Freeze, SafetySettings
from psconnect.model.staff_usernames import StaffNames
from psconnect.sync.assigning import NOTHING_GIVEN, Naming
from psconnect.sync.shaping import ShapedSource
from psconnect.sync.thresholds import Threshold, thresholds_of


def no_step(_name: str) -> None:
    """An OnStep for callers that don't follow the steps."""


@dataclass(frozen=True)
class Safety:
    """What a connection's runs are held for, ready to be compared with.

    Attributes:
        preview: ``always``, ``first`` or ``never``.
        thresholds: limits, entity key -> kind.
        freeze: seasons in which every run waits.
        additions_only: whether only new records are delivered.
    """

    preview: str
    thresholds: Mapping[str, Mapping[str, Threshold]]
    freeze: tuple[Freeze, ...] = ()
    additions_only: bool = False


def safety_of(settings: SafetySettings) -> Safety:
    """A connection's safety settings with the built-in limits worked in; raises FixSettings."""
    limits = thresholds_of(settings.thresholds)
    return Safety(settings.preview, limits, tuple(settings.freeze), settings.additions_only)


@dataclass(frozen=True)
class Job:
    """A connection ready to run.

    Attributes:
        connection: its name.
        rosters: its SQLite file.
        make_source: builds the source that gives these ids and these user names to staff; called once the lock is held,
            so that no sign-in happens in vain.
        destination: where the roster goes.
        kind: of what kind it is.
        rules: fingerprint of all settings that decide who and what is delivered.
        safety: what its runs are held for.
        between: rules between records: uniqueness, and what is left out for want of others.
        ids: how the ids of records are made.
        numbered: whether the own ids of the source are whole numbers (sources.kind.SourceKind).
        naming: what people without one are given: user names, a kind of sign-in.
        labels: entity key -> labels of its further values, as they are delivered.
        compare: ``bulk`` reads everything in every run, ``incremental`` what changed (sync.incremental).
        reading: fingerprint of how PowerSchool is read: its plugin, the queries, and the version of psconnect.
        on_step: told the name of each step just before it is taken; a seam for tests that kill the process there.
    """

    connection: str
    rosters: Path
    make_source: Callable[[Ids, StaffNames], ShapedSource]
    destination: Destination
    kind: Kind
    rules: str
    safety: Safety
    clock: Clock
    cancel: CancelToken = field(default_factory=CancelToken)
    on_event: OnEvent = ignore
    on_step: Callable[[str], None] = no_step
    between: RosterRules = NO_RULES
    compare: str = "bulk"
    reading: str = ""
    naming: Naming = NOTHING_GIVEN
    labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ids: IdRules = field(default_factory=IdRules)
    numbered: bool = True

    @property
    def lock(self) -> Path:
        """The connection's lock file."""
        return self.rosters.with_suffix(".lock")

    def tell(self, stage: str, message: str = "") -> None:
        """Send news about a whole stage."""
        self.on_event(RunEvent(stage, message=message))
