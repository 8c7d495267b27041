"""Canvas's SIS import files from whole runs, compared with the district in plain SQL."""

from __future__ import annotations

from typing import Any

import pytest

from tests.judges.canvas import check_canvas, read_canvas
from tests.support.demo import Connect, Connected

Rows = list[dict[str, str]]


def connected_to(connect: Connect, seed: int = 1, options: dict[str, Any] | None = None, **more: Any) -> Connected:
    given = {"kind": "canvas-csv", **more}
    return connect(seed=seed, settings={"preset": "canvas", "options": options or {}, "destination": given})


def delivered(connected: Connected) -> dict[str, Rows]:
    """What stands after a run, approved if it is held; it conforms to the format."""
    run = connected.service.sync(connected.name)
    if run.state == "held":
        run = connected.service.approve(run.id, "test")
    assert run.state.startswith("finished"), run
    assert check_canvas(connected.bundle) == []
    return read_canvas(connected.bundle)


@pytest.mark.parametrize(("seed", "courses"), [(1, "section"), (1, "course"), (2, "section"), (7, "course")])
def test_districts_conform_and_hold_the_districts_classes_and_rosters(
    connect: Connect, seed: int, courses: str
) -> None:
    canvas = connected_to(connect, seed, {"parents": "all"}, courses=courses)
    names = ('"quoted, ""twice"""', "ليلى الفهد", "👩‍👩‍👧‍👦 🌻", "=cmd|'/C calc'!A0", "007")
    keys = [key for (key,) in canvas.sql("SELECT DCID FROM STUDENTS WHERE ENROLL_STATUS = 0 LIMIT 40")]
    for at, key in enumerate(keys):
        canvas.sql("UPDATE STUDENTS SET LAST_NAME = ? WHERE DCID = ?", names[at % len(names)], key)
    files = delivered(canvas)

    users = {row["user_id"]: row["last_name"] for row in files["users"]}
    assert {users[str(key)] for key in keys if str(key) in users} >= set(names)
    rosters = {
        (str(section), str(student))
        for section, student in canvas.sql(
            """SELECT x.DCID, s.DCID FROM CC c JOIN SECTIONS x ON x.ID = c.SECTIONID
            JOIN STUDENTS s ON s.ID = c.STUDENTID"""
        )
    }
    students = {(row["section_id"], row["user_id"]) for row in files["enrollments"] if row["role"] == "student"}
    assert students <= rosters
    assert len(students) > 500
    sections = {str(key): str(course) for key, course in canvas.sql("SELECT DCID, COURSE_NUMBER FROM SECTIONS")}
    codes = {row["course_id"]: row["short_name"].split(".")[0] for row in files["courses"]}
    assert {row["section_id"]: codes[row["course_id"]] for row in files["sections"]} == {
        row["section_id"]: sections[row["section_id"]] for row in files["sections"]
    }
    assert len(files["courses"]) <= len(files["sections"])
    assert files["user_observers"]
    assert canvas.service.sync(canvas.name).changes == {}


def test_parents_are_left_out_by_default(connect: Connect) -> None:
    files = delivered(connected_to(connect))
    assert files["user_observers"] == []
    assert not [row for row in files["users"] if row["user_id"].startswith("C")]


def test_a_student_who_left_is_completed_once(connect: Connect) -> None:
    canvas = connected_to(connect)
    first = delivered(canvas)
    key = next(row["user_id"] for row in first["enrollments"] if row["role"] == "student")
    sections = {row["section_id"] for row in first["enrollments"] if row["user_id"] == key}
    canvas.sql("UPDATE STUDENTS SET ENROLL_STATUS = 2 WHERE DCID = ?", key)

    second = delivered(canvas)
    ended = {
        (row["section_id"], row["user_id"], row["status"]) for row in second["enrollments"] if row["user_id"] == key
    }
    assert ended == {(section, key, "completed") for section in sections}
    assert key not in {row["user_id"] for row in second["users"]}
    run = canvas.service.runs(canvas.name)[0]
    told = {group.rule.key for group in canvas.service.problems(run.id, most=1_000)}
    assert "removed-but-kept" in told

    canvas.sql("UPDATE STUDENTS SET LAST_NAME = 'Other' WHERE DCID = (SELECT MAX(DCID) FROM STUDENTS)")
    canvas.sql("UPDATE SCHOOLS SET NAME = 'Renamed' WHERE DCID = 3")
    third = delivered(canvas)
    assert key not in {row["user_id"] for row in third["enrollments"]}
