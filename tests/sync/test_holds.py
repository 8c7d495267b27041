"""Between two runs the district changes more than it should: held or stopped, nothing written, the reason in words."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest

from psconnect.model.errors import FixSettings
from psconnect.model.runs import ChangeCounts, Run
from psconnect.store.history import facts
from psconnect.sync.identity import ID_RULES
from psconnect.wording.errors import word
from psconnect.wording.holds import word_hold
from tests.judges.oneroster11 import check_bundle, read_bundle
from tests.support.demo import Connect, Connected
from tests.support.errors import raises_saying
from tests.sync.test_run import LEAVE, RENAME_ONE, truth, untouched

CURRENT = "termid >= 3600 AND termid < 3700 AND sectionid > 0"
IN_SCHOOL = "enroll_status = 0 AND schoolid <> 999999"


@pytest.fixture
def district_size() -> int:
    """Enough for a tenth to be more than a limit's number."""
    return 300


def leave(share: float) -> Callable[[Connected], None]:
    def change(connected: Connected) -> None:
        count = connected.sql("SELECT count(*) FROM students WHERE enroll_status = 0")[0][0]
        connected.sql(LEAVE.format(round(count * share)))

    return change


def statement(sql: str) -> Callable[[Connected], None]:
    def change(connected: Connected) -> None:
        connected.sql(sql)

    return change


def smallest_school(connected: Connected) -> int:
    sql = "SELECT schoolid FROM students WHERE enroll_status = 0 AND schoolid <> 999999 GROUP BY 1 ORDER BY count(*)"
    return connected.sql(sql)[0][0]


def everywhere(connected: Connected, do: str) -> None:
    """A statement on each table that tells the school of its rows."""
    for (table,) in connected.sql("SELECT name FROM sqlite_master WHERE type = 'table'"):
        if "schoolid" in {column.lower() for _no, column, *_ in connected.sql(f"PRAGMA table_info({table})")}:
            connected.sql(do.format(table=table))


def school_gone(connected: Connected) -> None:
    number = smallest_school(connected)
    connected.sql("DELETE FROM schools WHERE school_number = ?", number)
    everywhere(connected, f"DELETE FROM {{table}} WHERE schoolid = {number}")
    connected.sql("DELETE FROM studentcontactassoc WHERE studentdcid NOT IN (SELECT dcid FROM students)")


def school_renumbered(connected: Connected) -> None:
    number = smallest_school(connected)
    connected.sql("UPDATE schools SET school_number = 177 WHERE school_number = ?", number)
    everywhere(connected, f"UPDATE {{table}} SET schoolid = 177 WHERE schoolid = {number}")


def summer(connected: Connected) -> None:
    """Next year's terms, sections and enrollments are there already; their year begins."""
    connected.clock.time += timedelta(days=275)


HOLDS = {
    "a tenth of the students": (leave(0.1), "remove-student", "of 276 students would be removed ("),
    "a school is gone": (
        school_gone,
        "remove-school",
        "1 of 4 schools would be removed (25.0 %); the limit is 1.",
    ),
    "next year's sections": (summer, "remove-class", "112 of 112 classes would be removed (100.0 %)"),
    "D22 a school is new": (
        statement(
            "UPDATE schools SET state_excludefromreporting = 0, school_number = 777 WHERE school_number = 999999"
        ),
        "create-school",
        "1 would be added to the 4 schools that are there (25.0 %); the limit is 1.",
    ),
    "D22 a school is renumbered": (
        school_renumbered,
        "identity-school",
        "1 of 4 schools would get another number (25.0 %); the limit is 1.",
    ),
    "a term is moved": (
        statement("UPDATE terms SET lastday = date(lastday, '-15 days') WHERE id = 3601 AND schoolid = 100"),
        "update-calendar",
        "1 of 21 terms would begin or end more than 14 days earlier or later",
    ),
    "all usernames are new": (
        statement("UPDATE students SET student_web_id = student_web_id || 'x' WHERE student_web_id <> ''"),
        "identity-student",
        "students would get another id, username, number or email",
    ),
    "all names are spelled anew": (
        statement("UPDATE students SET last_name = last_name || ' jr'"),
        "update-student",
        "276 of 276 students would be changed (100.0 %); the limit is 30 % and 200.",
    ),
    "many return": (
        statement("UPDATE students SET enroll_status = 0 WHERE dcid IN (SELECT dcid FROM students LIMIT 9999)"),
        "create-student",
        "students that are there",
    ),
}


