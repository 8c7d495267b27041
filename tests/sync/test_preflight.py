"""Pre-flight: what the other system would reject or hold is said before the delivery."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import msgspec
import pytest

from psconnect.destinations import KINDS
from psconnect.model.found import FoundState
from psconnect.model.review import FindingQuery
from psconnect.model.runs import Run
from psconnect.wording.errors import word
from psconnect.wording.holds import word_hold
from tests.contracts.kinds.known import kinds_for_tests
from tests.support.demo import NAME, Connect, Connected

ACTIVE = "enroll_status = 0 AND schoolid <> 999999"


@pytest.fixture(autouse=True)
def _kinds() -> Iterator[None]:
    with kinds_for_tests():
        yield


@pytest.fixture
def strict(connect: Connect) -> Connected:
    """A connection to a system that takes few values; its limits wait for nothing else."""
    connected = connect(students=60, settings={"safety": {"preview": "never"}, "uniqueness": {"student": []}})
    connection = connected.service.connection(NAME)
    destination = {"kind": "test-strict", "folder": str(connected.folder / "roster")}
    connected.service.save_connection(msgspec.structs.replace(connection, destination=destination))
    return connected


def found(connected: Connected, run: Run, rule: str, attribute: str = "") -> list[tuple[int, str, FoundState]]:
    """Key, school and what becomes of the records of a finding."""
    findings = connected.service.findings(run.id, FindingQuery(rule=rule, attribute=attribute), most=1_000)
    return [(one.key, one.school, one.state) for group in findings.groups for one in group.records]


def test_values_that_are_not_taken_are_told_with_their_records_before_the_delivery(strict: Connected) -> None:
    run = strict.service.sync(NAME, plan_only=True)
    assert run.state == "previewed"
    told = found(strict, run, "value-not-taken", "grade")
    wrong = strict.sql(f"SELECT dcid FROM students WHERE {ACTIVE} AND NOT grade_level BETWEEN 1 AND 12")
    assert wrong
    assert {key for key, _school, _state in told} <= {dcid for (dcid,) in wrong}
    assert {state for _key, _school, state in told} == {FoundState.AT_RISK}
    schools = {name for (name,) in strict.sql("SELECT name FROM schools")}
    assert {school for _key, school, _state in told} <= schools
    assert run.problems["error"] >= len(told) > 0
    assert not strict.bundle.exists()


def test_values_that_two_have_are_told_of_both_whatever_their_case(strict: Connected) -> None:
    (a, first, last), (b, *_), (c, *_) = strict.sql(
        f"SELECT dcid, first_name, last_name FROM students WHERE {ACTIVE} AND first_name <> '' AND last_name <> '' "
        "ORDER BY dcid LIMIT 3"
    )
    before = {key for key, *_ in found(strict, strict.service.sync(NAME, plan_only=True), "values-not-unique")}
    assert not before & {a, b, c}
    strict.sql("UPDATE students SET first_name = ?, last_name = ? WHERE dcid = ?", first.upper(), last.lower(), b)
    strict.sql("UPDATE students SET first_name = ?, last_name = '' WHERE dcid = ?", first, c)
    run = strict.service.sync(NAME, plan_only=True)
    told = {key for key, *_ in found(strict, run, "values-not-unique", "givenName+familyName")}
    assert told - before == {a, b}


def test_a_kinds_own_findings_are_stored_and_counted(strict: Connected) -> None:
    strict.sql("UPDATE sections SET room = '' WHERE dcid IN (SELECT dcid FROM sections ORDER BY dcid LIMIT 40)")
    run = strict.service.sync(NAME)
    rooms = found(strict, run, "class-without-room")
    assert rooms
    assert {state for *_, state in rooms} == {FoundState.GAP}
    groups = strict.service.findings(run.id, FindingQuery(rule="students-of-grade"), most=1_000).groups
    assert sum(group.count for group in groups) == run.changes["student"].create


def test_findings_are_about_the_roster_after_the_delivery_and_follow_an_exclusion(strict: Connected) -> None:
    """A record that is excluded keeps its last delivered values, which were taken."""
    strict.sql(f"UPDATE students SET grade_level = 5 WHERE {ACTIVE}")
    strict.service.sync(NAME)
    (dcid,) = strict.sql(f"SELECT dcid FROM students WHERE {ACTIVE} ORDER BY dcid LIMIT 1")[0]
    strict.sql("UPDATE students SET grade_level = 0 WHERE dcid = ?", dcid)
    run = strict.service.sync(NAME, plan_only=True)
    assert [key for key, *_ in found(strict, run, "value-not-taken")] == [dcid]
    edited = strict.service.exclude(run.id, "student", [dcid])
    assert found(strict, edited, "value-not-taken") == []
    assert edited.problems["error"] == run.problems["error"] - 1
    edited = strict.service.include(run.id, "student", [dcid])
    assert [key for key, *_ in found(strict, edited, "value-not-taken")] == [dcid]
    # It goes on being told while it stands there, also where nothing else changes.
    strict.service.approve(edited.id, "test")
    again = strict.service.sync(NAME)
    assert (again.changes, [key for key, *_ in found(strict, again, "value-not-taken")]) == ({}, [dcid])


def test_it_waits_where_the_other_system_would_hold_the_delivery(strict: Connected) -> None:
    strict.sql("UPDATE students SET enroll_status = 0 WHERE enroll_status = -1")
    for kind in ("remove", "update"):
        for entity in ("student", "enrollment", "relationship", "contact", "class", "teacher", "admin"):
            strict.service.set_value(NAME, f"safety.thresholds.{entity}.{kind}", "off")
    strict.service.set_value(NAME, "safety.thresholds.enrollment.remove_per_class", "off")
    first = strict.service.sync(NAME)
    delivered = first.changes["student"].create
    assert not [hold for hold in first.holds if hold.rule.startswith("receiver-")]
    leaving = [dcid for (dcid,) in strict.sql(f"SELECT dcid FROM students WHERE {ACTIVE} ORDER BY dcid")]
    part = delivered // 10
    for dcid in leaving[:part]:
        strict.sql("UPDATE students SET enroll_status = 2 WHERE dcid = ?", dcid)
    run = strict.service.sync(NAME, plan_only=True)
    assert run.changes["student"].remove <= part
    assert not [hold for hold in run.holds if hold.rule.startswith("receiver-")]
    for dcid in leaving[: 3 * part]:
        strict.sql("UPDATE students SET enroll_status = 2 WHERE dcid = ?", dcid)
    run = strict.service.sync(NAME)
    assert run.state == "held", run
    (hold,) = [hold for hold in run.holds if hold.rule == "receiver-student"]
    removed = run.changes["student"].remove
    assert removed > part
    reason = word_hold(hold).reason
    assert f"{removed} of {delivered} students are removed ({removed * 100 / delivered:.1f} %" in reason
    assert "about 10 % through" in reason
    keys = [change.key for change in strict.service.changes(run.id) if change.entity == "student" and not change.after]
    edited = strict.service.exclude(run.id, "student", keys[part:])
    assert not [hold for hold in edited.holds if hold.rule.startswith("receiver-")]


@pytest.mark.parametrize(("most", "waits"), [(0, False), (2, True), (60, False)])
def test_the_other_systems_hold_can_be_another_one_for_a_district_or_off(
    strict: Connected, most: int, waits: bool
) -> None:
    strict.service.set_value(NAME, "destination.receiver_hold", str(most))
    strict.service.sync(NAME)
    strict.sql(f"UPDATE students SET enroll_status = 2 WHERE {ACTIVE} AND dcid % 4 = 0")
    run = strict.service.sync(NAME)
    found = [hold.values["most"] for hold in run.holds if hold.rule == "receiver-student"]
    assert found == ([most] if waits else [])
    there = strict.service.receiver_of(NAME)
    assert there is not None
    assert there.holds == ({"student": most} if most else {})


def test_a_file_that_is_too_large_is_not_published(strict: Connected) -> None:
    strict.service.sync(NAME)
    before = strict.bundle.read_bytes()
    KINDS["test-strict"] = replace(KINDS["test-strict"], largest=3_000)
    strict.sql(f"UPDATE students SET first_name = 'Renamed' WHERE {ACTIVE} AND dcid % 7 = 0")
    run = strict.service.sync(NAME)
    if run.state == "held":
        run = strict.service.approve(run.id, "test")
    assert (run.state, run.error and run.error["code"]) == ("failed", "PSC-DELIVERY-TOO-LARGE")
    said = word(run.error or {})
    assert "0.0 MB" in said.happened
    assert strict.bundle.read_bytes() == before
    left = {path.name for path in strict.bundle.parent.iterdir()}
    assert left <= {strict.bundle.name, "previous", ".psconnect-owner.json"}


def test_the_test_of_a_destination_tells_it_of_the_newest_roster_and_changes_nothing(strict: Connected) -> None:
    strict.sql(f"UPDATE students SET grade_level = 5 WHERE {ACTIVE}")
    connection = strict.service.connection(NAME)
    assert "preflight" not in {one.step for one in strict.service.check(NAME, lambda _one: None)}
    assert "other system does not know" not in strict.service.check_destination(connection)
    strict.service.sync(NAME)
    (dcid,) = strict.sql(f"SELECT dcid FROM students WHERE {ACTIVE} ORDER BY dcid LIMIT 1")[0]
    strict.sql("UPDATE students SET grade_level = 0 WHERE dcid = ?", dcid)
    before = sorted(path.name for path in strict.bundle.parent.iterdir())
    assert "does not know a value" not in strict.service.check_destination(connection), "it is about what was delivered"
    strict.service.sync(NAME, plan_only=True)
    told = strict.service.check_destination(connection)
    assert "The other system does not know a value (1)" in told
    (found,) = [one for one in strict.service.check(NAME, lambda _one: None) if one.step == "preflight"]
    assert (found.key, found.state) == ("preflight/found", "warning")
    # Other settings, such as another kind, are looked at with the same roster.
    other = msgspec.structs.replace(connection, destination={**connection.destination, "kind": "test-listing"})
    assert "finds nothing to say" in strict.service.check_destination(other)
    assert sorted(path.name for path in strict.bundle.parent.iterdir()) == before
