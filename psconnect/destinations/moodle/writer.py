"""Moodle as a destination that takes single changes (see destinations.writer.Writer)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar, Protocol

from psconnect.destinations.kind import Context
from psconnect.destinations.moodle.adoption import Adoption
from psconnect.destinations.moodle.categories import Categories
from psconnect.destinations.moodle.choices import moodle_choices
from psconnect.destinations.moodle.client import MoodleClient
from psconnect.destinations.moodle.cohorts import CohortMembers, MoodleCohorts
from psconnect.destinations.moodle.cohorts_in_moodle import Cohorts
from psconnect.destinations.moodle.courses import Courses
from psconnect.destinations.moodle.courses_in_moodle import MoodleCourses
from psconnect.destinations.moodle.enrolments import Enrolments
from psconnect.destinations.moodle.findings import moodle_findings
from psconnect.destinations.moodle.groups import Groups
from psconnect.destinations.moodle.layout import (
    MOODLE_BEHIND,
    MOODLE_CATEGORY,
    MOODLE_COHORT,
    MOODLE_COHORT_MEMBER,
    MOODLE_COURSE,
    MOODLE_ENROLLMENT,
    MOODLE_GROUP,
    MOODLE_USERS,
)
from psconnect.destinations.moodle.sending import Outcomes
from psconnect.destinations.moodle.site_check import checked_site
from psconnect.destinations.moodle.users import Users
from psconnect.destinations.moodle.writing_check import checked_writing
from psconnect.destinations.snapshot import Roster
from psconnect.destinations.writer import Batch, Writer
from psconnect.model.clock import CancelToken
from psconnect.model.entities import Entity
from psconnect.model.findings import Finding
from psconnect.model.outcomes import Done, Link, Outcome, Standing
from psconnect.model.problems import Problem

_SETTLING = 2.0
"""Seconds before what isn't there counts as not arrived: the request may still be at work, even without us."""


class _Part(Protocol):
    """Writes one sort of records."""

    def apply(self, batch: Batch) -> Outcomes: ...

    def read_back(self, batch: Batch) -> Sequence[Standing]: ...


class MoodleWriter(Writer):
    """One connection's users, courses, enrolments and cohorts in a Moodle site."""

    batch_size: ClassVar[int] = 600

    def __init__(self, context: Context) -> None:
        """Prepare for that site; raises FixSettings for an address that can't be used."""
        self._context = context
        self.client = MoodleClient(context)
        users = Users(self.client)
        self._parts: Mapping[str, _Part] = {
            **dict.fromkeys(MOODLE_USERS, users),
            "moodle-category": Categories(self.client),
            "moodle-course": Courses(self.client),
            "moodle-group": Groups(self.client),
            "moodle-enrollment": Enrolments(self.client),
            "moodle-cohort": MoodleCohorts(self.client),
            "moodle-cohort-member": CohortMembers(self.client),
        }
        self._adoption = Adoption(self.client)
        self._proved = False

    @property
    def address(self) -> str:
        """The site's address."""
        return self.client.site

    def check(self) -> Sequence[Finding]:
        """Check the site step by step, as far as can be done without a change."""
        findings = checked_site(self.client)
        self._proved = not any(finding.error for finding in findings)
        return findings

    def check_writing(self) -> Sequence[Finding]:
        """Check the rights to write."""
        with self.client.in_words():
            return (checked_writing(self.client),)

    def standing(self) -> str:
        """Identifies the site by the address that it is configured with."""
        with self.client.in_words():
            return self.client.identity

    def adopt(self, entity: Entity, records: Mapping[int, Mapping[str, str]]) -> Mapping[int, Link]:
        """The records that the site has already."""
        with self.client.in_words():
            self._prove()
            return self._adoption.links(entity, records)

    def derived(self, entity: Entity, roster: Roster) -> Iterator[Sequence[str]]:
        """Categories, courses, groups, enrolments, cohorts and members, as they follow from the roster."""
        choices = moodle_choices(self._context.settings, self._context.id_prefix)
        if entity in (MOODLE_COHORT, MOODLE_COHORT_MEMBER):
            cohorts = Cohorts(roster, choices)
            return cohorts.cohorts() if entity is MOODLE_COHORT else cohorts.members()
        courses = MoodleCourses(roster, choices)
        ways = {
            MOODLE_CATEGORY: courses.categories,
            MOODLE_COURSE: courses.courses,
            MOODLE_GROUP: courses.groups,
            MOODLE_ENROLLMENT: courses.enrollments,
        }
        return ways[entity]()

    def preflight(self, roster: Roster, cancel: CancelToken) -> Iterator[Problem]:
        """What Moodle gets otherwise than it was read."""
        return moodle_findings(roster, moodle_choices(self._context.settings, self._context.id_prefix), cancel)

    def apply(self, batch: Batch) -> Sequence[Outcome]:
        """Make the changes. Of the roster's own, only people become something in Moodle."""
        if batch.entity.key in MOODLE_BEHIND:
            return list(_behind(batch))
        with self.client.in_words():
            self._prove()
            outcomes = self._parts[batch.entity.key].apply(batch)
        return [outcomes[change.key] for change in batch.changes]

    def read_back(self, batch: Batch) -> Sequence[Standing]:
        """Which changes the site shows; what isn't there is looked for again a little later."""
        if batch.entity.key in MOODLE_BEHIND:
            return list(_behind(batch))
        part = self._parts[batch.entity.key]
        with self.client.in_words():
            self._prove()
            found = part.read_back(batch)
            if all(isinstance(one, Done) for one in found):
                return found
            self._context.clock.wait(_SETTLING, self._context.cancel)
            return part.read_back(batch)

    def _prove(self) -> None:
        """Check the site before it is believed: without a capability, it hides what is there instead of failing.

        Accounts that are hidden would be made again, and their removal would look done. A plan is made after a check,
        but it may be approved days later.
        """
        if self._proved:
            return
        error = next((finding.error for finding in self.check() if finding.error), None)
        if error:
            raise error

    def close(self) -> None:
        """Close the connections."""
        self.client.close()


def _behind(batch: Batch) -> Iterator[Done]:
    """Nothing stands in Moodle; a school's remote id is its name, which people get as their institution."""
    for change in batch.changes:
        named = batch.entity.key == "school" and batch.action != "remove"
        yield Done(change.record["name"] if named else "")
