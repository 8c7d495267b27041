"""Cohorts and their members, as they follow from fields of people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

from psconnect.destinations.moodle.choices import CohortChoice, MoodleChoices
from psconnect.destinations.moodle.courses_in_moodle import with_holes_filled, within
from psconnect.destinations.snapshot import Roster
from psconnect.destinations.telling import custom_fields_of
from psconnect.model.entities import ADMIN, EXTRA, SCHOOL, STUDENT, TEACHER, Entity
from psconnect.model.id_attributes import SEPARATOR

GRADE, SCHOOL_FIELD = "grade", "school"
_LONGEST_TITLE = 254


class Cohorts:
    """The cohorts of a roster."""

    def __init__(self, roster: Roster, choices: MoodleChoices) -> None:
        """Prepare; people are read when they are asked for."""
        self._roster, self._choices = roster, choices

    def cohorts(self) -> Iterator[Sequence[str]]:
        """Cohort records: id and name."""
        seen: set[str] = set()
        for choice, value, _user in self._memberships():
            name = self._id(choice, value)
            if name not in seen:
                seen.add(name)
                yield name, with_holes_filled(choice.title, {"field": choice.field, "value": value})[:_LONGEST_TITLE]

    def members(self) -> Iterator[Sequence[str]]:
        """Member records: id, cohort, user."""
        seen: set[tuple[str, str]] = set()
        for choice, value, user in self._memberships():
            cohort = self._id(choice, value)
            if (cohort, user) not in seen:
                seen.add((cohort, user))
                yield f"{cohort}/{user}", cohort, user

    def unknown_fields(self) -> list[CohortChoice]:
        """The choices whose field nobody has: it is no attribute, and no custom field of the connection."""
        return [one for one in self._choices.cohorts if not any(_knows(self._roster, e, one) for e in _people(one))]

    def _id(self, choice: CohortChoice, value: str) -> str:
        return within(f"{self._choices.id_prefix}{choice.people}-{choice.field}-{value}")

    def _memberships(self) -> Iterator[tuple[CohortChoice, str, str]]:
        for choice in self._choices.cohorts:
            for entity in _people(choice):
                for record in self._roster.records(entity):
                    for value in self._values(entity, record, choice.field):
                        yield choice, value, record[0]

    def _values(self, entity: Entity, record: Sequence[str], field: str) -> list[str]:
        if field == SCHOOL_FIELD:
            schools = record[entity.attributes.index("schoolSourcedIds")].split(SEPARATOR)
            return [self._schools[one] for one in schools if self._schools.get(one)]
        if field in entity.attributes:
            value = record[entity.attributes.index(field)]
        else:
            value = custom_fields_of(record[entity.attributes.index(EXTRA)]).get(field, "")
        return [value.strip()] if value.strip() else []

    @cached_property
    def _schools(self) -> dict[str, str]:
        name = SCHOOL.attributes.index("name")
        return {record[0]: record[name] for record in self._roster.records(SCHOOL)}


def _people(choice: CohortChoice) -> tuple[Entity, ...]:
    return (STUDENT,) if choice.people == "student" else (TEACHER, ADMIN)


def _knows(roster: Roster, entity: Entity, choice: CohortChoice) -> bool:
    return choice.field in (SCHOOL_FIELD, *entity.attributes, *roster.labels(entity))