@pytest.mark.parametrize("case", HOLDS)
def test_a_change_that_is_too_large_is_held_and_nothing_is_written(connected: Connected, case: str) -> None:
    change, rule, reason = HOLDS[case]
    connected.service.set_value(connected.name, "safety.preview", '"never"')
    if case == "many return":
        connected.sql(LEAVE.format(120))
    assert connected.service.sync(connected.name).state == "finished_with_problems"
    before = untouched(connected)
    change(connected)
    run = connected.service.sync(connected.name)
    assert run.state == "held", run.error
    (hold,) = [hold for hold in run.holds if hold.rule == rule]
    assert reason in word_hold(hold).reason
    assert word_hold(hold).to_do
    assert untouched(connected) == before


STOPS = {
    "a school's row is gone, but not what is in it": (
        lambda connected: connected.sql("DELETE FROM schools WHERE school_number = ?", smallest_school(connected)),
        "PSC-READ-REJECTED",
        "24 of 112 classes can’t be used (21.4 %); from 10 % on nothing is delivered.",
    ),
    "D07 all enrollments are gone": (
        statement("DELETE FROM cc"),
        "PSC-READ-EMPTY",
        "PowerSchool lists no enrollments at all; last time there were 2,322.",
    ),
    "D07 all contacts are gone": (
        statement("DELETE FROM person"),
        "PSC-READ-EMPTY",
        "PowerSchool lists no contacts at all",
    ),
}


@pytest.mark.parametrize("case", STOPS)
def test_what_can_not_be_right_stops_and_nothing_is_written(connected: Connected, case: str) -> None:
    change, code, happened = STOPS[case]
    connected.delivered()
    before = untouched(connected)
    change(connected)
    run = connected.service.sync(connected.name)
    assert (run.state, run.error["code"]) == ("failed", code)
    assert word(run.error).happened.startswith(happened)
    assert untouched(connected) == before
    with pytest.raises(FixSettings):
        connected.service.approve(run.id, "I insist")


def test_one_school_that_loses_many_is_named_though_the_district_as_a_whole_does_not(connect: Connect) -> None:
    connected = connect(students=1_000)
    connected.delivered()
    number, name, count = connected.sql(
        "SELECT s.schoolid, c.name, count(*) FROM students s JOIN schools c ON c.school_number = s.schoolid "
        "WHERE s.enroll_status = 0 AND s.schoolid <> 999999 GROUP BY 1 ORDER BY 3 LIMIT 1"
    )[0]
    limit = f'"20% and {count // 4}"'
    connected.service.set_value(connected.name, "safety.thresholds.student.remove", limit)
    connected.service.set_value(connected.name, "safety.thresholds.student.update", '"off"')
    gone = count // 3 + 1
    connected.sql(
        "UPDATE students SET enroll_status = 2 WHERE dcid IN "
        "(SELECT dcid FROM students WHERE enroll_status = 0 AND schoolid = ? ORDER BY dcid LIMIT ?)",
        number,
        gone,
    )
    run = connected.service.sync(connected.name)
    rules = [hold.rule for hold in run.holds]
    assert "remove-student" not in rules
    (hold,) = [hold for hold in run.holds if hold.rule == "school-remove-student"]
    assert word_hold(hold).reason.startswith(f"{name}: ")
    (limits,) = [limit for limit in connected.service.limits(run.id) if limit.entity == "student"]
    (worst,) = [one for one in limits.schools if one.crossed]
    assert (worst.place, worst.kind) == (name, "remove")
    assert 0.8 * gone <= worst.count <= gone
    assert 0.8 * count <= worst.base <= count
    assert f": {worst.count} of {worst.base} students would be removed (" in word_hold(hold).reason
    assert not limits.crossed
    assert [(one.kind, one.count) for one in limits.kinds] == [
        ("create", 0),
        ("update", 0),
        ("remove", worst.count),
        ("identity", 0),
    ]


