"""The judge of roster databases sees every fault that is made in a good one."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.contracts.rosters import changed, small
from tests.destinations.database.support import Base, without
from tests.judges.roster_database import faults

MUTATIONS = {
    "a date that is none": "UPDATE term SET start_date = '2026-02-30' WHERE id = '502'",
    "a date of another form": "UPDATE enrollment SET begin_date = '08/17/2026' WHERE id = '10001'",
    "a time in a date": "UPDATE enrollment SET begin_date = '2026-08-17 00:00:00' WHERE id = '10001'",
    "a truth value as text": "UPDATE relationship SET custodial = 'true'",
    "a truth value beyond one": "UPDATE relationship SET custodial = 2",
    "a year as text": "UPDATE term SET school_year = '2026-2027'",
    "an empty text": "UPDATE student SET middle_name = ''",
    "a number as a text's value": "UPDATE student SET identifier = x'3132'",
    "no id of a school": "UPDATE course SET school_id = NULL WHERE id = '85'",
    "a class that is not there": "UPDATE enrollment SET class_id = '1' WHERE id = '10001'",
    "a student that is not there": "UPDATE enrollment SET student_id = '1' WHERE id = '10001'",
    "a student who was removed": "UPDATE student SET removed_at = changed_at WHERE id = '431'",
    "a term above that is not there": "UPDATE term SET parent_id = '1' WHERE id = '502'",
    "a school of a teacher that is not there": "UPDATE teacher_school SET school_id = '1' WHERE school_id = '3'",
    "a gap in a list": "UPDATE teacher_school SET position = 5 WHERE position = 2",
    "a list that begins later": "UPDATE student_school SET position = 2",
    "a teacher's enrollment of a student": "UPDATE enrollment SET role = 'teacher' WHERE id = '10001'",
    "an enrollment of both": "UPDATE enrollment SET teacher_id = 'T64' WHERE id = '10001'",
    "another role": "UPDATE enrollment SET role = 'aide' WHERE id = '10001'",
    "one id of two people": "UPDATE contact SET id = '432' WHERE id = 'C301'",
    "a row that no run made": "INSERT INTO contact (id, psconnect_key, psconnect_run, changed_at) "
    "SELECT 'C9', 9, psconnect_run, changed_at FROM contact LIMIT 1",
    "a row that was deleted": "DELETE FROM contact WHERE id = 'C302'",
    "a run that is not there": "UPDATE student SET psconnect_run = 'run-9' WHERE id = '431'",
    "a time outside its run": "UPDATE student SET changed_at = '2026-11-19 00:00:00.000000' WHERE id = '431'",
    "a time of another form": "UPDATE student SET changed_at = '2026-11-18T17:30:00Z' WHERE id = '431'",
    "removed after its last change": "UPDATE student SET removed_at = '2099-01-01 00:00:00.000000' WHERE id = '433'",
    "a key as text": "UPDATE student SET psconnect_key = 'x' WHERE id = '431'",
    "a count below zero": "UPDATE sync_run SET updated = -1, removed = 0",
    "a run that wrote nothing": "INSERT INTO sync_run "
    "SELECT 'r', connection, first_written_at, last_written_at, 0, 0, 0, 0 FROM sync_run LIMIT 1",
    "a lost column": "ALTER TABLE contact DROP COLUMN phone",
    "a further column": "ALTER TABLE contact ADD COLUMN fax TEXT",
    "a lost table": "DROP TABLE sync_run",
    "a lost view": "DROP VIEW school_100_students",
    "a view of no school": "CREATE VIEW school_999_students AS SELECT id FROM student",
    "a view of other rows": "DROP VIEW school_110_students; CREATE VIEW school_110_students AS SELECT id FROM student",
    "another type": "DROP TABLE psconnect; CREATE TABLE psconnect (name TEXT PRIMARY KEY, value TEXT)",
}


@pytest.fixture
def good(tmp_path: Path) -> Path:
    """A database after two runs: somebody was renamed, and somebody left."""
    base = Base(tmp_path)
    base.deliver(small())
    fewer = without(without(changed(), "enrollment", "10003"), "relationship", "1004")
    base.deliver(without(fewer, "student", "433"), small())
    assert faults(base.path) == []
    return base.path


@pytest.mark.parametrize("mutation", MUTATIONS.values(), ids=MUTATIONS)
def test_a_mutation_is_seen(good: Path, mutation: str) -> None:
    with closing(sqlite3.connect(good, isolation_level=None)) as db:
        db.executescript(f"PRAGMA foreign_keys = OFF; PRAGMA legacy_alter_table = ON; {mutation};")
    assert faults(good) != []
