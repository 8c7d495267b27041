"""The files of School Data Sync V2.1 and their columns (Microsoft: SDS V2.1 CSV file format).

Columns that are optional stand in every file, so that its header never changes; ``password`` is left out for good.
"""

from __future__ import annotations

FILES: dict[str, tuple[str, ...]] = {
    "orgs": ("sourcedId", "name", "type", "parentSourcedId"),
    "users": (
        *("sourcedId", "username", "givenName", "familyName"),
        *("activeDirectoryMatchId", "email", "phone", "sms"),
    ),
    "roles": (
        *("userSourcedId", "orgSourcedId", "role", "sessionSourcedId", "grade", "isPrimary"),
        *("roleStartDate", "roleEndDate"),
    ),
    "classes": ("sourcedId", "orgSourcedId", "title", "sessionSourcedIds", "courseSourcedId", "code"),
    "enrollments": ("classSourcedId", "userSourcedId", "role"),
    "academicSessions": ("sourcedId", "title", "type", "schoolYear", "startDate", "endDate"),
    "courses": ("sourcedId", "orgSourcedId", "title", "code", "schoolYearSourcedId", "subject", "grade"),
    "relationships": ("userSourcedId", "relationshipUserSourcedId", "relationshipRole"),
    "demographics": (
        *("userSourcedId", "sex", "birthDate", "birthCity", "birthState", "birthCountry"),
        *("ethnicityCodes", "raceCodes"),
    ),
    "userFlags": ("userSourcedId", "flag"),
}
OPTIONAL_FILES = {"relationships": "relationships", "demographics": "demographics", "userFlags": "user_flags"}
"""File -> the setting that sends it; all other files are always sent."""
