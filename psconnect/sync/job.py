"""What a run is given: the connection's parts, already put together, and where its news goes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from psconnect.destinations.base import SnapshotDestination
from psconnect.model.clock import CancelToken, Clock
from psconnect.model.events import OnEvent, RunEvent, ignore
from psconnect.sources.base import Source
from psconnect.sync.thresholds import Threshold


def no_step(_name: str) -> None:
    """An OnStep for callers that don't follow the steps."""


@dataclass(frozen=True)
class Job:
    """A connection ready to run.

    Attributes:
        connection: its name.
        rosters: its SQLite file.
        make_source: builds the source; called once the lock is held, so that no sign-in happens in vain.
        destination: where the roster goes.
        rules: fingerprint of all settings that decide who and what is delivered.
        preview: ``always``, ``first`` or ``never``.
        thresholds: limits on removals per entity.
        on_step: told the name of each step just before it is taken; a seam for tests that kill the process there.
    """

    connection: str
    rosters: Path
    make_source: Callable[[], Source]
    destination: SnapshotDestination
    rules: str
    preview: str
    thresholds: Mapping[str, Threshold]
    clock: Clock
    cancel: CancelToken = field(default_factory=CancelToken)
    on_event: OnEvent = ignore
    on_step: Callable[[str], None] = no_step

    @property
    def lock(self) -> Path:
        """The connection's lock file."""
        return self.rosters.with_suffix(".lock")

    def tell(self, stage: str, message: str = "") -> None:
        """Send news about a whole stage."""
        self.on_event(RunEvent(stage, message=message))
