"""What most of a held run's changes come from is worked out, case by case, and told as it is."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from psconnect.model.connection import from_dict, to_dict
from psconnect.model.runs import Run
from psconnect.store.settings.change_times import change_times
from psconnect.sync.causes import Circumstances
from psconnect.wording.documents import run_document
from psconnect.wording.held import Story, story_of
from tests.support.demo import Connect, Connected

IN_SCHOOL = "enroll_status = 0 AND schoolid <> 999999"


@pytest.fixture
def district_size() -> int:
    return 300


@pytest.fixture
def delivered(connect: Connect) -> Connected:
    connected = connect()
    connected.delivered()
    return connected


def schools(connected: Connected) -> list[tuple[int, str]]:
    """Number and name of the schools that students are in, the largest first."""
    return connected.sql(
        "SELECT c.school_number, c.name FROM schools c JOIN students s ON s.schoolid = c.school_number "
        f"WHERE {IN_SCHOOL} GROUP BY 1 ORDER BY count(*) DESC"
    )


def changed(connected: Connected, section: str, **values: Any) -> None:
    """Change settings of a section an hour after whatever was before, then let another hour go by."""
    connected.clock.time += timedelta(hours=1)
    data = to_dict(connected.service.connection(connected.name))
    data[section] = {**data.get(section, {}), **values}
    connected.service.save_connection(from_dict(data))
    connected.clock.time += timedelta(hours=1)


def held(connected: Connected, **options: Any) -> tuple[Run, Story]:
    run = connected.service.sync(connected.name, **options)
    assert run.holds, (run.state, run.error)
    return run, story_of(run, connected.clock.now())


def told_when(connected: Connected) -> str:
    """The hour in which ``changed`` saved, as a sentence names it."""
    return f"today at {(connected.clock.time - timedelta(hours=1)).astimezone():%H:}"


def test_a_school_switched_off_is_the_cause_with_its_time(delivered: Connected) -> None:
    (off, name), *others = schools(delivered)
    changed(delivered, "scope", schools=[number for number, _name in others])
    changed(delivered, "options", district_name="Another name")
    run, story = held(delivered)
    gone = run.changes["student"].remove
    assert story.headline == f"{gone} students would be removed from the OneRoster CSV bundle"
    hour = f"today at {(delivered.clock.time - timedelta(hours=3)).astimezone():%H:}"
    assert story.cause.startswith(f"All {gone} are at {name}, which was switched off {hour}")
    assert (story.code, story.where) == ("school-off", "schools")
    assert "switch it on again" in story.way
    assert not story.more, "a cause that names the setting makes “settings were changed” say nothing new"
    document = run_document(run)["cause"]
    assert isinstance(document, dict)
    assert (document["headline"], document["code"]) == (story.headline, "school-off")
    assert name in document["reason"]
    assert " on 18 November 2026 at " in document["reason"], "what is kept names the day"
    assert off


def test_two_schools_switched_off_are_both_named(delivered: Connected) -> None:
    (_first, one), (_second, two), (left, _name) = schools(delivered)
    changed(delivered, "scope", schools=[left])
    _run, story = held(delivered)
    assert story.code == "school-off"
    assert one in story.cause
    assert two in story.cause
    assert "which were switched off" in story.cause
    assert "switch them on again" in story.way


def test_a_school_switched_on_is_the_cause_of_what_is_added(connect: Connect) -> None:
    connected = connect()
    (_on, name), *others = schools(connected)
    changed(connected, "scope", schools=[number for number, _name in others])
    connected.delivered()
    changed(connected, "scope", schools="all")
    run, story = held(connected)
    assert story.headline == f"{run.changes['student'].create} students would be added"
    assert story.cause.startswith(f"All {run.changes['student'].create} are at {name}, which was switched on ")
    assert (story.code, story.where) == ("school-on", "schools")


def test_students_who_moved_to_a_school_that_is_not_chosen(connect: Connect) -> None:
    connected = connect()
    (one, name), (other, _other), (off, _off) = schools(connected)
    changed(connected, "scope", schools=[one, other])
    connected.delivered()
    connected.sql(f"UPDATE students SET schoolid = ? WHERE {IN_SCHOOL} AND schoolid = ? AND dcid % 2 = 0", off, one)
    _run, story = held(connected)
    assert (story.code, story.where) == ("moved-away", "schools")
    assert f"were at {name} and are now at a school that is not chosen" in story.cause
    assert "switched off" not in story.cause


def filter_by_grade(connected: Connected, low: int) -> None:
    rule = {"field": "Students.Grade_Level", "op": "between", "value": [low, 13]}
    changed(connected, "filters", student=[rule])


def test_a_changed_filter_is_the_cause_with_its_time(delivered: Connected) -> None:
    filter_by_grade(delivered, 6)
    _run, story = held(delivered)
    assert (story.code, story.where) == ("filter", "filters")
    assert "are left out, because they don’t pass the filter “" in story.cause
    assert f"which was changed {told_when(delivered)}" in story.cause


def test_a_filter_that_was_not_changed_is_not_said_to_be(connect: Connect) -> None:
    connected = connect()
    filter_by_grade(connected, -5)
    connected.delivered()
    connected.sql(f"UPDATE students SET grade_level = -9 WHERE {IN_SCHOOL} AND dcid % 2 = 0")
    _run, story = held(connected)
    assert story.code == "filter"
    assert "changed" not in story.cause


def test_students_who_left_at_one_school(delivered: Connected) -> None:
    (school, name), *_others = schools(delivered)
    delivered.sql(f"UPDATE students SET enroll_status = 2 WHERE {IN_SCHOOL} AND schoolid = ?", school)
    run, story = held(delivered)
    gone = run.changes["student"].remove
    assert story.code == "rule"
    assert story.cause == (
        f"All {gone} are left out, because the student’s enrollment status is not active; all of them are at {name}."
    )
    assert story.where == "", "nothing in the settings would mend it"


def test_students_who_left_everywhere_are_at_no_school_in_particular(delivered: Connected) -> None:
    delivered.sql(f"UPDATE students SET enroll_status = 2 WHERE {IN_SCHOOL} AND dcid % 2 = 0")
    run, story = held(delivered)
    assert run.cause is not None
    assert run.cause.shares[0].code == "rule"
    assert "place" not in run.cause.shares[0].values
    assert not [name for _number, name in schools(delivered) if name in story.cause]


def test_a_change_before_the_last_delivery_is_no_time_of_the_cause() -> None:
    """A clock was put back, or another computer saved: a time that can't be right is not told."""
    known = Circumstances(
        settings={"filters.student": "new", "scope.schools": "same"},
        settings_before={"filters.student": "old", "scope.schools": "same"},
        changed_at={"filters.student": "2026-11-18T08:00:00+00:00", "scope.schools": "2026-11-18T12:00:00+00:00"},
        delivered_at="2026-11-18T09:00:00+00:00",
    )
    assert known.changed == ["filters.student"]
    assert known.since("filters.student") == ""
    assert known.since("scope.schools") == "", "it is as it was at the last delivery"
    later = replace(known, delivered_at="2026-11-18T07:00:00+00:00")
    assert later.since("filters.student") == "2026-11-18T08:00:00+00:00"


