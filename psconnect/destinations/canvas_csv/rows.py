"""The rows of each file of Canvas's SIS import, made from the roster's records (instructure/canvas-lms, SIS CSV)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta

import msgspec

from psconnect.destinations.canvas_csv.choices import CanvasChoices
from psconnect.destinations.canvas_csv.closed import Closed
from psconnect.destinations.snapshot import Roster
from psconnect.model.entities import (
    ADMIN,
    CALENDAR,
    CLASS,
    CONTACT,
    COURSE,
    ENROLLMENT,
    RELATIONSHIP,
    SCHOOL,
    STUDENT,
    TEACHER,
    Entity,
)

CANVAS_PEOPLE = (STUDENT, TEACHER, ADMIN, CONTACT)
OPTIONAL_COLUMNS = {
    "users": ("integration_id", "authentication_provider_id", "full_name", "sortable_name", "short_name"),
    "courses": ("course_format",),
}
"""Columns that a custom field with that label fills; without such a field, the file lacks them."""
EXTENDED_FILES: Mapping[str, tuple[Entity, ...]] = {"users": CANVAS_PEOPLE, "courses": (CLASS, COURSE)}
_COLUMNS = {
    "accounts": ("account_id", "parent_account_id", "name", "status"),
    "terms": ("term_id", "name", "status", "start_date", "end_date"),
    "users": ("user_id", "login_id", "first_name", "last_name", "email", "status"),
    "courses": ("course_id", "short_name", "long_name", "account_id", "term_id", "status"),
    "sections": ("section_id", "course_id", "name", "status"),
    "enrollments": ("section_id", "user_id", "role", "status"),
    "user_observers": ("observer_id", "student_id", "status"),
}
CANVAS_ACTIVE = "active"
_decode = msgspec.json.Decoder(dict[str, str]).decode
CanvasRows = Iterator[Sequence[str]]


def canvas_header(file: str, roster: Roster) -> tuple[str, ...]:
    """The columns of a file: those it always has, and those that custom fields fill."""
    return (*_COLUMNS[file], *further_columns(file, roster))


def further_columns(file: str, roster: Roster) -> tuple[str, ...]:
    """The optional columns that custom fields fill."""
    labels = {label for entity in EXTENDED_FILES.get(file, ()) for label in roster.labels(entity)}
    return tuple(column for column in OPTIONAL_COLUMNS.get(file, ()) if column in labels)


def accounts(roster: Roster, choices: CanvasChoices) -> CanvasRows:
    """Rows of accounts.csv, parents before children: the root account is Canvas's own, so the district needs none."""
    places = {name: place for place, name in enumerate(SCHOOL.attributes)}
    kind, parent, name = places["type"], places["parentSourcedId"], places["name"]
    found = {r[0]: r for r in roster.records(SCHOOL) if choices.district_account or r[kind] != "district"}
    done: set[str] = set()

    def with_parents(record: list[str]) -> Iterator[list[str]]:
        if record[0] in done:
            return
        done.add(record[0])
        if record[parent] in found:
            yield from with_parents(found[record[parent]])
        yield record

    for record in found.values():
        for one in with_parents(record):
            yield one[0], one[parent] if one[parent] in found else "", one[name], CANVAS_ACTIVE


def terms(roster: Roster) -> CanvasRows:
    """Rows of terms.csv."""
    at = CALENDAR.attributes.index
    title, first, last = at("title"), at("startDate"), at("endDate")
    for record in roster.records(CALENDAR):
        yield record[0], record[title], CANVAS_ACTIVE, _noon(record[first], -1), _noon(record[last], 1)


def _noon(day: str, days: int) -> str:
    """Noon in UTC on the day before or after: there is no zone in which that falls on the day itself.

    So a term never begins too late or ends too early, wherever the district is.
    """
    try:
        return f"{date.fromisoformat(day) + timedelta(days):%Y-%m-%d}T12:00:00Z"
    except (ValueError, OverflowError):
        return ""


