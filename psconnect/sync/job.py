"""What a run works with: the connection's parts, ready to use, and where its progress goes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from psconnect.destinations import Destination, Kind
from psconnect.model.clock import CancelToken, Clock
from psconnect.model.events import OnEvent, RunEvent, ignore
from psconnect.model.ids import IdRules, Ids
from psconnect.model.roster_rules import NO_RULES, RosterRules
from psconnect.model.sections import Freeze, SafetySettings
from psconnect.model.staff_usernames import StaffNames
from psconnect.sync.frozen_settings import destination_table
from psconnect.sync.generated_values import NOTHING_GIVEN, Naming
from psconnect.sync.shaping import ShapedSource
from psconnect.sync.thresholds import Threshold, thresholds_of


def no_step(_name: str) -> None:
    """An OnStep that does nothing."""


@dataclass(frozen=True)
class Safety:
    """What a connection's runs are held for, ready to use.

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
    """A connection's safety settings combined with the built-in limits; raises FixSettings."""
    limits = thresholds_of(settings.thresholds)
    return Safety(settings.preview, limits, tuple(settings.freeze), settings.additions_only)


@dataclass(frozen=True)
class Job:
    """A connection ready to run.

    Attributes:
        connection: its name.
        rosters: its SQLite file.
        make_source: builds the source for these ids and staff user names; called once the lock is held, so that no
            sign-in is wasted.
        destination: where the roster goes.
        system: what the destination is called within a sentence (sync.system_name); empty if nobody said.
        kind: its destination kind.
        rules: fingerprint of all settings that decide who and what is delivered.
        safety: what its runs are held for.
        between: rules between records: uniqueness, and required references.
        ids: how the ids of records are made.
        settings: the settings that decide what is delivered, part by part (model.setting_parts).
        changed_at: part of the settings -> when it was changed last, as ISO time; of the known ones.
        numbered: whether the source's own ids are whole numbers (sources.kind.SourceKind).
        naming: how missing user names and sign-in types are filled in.
        labels: entity key -> labels of its extra values, in delivered order.
        compare: ``bulk`` reads everything in every run, ``incremental`` what changed (sync.incremental).
        reading: fingerprint of how PowerSchool is read: its plugin, the queries, and the version of psconnect.
        on_step: called with each step's name just before the step; tests kill the process there.
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
    settings: Mapping[str, str] = field(default_factory=dict)
    changed_at: Mapping[str, str] = field(default_factory=dict)
    system: str = ""

    @property
    def destination_table(self) -> dict[str, Any]:
        """The [destination] table of the settings."""
        return destination_table(self.settings)

    @property
    def lock(self) -> Path:
        """The connection's lock file."""
        return self.rosters.with_suffix(".lock")

    def tell(self, stage: str, message: str = "") -> None:
        """Report progress of a whole stage."""
        self.on_event(RunEvent(stage, message=message))
