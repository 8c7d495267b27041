"""Sections, positions or courses that nothing tells apart: what refers to them waits, and the finding names both."""

from __future__ import annotations

import csv
import io
import sqlite3
import zipfile
from contextlib import closing
from typing import Any

import pytest

from tests.support.demo import Connect, Connected


def doubled(connected: Connected, table: str, dcid: int, **changes: object) -> int:
    """Another row of a table with the same ID and another DCID; returns that."""
    columns = [name for _place, name, *_ in connected.sql(f"PRAGMA table_info({table})")]
    new = int(connected.sql(f"SELECT max(dcid) + 1000 FROM {table}")[0][0])
    given = {"dcid": new, **changes}
    taken = ["?" if name.lower() in given else f'"{name}"' for name in columns]
    values = [given[name.lower()] for name in columns if name.lower() in given]
    connected.sql(f"INSERT INTO {table} SELECT {', '.join(taken)} FROM {table} WHERE dcid = ?", *values, dcid)
    return new


def problems(connected: Connected, rule: str) -> set[tuple[str, int, str]]:
    """Entity, key and detail of the findings of a rule."""
    with closing(sqlite3.connect(connected.rosters)) as db:
        run = db.execute("SELECT max(run) FROM problem").fetchone()[0]
        found = db.execute("SELECT entity, key, detail FROM problem WHERE run = ? AND rule = ?", (run, rule)).fetchall()
    return {(str(entity), int(key), detail) for entity, key, detail in found}


def ids(connected: Connected, file: str) -> dict[str, dict[str, Any]]:
    with zipfile.ZipFile(connected.bundle) as archive:
        rows = csv.DictReader(io.StringIO(archive.read(file).decode("utf-8")))
        return {row["sourcedId"]: row for row in rows}


@pytest.mark.parametrize("way", ["queries", "tables"])
def test_who_is_in_one_of_two_sections_alike_is_not_guessed(connect: Connect, way: str) -> None:
    connected = connect(students=60, settings={"source": {"read": way}})
    section, number = connected.sql(
        "SELECT s.dcid, s.id FROM sections s JOIN cc ON cc.sectionid = s.id WHERE s.termid BETWEEN 3600 AND 3699 "
        "GROUP BY s.dcid HAVING count(*) > 2 ORDER BY s.dcid LIMIT 1"
    )[0]
    enrollments = [key for (key,) in connected.sql("SELECT dcid FROM cc WHERE abs(sectionid) = ?", number)]
    assignments = [key for (key,) in connected.sql("SELECT id FROM sectionteacher WHERE sectionid = ?", number)]
    new = doubled(connected, "sections", section)
    connected.delivered()
    told = problems(connected, "several-fit")
    detail = f"SECTIONS.DCID {section} and {new}"
    assert {(key, what) for _entity, key, what in told} == {
        *((key, detail) for key in enrollments),
        *((-key, detail) for key in assignments),
    }
    delivered = ids(connected, "enrollments.csv")
    assert delivered
    assert not {str(key) for key in enrollments} & set(delivered)


def test_both_ways_give_the_same_roster_where_ids_repeat(connect: Connect) -> None:
    bundles = []
    for way in ("queries", "tables"):
        connected = connect(students=60, settings={"source": {"read": way}})
        sections = connected.sql("SELECT dcid FROM sections WHERE termid BETWEEN 3600 AND 3699 ORDER BY dcid LIMIT 6")
        doubled(connected, "sections", sections[0][0])
        doubled(connected, "sections", sections[2][0], termid=3500)
        for (staff,) in connected.sql("SELECT dcid FROM schoolstaff ORDER BY dcid LIMIT 4"):
            doubled(connected, "schoolstaff", staff, users_dcid=connected.sql("SELECT max(dcid) FROM users")[0][0])
        for (student,) in connected.sql("SELECT dcid FROM students WHERE enroll_status = 0 ORDER BY dcid LIMIT 2"):
            doubled(connected, "students", student)
        connected.delivered()
        assert problems(connected, "several-fit")
        with zipfile.ZipFile(connected.bundle) as archive:
            bundles.append({name: archive.read(name) for name in archive.namelist() if name != "manifest.csv"})
    assert bundles[0] == bundles[1]