def canvas_users(roster: Roster, closed: Closed) -> CanvasRows:
    """Rows of users.csv. Who is deleted comes first: only then can somebody else have the same login."""
    further = further_columns("users", roster)
    for entity in CANVAS_PEOPLE if closed.any_of("users") else ():
        for record in roster.records(entity):
            closed.still_there("users", (record[0],))
    for user in closed.left("users"):
        yield (*user, closed.status("users"), *([""] * len(further)))
    for entity in CANVAS_PEOPLE:
        at = entity.attributes.index
        login, given, family, mail = at("username"), at("givenName"), at("familyName"), at("email")
        for record in roster.records(entity):
            row = record[0], record[login], record[given], record[family], record[mail], CANVAS_ACTIVE
            yield (*row, *_further(further, record[-1])) if further else row


def courses(roster: Roster, choices: CanvasChoices, closed: Closed) -> CanvasRows:
    """Rows of courses.csv."""
    further = further_columns("courses", roster)
    account_of = _account_of(roster, choices)
    course_at = COURSE.attributes.index
    title, code = course_at("title"), course_at("courseCode")
    done: set[str] = set()
    for one, course in roster.related(CLASS, "courseSourcedId"):
        record = dict(zip(CLASS.attributes, one, strict=True))
        course_id = choices.course_id(record)
        closed.still_there("courses", (course_id,))
        if choices.by_course and course_id in done:
            continue
        if choices.by_course:
            done.add(course_id)
            names, extra = (course[code], course[title]), course[-1]
        else:
            names, extra = (record["classCode"], record["title"]), one[-1]
        place = account_of(record["schoolSourcedId"]), record["termSourcedId"], CANVAS_ACTIVE
        yield (course_id, names[0] or names[1], names[1], *place, *_further(further, extra))
    for gone in closed.left("courses"):
        yield (*gone, closed.status("courses"), *([""] * len(further)))


def _account_of(roster: Roster, choices: CanvasChoices) -> Callable[[str], str]:
    known = {row[0] for row in accounts(roster, choices)}
    return lambda school: school if school in known else ""


def sections(roster: Roster, choices: CanvasChoices, closed: Closed) -> CanvasRows:
    """Rows of sections.csv."""
    for one in roster.records(CLASS):
        record = dict(zip(CLASS.attributes, one, strict=True))
        closed.still_there("sections", (record["sourcedId"],))
        yield record["sourcedId"], choices.course_id(record), record["title"], CANVAS_ACTIVE
    for gone in closed.left("sections"):
        yield (*gone, closed.status("sections"))


def enrollments(roster: Roster, choices: CanvasChoices, closed: Closed) -> CanvasRows:
    """Rows of enrollments.csv."""
    at = ENROLLMENT.attributes.index
    section, user, role, primary = at("classSourcedId"), at("userSourcedId"), at("role"), at("primary")
    for record in roster.records(ENROLLMENT):
        row = record[section], record[user], choices.role(record[role], record[primary])
        closed.still_there("enrollments", row)
        yield (*row, CANVAS_ACTIVE)
    for gone in closed.left("enrollments"):
        yield (*gone, closed.status("enrollments"))


def user_observers(roster: Roster, closed: Closed) -> CanvasRows:
    """Rows of user_observers.csv: the contacts of students, each pair once."""
    at = RELATIONSHIP.attributes.index
    contact, student = at("contactSourcedId"), at("studentSourcedId")
    for record in roster.records(RELATIONSHIP):
        closed.still_there("user_observers", (record[contact], record[student]))
        yield record[contact], record[student], CANVAS_ACTIVE
    for gone in closed.left("user_observers"):
        yield (*gone, closed.status("user_observers"))


def _further(columns: Iterable[str], extra: str) -> list[str]:
    given = _decode(extra) if extra else {}
    return [given.get(column, "") for column in columns]
