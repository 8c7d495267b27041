"""A Moodle site as its web services show it, in the form of the local one's (`tests.moodle.server.picture`)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from tests.moodle.client import Plain

_CHUNK = 50


@dataclass(frozen=True)
class NamedSite:
    """A site, and how many students are to be tried on it; `address` and `token` as people type them."""

    address: str
    token: str
    students: int

    def picture(self, people: Collection[str], classes: Collection[str]) -> dict[str, list[Any]]:
        """What the site has of these: accounts by ID number, courses by ID number, with everybody active in them."""
        site = Plain(self.address, self.token)
        users = list(_users(site, sorted(people)))
        names = {row["id"]: row["username"] for row in users}
        courses = [row for row in site.call("core_course_get_courses", raw=True) if row.get("idnumber") in classes]
        return {
            "users": [_user(row) for row in users],
            "courses": [_course(row) for row in courses],
            "enrolments": [place for row in courses for place in _active(site, row, names)],
            "cohorts": [(row["name"], row["idnumber"]) for row in site.call("core_cohort_get_cohorts")],
            "categories": [(row["name"], row.get("idnumber", "")) for row in site.call("core_course_get_categories")],
        }


def _users(site: Plain, numbers: list[str]) -> Iterator[dict[str, Any]]:
    for place in range(0, len(numbers), _CHUNK):
        yield from site.by_field("idnumber", *numbers[place : place + _CHUNK])


def _user(row: dict[str, Any]) -> tuple[Any, ...]:
    shown = (row.get(name, "") for name in ("username", "firstname", "lastname", "email", "idnumber", "auth"))
    return (*shown, bool(row.get("suspended")))


def _course(row: dict[str, Any]) -> tuple[Any, ...]:
    return (row["shortname"], "", row["fullname"], row["idnumber"], row["startdate"], row["enddate"], row["visible"])


def _active(site: Plain, course: dict[str, Any], names: dict[int, str]) -> Iterator[tuple[Any, ...]]:
    for userid, row in site.enrolled(course["id"], onlyactive=1).items():
        if userid in names:
            roles = tuple(sorted(role["shortname"] for role in row["roles"]))
            yield course["shortname"], names[userid], "manual", 0, roles
