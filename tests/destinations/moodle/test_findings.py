"""What is told of a roster before it goes to Moodle."""

from __future__ import annotations

from dataclasses import replace

from psconnect.destinations.moodle.choices import CohortChoice, MoodleChoices
from psconnect.destinations.moodle.findings import moodle_findings
from psconnect.model.clock import CancelToken
from tests.contracts.rosters import ListRoster, Tables, small
from tests.destinations.moodle.test_derived import grouped


def told(tables: Tables, choices: MoodleChoices) -> list[tuple[str, str, int, str]]:
    found = [one.settled for one in moodle_findings(ListRoster(tables), choices, CancelToken())]
    return [(one.rule, one.entity, one.key, one.detail) for one in found]


def test_nothing_is_told_of_a_tidy_roster():
    assert told(small(), MoodleChoices()) == []


def test_a_field_without_cohorts():
    choices = replace(MoodleChoices(), cohorts=(CohortChoice("student", "buss", "{value}"),))
    assert told(small(), choices) == [("cohort-field-unknown", "student", 431, "buss: 3 records")]


def test_a_short_name_that_another_course_has():
    tables = small()
    tables["class"][1]["classCode"] = "MAT091.1"
    found = told(tables, replace(MoodleChoices(), short_name="{code}"))
    assert found == [("short-name-with-id", "class", 5102, "classCode: 1 record")]


def test_enrollments_that_are_one_in_moodle():
    found = told(grouped(), MoodleChoices())
    assert found == [("enrollments-joined", "enrollment", -5001, "enrollment: 2 records")]
