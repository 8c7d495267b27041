"""What a roster becomes in Moodle besides users: categories, courses, groups, enrollments, cohorts."""

from __future__ import annotations

import json
from dataclasses import replace

from psconnect.destinations.moodle.choices import CohortChoice, MoodleChoices
from psconnect.destinations.moodle.cohorts_in_moodle import Cohorts
from psconnect.destinations.moodle.courses_in_moodle import LONGEST_IDNUMBER, MoodleCourses, within
from tests.contracts.rosters import ListRoster, Tables, small

CHOICES = MoodleChoices()


def courses(tables: Tables, **chosen: object) -> MoodleCourses:
    return MoodleCourses(ListRoster(tables), replace(CHOICES, **chosen))  # type: ignore[arg-type]


def grouped() -> Tables:
    """Three classes of one course in one year, two of them at the same school, all delivered as groups."""
    tables = small()
    first, other = tables["class"]
    second = first | {"sourcedId": "5103", "title": "Mathematics (2)", "classCode": "MAT091.2", "termSourcedId": "501"}
    other |= {"courseSourcedId": "85"}
    tables["class"] = [one | {"deliverAs": "group"} for one in (first, second, other)]
    place = {"schoolSourcedId": "3", "primary": "false", "role": "student", "beginDate": "2026-08-20"}
    tables["enrollment"].append({"sourcedId": "10004", "classSourcedId": "5103", "userSourcedId": "431", **place})
    place |= {"role": "teacher", "primary": "true"}
    tables["enrollment"].append({"sourcedId": "T5003", "classSourcedId": "5103", "userSourcedId": "T65", **place})
    return tables


def test_each_class_is_a_course_in_its_schools_category():
    found = courses(small())
    assert list(found.categories()) == [("school-3", "", "Maple School"), ("school-4", "", "Cedar School")]
    assert list(found.courses()) == [
        ("5101", "school-3", "Mathematics (1) - 1(A-E)", "MAT091.1-5101", "2026-08-17", "2027-01-15", ""),
        ("5102", "school-4", "Workshop (01) - 2(A-E)", "WS100-9.01-5102", "2026-08-17", "2027-06-11", ""),
    ]
    assert list(found.groups()) == []


def test_each_person_is_enrolled_once_with_a_role():
    found = {row[0]: row[1:] for row in courses(small()).enrollments()}
    assert found["5101/431"] == ("5101", "431", "student", "", "", "")
    assert found["5101/T64"][2] == "teacher"
    assert found["5101/T65"][2] == "co-teacher"
    assert len(found) == 6


def test_days_of_enrollments_only_where_they_are_wanted():
    found = {row[0]: row[-2:] for row in courses(small(), dated=True).enrollments()}
    assert found["5101/433"] == ("2026-09-01", "2027-01-16")


def test_classes_as_groups_share_the_course_of_their_school_and_year():
    found = courses(grouped())
    rows = {row[0]: row for row in found.courses()}
    assert rows["85-3-2027"][:5] == ("85-3-2027", "school-3", "Mathematics", "MAT091-85-3-2027", "2026-08-17")
    assert rows["85-3-2027"][5:] == ("2027-06-11", "visible"), "as long as the longest of its classes"
    assert set(found.groups()) == {
        ("5101", "85-3-2027", "Mathematics (1) - 1(A-E)"),
        ("5103", "85-3-2027", "Mathematics (2)"),
        ("5102", "85-4-2027", "Workshop (01) - 2(A-E)"),
    }


def test_who_is_in_two_classes_of_a_course_is_enrolled_once_with_both_groups_and_the_higher_role():
    found = {row[0]: row for row in courses(grouped(), dated=True).enrollments()}
    assert found["85-3-2027/431"][4:] == ("5101,5103", "2026-08-17", "")
    assert found["85-3-2027/T65"][3] == "teacher", "co-teacher of one class, lead of the other"


def test_mission_m20_a_chosen_category_goes_before_the_schools():
    tables = small()
    tables["class"][0]["category"] = "Sciences"
    found = courses(tables, id_prefix="N")
    assert ("Ncategory-Sciences", "", "Sciences") in list(found.categories())
    assert next(row for row in found.courses() if row[0] == "5101")[1] == "Ncategory-Sciences"


def test_categories_by_year_stand_below_the_schools():
    rows = list(courses(small(), categories="school-year").categories())
    assert rows[:2] == [("school-3", "", "Maple School"), ("school-3-2027", "school-3", "2026-2027")]
    assert list(courses(small(), categories="one", category="SIS").categories()) == [("category-SIS", "", "SIS")]


def test_no_two_courses_have_a_short_name():
    tables = small()
    tables["class"][1]["classCode"] = "mat091.1"
    found = courses(tables, short_name="{code}")
    assert [row[3] for row in found.courses()] == ["MAT091.1", "mat091.1-5102"]
    assert found.renamed == [5102]


def test_an_id_that_is_too_long_is_cut_and_stays_its_own():
    one, other = within("x" * 100 + "1"), within("x" * 100 + "2")
    assert len(one) == len(other) == LONGEST_IDNUMBER
    assert one != other


def test_mission_m11_values_of_fields_become_cohorts():
    tables = small()
    tables["student"][0]["extra"] = json.dumps({"bus": " 12 "})
    chosen = (
        CohortChoice("student", "grade", "{field}: {value}"),
        CohortChoice("student", "bus", "Bus {value}"),
        CohortChoice("staff", "school", "Staff of {value}"),
    )
    cohorts = Cohorts(ListRoster(tables, further={"student": ("bus",)}), replace(CHOICES, cohorts=chosen))
    assert list(cohorts.cohorts()) == [
        ("student-grade-09", "grade: 09"),
        ("student-grade-KG", "grade: KG"),
        ("student-grade-10", "grade: 10"),
        ("student-bus-12", "Bus 12"),
        ("staff-school-Maple School", "Staff of Maple School"),
        ("staff-school-Cedar School", "Staff of Cedar School"),
        ("staff-school-Demo Valley", "Staff of Demo Valley"),
    ]
    members = list(cohorts.members())
    assert ("student-bus-12/431", "student-bus-12", "431") in members
    assert {user for _id, cohort, user in members if cohort == "staff-school-Maple School"} == {"T64", "T65", "T66"}
    assert cohorts.unknown_fields() == []


def test_a_field_that_nobody_has_is_told():
    chosen = CohortChoice("student", "buss", "{value}")
    cohorts = Cohorts(ListRoster(small(), further={"student": ("bus",)}), replace(CHOICES, cohorts=(chosen,)))
    assert cohorts.unknown_fields() == [chosen]
    assert list(cohorts.cohorts()) == []