def test_where_no_single_cause_explains_most_the_largest_shares_are_told(delivered: Connected) -> None:
    students = [dcid for (dcid,) in delivered.sql(f"SELECT dcid FROM students WHERE {IN_SCHOOL} ORDER BY dcid")]
    for dcid in students[:30]:
        delivered.sql("UPDATE students SET enroll_status = 2 WHERE dcid = ?", dcid)
    forget(delivered, f"dcid > {students[60]} AND dcid < {students[80]}")
    for dcid in students[80:108]:
        delivered.sql("UPDATE students SET grade_level = -9 WHERE dcid = ?", dcid)
    filter_by_grade(delivered, -5)
    run, story = held(delivered)
    assert run.cause is not None
    assert sum(share.count for share in run.cause.shares) == run.cause.total == run.changes["student"].remove
    if run.cause.main is not None:
        pytest.fail(f"one cause explains most: {run.cause}")
    assert story.cause.startswith("No single cause explains most of them: ")
    assert all(str(share.count) in story.cause for share in run.cause.shares[:3])
    assert (story.code, story.where, story.setting) == ("", "filters", "filters.student"), "the largest that has a page"


def forget(connected: Connected, which: str) -> None:
    """Students whom PowerSchool does not list any more, with all that belongs to them."""
    ids = f"FROM students WHERE {IN_SCHOOL} AND {which}"
    connected.sql(f"DELETE FROM cc WHERE studentid IN (SELECT id {ids})")
    connected.sql(f"DELETE FROM studentcontactassoc WHERE studentdcid IN (SELECT dcid {ids})")
    connected.sql(f"DELETE {ids}")


