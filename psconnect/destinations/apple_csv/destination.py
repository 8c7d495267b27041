"""The Apple School Manager kind: its declaration and its files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from psconnect.destinations.apple_csv.rows import ACCOUNTS, FILE_NAMES, POLICIES, AppleRows
from psconnect.destinations.apple_csv.rules import APPLE_RULES
from psconnect.destinations.apple_csv.text import apple_lines
from psconnect.destinations.delimited import write_lines
from psconnect.destinations.kind import Context, Kind
from psconnect.destinations.snapshot import Roster, Snapshot
from psconnect.destinations.telling import Told, quiet
from psconnect.model.clock import CancelToken
from psconnect.model.problems import Problem
from psconnect.model.setting_fields import SettingField
from psconnect.transfer.fileset import FileSet, Rows
from psconnect.wording.catalogue import marked

_OFTEN = 1_000


@dataclass(frozen=True)
class AppleCsv(Snapshot):
    """Apple School Manager's six files (see destinations.snapshot.Snapshot)."""

    settings: Mapping[str, Any]

    def write(self, roster: Roster, files: FileSet, cancel: CancelToken) -> Rows:
        """Write all six files, those without rows with their header."""
        with closing(AppleRows(roster, self.settings, quiet)) as rows:
            counts = {}
            for name in FILE_NAMES:
                file, header, lines = f"{name}.csv", rows.header(name), rows.lines(name)
                counts[name] = write_lines(files, file, header, lines, cancel, encode=apple_lines, even_empty=True)
        return {name: count for name, count in counts.items() if count}

    def preflight(self, roster: Roster, cancel: CancelToken) -> Iterator[Problem]:
        """What Apple School Manager would refuse, and what it gets in another form."""
        told = Told()
        with closing(AppleRows(roster, self.settings, told)) as rows:
            for name in FILE_NAMES:
                for number, _row in enumerate(rows.of(name)):
                    if not number % _OFTEN:
                        cancel.check()
                yield from told.problems()


def _open(context: Context) -> AppleCsv:
    return AppleCsv(context.published_to, context.settings)


_PERSON = frozenset({"givenName", "familyName"})

KIND = Kind(
    name="apple-csv",
    label=marked("Apple School Manager files"),
    summary=marked("The six CSV files of Apple School Manager in one ZIP, in a folder from which they are uploaded."),
    open=_open,
    settings=(
        SettingField(
            "accounts",
            marked("Managed Apple Accounts"),
            marked(
                "What Apple School Manager makes accounts of: names alone, the e-mail address (federated), the user "
                "name or the number. Who lacks it would make the upload fail, so they are left out and reported."
            ),
            "choice",
            default="names",
            choices=tuple(ACCOUNTS),
            choice_labels=(
                ("names", marked("Names alone")),
                ("federated", marked("E-mail address (federated)")),
                ("sis-username", marked("User name")),
                ("person-number", marked("Number")),
            ),
        ),
        SettingField(
            "policy",
            marked("Password policy"),
            marked("What students’ passwords have to be. A custom field named password_policy goes before it."),
            "choice",
            default="none",
            choices=("none", *POLICIES),
            choice_labels=(
                ("none", marked("As at their location")),
                ("4", marked("4 digits")),
                ("6", marked("6 digits")),
                ("8", marked("8 or more letters and digits")),
            ),
        ),
    ),
    entities=("school", "calendar", "course", "class", "student", "teacher", "admin", "enrollment"),
    needed={
        "school": frozenset({"name"}),
        "student": _PERSON,
        "teacher": _PERSON,
        "admin": _PERSON,
    },
    receives=marked(
        "Apple School Manager takes the students out of a class that is missing from the next upload and makes it a "
        "manual class; its progress in Schoolwork is lost. One wrong reference makes an upload fail as a whole."
    ),
    rules=APPLE_RULES,
    places=("folder", "sftp"),
    slots={
        "student": {"sourcedId": "person_id", "identifier": "person_number", "username": "sis_username"},
        "teacher": {"sourcedId": "person_id", "identifier": "person_number", "username": "sis_username"},
        "admin": {"sourcedId": "person_id", "identifier": "person_number", "username": "sis_username"},
        "school": {"sourcedId": "location_id"},
        "course": {"sourcedId": "course_id", "courseCode": "course_number"},
        "class": {"sourcedId": "class_id", "classCode": "class_number"},
    },
    removal=marked("A removed record is no longer in the next files. The account stays in Apple School Manager."),
)
