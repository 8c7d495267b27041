"""What is told of a roster before it goes to Moodle."""

from __future__ import annotations

from collections.abc import Iterator

from psconnect.destinations.moodle.choices import MoodleChoices
from psconnect.destinations.moodle.cohorts_in_moodle import Cohorts
from psconnect.destinations.moodle.courses_in_moodle import MoodleCourses
from psconnect.destinations.snapshot import Roster
from psconnect.model.clock import CancelToken
from psconnect.model.entities import CLASS, ENROLLMENT, STUDENT, TEACHER
from psconnect.model.problems import Problem, Rule, Tally
from psconnect.wording.catalogue import marked
from psconnect.wording.rules.texts import RuleTexts

_FIELD, _SHORT, _JOINED = "cohort-field-unknown", "short-name-with-id", "enrollments-joined"
MOODLE_RULES = {
    Rule(_FIELD, "warning", counted=True): RuleTexts(
        marked("No cohorts of this field"),
        marked("it is neither an attribute nor a custom field of the connection"),
        marked("Correct the field’s name under Settings, Destination, or add the custom field under Attributes."),
    ),
    Rule(_SHORT, "warning", counted=True): RuleTexts(
        marked("Short name with an id behind it"),
        marked("another course would have the same short name, and Moodle accepts each one once"),
        marked("To have other short names, change their pattern under Settings, Destination."),
    ),
    Rule(_JOINED, "warning", counted=True): RuleTexts(
        marked("Joined with another enrollment"),
        marked("the person has another one in the same Moodle course; both are one there, with the groups of both"),
        marked("Nothing needs to be done."),
    ),
}


def moodle_findings(roster: Roster, choices: MoodleChoices, cancel: CancelToken) -> Iterator[Problem]:
    """Fields without cohorts, short names that were told apart, and enrollments that are one in Moodle."""
    for choice in Cohorts(roster, choices).unknown_fields():
        entity = STUDENT if choice.people == "student" else TEACHER
        yield from _counted(_FIELD, entity.key, [key for key, _record in roster.keyed(entity)], choice.field)
    cancel.check()
    courses = MoodleCourses(roster, choices)
    yield from _counted(_SHORT, CLASS.key, courses.renamed, "classCode")
    cancel.check()
    yield from _counted(_JOINED, ENROLLMENT.key, courses.joined(), ENROLLMENT.key)


def _counted(rule: str, entity: str, keys: list[int], detail: str) -> Iterator[Problem]:
    if keys:
        yield Problem(rule, entity, keys[0], detail=detail, tally=Tally(len(keys)))