def test_a_short_read_is_the_cause_of_what_is_no_longer_listed(delivered: Connected) -> None:
    students = [dcid for (dcid,) in delivered.sql(f"SELECT dcid FROM students WHERE {IN_SCHOOL} ORDER BY dcid")]
    forget(delivered, f"dcid < {students[60]}")
    _run, story = held(delivered)
    assert story.code == "short-read"
    assert story.cause.startswith("Only ")
    assert "students were read" in story.cause
    assert "would be removed" in story.headline


def test_a_requirement_that_was_made_stricter(delivered: Connected) -> None:
    delivered.service.set_value(delivered.name, "safety.thresholds.student.rejected", '"off"')
    delivered.sql(
        f"UPDATE students SET first_name = '' WHERE dcid = (SELECT max(dcid) FROM students WHERE {IN_SCHOOL})"
    )
    changed(delivered, "requirements", student={"givenName": "skip", "middleName": "skip"})
    _run, story = held(delivered)
    assert story.code == "missing"
    assert "have no middle name any more" in story.cause
    assert story.where == "requirements"
    assert f" changed {told_when(delivered)}" in story.cause


def test_a_field_that_the_plugin_no_longer_gives(connect: Connect) -> None:
    off = {"thresholds": {"student": {"rejected": "off"}}}
    connected = connect(settings={"requirements": {"student": {"middleName": "skip"}}, "safety": off})
    connected.sql(f"UPDATE students SET middle_name = 'Q' WHERE {IN_SCHOOL}")
    connected.delivered()
    connected.sql("UPDATE students SET middle_name = ''")
    run, story = held(connected)
    assert "field-emptied" in [hold.rule for hold in run.holds]
    assert (story.code, story.where) == ("field-emptied", "plugin")
    assert "Middle_Name" in story.cause


def test_a_changed_mapping_is_the_cause_of_new_usernames(delivered: Connected) -> None:
    changed(delivered, "mapping", student={"username": "{Students.Student_Number}"})
    run, story = held(delivered)
    count = run.changes["student"].update
    assert "students would get another id, user name, number or email" in story.headline
    assert (story.code, story.where) == ("attribute", "attributes")
    assert story.cause.startswith(
        f"All {count} get another user name; in the settings, the attributes of students changed"
    )
    assert f" changed {told_when(delivered)}" in story.cause


def test_contacts_that_were_switched_off_are_no_short_read(delivered: Connected) -> None:
    changed(delivered, "options", parents="none")
    run, story = held(delivered)
    gone = run.changes["contact"].remove
    assert story.headline == f"{gone} contacts would be removed from the OneRoster CSV bundle"
    assert story.cause.startswith(
        f"All {gone} are not read any more; in the settings, the choice about contacts changed "
    )
    assert (story.code, story.where) == ("not-read", "who")
    assert "change it back" in story.way
    assert "PowerSchool" not in story.text, "nothing is missing there"
    assert story.more == (), "that relationships go, too, is the same thing"


