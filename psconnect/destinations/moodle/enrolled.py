"""Who is in a Moodle course, with roles and groups (docs/moodle-api.md 6.5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from psconnect.destinations.moodle.answers import MoodleSaid
from psconnect.destinations.moodle.client import MoodleClient

_ENROLLED = "core_enrol_get_enrolled_users"
_FIELDS = {"name": "userfields", "value": "id,roles,groups"}


@dataclass(frozen=True)
class Place:
    """Somebody's place in a course: numbers of roles, ids of groups, and whether the enrolment is active now."""

    roles: frozenset[int]
    groups: frozenset[str]
    active: bool


def places_in(client: MoodleClient, course: str) -> Mapping[str, Place]:
    """Everybody in a course, by user id; nobody in a course that is gone."""
    try:
        rows = client.read(_ENROLLED, {"courseid": course, "options": [_FIELDS]})
        idle = [_FIELDS, {"name": "onlysuspended", "value": "1"}]
        not_active = {str(row["id"]) for row in client.read(_ENROLLED, {"courseid": course, "options": idle})}
    except MoodleSaid:
        return {}
    return {
        str(row["id"]): Place(
            frozenset(int(role["roleid"]) for role in row.get("roles", ())),
            frozenset(str(group["id"]) for group in row.get("groups", ())),
            str(row["id"]) not in not_active,
        )
        for row in rows
    }
