"""Judges what stands in a Moodle site by what plain SQL over the district says (`tests.judges.sql_truth`).

It knows the picture of the local Moodle (`MoodleSite.picture`) and the roster's words, and nothing of psconnect.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator
from typing import Any

from tests.judges.sql_truth import Truth

Picture = dict[str, list[Any]]
_PEOPLE = ("student", "teacher", "admin")
_LEAD, _BESIDE = "editingteacher", "teacher"


def differences(site: Picture, expected: Truth) -> list[str]:
    """In what a site differs; who is suspended, hidden or not enrolled any more doesn't count as being there."""
    return [*_doubled(site), *_people(site, expected), *_courses(site, expected), *_enrolled(site, expected)]


def _doubled(site: Picture) -> Iterator[str]:
    for kind, place in {"users": 4, "courses": 3, "cohorts": 1, "categories": 1}.items():
        for number, times in Counter(row[place] for row in site[kind]).items():
            if number and times > 1:
                yield f"{kind}: {number} is there {times} times"


def _people(site: Picture, expected: Truth) -> Iterator[str]:
    active = {row[4]: (row[1], row[2], row[3].casefold()) for row in site["users"] if not row[6] and row[4]}
    wanted = {
        number: (_seen(record["givenName"]), _seen(record["familyName"]), record["email"].strip().casefold())
        for number, record in _with_account(expected).items()
    }
    yield from _compared("user", active, wanted)


def _with_account(expected: Truth) -> dict[str, Any]:
    """Moodle has no account without a user name and an e-mail address."""
    people = {number: record for entity in _PEOPLE for number, record in expected[entity].items()}
    return {number: record for number, record in people.items() if record["email"] and record["username"]}


def _seen(name: str) -> str:
    """A name without what nobody sees at its ends."""
    while name and (name[0].isspace() or unicodedata.category(name[0]) == "Cf"):
        name = name[1:]
    return name.rstrip()


def _role(record: dict[str, str]) -> str:
    if record["role"] == "student":
        return "student"
    return _LEAD if record["primary"] == "true" else _BESIDE


def _courses(site: Picture, expected: Truth) -> Iterator[str]:
    visible = {row[3]: row[2] for row in site["courses"] if row[6] and row[3]}
    wanted = {number: record["title"].strip() for number, record in expected["class"].items()}
    yield from _compared("course", visible, wanted)


def _enrolled(site: Picture, expected: Truth) -> Iterator[str]:
    numbers = {row[0]: row[4] for row in site["users"]}
    courses = {row[0]: row[3] for row in site["courses"] if row[6]}
    hidden = {row[0] for row in site["courses"] if not row[6]}
    active = {
        (courses.get(course, course), numbers[user]): roles
        for course, user, _method, status, roles in site["enrolments"]
        if status == 0 and course not in hidden
    }
    accounts = _with_account(expected)
    wanted = {
        (record["classSourcedId"], record["userSourcedId"]): (_role(record),)
        for record in expected["enrollment"].values()
        if record["userSourcedId"] in accounts
    }
    yield from _compared("enrolment", active, wanted)


def _compared(kind: str, there: dict[Any, Any], wanted: dict[Any, Any]) -> Iterator[str]:
    yield from (f"{kind} {key} is missing" for key in sorted(wanted.keys() - there.keys()))
    yield from (f"{kind} {key} is too many" for key in sorted(there.keys() - wanted.keys()))
    for key in sorted(there.keys() & wanted.keys()):
        if there[key] != wanted[key]:
            yield f"{kind} {key} is {there[key]} in place of {wanted[key]}"
