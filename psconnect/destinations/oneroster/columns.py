"""OneRoster CSV as data: the files of each version, their columns in order, and the words that they take."""

from __future__ import annotations

from collections.abc import Mapping

BASE = ("sourcedId", "status", "dateLastModified")
_SUBJECTS = ("subjects", "subjectCodes")
_NAMES = ("givenName", "familyName", "middleName", "identifier", "email", "sms", "phone", "agentSourcedIds")
RACES = (
    "americanIndianOrAlaskaNative",
    "asian",
    "blackOrAfricanAmerican",
    "nativeHawaiianOrOtherPacificIslander",
    "white",
    "demographicRaceTwoOrMoreRaces",
)
DEMOGRAPHICS = (
    *("birthDate", "sex", *RACES, "hispanicOrLatinoEthnicity"),
    *("countryOfBirthCode", "stateOfBirthAbbreviation", "cityOfBirth", "publicSchoolResidenceStatus"),
)
"""The columns of demographics.csv behind the base ones."""

_SAME: dict[str, tuple[str, ...]] = {
    "academicSessions": (*BASE, "title", "type", "startDate", "endDate", "parentSourcedId", "schoolYear"),
    "orgs": (*BASE, "name", "type", "identifier", "parentSourcedId"),
    "courses": (*BASE, "schoolYearSourcedId", "title", "courseCode", "grades", "orgSourcedId", *_SUBJECTS),
    "classes": (
        *(*BASE, "title", "grades", "courseSourcedId", "classCode", "classType", "location"),
        *("schoolSourcedId", "termSourcedIds", *_SUBJECTS, "periods"),
    ),
    "enrollments": (
        *(*BASE, "classSourcedId", "schoolSourcedId", "userSourcedId", "role", "primary"),
        *("beginDate", "endDate"),
    ),
    "demographics": (*BASE, *DEMOGRAPHICS),
}
COLUMNS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "1.1": {
        **_SAME,
        "users": (
            *(*BASE, "enabledUser", "orgSourcedIds", "role", "username", "userIds"),
            *(*_NAMES, "grades", "password"),
        ),
    },
    "1.2": {
        **_SAME,
        "users": (
            *(*BASE, "enabledUser", "username", "userIds", *_NAMES, "grades", "password", "userMasterIdentifier"),
            *("preferredGivenName", "preferredMiddleName", "preferredFamilyName", "primaryOrgSourcedId", "pronouns"),
        ),
        "roles": (
            *(*BASE, "userSourcedId", "roleType", "role", "beginDate", "endDate", "orgSourcedId"),
            "userProfileSourcedId",
        ),
    },
}
"""Version -> file -> its columns, of the files that can have rows."""

_FIRST = (
    *("academicSessions", "categories", "classes", "classResources", "courses", "courseResources", "demographics"),
    *("enrollments", "lineItems", "orgs", "resources", "results", "users"),
)
CATALOGUE: Mapping[str, tuple[str, ...]] = {
    "1.1": _FIRST,
    "1.2": (
        *("academicSessions", "categories", "classes", "classResources", "courses", "courseResources"),
        *("demographics", "enrollments", "lineItemLearningObjectiveIds", "lineItems", "lineItemScoreScales", "orgs"),
        *("resources", "resultLearningObjectiveIds", "results", "resultScoreScales", "roles", "scoreScales"),
        *("userProfiles", "userResources", "users"),
    ),
}
"""Version -> all files that its manifest declares, used or not."""

GRADES = frozenset(
    {"IT", "PR", "PK", "TK", "KG", *(f"{grade:02d}" for grade in range(1, 14)), "PS", "UG", "Other"},
)
SESSION_TYPES = frozenset({"gradingPeriod", "semester", "schoolYear", "term"})
ORG_TYPES = frozenset({"department", "school", "district", "local", "state", "national"})
CLASS_TYPES = frozenset({"homeroom", "scheduled"})
ENROLLMENT_ROLES = frozenset({"administrator", "proctor", "student", "teacher"})
STAFF_ROLES: Mapping[str, frozenset[str]] = {
    "1.1": frozenset({"administrator", "aide", "proctor", "teacher"}),
    "1.2": frozenset(
        {
            *("aide", "counselor", "districtAdministrator", "principal", "proctor", "siteAdministrator"),
            *("systemAdministrator", "teacher"),
        }
    ),
}
"""Version -> the roles that a user who is no student, contact or teacher of a class can have."""
SEXES: Mapping[str, frozenset[str]] = {
    "1.1": frozenset({"male", "female"}),
    "1.2": frozenset({"male", "female", "unspecified", "other"}),
}
RESIDENCES = frozenset({"01652", "01653", "01654", "01655", "01656"})