def test_what_the_plugin_is_built_without_is_no_short_read(connect: Connect) -> None:
    connected = connect(settings={"source": {"read": "tables"}})
    connected.delivered()
    changed(connected, "options", parents="none")
    changed(connected, "source", without=["contacts"])
    _run, story = held(connected)
    assert story.code == "not-read"
    assert "in the settings, the choice about contacts changed" in story.cause


def test_teachers_whose_assignments_are_not_read_any_more(connect: Connect) -> None:
    connected = connect(settings={"source": {"read": "tables"}})
    connected.delivered()
    changed(connected, "source", without=["sectionteacher", "roledef"])
    connected.sql("UPDATE Sections SET Teacher = 0")
    _run, story = held(connected)
    assert "would become other staff" in story.headline
    assert "have no class in this school year any more; in the settings, what the plugin does not ask for changed" in (
        story.cause
    )
    assert (story.code, story.where) == ("no-class", "plugin")


def test_what_was_chosen_and_taken_back_is_blamed_for_nothing(delivered: Connected) -> None:
    changed(delivered, "options", parents="none")
    changed(delivered, "options", parents="all")
    delivered.sql(f"UPDATE students SET enroll_status = 2 WHERE {IN_SCHOOL} AND dcid % 3 = 0")
    run, story = held(delivered)
    assert run.cause is not None
    assert run.cause.settings == ()
    assert "settings" not in story.text


def test_a_domain_of_uniqueness_that_was_switched_on(delivered: Connected) -> None:
    changed(delivered, "uniqueness", student=["familyName"])
    run, story = held(delivered)
    gone = run.changes["student"].remove
    assert story.headline == f"{gone} students would be removed from the OneRoster CSV bundle"
    assert "another record that has to differ from it has the same values" in story.cause
    assert "in the settings, the domains of uniqueness changed" in story.cause
    assert (story.code, story.where) == ("rule", "uniqueness")
    assert "change it back" in story.way


def test_another_answer_about_devices_is_the_cause_of_new_usernames(delivered: Connected) -> None:
    changed(delivered, "options", devices="chromebooks")
    _run, story = held(delivered)
    assert "get another user name; in the settings, the choice about devices changed" in story.cause
    assert (story.code, story.where) == ("attribute", "connect")
    assert "change it back" in story.way


def test_another_answer_about_devices_is_the_cause_of_students_without_a_user_name(connect: Connect) -> None:
    off = {"thresholds": {"student": {"rejected": "off"}}}
    connected = connect(settings={"options": {"devices": "chromebooks"}, "safety": off})
    connected.sql(f"UPDATE students SET student_web_id = '' WHERE {IN_SCHOOL} AND dcid % 3 = 0")
    connected.delivered()
    changed(connected, "options", devices="mix")
    run, story = held(connected)
    assert story.headline == f"{run.changes['student'].remove} students would be removed from the OneRoster CSV bundle"
    assert "have no user name any more; in the settings, the choice about devices changed" in story.cause
    assert story.where == "connect"


def test_another_preset_is_the_cause_of_what_it_switches_off(delivered: Connected) -> None:
    delivered.clock.time += timedelta(hours=1)
    delivered.service.set_value(delivered.name, "preset", "dyknow")
    delivered.clock.time += timedelta(hours=1)
    run, story = held(delivered)
    assert run.changes["contact"].remove
    assert run.cause is not None
    assert "preset" in run.cause.settings
    assert "PowerSchool that they are all there" not in story.text


def test_names_changed_in_powerschool_with_no_setting_changed(delivered: Connected) -> None:
    delivered.sql("UPDATE students SET last_name = last_name || ' jr'")
    _run, story = held(delivered)
    assert (story.code, story.where) == ("attribute", "attributes")
    assert "get another last name." in story.cause


