"""Writes a bundle's files and manifest (OneRoster CSV binding, bulk)."""

from __future__ import annotations

import itertools
from collections.abc import Generator, Iterator
from contextlib import closing

from psconnect.destinations.delimited import BATCH, LaterLines, Lines, rfc4180, write_lines, write_rows
from psconnect.destinations.family import Family
from psconnect.destinations.oneroster.columns import CATALOGUE, COLUMNS
from psconnect.destinations.oneroster.form import BundleForm
from psconnect.destinations.oneroster.people import UserRows, users_of
from psconnect.destinations.oneroster.rows import BundleRow, demographics_rows, header, plain_rows
from psconnect.destinations.snapshot import Roster, RosterRecords
from psconnect.model.clock import CancelToken
from psconnect.model.entities import ENROLLMENT, SCHOOL
from psconnect.store.record import decode_record, plain_csv
from psconnect.transfer.fileset import FileSet

_PLAIN = ("academicSessions", "orgs", "courses", "classes")
_TYPE = SCHOOL.attributes.index("type")


def write_bundle(files: FileSet, roster: Roster, form: BundleForm, cancel: CancelToken) -> dict[str, int]:
    """Write the files that have rows, and the manifest; returns each file's row count."""

    def write(name: str, rows: Iterator[BundleRow]) -> int:
        return write_rows(files, f"{name}.csv", header(name, roster, form), rows, cancel)

    counts = {name: write(name, plain_rows(name, roster, form)) for name in _PLAIN}
    with closing(Family(roster)) as family:
        made = UserRows(roster, form, district_of(roster))
        # Roles follow from what is looked up for users: a second look would take half as long again.
        with closing(LaterLines()) as roles:
            told = roles if "roles" in COLUMNS[form.version] else None
            counts["users"] = write("users", _user_rows(made, roster, family, told))
            head = header("roles", roster, form) if told else ()
            counts["roles"] = write_lines(files, "roles.csv", head, roles.read(), cancel)
    counts["demographics"] = write("demographics", demographics_rows(roster, form))
    head = header("enrollments", roster, form)
    counts["enrollments"] = write_lines(files, "enrollments.csv", head, _enrollments(roster), cancel)
    counts = {name: count for name, count in counts.items() if count}
    write_manifest(files, form, dict.fromkeys(counts, "bulk"))
    return counts


def district_of(roster: RosterRecords) -> str:
    """The id of the district among the orgs; empty for none."""
    return next((record[0] for record in roster.records(SCHOOL) if record[_TYPE] == "district"), "")


def _user_rows(made: UserRows, roster: Roster, family: Family, roles: LaterLines | None) -> Generator[BundleRow]:
    for user in users_of(roster, family):
        if roles:
            roles.add(made.roles(user))
        yield made.row(user)


def _enrollments(roster: Roster) -> Generator[Lines]:
    """Students' and teachers' enrollments: their attributes are the columns, with two blank ones after the id.

    They are most of a roster, so they are copied in stored form and decoded only if a value needs quotes.
    """
    encoded = roster.encoded(ENROLLMENT)
    while records := list(itertools.islice(encoded, BATCH)):
        lines = plain_csv(records, blanks=2)
        yield lines or rfc4180([one[0], "", "", *one[1:]] for one in map(decode_record, records))[0], len(records)


def write_manifest(files: FileSet, form: BundleForm, modes: dict[str, str]) -> None:
    """Write the manifest; ``modes`` says ``bulk`` or ``delta`` of each file that is there."""
    lines = [
        ("propertyName", "value"),
        ("manifest.version", "1.0"),
        ("oneroster.version", form.version),
        *((f"file.{name}", modes.get(name, "absent")) for name in CATALOGUE[form.version]),
        ("source.systemName", "psconnect"),
        ("source.systemCode", "psconnect"),
    ]
    with files.file("manifest.csv") as file:
        file.write(rfc4180(lines)[0])
