"""OneRoster 1.2 CSV as tables: what differs from 1.1 and what is new. Written from the specification alone."""

from __future__ import annotations

from dataclasses import replace

from tests.judges.oneroster11_catalogue import FILES, Catalogue, Column

ROLES = (
    *("aide", "counselor", "districtAdministrator", "guardian", "parent", "principal", "proctor", "relative"),
    *("siteAdministrator", "student", "systemAdministrator", "teacher"),
)
SEXES = ("male", "female", "unspecified", "other")
_EXTENSIBLE = {
    ("academicSessions", "type"),
    ("classes", "classType"),
    ("orgs", "type"),
    ("enrollments", "role"),
    ("demographics", "sex"),
}


def _text(*names: str, required: bool = False) -> tuple[Column, ...]:
    return tuple(Column(name, required=required) for name in names)


def _ref(name: str, file: str, *, required: bool = True, many: bool = False) -> Column:
    return Column(name, required=required, refers=file, many=many)


def _extended(file: str, column: Column) -> Column:
    if (file, column.name) == ("demographics", "sex"):
        column = replace(column, values=SEXES)
    return replace(column, extensible=True) if (file, column.name) in _EXTENSIBLE else column


_BOOLEANS = tuple(Column(name, kind="boolean") for name in ("inProgress", "incomplete", "late", "missing"))
_USERS = {column.name: column for column in FILES["users"]}
_LINE_ITEMS = {column.name: column for column in FILES["lineItems"]}
_RESULTS = {column.name: column for column in FILES["results"]}

CHANGED: dict[str, tuple[Column, ...]] = {
    "users": (
        *(_USERS[name] for name in ("enabledUser", "username", "userIds", "givenName", "familyName", "middleName")),
        *(_USERS[name] for name in ("identifier", "email", "sms", "phone", "agentSourcedIds", "grades", "password")),
        *_text("userMasterIdentifier", "preferredGivenName", "preferredMiddleName", "preferredFamilyName"),
        _ref("primaryOrgSourcedId", "orgs", required=False),
        *_text("pronouns"),
    ),
    "roles": (
        _ref("userSourcedId", "users"),
        Column("roleType", required=True, values=("primary", "secondary")),
        Column("role", required=True, values=ROLES, extensible=True),
        Column("beginDate", kind="date"),
        Column("endDate", kind="date"),
        _ref("orgSourcedId", "orgs"),
        _ref("userProfileSourcedId", "userProfiles", required=False),
    ),
    "userProfiles": (
        _ref("userSourcedId", "users"),
        *_text("profileType", "vendorId", required=True),
        *_text("applicationId", "description"),
        *_text("credentialType", "username", required=True),
        *_text("password"),
    ),
    "categories": (*FILES["categories"], Column("weight", kind="number")),
    "lineItems": (
        *(_LINE_ITEMS[name] for name in ("title", "description", "assignDate", "dueDate")),
        *(_LINE_ITEMS[name] for name in ("classSourcedId", "categorySourcedId")),
        _ref("academicSessionSourcedId", "academicSessions"),
        Column("resultValueMin", kind="number"),
        Column("resultValueMax", kind="number"),
        _ref("schoolSourcedId", "orgs"),
    ),
    "results": (
        *(_RESULTS[name] for name in ("lineItemSourcedId", "studentSourcedId", "scoreStatus")),
        Column("score", kind="number"),
        *(_RESULTS[name] for name in ("scoreDate", "comment")),
        *_text("textScore"),
        _ref("classSourcedId", "classes", required=False),
        *_BOOLEANS,
    ),
    "resources": (
        *FILES["resources"][:2],
        Column("roles", values=ROLES, many=True),
        *FILES["resources"][3:],
    ),
    "scoreScales": (
        *_text("title", "type", required=True),
        _ref("orgSourcedId", "orgs"),
        _ref("courseSourcedId", "courses"),
        _ref("classSourcedId", "classes"),
        *_text("scoreScaleValue", required=True),
    ),
    "lineItemScoreScales": (
        *_text("title"),
        _ref("lineItemSourcedId", "lineItems"),
        _ref("scoreScaleSourcedId", "scoreScales"),
    ),
    "resultScoreScales": (
        *_text("title"),
        _ref("resultSourcedId", "results"),
        _ref("scoreScaleSourcedId", "scoreScales"),
    ),
    "lineItemLearningObjectiveIds": (
        _ref("lineItemSourcedId", "lineItems"),
        Column("source", required=True, values=("case", "unknown")),
        *_text("learningObjectiveId", required=True),
    ),
    "resultLearningObjectiveIds": (
        _ref("resultSourcedId", "results"),
        Column("source", required=True, values=("case", "unknown")),
        *_text("learningObjectiveId", required=True),
        Column("score", kind="number"),
        *_text("textScore"),
    ),
    "userResources": (
        _ref("userSourcedId", "users"),
        _ref("orgSourcedId", "orgs", required=False),
        _ref("classSourcedId", "classes", required=False),
        _ref("resourceSourcedId", "resources"),
    ),
}
ONE_TWO = Catalogue(
    "1.2",
    {name: tuple(_extended(name, column) for column in columns) for name, columns in {**FILES, **CHANGED}.items()},
)
"""The catalogue of 1.2: all twenty-one files, with their columns in order."""
