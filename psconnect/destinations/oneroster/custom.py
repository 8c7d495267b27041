"""Where a connection's custom fields go: into the column of their name, else into one behind ``metadata.``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from psconnect.destinations.oneroster.columns import DEMOGRAPHICS
from psconnect.destinations.oneroster.form import BundleForm
from psconnect.destinations.oneroster.values import ColumnCheck, column_check
from psconnect.destinations.snapshot import RosterRecords
from psconnect.model.entities import ADMIN, CLASS, CONTACT, COURSE, SCHOOL, STUDENT, TEACHER, Entity

METADATA = "metadata."
USER_ENTITIES = (STUDENT, TEACHER, ADMIN, CONTACT)
"""The entities whose records are users, in the order of the file."""
EXTENDED: Mapping[str, tuple[Entity, ...]] = {
    "orgs": (SCHOOL,),
    "courses": (COURSE,),
    "classes": (CLASS,),
    "users": USER_ENTITIES,
}
"""The files that can have custom fields, and the entities of their rows."""
_OF_COURSES = ("grades", "subjects", "subjectCodes")
_OF_PEOPLE = {
    "1.1": ("enabledUser", "userIds", "sms", "password"),
    "1.2": (
        *("enabledUser", "userIds", "sms", "password", "userMasterIdentifier"),
        *("preferredGivenName", "preferredMiddleName", "preferredFamilyName", "pronouns"),
    ),
}
_OF_SOME = {STUDENT: ("phone",), TEACHER: ("phone", "grades"), ADMIN: ("phone", "grades", "role"), CONTACT: ()}
_decode = msgspec.json.Decoder(dict[str, str]).decode


def open_columns(file: str, entity: Entity, version: str) -> tuple[str, ...]:
    """The columns of a file that custom fields of an entity fill: the roster has no attribute for them."""
    if file in ("courses", "classes"):
        return _OF_COURSES
    return (*_OF_PEOPLE[version], *_OF_SOME[entity]) if file == "users" else ()


@dataclass(frozen=True)
class CustomFields:
    """Where the custom fields of one entity go in one file.

    Attributes:
        own: label -> column of that name, and what it takes.
        metadata: the labels of all the file's columns behind ``metadata.``, in order.
    """

    own: Mapping[str, tuple[str, ColumnCheck]]
    metadata: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The file's own columns that are filled."""
        return tuple(column for column, _check in self.own.values())

    def read(self, extra: str) -> tuple[dict[str, str], list[str]]:
        """The values of ``extra``: column -> value for its own columns, and those behind ``metadata.``."""
        if not extra:
            return {}, [""] * len(self.metadata)
        given = _decode(extra)
        return self._own(given), [given.get(label, "") for label in self.metadata]

    def refused(self, extra: str) -> list[str]:
        """The columns that stay blank because they can't have the record's value."""
        if not extra:
            return []
        given = _decode(extra)
        wrong = [column for label, (column, check) in self.own.items() if check(given.get(label, "")) is None]
        values = {column: check(given.get(label, "")) or "" for label, (column, check) in self.own.items()}
        return wrong if _paired(values) else [*wrong, "subjectCodes"]

    def given(self, extra: str) -> list[str]:
        """The columns for which the record has a value, whatever it is."""
        given = _decode(extra) if extra else {}
        return [column for label, (column, _check) in self.own.items() if given.get(label, "").strip()]

    def _own(self, given: Mapping[str, str]) -> dict[str, str]:
        values = {column: check(given.get(label, "")) or "" for label, (column, check) in self.own.items()}
        if not _paired(values):
            values["subjectCodes"] = ""
        return values


def _paired(values: Mapping[str, str]) -> bool:
    """Whether there are as many subject codes as subjects, or none."""
    codes = values.get("subjectCodes", "")
    return not codes or (codes.count(",") == values.get("subjects", "").count(",") and bool(values.get("subjects")))


def custom_fields(file: str, roster: RosterRecords, form: BundleForm) -> dict[Entity, CustomFields]:
    """Where the custom fields of each of the file's entities go."""
    own = {entity: _own_columns(file, entity, roster.labels(entity), form) for entity in EXTENDED.get(file, ())}
    rest = (
        label
        for entity, filled in own.items()
        for label in roster.labels(entity)
        if label not in filled and not (entity is STUDENT and of_demographics(label))
    )
    metadata = tuple(dict.fromkeys(rest))
    return {entity: CustomFields(filled, metadata) for entity, filled in own.items()}


def _own_columns(
    file: str, entity: Entity, labels: Sequence[str], form: BundleForm
) -> dict[str, tuple[str, ColumnCheck]]:
    return _named(labels, open_columns(file, entity, form.version), form.version)


def demographic_fields(roster: RosterRecords, form: BundleForm) -> CustomFields:
    """The custom fields of students that demographics.csv has a column for."""
    return CustomFields(_named(roster.labels(STUDENT), DEMOGRAPHICS, form.version), ())


def of_demographics(label: str) -> str:
    """The column of demographics.csv with that name; empty for none."""
    return _BY_NAME.get(label.casefold(), "")


_BY_NAME = {column.casefold(): column for column in DEMOGRAPHICS}


def _named(labels: Sequence[str], columns: Sequence[str], version: str) -> dict[str, tuple[str, ColumnCheck]]:
    """The labels that are names of columns, whatever their case."""
    by_name = {column.casefold(): column for column in columns}
    found = ((label, by_name.get(label.casefold(), "")) for label in labels)
    return {label: (column, column_check(column, version)) for label, column in found if column}