def test_a_class_that_is_emptied_is_named(connected: Connected) -> None:
    connected.delivered()
    section, students = connected.sql(
        f"SELECT sectionid, count(*) FROM cc WHERE {CURRENT} GROUP BY 1 HAVING count(*) >= 12 ORDER BY 1 LIMIT 1"
    )[0]
    drop = "UPDATE cc SET sectionid = -sectionid, termid = -termid WHERE dcid IN "
    one_of = f"(SELECT dcid FROM cc WHERE sectionid = ? AND {CURRENT} ORDER BY dcid LIMIT ?)"
    connected.sql(drop + one_of, section, 7)
    few = connected.service.sync(connected.name)
    assert few.state == "finished_with_problems"
    assert 0 < few.changes["enrollment"].remove < 8
    connected.service.set_value(connected.name, "safety.thresholds.enrollment.remove", '"off"')
    connected.sql(drop + one_of, section, students - 7)
    run = connected.service.sync(connected.name)
    (hold,) = run.holds
    assert hold.rule == "class-remove-enrollment"
    title, _, what = word_hold(hold).reason.partition(": ")
    assert "enrollments would be removed (" in what
    assert what.endswith("the limit is 75 % and 8.")
    assert title in {row["title"] for row in read_bundle(connected.bundle)["classes"]}
    connected.service.set_value(connected.name, "safety.thresholds.enrollment.remove_per_class", '"off"')
    assert connected.service.sync(connected.name).state == "finished_with_problems"
    assert truth(connected) == []


def nameless(connected: Connected, count: int) -> None:
    """So many more students have no last name."""
    named = "SELECT dcid FROM students WHERE enroll_status = 0 AND schoolid <> 999999 AND last_name <> ''"
    connected.sql(f"UPDATE students SET last_name = '' WHERE dcid IN ({named} ORDER BY dcid LIMIT {count})")


def rejected_by(connected: Connected) -> list[str]:
    return [hold.rule for hold in connected.service.sync(connected.name).holds if hold.rule.startswith("rejected")]


def test_rejected_records_hold_and_stop(connected: Connected) -> None:
    connected.delivered()
    nameless(connected, 19)
    assert rejected_by(connected) == []
    nameless(connected, 24)  # 19 of these are known since the last delivery
    assert rejected_by(connected) == ["rejected-student"]
    nameless(connected, 12)
    stopped = connected.service.sync(connected.name)
    assert stopped.error["code"] == "PSC-READ-REJECTED"
    assert "besides the" in word(stopped.error).happened
    connected.service.set_value(connected.name, "safety.thresholds.student.rejected", '"off"')
    assert rejected_by(connected) == []


def test_rejected_records_of_a_first_delivery_are_for_a_person_to_judge(connect: Connect) -> None:
    """Many staff without a login are usual: that holds once, and is no news after it was approved."""
    connected = connect(settings={"safety": {"preview": "never"}})
    nameless(connected, 60)
    run = connected.service.sync(connected.name)
    assert [hold.rule for hold in run.holds] == ["rejected-student"]
    connected.service.approve(run.id, "so it is")
    connected.sql(RENAME_ONE)
    assert connected.service.sync(connected.name).state == "finished_with_problems"


