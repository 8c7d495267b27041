"""OneRoster 1.1 CSV as tables: files, columns in order, vocabularies. Written from the specification alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "date", "date-time", "year", "boolean", "number", "text list", "grades", "user ids"]


@dataclass(frozen=True)
class Column:
    """One column after the three that all files begin with.

    Attributes:
        name: exact spelling.
        required: a blank cell is an error.
        kind: what a value has to look like; ignored where ``values`` or ``refers`` say more.
        values: the only words allowed (``type``, ``role`` and the like).
        refers: the file whose sourcedIds it holds.
        many: a list of values in one cell, joined by commas.
        extensible: whether an own word is allowed beside ``values``, as ``ext:word`` (1.2).
    """

    name: str
    required: bool = False
    kind: Kind = "text"
    values: tuple[str, ...] = ()
    refers: str = ""
    many: bool = False
    extensible: bool = False


def _text(name: str) -> Column:
    return Column(name)


def _needed(name: str) -> Column:
    return Column(name, required=True)


def _dates(*names: str, required: bool = False) -> tuple[Column, ...]:
    return tuple(Column(name, required=required, kind="date") for name in names)


def _ref(name: str, file: str, *, required: bool = False, many: bool = False) -> Column:
    return Column(name, required=required, refers=file, many=many)


BASE = ("sourcedId", "status", "dateLastModified")
ORG_TYPES = ("department", "school", "district", "local", "state", "national")
SESSION_TYPES = ("gradingPeriod", "semester", "schoolYear", "term")
CLASS_TYPES = ("homeroom", "scheduled")
USER_ROLES = ("administrator", "aide", "guardian", "parent", "proctor", "relative", "student", "teacher")
ENROLLMENT_ROLES = ("administrator", "proctor", "student", "teacher")
SEXES = ("male", "female")
RESIDENCES = ("01652", "01653", "01654", "01655", "01656")
SCORE_STATES = ("exempt", "fully graded", "not submitted", "partially graded", "submitted")
GRADES = ("IT", "PR", "PK", "TK", "KG", *(f"{grade:02d}" for grade in range(1, 14)), "PS", "UG", "Other")
STATES = ("active", "tobedeleted")
MODES = ("bulk", "delta", "absent")

_SUBJECTS = (Column("subjects", kind="text list"), Column("subjectCodes", kind="text list"))
_RACES = (
    "americanIndianOrAlaskaNative",
    "asian",
    "blackOrAfricanAmerican",
    "nativeHawaiianOrOtherPacificIslander",
    "white",
    "demographicRaceTwoOrMoreRaces",
    "hispanicOrLatinoEthnicity",
)

FILES: dict[str, tuple[Column, ...]] = {
    "academicSessions": (
        _needed("title"),
        Column("type", required=True, values=SESSION_TYPES),
        *_dates("startDate", "endDate", required=True),
        _ref("parentSourcedId", "academicSessions"),
        Column("schoolYear", required=True, kind="year"),
    ),
    "categories": (_needed("title"),),
    "classes": (
        _needed("title"),
        Column("grades", kind="grades"),
        _ref("courseSourcedId", "courses", required=True),
        _text("classCode"),
        Column("classType", required=True, values=CLASS_TYPES),
        _text("location"),
        _ref("schoolSourcedId", "orgs", required=True),
        _ref("termSourcedIds", "academicSessions", required=True, many=True),
        *_SUBJECTS,
        Column("periods", kind="text list"),
    ),
    "classResources": (
        _text("title"),
        _ref("classSourcedId", "classes", required=True),
        _ref("resourceSourcedId", "resources", required=True),
    ),
    "courses": (
        _ref("schoolYearSourcedId", "academicSessions"),
        _needed("title"),
        _text("courseCode"),
        Column("grades", kind="grades"),
        _ref("orgSourcedId", "orgs", required=True),
        *_SUBJECTS,
    ),
    "courseResources": (
        _text("title"),
        _ref("courseSourcedId", "courses", required=True),
        _ref("resourceSourcedId", "resources", required=True),
    ),
    "demographics": (
        *_dates("birthDate"),
        Column("sex", values=SEXES),
        *(Column(name, kind="boolean") for name in _RACES),
        _text("countryOfBirthCode"),
        _text("stateOfBirthAbbreviation"),
        _text("cityOfBirth"),
        Column("publicSchoolResidenceStatus", values=RESIDENCES),
    ),
    "enrollments": (
        _ref("classSourcedId", "classes", required=True),
        _ref("schoolSourcedId", "orgs", required=True),
        _ref("userSourcedId", "users", required=True),
        Column("role", required=True, values=ENROLLMENT_ROLES),
        Column("primary", kind="boolean"),
        *_dates("beginDate", "endDate"),
    ),
    "lineItems": (
        _needed("title"),
        _text("description"),
        *_dates("assignDate", "dueDate", required=True),
        _ref("classSourcedId", "classes", required=True),
        _ref("categorySourcedId", "categories", required=True),
        _ref("gradingPeriodSourcedId", "academicSessions", required=True),
        Column("resultValueMin", required=True, kind="number"),
        Column("resultValueMax", required=True, kind="number"),
    ),
    "orgs": (
        _needed("name"),
        Column("type", required=True, values=ORG_TYPES),
        _text("identifier"),
        _ref("parentSourcedId", "orgs"),
    ),
    "resources": (
        _needed("vendorResourceId"),
        _text("title"),
        Column("roles", values=USER_ROLES, many=True),
        Column("importance", values=("primary", "secondary")),
        _text("vendorId"),
        _text("applicationId"),
    ),
    "results": (
        _ref("lineItemSourcedId", "lineItems", required=True),
        _ref("studentSourcedId", "users", required=True),
        Column("scoreStatus", required=True, values=SCORE_STATES),
        Column("score", required=True, kind="number"),
        *_dates("scoreDate", required=True),
        _text("comment"),
    ),
    "users": (
        Column("enabledUser", required=True, kind="boolean"),
        _ref("orgSourcedIds", "orgs", required=True, many=True),
        Column("role", required=True, values=USER_ROLES),
        _needed("username"),
        Column("userIds", kind="user ids"),
        _needed("givenName"),
        _needed("familyName"),
        *(_text(name) for name in ("middleName", "identifier", "email", "sms", "phone")),
        _ref("agentSourcedIds", "users", many=True),
        Column("grades", kind="grades"),
        _text("password"),
    ),
}
"""The catalogue of 1.1: all thirteen files, with their columns in order."""


@dataclass(frozen=True)
class Catalogue:
    """One version of the format.

    Attributes:
        version: as the manifest has it.
        files: its files, with their columns after the three that all begin with, in order.
    """

    version: str
    files: Mapping[str, tuple[Column, ...]]

    def header_of(self, file: str) -> list[str]:
        """The exact header of a file."""
        return [*BASE, *(column.name for column in self.files[file])]


ONE_ONE = Catalogue("1.1", FILES)