def test_a_new_school_year_is_the_cause_of_classes_that_go(delivered: Connected) -> None:
    run, story = held(delivered, rehearse=True)
    assert (story.code, story.where) == ("new-year", "schools")
    assert story.cause == "The school year 2027-2028 is read now; the last delivery was of 2026-2027."
    assert "short-read" in [hold.rule for hold in run.holds]
    assert story.more == (), "fewer classes are read because the year is new"


def test_teachers_who_become_other_staff(delivered: Connected) -> None:
    teaching = delivered.sql("SELECT DISTINCT TeacherID FROM SectionTeacher ORDER BY 1 LIMIT 7")
    for (post,) in teaching:
        delivered.sql("UPDATE SectionTeacher SET TeacherID = -1 WHERE TeacherID = ?", post)
        delivered.sql("UPDATE Sections SET Teacher = 0 WHERE Teacher = ?", post)
    run, story = held(delivered)
    assert run.cause is not None
    assert run.cause.entity == "teacher"
    assert "would become other staff" in story.headline


def test_changed_settings_without_a_limit_are_named(delivered: Connected) -> None:
    delivered.service.set_value(delivered.name, "safety.thresholds.course.update", '"off"')
    changed(delivered, "mapping", course={"title": "{Courses.Course_Name} (x)"})
    run, story = held(delivered)
    assert [hold.rule for hold in run.holds] == ["rules-changed"]
    assert story.cause.startswith("Since the last delivery, the attributes of courses changed (today at ")
    assert (story.code, story.where) == ("settings", "attributes")


def test_excluding_recounts_the_cause(delivered: Connected) -> None:
    (_off, name), *others = schools(delivered)
    changed(delivered, "scope", schools=[number for number, _name in others])
    run, _story = held(delivered)
    keys = [one.key for one in delivered.service.changes(run.id) if (one.entity, one.action) == ("student", "remove")]
    run = delivered.service.exclude(run.id, "student", keys[:5])
    left = run.changes["student"].remove
    assert left == len(keys) - 5
    assert f"All {left} are at {name}" in story_of(run).cause


def test_the_cause_of_an_old_run_without_any_is_its_hold(delivered: Connected) -> None:
    delivered.sql(f"UPDATE students SET enroll_status = 2 WHERE {IN_SCHOOL} AND dcid % 2 = 0")
    run, _story = held(delivered)
    undo = delivered.service.approve(run.id, "they left")
    undo = delivered.service.undo(undo.id)
    assert undo.cause is None
    assert story_of(undo).cause.startswith("This undoes the run ")


def test_times_of_changes_are_kept_by_part_and_go_with_the_connection(delivered: Connected) -> None:
    changed(delivered, "options", co_teachers=False)
    first = change_times(delivered.rosters)
    changed(delivered, "scope", start_year=2026)
    second = change_times(delivered.rosters)
    assert set(second) - set(first) == {"scope.start_year"}
    assert second["options.co_teachers"] == first["options.co_teachers"] < second["scope.start_year"]
    delivered.rosters.with_suffix(".settings").write_text("damaged", encoding="utf-8")
    assert change_times(delivered.rosters) == {}
    delivered.service.remove_connection(delivered.name)
    assert not list(delivered.rosters.parent.glob(f"{delivered.rosters.stem}.*"))


def test_settings_are_stored_without_credentials(delivered: Connected) -> None:
    stored = delivered.service.connection(delivered.name)
    with closing(sqlite3.connect(delivered.rosters)) as db:
        (text,) = db.execute("SELECT settings FROM run ORDER BY no DESC LIMIT 1").fetchone()
    assert stored.source.client_id not in text
    assert json.loads(text)["destination.kind"] == '"oneroster-csv"'


def test_a_setting_that_was_changed_back_is_no_change(delivered: Connected) -> None:
    (number, _name), *_ = schools(delivered)
    changed(delivered, "scope", schools=[number])
    changed(delivered, "scope", schools="all")
    run = delivered.service.sync(delivered.name)
    assert (run.holds, run.cause) == ((), None)