def test_a_first_delivery_that_was_cut_short_removes_nothing_beyond_the_limits(connected: Connected) -> None:
    """Single changes that were made before a first delivery failed are in the ledger, though no run was applied yet."""
    connected.service.set_value(connected.name, "safety.preview", '"never"')
    assert connected.service.sync(connected.name).state == "finished_with_problems"
    with closing(sqlite3.connect(connected.rosters)) as db, db:
        facts.set_fact(db, ID_RULES, "")
    connected.sql(LEAVE.format(120))
    run = connected.service.sync(connected.name)
    assert run.state == "held"
    assert run.holds[0].rule == "remove-student"


def test_a_season_holds_even_what_is_small(connect: Connect) -> None:
    season = {"from": "2026-11-18", "until": "2026-11-18"}
    connected = connect(settings={"safety": {"preview": "never", "freeze": [season]}})
    run = connected.service.sync(connected.name)
    assert [hold.rule for hold in run.holds] == ["freeze"]
    connected.clock.time += timedelta(days=1)
    assert connected.service.sync(connected.name).state == "finished_with_problems"
    assert connected.service.connection(connected.name).safety.freeze[0].until.isoformat() == "2026-11-18"


def test_a_season_that_ends_before_it_begins_is_refused(connect: Connect) -> None:
    with raises_saying(FixSettings, "before it begins") as refused:
        connect(settings={"safety": {"freeze": [{"from": "2027-08-15", "until": "2027-06-10"}]}}, install=False)
    assert refused.value.where == "safety.freeze[0]"


def test_additions_only_delivers_what_is_new_and_counts_the_rest(connected: Connected) -> None:
    (student, other) = [
        row[0] for row in connected.sql(f"SELECT dcid FROM students WHERE {IN_SCHOOL} ORDER BY 1 LIMIT 2")
    ]
    connected.sql("UPDATE students SET enroll_status = -1 WHERE dcid = ?", student)
    connected.delivered()
    connected.service.set_value(connected.name, "safety.additions_only", "true")
    connected.sql("UPDATE students SET enroll_status = 0 WHERE dcid = ?", student)
    connected.sql("UPDATE students SET enroll_status = 2 WHERE dcid = ?", other)
    connected.sql("UPDATE courses SET course_name = course_name || ' II' WHERE dcid = (SELECT min(dcid) FROM courses)")
    run = connected.service.sync(connected.name)
    assert run.state == "finished_with_problems"
    assert run.changes["student"] == ChangeCounts(create=1)
    assert run.not_applied["student"] == ChangeCounts(remove=1)
    assert run.not_applied["course"] == ChangeCounts(update=1)
    users = {row["sourcedId"] for row in read_bundle(connected.bundle)["users"]}
    assert {str(student), str(other)} <= users
    assert check_bundle(connected.bundle) == []
    again = connected.service.sync(connected.name)
    assert (again.changes, again.not_applied) == ({}, run.not_applied)


def test_a_rehearsal_plans_next_year_and_is_never_delivered(connected: Connected) -> None:
    first = connected.delivered()
    before = untouched(connected)
    connected.sql(LEAVE.format(40))
    held = connected.service.sync(connected.name)
    rehearsal = connected.service.sync(connected.name, rehearse=True)
    assert (rehearsal.state, rehearsal.kind, rehearsal.school_year) == ("previewed", "rehearsal", "2027-2028")
    assert first.school_year == "2026-2027"
    assert rehearsal.changes["class"].remove == first.changes["class"].create
    assert "remove-class" in [hold.rule for hold in rehearsal.holds]
    for decide in (lambda run_id: connected.service.approve(run_id, "go"), connected.service.revalidate):
        with pytest.raises(FixSettings) as refused:
            decide(rehearsal.id)
        assert refused.value.code == "PSC-RUN-REHEARSAL"
    assert untouched(connected) == before
    assert connected.service.run(held.id).state == "held"
    newer = connected.service.sync(connected.name, rehearse=True)
    assert connected.service.run(rehearsal.id).state == "expired"
    assert connected.service.discard(newer.id).state == "discarded"


