"""The destination of every kind that writes OneRoster files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from psconnect.destinations.oneroster.bundle import write_bundle
from psconnect.destinations.oneroster.delta import write_delta
from psconnect.destinations.oneroster.form import BundleForm
from psconnect.destinations.oneroster.preflight import bundle_findings
from psconnect.destinations.snapshot import Roster, Snapshot
from psconnect.model.clock import CancelToken, Clock
from psconnect.model.problems import Problem
from psconnect.transfer.fileset import FileSet, Rows
from psconnect.transfer.place import BULK, DELTA


@dataclass(frozen=True)
class BundleSnapshot(Snapshot):
    """OneRoster files (see destinations.snapshot.Snapshot).

    Attributes:
        form: version and contents of the files.
        clock: says when changes are delivered.
        delta: whether only changes are delivered where they are enough.
    """

    form: BundleForm
    clock: Clock
    delta: bool = False

    def mode(self, roster: Roster) -> str:
        """The whole roster first, and wherever its changes are not enough."""
        return DELTA if self.delta and not roster.whole else BULK

    def write(self, roster: Roster, files: FileSet, cancel: CancelToken) -> Rows:
        """Write the files that have rows, and the manifest."""
        if self.mode(roster) == DELTA:
            return write_delta(files, roster, self.form, self.clock.now(), cancel)
        return write_bundle(files, roster, self.form, cancel)

    def preflight(self, roster: Roster, cancel: CancelToken) -> Iterator[Problem]:
        """What doesn't fit into the files, or gets there in another form."""
        return bundle_findings(roster, self.form, cancel)
