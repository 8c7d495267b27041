"""What kinds that write OneRoster files declare alike."""

from __future__ import annotations

from psconnect.destinations.family import ROLES
from psconnect.destinations.oneroster.columns import (
    CLASS_TYPES,
    ENROLLMENT_ROLES,
    GRADES,
    ORG_TYPES,
    SESSION_TYPES,
)
from psconnect.model.setting_fields import SettingField
from psconnect.wording.catalogue import marked

_PERSON = frozenset({"username", "givenName", "familyName"})
NEEDED = {
    "school": frozenset({"name"}),
    "calendar": frozenset({"title", "type", "startDate", "endDate"}),
    "course": frozenset({"title"}),
    "class": frozenset({"title", "classType"}),
    "student": _PERSON,
    "teacher": _PERSON,
    "admin": _PERSON,
    "contact": _PERSON,
}
ALLOWED = {
    "school": {"type": ORG_TYPES},
    "calendar": {"type": SESSION_TYPES},
    "class": {"classType": CLASS_TYPES},
    "student": {"grade": GRADES},
    "relationship": {"role": frozenset(ROLES)},
    "enrollment": {"role": ENROLLMENT_ROLES, "primary": frozenset({"true", "false"})},
}
UNIQUE = {"student": (("username",),), "teacher": (("username",),), "admin": (("username",),)}
RECEIVES = marked(
    "The other system takes a bundle as the whole roster: it removes or deactivates everyone who is missing. Some "
    "systems hold an import that removes too many."
)
REMOVAL = marked("A removed record is no longer in the next bundle. What becomes of it then, the other system decides.")
DEMOGRAPHICS_SETTING = SettingField(
    "demographics",
    marked("Birth dates and other demographics"),
    marked(
        "Deliver demographics.csv. It is filled from custom fields of students named like its columns: birthDate, sex, "
        "asian and so on. Switch it on only if the other system needs them."
    ),
    "switch",
    default=False,
)
