"""The whole job under each value of each switch: the bundle is the usual one, or differs just as it says here.

The lists stand here once more, so that nobody can take a switch off, or call it harmless, without this test.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from psconnect.demo import Personality, PluginRefused
from psconnect.demo.personality import HABITS, SWITCHES
from psconnect.demo.switch import Switch
from psconnect.wording.checks import word_finding
from tests.judges.oneroster11 import read_bundle
from tests.judges.sql_truth import compare
from tests.personalities.conftest import Job
from tests.personalities.job import Done
from tests.support.demo import DISTRICT, TODAY

MUST_NOT_MATTER = (
    "argument_types", "number_arguments", "plain_arguments", "row_values", "date_text", "timestamp_text",
    "row_ids", "lower_case_keys", "clash_at", "unique_query_files", "failed_enable", "queries_namespace",
    "guardian_id_shown", "strict_entries", "fixed_child_order", "data_version_text", "data_version_tables",
    "data_version_files", "data_version_deletes", "server_version", "metadata", "metadata_unsigned",
    "sso_flags_as_text", "timestamp_unit", "token_type", "expires_in_text", "token_life_seconds",
    "token_sharing", "token_survives_upgrade", "credentials_in_body", "bad_grant", "no_oauth_is_404",
    "disabled_sign_in", "disabled_data_call", "page_size", "oversize_page", "star_projection", "empty_query",
    "empty_table", "query_denied", "count_checks_fields", "sql_error", "query_content_type", "double_slashes",
    "case_sensitive_paths",
    "throttle_status", "throttle_retry_after", "v1_attribute_on_old_servers", "builtin_queries",
    "builtin_listed", "builtin_shape", "builtin_grade_text", "builtin_present_code", "v1_typing",
    "v1_without_accept", "v1_past_end", "v1_unknown_names", "single_field_as_object", "v1_school_list",
    "school_students", "school_sections", "other_staff_types", "dropped_ids", "contacts_list",
    "contacts_invalid", "contacts_by_v1_access", "write_values", "flat_extension_keys", "attendance_errors",
    "attendance_twice", "student_unknown_fields", "student_zero_counts", "student_fee_warning", "events",
    "events_need_https", "xte_breach_mitigation", "xte_resubmit", "role_keys", "system_user",
    "placeholder_logins", "later_ids", "old_details", "relation_type", "dropped_terms",
)  # fmt: skip
MATTERS = {"repeated_ids", "role_names", "course_case"}
REFUSES_THE_PLUGIN = {"excluded", "missing"}
NO_PERSONALITY = {"odd", "tokens_a_minute", "throttle_ms", "maintenance"}


def effect(*effects: str) -> Iterator[Switch]:
    return (one for one in SWITCHES + HABITS if one.effect in effects)


def personality(name: str, value: Any) -> Personality:
    if any(one.name == name for one in HABITS):
        return Personality(habits={name: value})
    return Personality(switches={name: value})


def differences(done: Done, usual: Done) -> dict[str, tuple[int, int]]:
    """For each file that differs, how many of its usual records are gone and how many others are there."""
    found = {}
    there, before = read_bundle(done.bundle), read_bundle(usual.bundle)
    for name in sorted(there.keys() | before.keys()):
        new = {tuple(row.items()) for row in there.get(name, [])}
        old = {tuple(row.items()) for row in before.get(name, [])}
        if new != old:
            found[name] = (len(old - new), len(new - old))
    return found


def test_every_switch_stands_here_with_its_effect() -> None:
    assert sorted(MUST_NOT_MATTER) == sorted(one.name for one in effect("same"))
    assert {one.name for one in effect("other")} == MATTERS
    assert {one.name for one in effect("none")} == REFUSES_THE_PLUGIN
    assert {one.name for one in effect("apart")} == NO_PERSONALITY


def test_usual_job(usual: Done) -> None:
    assert [finding for finding in usual.findings if finding.state == "failed"] == []
    assert usual.run.state == "finished_with_problems"
    assert compare(usual.bundle, usual.database, TODAY, DISTRICT) == []


@pytest.mark.parametrize("name", MUST_NOT_MATTER)
def test_bundle_is_the_same_byte_for_byte(job: Job, usual: Done, name: str) -> None:
    (switch,) = (one for one in SWITCHES + HABITS if one.name == name)
    for value in switch.values[1:]:
        done = job(personality(name, value))
        assert [word_finding(finding).text for finding in done.findings if finding.state == "failed"] == [], value
        assert done.run.state == usual.run.state, (value, done.run.error)
        assert done.content == usual.content, (value, differences(done, usual))
        assert done.run.left_out == usual.run.left_out, value


#: Without keys, PowerSchool's own words and those that districts have shown are known; others need the mapping.
OTHERWISE = [
    pytest.param({"role_names": "public"}, {}, {}, id="public words"),
    pytest.param({"role_names": "own"}, {}, {}, id="own words, known keys"),
    pytest.param(
        {"role_names": "public", "role_keys": False}, {"enrollments": (0, 5)}, {"assignment-role": -5},
        id="public words alone: Job Share is a co-teacher, an aide was none",
    ),
    pytest.param(
        {"role_names": "own", "role_keys": False}, {"enrollments": (11, 0)},
        {"assignment-role": -5, "role-not-mapped": 16}, id="own words alone: only the lead is known, by the section",
    ),
    pytest.param({"course_case": "lower"}, {"classes": (56, 56)}, {}, id="the section's spelling is in its class code"),
    pytest.param({"repeated_ids": "students"}, {}, {}, id="ids of students: the school of the enrollment tells"),
    pytest.param({"repeated_ids": "staff"}, {}, {}, id="ids of staff: the school of the section tells"),
    pytest.param(
        {"repeated_ids": "courses"}, {"classes": (105, 105), "courses": (0, 315)}, {},
        id="courses of every school: a class has its own school's",
    ),
    pytest.param(
        {"repeated_ids": "sections"}, {},
        {"assignment-after-class": 5, "assignment-ended": 7, "assignment-role": 1, "several-fit": 4},
        id="ids of sections: the school of the teacher's post tells",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("habits", "files", "left_out"), OTHERWISE)
def test_bundle_differs_exactly_so(
    job: Job,
    usual: Done,
    habits: dict[str, Any],
    files: dict[str, tuple[int, int]],
    left_out: dict[str, int],
) -> None:
    done = job(Personality(habits=habits))
    assert done.run.state == usual.run.state, done.run.error
    assert differences(done, usual) == files
    changed = {rule: done.run.left_out.get(rule, 0) - usual.run.left_out.get(rule, 0) for rule in
               done.run.left_out.keys() | usual.run.left_out.keys()}  # fmt: skip
    assert {rule: number for rule, number in changed.items() if number} == left_out


#: Tables that the plugin asks for only where it matters who has a portal account.
PORTAL = ("GUARDIANPERSONASSOC", "GUARDIAN", "PCAS_ACCOUNT")


def names(switch: str) -> list[str]:
    """The tables and fields that a switch takes away."""
    (found,) = (one for one in SWITCHES if one.name == switch)
    return [min(value - found.values[0]) for value in found.values[1:]]


@pytest.mark.parametrize(
    ("switch", "name", "words"),
    [("excluded", name, "Excluded Column") for name in names("excluded")]
    + [("missing", name, "Invalid Column") for name in names("missing")],
)
def test_plugin_is_refused_for_that_alone(job: Job, usual: Done, switch: str, name: str, words: str) -> None:
    (found,) = (one for one in SWITCHES if one.name == switch)
    server = Personality(switches={switch: found.values[0] | {name}})
    if name in PORTAL:
        assert job(server).content == usual.content
    with pytest.raises(PluginRefused) as refused:
        job(server, {"options": {"parents": "portal"}})
    lines = str(refused.value).splitlines()[1:]
    assert lines
    for line in lines:
        assert line.endswith(f": {words}")
        assert line.startswith(name.replace(".", " ")), line


#: What a connection goes without where a server refuses it, and what that costs.
WITHOUT = [
    pytest.param("ROLEDEF", "roledef", {"enrollments": (11, 0)}, id="roles: only the lead is known, by the section"),
    pytest.param("ROLEDEF.ROLEKEY", "roledef", {"enrollments": (11, 0)}, id="role keys: roles as a whole"),
    pytest.param("CALENDAR_DAY", "calendar_day", {}, id="calendar"),
    pytest.param("SECTIONTEACHER", "sectionteacher", {"enrollments": (123, 112)}, id="assignments: leads, no dates"),
    pytest.param("USERS.LOGINID", "loginid", {"users": (19, 0)}, id="logins: staff who have no other user name"),
    pytest.param(
        "STUDENTS.STUDENT_WEB_ID", "student_web_id", {"enrollments": (368, 0), "users": (111, 0)},
        id="logins of students: all of them, unless the user name is mapped to another field",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("name", "piece", "files"), WITHOUT)
def test_what_going_without_costs(
    job: Job, usual: Done, name: str, piece: str, files: dict[str, tuple[int, int]]
) -> None:
    done = job(Personality(switches={"missing": frozenset({name})}), {"source": {"without": [piece]}})
    assert done.run.state == usual.run.state, done.run.error
    assert differences(done, usual) == files


@pytest.mark.parametrize("name", ["PERSON", "STUDENTCONTACTASSOC", "STUDENTCONTACTDETAIL"])
def test_no_contacts_are_delivered_where_their_tables_are_refused(job: Job, usual: Done, name: str) -> None:
    none = {"options": {"parents": "none"}, "source": {"without": ["emailaddress"]}}
    refused = job(Personality(switches={"missing": frozenset({name})}), none)
    assert refused.run.state == usual.run.state, refused.run.error
    assert refused.content == job(settings=none).content
