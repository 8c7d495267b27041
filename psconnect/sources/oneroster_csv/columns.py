"""The OneRoster 1.1 files and columns that are read, and the rows made of them."""

from __future__ import annotations

import re
from collections import namedtuple
from collections.abc import Callable, Sequence
from typing import Any

_BASE = ("sourcedId", "status", "dateLastModified")
BUNDLE_FILES: dict[str, tuple[str, ...]] = {
    "orgs": (*_BASE, "name", "type", "identifier", "parentSourcedId"),
    "academicSessions": (*_BASE, "title", "type", "startDate", "endDate", "parentSourcedId", "schoolYear"),
    "courses": (
        *(*_BASE, "schoolYearSourcedId", "title", "courseCode", "grades", "orgSourcedId"),
        *("subjects", "subjectCodes"),
    ),
    "classes": (
        *(*_BASE, "title", "grades", "courseSourcedId", "classCode", "classType", "location", "schoolSourcedId"),
        *("termSourcedIds", "subjects", "subjectCodes", "periods"),
    ),
    "users": (
        *(*_BASE, "enabledUser", "orgSourcedIds", "role", "username", "userIds", "givenName", "familyName"),
        *("middleName", "identifier", "email", "sms", "phone", "agentSourcedIds", "grades", "password"),
    ),
    "enrollments": (
        *(*_BASE, "classSourcedId", "schoolSourcedId", "userSourcedId", "role", "primary", "beginDate", "endDate"),
    ),
}
"""The files in reading order: referenced records come first."""
FILE_OF = {
    "school": "orgs",
    "calendar": "academicSessions",
    "course": "courses",
    "class": "classes",
    **dict.fromkeys(("student", "teacher", "admin", "contact"), "users"),
    "enrollment": "enrollments",
}
"""The file that an entity's fields come from. Relationships have none: they are in users.csv."""
MADE = {"users": {"stateId": "the state’s id, from userIds"}}
"""Fields made of others, and their meanings."""
_STATE_ID = re.compile(r"\{\s*state\s*id\s*:\s*([^{}]*?)\s*\}", re.IGNORECASE)
FURTHER = "metadata."
_EXACT = ("ourcedId", "ourcedIds", "status", "role", "enabledUser", "primary", "type", "Date", "schoolYear")
"""Endings of columns that hold ids or OneRoster's own words; surrounding blanks are ignored in these."""


def attribute_name(column: str) -> str:
    """The row attribute that holds a column; extra columns are named ``metadata.`` and a label."""
    return re.sub(r"[^a-zA-Z0-9_]", lambda found: "_" if found[0].isascii() else f"_{ord(found[0]):x}", column)


def bundle_row_type(name: str, header: Sequence[str]) -> Callable[[list[str]], Any] | None:
    """A function that makes rows of a file's cells; None if a column is missing or duplicated.

    Columns may come in any order. A row has an attribute for each column and each made field.
    """
    columns = [column.strip() for column in header]
    names = [attribute_name(column) for column in columns]
    if not set(BUNDLE_FILES[name]) <= set(columns) or len(set(names)) < len(names):
        return None
    made = list(MADE.get(name, ()))
    attributes = [f"c_{one}" for one in (*names, *made)]
    kind: Any = namedtuple("Row", attributes)  # type: ignore[misc] # noqa: PYI024 - fields known only at run time
    make: Callable[[list[str]], Any] = kind._make
    exact = [place for place, column in enumerate(columns) if column.endswith(_EXACT)]
    user_ids = columns.index("userIds") if made else None

    def row(cells: list[str]) -> Any:
        for place in exact:
            cells[place] = cells[place].strip()
        if user_ids is None:
            return make(cells)
        state = _STATE_ID.search(cells[user_ids])
        return make([*cells, state[1] if state else ""])

    return row


def row_attribute(column: str) -> str:
    """The row attribute that holds a column or a made field."""
    return f"c_{attribute_name(column)}"


def own_ids(text: str) -> tuple[str, ...]:
    """The ids in a list, each once."""
    return tuple(dict.fromkeys(filter(None, (one.strip() for one in text.split(",")))))
