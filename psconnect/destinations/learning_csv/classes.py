"""Classes with who owns them, and the rows of organizations.csv, classes.csv and memberships.csv.

The lead teacher owns a class; further teachers are members of it, like its students. A class whose owner is left out
stays behind, with its roster: that is what PowerSchool Learning does itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from psconnect.destinations.learning_csv.choices import (
    ACTIVITY_UNJUDGED,
    MEMBER_LOST,
    OWNED_BY_CO_TEACHER,
    OWNER_LOST,
    WITHOUT_OWNER,
    LearningChoices,
    LearningFindings,
    ignore_finding,
)
from psconnect.destinations.learning_csv.people import LeftOut
from psconnect.destinations.snapshot import Roster
from psconnect.model.entities import ADMIN, CALENDAR, CLASS, COURSE, ENROLLMENT, SCHOOL, TEACHER
from psconnect.store.record import decode_record

ORGANIZATIONS = ("organization_id", "name")
CLASSES = ("class_id", "name", "code", "year", "teacher_id", "organization_id")
MEMBERSHIPS = ("class_id", "user_id")
_at = {name: place for place, name in enumerate(ENROLLMENT.attributes)}
_CLASS, _USER, _ROLE, _PRIMARY = (_at[name] for name in ("classSourcedId", "userSourcedId", "role", "primary"))
_TEACHER = "teacher"
_MARK = f'"{_TEACHER}"'.encode()


@dataclass
class Teaching:
    """Who teaches which class, by ids of the roster.

    Attributes:
        owners: class -> its lead teacher, else the first of its other teachers.
        led: classes with a lead teacher.
    """

    owners: dict[str, str] = field(default_factory=dict)
    led: set[str] = field(default_factory=set)


def teaching_of(roster: Roster) -> Teaching:
    """Read who teaches."""
    found = Teaching()
    # Most enrollments are students', so only those that name the role are decoded.
    for record in (decode_record(one) for one in roster.encoded(ENROLLMENT) if _MARK in one):
        one = record[_CLASS]
        if record[_ROLE] != _TEACHER or one in found.led:
            continue
        if record[_PRIMARY] == "true":
            found.led.add(one)
            found.owners[one] = record[_USER]
        else:
            found.owners.setdefault(one, record[_USER])
    return found


def kept_classes(
    roster: Roster, teaching: Teaching, lost: LeftOut, findings: LearningFindings | None = None
) -> dict[str, str]:
    """Class -> owner, of the classes that are delivered; ``findings`` takes what is to be told of classes."""
    kept: dict[str, str] = {}
    tell = findings.tell if findings else ignore_finding
    for key, record in roster.keyed(CLASS):
        owner = teaching.owners.get(record[0], "")
        if not owner:
            tell(WITHOUT_OWNER, CLASS, key)
        elif owner in lost.staff:
            tell(OWNER_LOST, CLASS, key)
        else:
            kept[record[0]] = owner
            if record[0] not in teaching.led:
                tell(OWNED_BY_CO_TEACHER, CLASS, key)
    return kept


def tell_of_members(roster: Roster, kept: Mapping[str, str], lost: LeftOut, findings: LearningFindings) -> None:
    """Tell of enrollments that are left out with their class or their person."""
    gone = lost.students | lost.staff
    for key, record in roster.keyed(ENROLLMENT):
        if record[_CLASS] not in kept or record[_USER] in gone:
            findings.tell(MEMBER_LOST, ENROLLMENT, key)


def tell_of_courses(roster: Roster, kept: Mapping[str, str], findings: LearningFindings) -> None:
    """Tell of the courses with a delivered class: each counts as active, because none is known not to be.

    PowerSchool Learning wants active courses. PowerSchool notes whether a course is active for each school and year
    (School_Course.Status), but which value means what is in no public source (docs/powerschool.md, section 16.4). A
    wrong guess would take classes away from students; an inactive course with a class and a teacher does no harm.
    """
    course = CLASS.attributes.index("courseSourcedId")
    taught = {record[course] for record in roster.records(CLASS) if record[0] in kept}
    for key, record in roster.keyed(COURSE):
        if record[0] in taught:
            findings.tell(ACTIVITY_UNJUDGED, COURSE, key)


def organizations(roster: Roster) -> Iterator[Sequence[str]]:
    """Rows of organizations.csv: the schools, and the district office, where staff may belong."""
    name = SCHOOL.attributes.index("name")
    return ((record[0], record[name]) for record in roster.records(SCHOOL))


def classes(roster: Roster, choices: LearningChoices, kept: Mapping[str, str]) -> Iterator[Sequence[str]]:
    """Rows of classes.csv."""
    at = CLASS.attributes.index
    title, school, term = at("title"), at("schoolSourcedId"), at("termSourcedId")
    code, years, ids = COURSE.attributes.index("courseCode"), _years(roster, choices), _staff_ids(roster, choices)
    for record, course in roster.related(CLASS, "courseSourcedId"):
        owner = kept.get(record[0], "")
        if owner:
            year = years[record[term]]
            yield record[0], record[title], course[code], year, ids.get(owner, owner), record[school]


def memberships(
    roster: Roster, choices: LearningChoices, kept: Mapping[str, str], lost: LeftOut
) -> Iterator[Sequence[str]]:
    """Rows of memberships.csv: students, and teachers who don't own the class."""
    gone, ids = lost.students | lost.staff, _staff_ids(roster, choices)
    for record in roster.records(ENROLLMENT):
        one, user = record[_CLASS], record[_USER]
        owner = kept.get(one, "")
        if not owner or user in gone:
            continue
        if record[_ROLE] != _TEACHER:
            yield one, user
        elif user != owner:
            yield one, ids.get(user, user)


def _years(roster: Roster, choices: LearningChoices) -> dict[str, str]:
    """Term -> what stands as the year of its classes; the roster's ``schoolYear`` is the one it ends in."""
    year = CALENDAR.attributes.index("schoolYear")
    terms = roster.records(CALENDAR)
    if not choices.start_year:
        return {record[0]: record[0] for record in terms}
    return {record[0]: str(int(record[year]) - 1) if record[year].isdecimal() else "" for record in terms}


def _staff_ids(roster: Roster, choices: LearningChoices) -> dict[str, str]:
    """Id in the roster -> id of the user, of staff for whom they differ."""
    if not choices.teachers_dcid:
        return {}
    return {record[0]: choices.id_of(one)(record) for one in (TEACHER, ADMIN) for record in roster.records(one)}
