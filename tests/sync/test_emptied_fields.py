"""D08: a field that is given no more stops the run or holds it, by its name; nothing is emptied unseen."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from psconnect.model.errors import FixSettings
from psconnect.model.runs import Hold, Run
from psconnect.wording.errors import word
from psconnect.wording.holds import word_hold
from tests.sources.test_v1_source import DOING_WITHOUT, as_vendor
from tests.support.demo import Connect, Connected
from tests.sync.test_run import RENAME_ONE, untouched

NEVER: dict[str, Any] = {"safety": {"preview": "never"}}
_A_CLASS = "dcid = (SELECT max(dcid) FROM sections WHERE termid BETWEEN 3600 AND 3699)"
_MIDDLE_NAMES = "UPDATE students SET middle_name = ''"


def emptied(run: Run) -> list[Hold]:
    return [hold for hold in run.holds if hold.rule == "field-emptied"]


def delivered(connect: Connect, **settings: Any) -> Connected:
    connected = connect(students=60, settings={**NEVER, **settings})
    assert connected.service.sync(connected.name).state == "finished_with_problems"
    return connected


@pytest.mark.parametrize("way", ["queries", "tables"])
def test_D08_a_field_that_lost_all_its_values_holds_until_somebody_approves(connect: Connect, way: str) -> None:
    connected = delivered(connect, source={"read": way})
    before = untouched(connected)
    connected.sql("UPDATE sectionteacher SET end_date = NULL")
    run = connected.service.sync(connected.name)
    assert (run.state, run.way) == ("held", way)
    (hold,) = emptied(run)
    count = run.read["section_teachers"]
    assert word_hold(hold).reason == (
        "SectionTeacher.End_Date (Last day): empty in all "
        f"{count:,} teaching assignments; at the last delivery some had a value."
    )
    assert untouched(connected) == before
    assert connected.service.approve(run.id, "they never end").delivered
    connected.sql(RENAME_ONE)
    assert connected.service.sync(connected.name).delivered, "it is known to be empty now"


@pytest.mark.parametrize(
    ("statement", "field"),
    [
        ("UPDATE schools SET name = ''", "Schools.Name"),
        ("UPDATE cc SET dateleft = NULL", "CC.DateLeft"),
        ("UPDATE students SET first_name = ''", "Students.First_Name"),
        ("UPDATE sections SET section_number = NULL", "Sections.Section_Number"),
        ("UPDATE courses SET course_name = ''", "Courses.Course_Name"),
    ],
)
@pytest.mark.parametrize("first", [True, False])
def test_D08_a_field_that_none_can_be_without_stops(
    connect: Connect, statement: str, field: str, *, first: bool
) -> None:
    connected = connect(students=60, settings=NEVER) if first else delivered(connect)
    before = untouched(connected)
    connected.sql(statement)
    run = connected.service.sync(connected.name)
    assert run.error is not None, run
    assert (run.state, run.error["code"]) == ("failed", "PSC-READ-SHAPE")
    assert f"of which none has {field}." in word(run.error).happened
    assert untouched(connected) == before
    with pytest.raises(FixSettings):
        connected.service.approve(run.id, "I insist")


def test_what_a_person_calls_the_field_is_said_with_it(connect: Connect) -> None:
    connected = delivered(connect)
    connected.sql(_MIDDLE_NAMES)
    (hold,) = emptied(connected.service.sync(connected.name))
    assert word_hold(hold).reason.startswith("Students.Middle_Name (Middle name): empty in all ")


def test_several_fields_of_one_kind_are_named_together(connect: Connect) -> None:
    connected = delivered(connect)
    connected.sql("UPDATE students SET middle_name = '', state_studentnumber = ''")
    (hold,) = emptied(connected.service.sync(connected.name))
    assert "Students.Middle_Name" in word_hold(hold).reason
    assert "Students.State_StudentNumber" in word_hold(hold).reason


def test_a_field_with_one_value_left_is_for_the_limits_to_judge(connect: Connect) -> None:
    connected = delivered(connect)
    connected.sql("UPDATE students SET middle_name = ''")
    connected.sql(
        "UPDATE students SET middle_name = 'Last' WHERE dcid = "
        "(SELECT max(dcid) FROM students WHERE schoolid <> 999999)"
    )
    assert emptied(connected.service.sync(connected.name)) == []


def test_a_field_that_is_read_no_more_was_not_emptied(connect: Connect) -> None:
    connected = delivered(connect, mapping={"student": {"identifier": "{Students.Home_Room}"}})
    connected.service.set_value(connected.name, "mapping.student.identifier", '"{Students.Student_Number}"')
    connected.clock.time += timedelta(minutes=1)
    connected.reinstall()
    run = connected.service.sync(connected.name)
    assert run.delivers
    assert emptied(run) == []


def test_where_nothing_changes_nothing_is_held_and_the_field_stays_known(connect: Connect) -> None:
    connected = delivered(connect)
    connected.sql("UPDATE sections SET room = ''")
    run = connected.service.sync(connected.name)
    if not run.delivers:
        assert run.holds == ()
        connected.sql(RENAME_ONE)
        run = connected.service.sync(connected.name)
    (hold,) = emptied(run)
    assert "Sections.Room" in word_hold(hold).reason


def test_D08_what_v1_gives_no_more_holds(connect: Connect) -> None:
    connected = connect(students=60, settings=DOING_WITHOUT, install=False)
    as_vendor(connected)
    assert connected.delivered().way == "v1"
    connected.sql(_MIDDLE_NAMES)
    run = connected.service.sync(connected.name)
    assert (run.state, run.way) == ("held", "v1")
    assert [word_hold(hold).reason for hold in emptied(run) if "Students.Middle_Name" in word_hold(hold).reason]


def test_D08_streams_that_are_taken_over_keep_what_is_known_of_their_fields(connect: Connect) -> None:
    connected = connect(students=60, settings={**NEVER, "source": {"compare": "incremental"}})
    service, name = connected.service, connected.name
    assert service.sync(name).delivered
    run = service.sync(name)
    for number in range(2):
        connected.sql(f"UPDATE sections SET room = 'R{number}' WHERE {_A_CLASS}")
        run = service.sync(name)
        assert run.delivered
    assert "students" in run.compared.taken_over
    connected.sql(_MIDDLE_NAMES)
    run = service.sync(name)
    assert run.state == "held"
    assert ["Students.Middle_Name" in word_hold(hold).reason for hold in emptied(run)] == [True]