def test_a_rehearsal_reports_what_would_stop_a_run(connected: Connected) -> None:
    connected.delivered()
    connected.sql("DELETE FROM StudentContactAssoc")
    rehearsal = connected.service.sync(connected.name, rehearse=True)
    assert rehearsal.state == "previewed", rehearsal.error
    assert ("short-read", "short-read/none") in [(hold.rule, hold.case) for hold in rehearsal.holds]
    stopped = connected.service.sync(connected.name)
    assert stopped.error
    assert stopped.error["code"] == "PSC-READ-EMPTY"


def test_a_rehearsal_of_a_year_that_is_not_there_says_so(connected: Connected) -> None:
    connected.service.set_value(connected.name, "scope.start_year", "2027")
    run = connected.service.sync(connected.name, rehearse=True)
    assert run.error["code"] == "PSC-SCOPE-NO-YEAR"
    assert "2028-2029" in word(run.error).happened


def gone(connected: Connected, student: int) -> Run:
    connected.sql("UPDATE students SET enroll_status = 2 WHERE dcid = ?", student)
    run = connected.service.sync(connected.name)
    assert run.changes["student"] == ChangeCounts(remove=1)
    return run


@pytest.mark.parametrize(
    ("changes", "held"),
    [
        ("first_name = 'Somebody', last_name = 'Else', student_number = 990099", True),
        ("first_name = 'Somebody', last_name = 'Else'", False),
        ("student_number = 990099", False),
        ("first_name = upper(first_name), last_name = '  ' || last_name", False),
    ],
)
def test_D19_a_key_that_comes_back_as_somebody_else_is_held(connected: Connected, changes: str, held: bool) -> None:
    connected.delivered()
    student = connected.sql(f"SELECT max(dcid) FROM students WHERE {IN_SCHOOL}")[0][0]
    gone(connected, student)
    before = untouched(connected)
    connected.sql(f"UPDATE students SET enroll_status = 0, {changes} WHERE dcid = ?", student)
    run = connected.service.sync(connected.name)
    assert [hold.rule for hold in run.holds] == (["returned-student"] if held else [])
    if held:
        assert f"name and number: {student}." in word_hold(run.holds[0]).reason
        assert untouched(connected) == before
        without = connected.service.exclude(run.id, "student", [student])
        assert "returned-student" not in [hold.rule for hold in without.holds]
        connected.service.include(run.id, "student", [student])
        assert connected.service.approve(run.id, "it is right").state == "finished_with_problems"
    assert tombstones(connected) == set()


def test_tombstones_hold_nobodys_data(connected: Connected) -> None:
    connected.delivered()
    student, name = connected.sql(f"SELECT max(dcid), last_name FROM students WHERE {IN_SCHOOL}")[0]
    gone(connected, student)
    assert (5, student) in tombstones(connected)
    with closing(open_raw(connected)) as db:
        rows: list[tuple[Any, ...]] = db.execute("SELECT name, number FROM tombstone WHERE entity = 5").fetchall()
    assert [(len(first), len(second)) for first, second in rows] == [(8, 8)]
    assert all(name.encode() not in value for row in rows for value in row)


def test_small_changes_are_not_held(connected: Connected) -> None:
    connected.delivered()
    connected.sql(RENAME_ONE)
    run = connected.service.sync(connected.name)
    assert (run.state, run.holds) == ("finished_with_problems", ())


def open_raw(connected: Connected) -> sqlite3.Connection:
    return sqlite3.connect(connected.rosters)


def tombstones(connected: Connected) -> set[tuple[int, int]]:
    with closing(open_raw(connected)) as db:
        return set(db.execute("SELECT entity, key FROM tombstone WHERE entity = 5").fetchall())
