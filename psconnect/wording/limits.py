"""What a crossed limit says (sync.measures): what would happen to how many records, and what to do."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from psconnect.wording.catalogue import Plural, marked, number, plural

_SCHOOLS = plural(
    "The same limit on {entity:records} is reached at 1 more school.",
    "The same limit on {entity:records} is reached at {count} more schools.",
)
_CLASSES = plural(
    "The same limit on {entity:records} is reached at 1 more class.",
    "The same limit on {entity:records} is reached at {count} more classes.",
)


def limit_in_numbers(text: str) -> str:
    """A limit (sync.thresholds) with numbers as they are written everywhere: ``10 % and 200, or 20,000``."""
    return re.sub(r"(?<=\d)%", " %", re.sub(r"\d{4,}", lambda found: number(int(found[0])), text))


@dataclass(frozen=True)
class LimitTexts:
    """The texts of a limit.

    Attributes:
        would: what would happen.
        to_do: what to do about it.
        roles: what is added about staff that only becomes the other kind, by entity.
        schools, classes: that further ones reach the same limit.
    """

    would: str
    to_do: str
    roles: Mapping[str, str] = field(default_factory=dict)
    schools: Plural = _SCHOOLS
    classes: Plural = _CLASSES


_CREATE = LimitTexts(
    marked("{count} would be added to the {base} {entity:records} that are there"),
    marked(
        "Many at once can mean a wrong school year, filter or list of schools. Check that they belong there. Then "
        "approve."
    ),
    {
        "teacher": marked("{what}, {moved} of them were other staff"),
        "admin": marked("{what}, {moved} of them were teachers"),
    },
)
_UPDATE = LimitTexts(
    marked("{count} of {base} {entity:records} would be changed"),
    marked("Many at once can mean that a field was emptied or mapped differently. Look at what changes. Then approve."),
)
_REMOVE = LimitTexts(
    marked("{count} of {base} {entity:records} would be removed"),
    marked("Check in PowerSchool that they really left. Then approve, or exclude those that should stay."),
    {
        "teacher": marked("{what}, {moved} of them because they become other staff"),
        "admin": marked("{what}, {moved} of them because they become teachers"),
    },
)
_IDENTITY = LimitTexts(
    marked("{count} of {base} {entity:records} would get another id, username, number or email"),
    marked(
        "At the destination another id or username can make a second account. Check who changed them, and why. Then "
        "approve, or exclude them."
    ),
)
_ROLE = LimitTexts(
    marked("{count} of {base} {entity:records} would become the other kind of staff"),
    marked(
        "Who teaches follows from the classes of the school year. Check that their classes are right in PowerSchool. "
        "Then approve, or exclude them."
    ),
)
LIMITS = {
    "create": _CREATE,
    "update": _UPDATE,
    "remove": _REMOVE,
    "identity": _IDENTITY,
    "role": _ROLE,
    "remove_per_class": _REMOVE,
}
"""By the kind of change."""
_TERMS = marked("Check the years and terms: Start Page > School > Years & Terms. Then approve.")
_NUMBER = marked("{count} of {base} {entity:records} would get another number")
LIMITS_ELSE = {
    ("teacher", "role"): replace(_ROLE, would=marked("{count} of {base} teachers would become other staff")),
    ("admin", "role"): replace(_ROLE, would=marked("{count} of {base} members of other staff would become teachers")),
    ("school", "create"): replace(
        _CREATE,
        to_do=marked(
            "Check that the school belongs there, and that it is not one you have under another number. Then approve."
        ),
    ),
    ("calendar", "update"): LimitTexts(
        marked("{count} of {base} {entity:records} would begin or end more than {days} days earlier or later"), _TERMS
    ),
    ("calendar", "remove"): LimitTexts(
        marked("{count} of {base} {entity:records} would be removed although classes or other terms are in them"),
        _TERMS,
    ),
    ("school", "identity"): replace(_IDENTITY, would=_NUMBER),
    ("course", "identity"): replace(_IDENTITY, would=_NUMBER),
    ("class", "identity"): replace(_IDENTITY, would=_NUMBER),
}
"""By entity and kind, where they differ."""
