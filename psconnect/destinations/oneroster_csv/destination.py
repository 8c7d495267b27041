"""The OneRoster CSV kind: its declaration and its files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from psconnect.destinations.kind import Context, Kind
from psconnect.destinations.oneroster.bundle import write_bundle
from psconnect.destinations.oneroster.declared import (
    ALLOWED,
    DEMOGRAPHICS_SETTING,
    NEEDED,
    RECEIVES,
    REMOVAL,
    UNIQUE,
)
from psconnect.destinations.oneroster.form import BundleForm
from psconnect.destinations.oneroster.preflight import FINDINGS_OF_BUNDLES, bundle_findings
from psconnect.destinations.snapshot import Roster, Snapshot
from psconnect.model.clock import CancelToken
from psconnect.model.problems import Problem
from psconnect.model.setting_fields import SettingField
from psconnect.transfer.fileset import FileSet, Rows
from psconnect.wording.catalogue import marked


@dataclass(frozen=True)
class OneRosterCsv(Snapshot):
    """A bundle of OneRoster files (see destinations.snapshot.Snapshot).

    Attributes:
        form: version and contents of the bundle.
    """

    form: BundleForm

    def write(self, roster: Roster, files: FileSet, cancel: CancelToken) -> Rows:
        """Write the files that have rows, and the manifest."""
        return write_bundle(files, roster, self.form, cancel)

    def preflight(self, roster: Roster, cancel: CancelToken) -> Iterator[Problem]:
        """What doesn't fit into the files, or gets there in another form."""
        return bundle_findings(roster, self.form, cancel)


def _open(context: Context) -> OneRosterCsv:
    form = BundleForm(context.settings["version"], demographics=context.settings["demographics"])
    return OneRosterCsv(context.published_to, form)


KIND = Kind(
    name="oneroster-csv",
    label=marked("OneRoster CSV bundle"),
    summary=marked(
        "A ZIP of CSV files in the OneRoster 1.1 or 1.2 format, written to a folder that the other system reads."
    ),
    open=_open,
    settings=(
        SettingField(
            "version",
            marked("Version"),
            marked("Version of the OneRoster format. Choose the one that the other system asks for; most take 1.1."),
            "choice",
            default="1.1",
            choices=("1.1", "1.2"),
        ),
        DEMOGRAPHICS_SETTING,
    ),
    needed=NEEDED,
    allowed=ALLOWED,
    unique=UNIQUE,
    slots={
        "student": {"sourcedId": "sourcedId (users.csv)", "identifier": "identifier"},
        "teacher": {"sourcedId": "sourcedId (users.csv)", "identifier": "identifier"},
        "contact": {"sourcedId": "sourcedId (users.csv)"},
        "school": {"sourcedId": "sourcedId (orgs.csv)", "identifier": "identifier"},
        "course": {"sourcedId": "sourcedId (courses.csv)", "courseCode": "courseCode"},
        "class": {"sourcedId": "sourcedId (classes.csv)", "classCode": "classCode"},
    },
    receives=RECEIVES,
    rules=FINDINGS_OF_BUNDLES,
    places=("folder",),
    removal=REMOVAL,
)
