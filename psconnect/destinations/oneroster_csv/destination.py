"""The OneRoster CSV kind: its declaration and its files."""

from __future__ import annotations

from psconnect.destinations.kind import Context, Kind
from psconnect.destinations.oneroster_csv.bundle import write_bundle
from psconnect.destinations.snapshot import Roster, Snapshot
from psconnect.model.clock import CancelToken
from psconnect.model.setting_fields import SettingField
from psconnect.transfer.fileset import FileSet, Rows
from psconnect.wording.catalogue import marked


class OneRosterCsv(Snapshot):
    """A bundle of OneRoster files (see destinations.snapshot.Snapshot)."""

    def write(self, roster: Roster, files: FileSet, cancel: CancelToken) -> Rows:
        """Write the files that have rows, and the manifest."""
        return write_bundle(files, roster, cancel)


def _open(context: Context) -> OneRosterCsv:
    return OneRosterCsv(context.published_to)


_PERSON = frozenset({"username", "givenName", "familyName"})
KIND = Kind(
    name="oneroster-csv",
    label=marked("OneRoster CSV bundle"),
    summary=marked("A ZIP of CSV files in the OneRoster 1.1 format, written to a folder that the other system reads."),
    open=_open,
    settings=(
        SettingField(
            "version",
            marked("Version"),
            marked("Version of the OneRoster format."),
            "choice",
            default="1.1",
            choices=("1.1",),
        ),
    ),
    needed={
        "school": frozenset({"name"}),
        "calendar": frozenset({"title", "type", "startDate", "endDate"}),
        "course": frozenset({"title"}),
        "class": frozenset({"title", "classType"}),
        "student": _PERSON,
        "teacher": _PERSON,
        "admin": _PERSON,
        "contact": _PERSON,
    },
    places=("folder",),
    removal=marked(
        "A removed record is no longer in the next bundle. What becomes of it then, the other system decides."
    ),
)
