"""Sections that a field of PowerSchool moves, as they arrive in the site."""

from __future__ import annotations

from typing import Any

import pytest

from tests.destinations.moodle.test_whole_runs import point_at, sync
from tests.moodle.server import MoodleSite
from tests.sources.test_included import change
from tests.support.demo import Connect, Connected

FIELD = "Sections.Att_Mode_Code"
_THIS_YEAR = "TermID BETWEEN 3600 AND 3699"
_ATTENDED = "EXISTS (SELECT 1 FROM CC WHERE CC.SectionID = Sections.ID)"


@pytest.fixture
def connected(connect: Connect, moodle_site: MoodleSite) -> Connected:
    """A site that has the whole district, and a connection that looks at the field."""
    made = point_at(connect(students=60, settings={"safety": {"preview": "never"}}), moodle_site)
    made.sql("UPDATE Sections SET Att_Mode_Code = NULL")
    sync(made)
    change(made, options={"section_move": FIELD})
    return made


def sections(connected: Connected) -> list[Any]:
    """Sections of one school that have students: DCID, number of the course, number of the section."""
    columns = "DCID, Course_Number, Section_Number, SchoolID, TermID"
    rows = connected.sql(f"SELECT {columns} FROM Sections WHERE {_THIS_YEAR} AND {_ATTENDED} ORDER BY DCID")
    return [row for row in rows if row[3:] == rows[0][3:]]


def move(connected: Connected, section: int, target: str) -> None:
    connected.sql("UPDATE Sections SET Att_Mode_Code = ? WHERE DCID = ?", target, section)
    run = sync(connected)
    assert run.error is None
    assert run.refused == 0


def people(site: MoodleSite, course: int) -> set[int]:
    return {one.userid for one in site.enrolments if one.courseid == course and one.status == 0}


def test_mission_m15_a_section_moves_to_another_course(connected: Connected, moodle_site: MoodleSite) -> None:
    """The Moodle course stays the same one, with its people and their work; it is named after the new course."""
    moved, *others = sections(connected)
    other = next(row for row in others if row[1] != moved[1])
    course = moodle_site.course(idnumber=str(moved[0]))
    attended = people(moodle_site, course.id)
    (title,) = connected.sql("SELECT Course_Name FROM Courses WHERE Course_Number = ?", other[1])[0]
    assert not course.fullname.startswith(title)

    move(connected, moved[0], other[1])

    assert moodle_site.course(idnumber=str(moved[0])).id == course.id
    assert course.fullname.startswith(f"{title} ({moved[2]})")
    assert course.shortname.startswith(f"{other[1]}.{moved[2]}-")
    assert course.visible
    assert people(moodle_site, course.id) == attended != set()


def test_mission_m16_a_section_moves_into_another_section(connected: Connected, moodle_site: MoodleSite) -> None:
    """Its people are in the other one's Moodle course; its own is hidden and keeps their work."""
    moved, into, *_ = sections(connected)
    left, joined = (moodle_site.course(idnumber=str(row[0])) for row in (moved, into))
    both = people(moodle_site, left.id) | people(moodle_site, joined.id)
    assert both > people(moodle_site, joined.id)

    move(connected, moved[0], f"{into[1]}.{into[2]}")

    assert people(moodle_site, joined.id) == both
    assert people(moodle_site, left.id) == set()
    assert (left.visible, joined.visible) == (False, True)
    assert {one.status for one in moodle_site.enrolments if one.courseid == left.id} == {1}


def test_a_section_that_moves_nowhere_stays_and_is_told(connected: Connected, moodle_site: MoodleSite) -> None:
    moved, *_ = sections(connected)
    before = moodle_site.picture()

    move(connected, moved[0], "NONE.7")

    assert moodle_site.picture() == before
    run = connected.service.runs(connected.name)[0]
    told = {group.rule.key: [one.key for one in group.records] for group in connected.service.problems(run.id)}
    assert told["section-move-target"] == [moved[0]]
