"""What Moodle gets besides users: entities that are derived from the roster's classes, courses and schools.

The roster's own courses, classes and enrollments only stay with psconnect: whether a class becomes a Moodle course or
a group in one is a person's choice, so that one Moodle course can hold several classes.
"""

from __future__ import annotations

from psconnect.model.entities import Entity, Reference
from psconnect.wording.catalogue import marked

MOODLE_USERS = ("student", "teacher", "admin")
"""The roster's entities that are users in Moodle."""
MOODLE_BEHIND = ("school", "calendar", "course", "class", "enrollment")
"""The roster's entities that nothing of their own is made of there."""
MOODLE_CATEGORY = Entity(
    "moodle-category",
    120,
    marked("Course categories"),
    ("parentSourcedId",),
    ("name",),
    (),
    "courses",
    titled=("name",),
    singular=marked("Course category"),
)
"""``sourcedId`` is its idnumber in Moodle. Those above come before those below them."""
MOODLE_COURSE = Entity(
    "moodle-course",
    121,
    marked("Moodle courses"),
    ("categorySourcedId",),
    ("title", "shortName", "startDate", "endDate", "groupMode"),
    (Reference("", "moodle-category", "categorySourcedId"),),
    "courses",
    titled=("title",),
    singular=marked("Moodle course"),
    proper=True,
)
"""``sourcedId`` is its idnumber; ``groupMode`` is empty, ``separate`` or ``visible``."""
MOODLE_GROUP = Entity(
    "moodle-group",
    122,
    marked("Groups"),
    ("courseSourcedId",),
    ("title",),
    (Reference("", "moodle-course", "courseSourcedId"),),
    "courses",
    titled=("title",),
    singular=marked("Group"),
)
"""A class within a Moodle course of several; ``sourcedId`` is its idnumber."""
MOODLE_ENROLLMENT = Entity(
    "moodle-enrollment",
    123,
    marked("Moodle enrollments"),
    ("courseSourcedId", "userSourcedId", "role", "groupSourcedIds"),
    ("beginDate", "endDate"),
    (
        Reference("", "moodle-course", "courseSourcedId"),
        Reference("", "student", "userSourcedId"),
        Reference("", "teacher", "userSourcedId"),
        Reference("", "moodle-group", "groupSourcedIds"),
    ),
    "courses",
    singular=marked("Moodle enrollment"),
    proper=True,
)
"""A user in a Moodle course, with all groups there; ``role`` is ``student``, ``teacher`` or ``co-teacher``."""
MOODLE_COHORT = Entity(
    "moodle-cohort",
    124,
    marked("Cohorts"),
    (),
    ("title",),
    (),
    "users",
    titled=("title",),
    singular=marked("Cohort"),
)
"""``sourcedId`` is its idnumber, stable for ever; a title that was changed in Moodle stays."""
MOODLE_COHORT_MEMBER = Entity(
    "moodle-cohort-member",
    125,
    marked("Cohort members"),
    ("cohortSourcedId", "userSourcedId"),
    (),
    (
        Reference("", "moodle-cohort", "cohortSourcedId"),
        Reference("", "student", "userSourcedId"),
        Reference("", "teacher", "userSourcedId"),
        Reference("", "admin", "userSourcedId"),
    ),
    "users",
    singular=marked("Cohort member"),
)
DERIVED = (MOODLE_CATEGORY, MOODLE_COURSE, MOODLE_GROUP, MOODLE_ENROLLMENT, MOODLE_COHORT, MOODLE_COHORT_MEMBER)
