"""The School Data Sync kind: its declaration and its files."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from psconnect.destinations.by_name import keyed
from psconnect.destinations.delimited import write_lines, write_rows
from psconnect.destinations.kind import Context, Kind
from psconnect.destinations.sds_csv import rules, vocabulary
from psconnect.destinations.sds_csv.columns import FILES, OPTIONAL_FILES
from psconnect.destinations.sds_csv.people import ACCOUNT_HOLDERS, account_of
from psconnect.destinations.sds_csv.rows import SdsRows
from psconnect.destinations.sds_csv.settings import SDS_SETTINGS
from psconnect.destinations.snapshot import Roster, Snapshot
from psconnect.destinations.telling import Told, quiet
from psconnect.model.clock import CancelToken
from psconnect.model.problems import Problem
from psconnect.transfer.fileset import FileSet
from psconnect.transfer.fileset import Rows as Counts
from psconnect.wording.catalogue import marked

_OFTEN = 1_000


@dataclass(frozen=True)
class SdsCsv(Snapshot):
    """Files of School Data Sync V2.1 (see destinations.snapshot.Snapshot)."""

    settings: Mapping[str, Any]

    @property
    def _files(self) -> list[str]:
        """The files that are sent: always the same with the same settings, with or without rows."""
        return [name for name in FILES if name not in OPTIONAL_FILES or self.settings[OPTIONAL_FILES[name]]]

    def write(self, roster: Roster, files: FileSet, cancel: CancelToken) -> Counts:
        """Write all files, those without rows with their header."""
        rows, counts = SdsRows(roster, self.settings, quiet), {}
        for name in self._files:
            file, header = f"{name}.csv", FILES[name]
            if name == "enrollments":
                counts[name] = write_lines(files, file, header, rows.enrollment_lines(), cancel, even_empty=True)
            else:
                counts[name] = write_rows(files, file, header, rows.of(name), cancel, even_empty=True)
        return {name: count for name, count in counts.items() if count}

    def preflight(self, roster: Roster, cancel: CancelToken) -> Iterator[Problem]:
        """What School Data Sync would refuse, lose or read differently."""
        told = Told()
        rows = SdsRows(roster, self.settings, told)
        for name in self._files:
            if name == "enrollments":  # nothing in it can be wrong
                continue
            for number, _row in enumerate(rows.of(name)):
                if not number % _OFTEN:
                    cancel.check()
            yield from told.problems()
        if not self.settings["relationships"]:
            rows.contacts_left_out()
            yield from told.problems()
        yield from self._accounts(roster, cancel)

    def _accounts(self, roster: Roster, cancel: CancelToken) -> Iterator[Problem]:
        """Accounts that two people have, without regard to case, and names that can't be one."""
        account = account_of(self.settings)
        with closing(sqlite3.connect("", isolation_level=None, check_same_thread=False)) as db:
            db.executescript(
                "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN;"
                "CREATE TABLE account (name TEXT PRIMARY KEY, id TEXT) WITHOUT ROWID"
            )
            for entity in ACCOUNT_HOLDERS:
                cancel.check()
                for key, person in keyed(roster, entity):
                    name = account(entity, person).strip().casefold()
                    if not name:
                        continue
                    if " " in name or name.count("@") > 1:
                        yield Problem(rules.ACCOUNT_FORM.key, entity.key, key)
                    if not db.execute(
                        "INSERT OR IGNORE INTO account VALUES (?, ?)", (name, person["sourcedId"])
                    ).rowcount:
                        (other,) = db.execute("SELECT id FROM account WHERE name = ?", (name,)).fetchone()
                        yield Problem(rules.ACCOUNT_SHARED.key, entity.key, key, detail=other)


def _open(context: Context) -> SdsCsv:
    return SdsCsv(context.published_to, context.settings)


_PERSON = frozenset({"givenName", "familyName"})


KIND = Kind(
    name="sds-csv",
    label=marked("School Data Sync files"),
    summary=marked(
        "The CSV files of Microsoft School Data Sync, version 2.1, in a folder that School Data Sync reads."
    ),
    open=_open,
    settings=SDS_SETTINGS,
    needed={
        "school": frozenset({"name"}),
        "calendar": frozenset({"title", "type", "startDate", "endDate"}),
        "course": frozenset({"title"}),
        "class": frozenset({"title"}),
        "student": _PERSON,
        "teacher": _PERSON,
        "admin": _PERSON,
        "contact": _PERSON | {"email", "username"},
    },
    allowed={
        "school": {"type": vocabulary.SDS_ORGS},
        "calendar": {"type": vocabulary.SDS_SESSIONS},
    },
    receives=marked(
        "School Data Sync makes everything inactive that is missing from the files, and all records of a file that is "
        "missing as a whole. psconnect therefore always sends the same files, those without records with their header."
    ),
    rules=rules.SDS_RULES,
    places=("folder", "sftp"),
    packings=("zip", "loose"),
    slots={
        "student": {"sourcedId": "sourcedId (users.csv)", "username": "username"},
        "teacher": {"sourcedId": "sourcedId (users.csv)", "username": "username"},
        "admin": {"sourcedId": "sourcedId (users.csv)", "username": "username"},
        "contact": {"sourcedId": "sourcedId (users.csv)"},
        "school": {"sourcedId": "sourcedId (orgs.csv)"},
        "course": {"sourcedId": "sourcedId (courses.csv)", "courseCode": "code"},
        "class": {"sourcedId": "sourcedId (classes.csv)", "classCode": "code"},
    },
    removal=marked("A removed record is no longer in the next files. School Data Sync then makes it inactive."),
)
