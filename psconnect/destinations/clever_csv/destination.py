"""The Clever kind: its declaration and its files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from psconnect.destinations.clever_csv.files import write_files
from psconnect.destinations.clever_csv.findings import CLEVER_FINDINGS
from psconnect.destinations.clever_csv.preflight import clever_findings
from psconnect.destinations.clever_csv.vocabulary import CLEVER_GRADES
from psconnect.destinations.kind import Context, Kind
from psconnect.destinations.snapshot import Roster, Snapshot
from psconnect.model.clock import CancelToken
from psconnect.model.problems import Problem
from psconnect.model.setting_fields import SettingField
from psconnect.roster.sign_in import SIGN_IN_LABELS, SignInTypes
from psconnect.transfer.fileset import FileSet, Rows
from psconnect.wording.catalogue import marked

_EVERY, _FIRST = "every", "first"


@dataclass(frozen=True)
class CleverCsv(Snapshot):
    """Clever's files (see destinations.snapshot.Snapshot).

    Attributes:
        one_row: whether a teacher has one row, at the first school, instead of one for each school.
    """

    one_row: bool = False

    def write(self, roster: Roster, files: FileSet, cancel: CancelToken) -> Rows:
        """Write all six files."""
        return write_files(files, roster, cancel, one_row=self.one_row)

    def preflight(self, roster: Roster, cancel: CancelToken) -> Iterator[Problem]:
        """What is left out, left blank or replaced in these files."""
        return clever_findings(roster, cancel)


def _open(context: Context) -> CleverCsv:
    return CleverCsv(context.published_to, one_row=context.settings["teacher_rows"] == _FIRST)


_NAMES = frozenset({"givenName", "familyName"})
KIND = Kind(
    name="clever-csv",
    label=marked("Clever CSV files"),
    summary=marked("Schools, students, teachers, sections, enrollments and staff as CSV files, as Clever reads them."),
    open=_open,
    settings=(
        SettingField(
            "teacher_rows",
            marked("Teachers at several schools"),
            marked(
                "Clever’s instructions have a row for each school. Choose one row, at the first school, if Clever "
                "reports these teachers as not unique."
            ),
            "choice",
            default=_EVERY,
            choices=(_EVERY, _FIRST),
            choice_labels=(
                (_EVERY, marked("A row for each school")),
                (_FIRST, marked("One row, at the first school")),
            ),
            advanced=True,
        ),
    ),
    needed={
        "school": frozenset({"name"}),
        "student": _NAMES,
        "teacher": _NAMES,
        "admin": _NAMES | {"email"},
    },
    allowed={"student": {"grade": frozenset(CLEVER_GRADES)}},
    unique={
        "student": (("identifier",), ("email",), ("username",)),
        "teacher": (("identifier",), ("email",), ("username",)),
        "admin": (("email",),),
    },
    receives=marked(
        "Clever takes each delivery for the whole roster: what is missing is deleted there. It waits for your approval "
        "if too many records of one type would go, skips rows that lack a required value, ignores sections without "
        "students or without a teacher, and ignores everything while your sync is paused, as it is in summer."
    ),
    receiver_holds=dict.fromkeys(("school", "student", "teacher", "admin", "class", "enrollment"), 10),
    slots={
        "student": {"sourcedId": "Student_id", "identifier": "Student_number"},
        "teacher": {"sourcedId": "Teacher_id", "identifier": "Teacher_number"},
        "admin": {"sourcedId": "Staff_id"},
        "contact": {"sourcedId": "Contact_sis_id"},
        "school": {"sourcedId": "School_id", "identifier": "School_number"},
        "class": {"sourcedId": "Section_id"},
    },
    rules=CLEVER_FINDINGS,
    sign_in_types=SignInTypes(SIGN_IN_LABELS),
    places=("folder", "sftp"),
    packings=("loose", "zip"),
    removal=marked("A removed record is no longer in the next files. Clever then deletes it."),
)
