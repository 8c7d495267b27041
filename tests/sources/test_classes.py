"""Classes, and who is in them: students from CC, teachers from SectionTeacher."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from psconnect.model.entities import CLASS, ENROLLMENT
from psconnect.model.problems import Fate
from psconnect.sources.base import Intake, SourceRow
from psconnect.sources.powerschool.assignments import Assignments, assignment_rows, teaching, tell_unmapped_roles
from psconnect.sources.powerschool.classes import Classes, class_rows, enrollment_rows
from psconnect.sources.powerschool.lead_teachers import named_leads
from tests.sources.conftest import Maker, Shaped

ALGEBRA = {
    "dcid": 900, "course_number": "ALG1", "section_number": "01", "termid": 3601, "schoolid": 100, "room": "12",
    "expression": "1(A)", "course_name": "Algebra", "course_dcid": 7,
}  # fmt: skip


def classes_of(maker: Maker, *sections: dict[str, Any]) -> tuple[Classes, dict[int, Shaped]]:
    rows = maker.rows("sections", *({**ALGEBRA, **values} for values in sections))
    return hand_over(maker, Classes(), rows)


def hand_over(maker: Maker, classes: Classes, sections: list[Any]) -> tuple[Classes, dict[int, Shaped]]:
    def classes_to(intake: Intake) -> None:
        classes.hand_over(class_rows(maker.plan, maker.district(), classes, intake)(sections), intake)

    return classes, maker.take(CLASS, classes_to)


def test_a_class(maker: Maker) -> None:
    classes, made = classes_of(maker, {})
    assert (made[900].fate, made[900].references) == (Fate.IN, {"course": 7, "school": 1, "calendar": 11})
    assert made[900].values == {
        "sourcedId": "900", "courseSourcedId": "7", "schoolSourcedId": "1", "termSourcedId": "11",
        "deliverAs": "class", "category": "",
        "title": "Algebra (01) - 1(A)", "classCode": "ALG1.01", "classType": "scheduled", "location": "12",
        "periods": "1(A)",
    }  # fmt: skip
    info = classes.info["900"]
    assert (info.own_id, info.school, info.natural_end, info.chosen) == ("900", "1", "2027-01-15", True)
    assert maker.problems == []


@pytest.mark.parametrize(
    ("values", "school", "detail"),
    [
        ({"course_dcid": ""}, 1, "course"),
        ({"schoolid": 777}, None, "school"),
        ({"termid": 3699}, 1, "calendar"),
        ({"termid": ""}, 1, "calendar"),
    ],
)
def test_D10_a_class_that_points_nowhere_is_kept_and_reported(
    maker: Maker, values: dict[str, Any], school: int | None, detail: str
) -> None:
    _classes, made = classes_of(maker, values)
    assert (made[900].fate, made[900].rule) == (Fate.KEPT, "orphan")
    assert maker.found() == [("orphan", "class", 900, school, detail)]


def test_requirements_of_a_class(maker: Maker) -> None:
    maker.choose(requirements={"class": {"location": "report", "periods": "skip"}})
    _classes, made = classes_of(maker, {"room": ""}, {"dcid": 901, "expression": ""})
    assert (made[900].fate, made[901].rule) == (Fate.IN, "missing-required")
    assert maker.found() == [
        ("missing-reported", "class", 900, 1, "location"),
        ("missing-required", "class", 901, 1, "periods"),
    ]


# --- students in classes ---------------------------------------------------------------------------------------------


def enrollment(maker: Maker, **values: object) -> Shaped:
    """One enrollment in a class of the first semester (last school day 2027-01-15), read on 2026-11-18."""
    whole: dict[str, object] = {
        "dcid": 70001, "sectionid": 5, "section_dcid": 900, "student_dcid": 431, "dateenrolled": "2026-08-17",
        "dateleft": "2027-01-16",
    }  # fmt: skip
    section: Any = values.pop("section", {})
    classes, _ = classes_of(maker, section)
    row = maker.row("enrollments", **{**whole, **values})
    return maker.shaped(ENROLLMENT, lambda intake: enrollment_rows(maker.plan, classes, intake)([row]))[70001]


def test_an_enrollment(maker: Maker) -> None:
    made = enrollment(maker)
    assert made.references == {"class": 900, "student": 431, "teacher": None}
    assert made.values == {
        "sourcedId": "70001", "classSourcedId": "900", "schoolSourcedId": "1", "userSourcedId": "431",
        "role": "student", "primary": "false", "beginDate": "2026-08-17", "endDate": "2027-01-16",
    }  # fmt: skip


IN, OUT, KEPT = Fate.IN, Fate.LEFT_OUT, Fate.KEPT


@pytest.mark.parametrize(
    ("begin", "end", "section", "fate", "rule"),
    [
        # with an end that is the class's own: the day after the last school day, or later
        ("2026-08-17", "2027-01-16", 5, IN, None),
        ("2026-08-17", "2027-06-30", 5, IN, None),
        ("2026-12-01", "2027-01-16", 5, IN, None),  # begins later this year
        # without an end
        ("2026-08-17", "", 5, IN, None),
        ("2026-08-17", "", -5, OUT, "enrollment-dropped"),
        # an end of its own
        ("2026-08-17", "2026-12-31", 5, IN, None),  # leaves later
        ("2026-08-17", "2026-11-19", 5, IN, None),  # today is the last day
        ("2026-08-17", "2026-11-18", 5, OUT, "enrollment-ended"),  # yesterday was
        ("2026-08-17", "2026-10-01", 5, OUT, "enrollment-ended"),
        ("2026-08-17", "2026-10-01", -5, OUT, "enrollment-dropped"),
        ("2026-08-17", "2027-01-15", -5, OUT, "enrollment-dropped"),
        # never there
        ("2026-08-17", "2026-08-17", 5, OUT, "enrollment-never-attended"),
        ("2026-08-17", "2026-08-17", -5, OUT, "enrollment-never-attended"),
        ("2026-08-17", "2026-08-10", -5, OUT, "enrollment-never-attended"),  # dropped before it began
        # not dropped, and yet it ends before it begins
        ("2026-08-17", "2026-08-10", 5, OUT, "ends-before-it-begins"),
        ("2026-08-17", "1899-12-30", 5, OUT, "ends-before-it-begins"),
        ("2027-01-10", "2027-01-09", 5, OUT, "ends-before-it-begins"),
        # unreadable
        ("", "2027-01-16", 5, KEPT, "unreadable"),
        ("17.08.2026", "2027-01-16", 5, KEPT, "unreadable"),
        ("2026-08-17", "soon", 5, KEPT, "unreadable"),
        ("2026-02-30", "", -5, KEPT, "unreadable"),
        ("2026-08-17", "2027-02-29", 5, KEPT, "unreadable"),
    ],
)
def test_D11_who_is_in_a_class(maker: Maker, begin: str, end: str, section: int, fate: Fate, rule: str | None) -> None:
    made = enrollment(maker, dateenrolled=begin, dateleft=end, sectionid=section)
    assert (made.fate, made.rule) == (fate, rule)
    details = {"unreadable": "beginDate", "ends-before-it-begins": "endDate"}
    assert maker.found() == ([(rule, "enrollment", 70001, 1, details[rule])] if rule in details else [])


def test_D11_once_the_class_is_over_the_sign_says_nothing(maker: Maker) -> None:
    """A large network makes the number negative also at the natural end."""
    maker.choose(today=date(2027, 3, 1))
    assert enrollment(maker, dateleft="2027-01-16", sectionid=-5).fate == IN
    assert enrollment(maker, dateleft="2027-01-16", sectionid=5).fate == IN
    assert enrollment(maker, dateleft="2027-01-15", sectionid=-5).rule == "enrollment-dropped"
    assert enrollment(maker, dateleft="2027-01-15", sectionid=5).rule == "enrollment-ended"


def test_the_same_dates_are_judged_the_same_the_second_time(maker: Maker) -> None:
    classes, _ = classes_of(maker, {})
    whole = {"sectionid": 5, "section_dcid": 900, "student_dcid": 431, "dateenrolled": "2026-08-17"}
    rows = maker.rows(
        "enrollments",
        *({**whole, "dcid": n, "dateleft": end} for n, end in enumerate(["x", "2027-01-16", "x", "2027-01-16", "y"])),
    )
    made = maker.shaped(ENROLLMENT, lambda intake: enrollment_rows(maker.plan, classes, intake)(rows))
    assert [one.fate for one in made.values()] == [KEPT, IN, KEPT, IN, KEPT]


@pytest.mark.parametrize(
    ("values", "school", "detail", "references"),
    [
        ({"section_dcid": ""}, None, "class", {"class": None, "student": 431, "teacher": None}),
        ({"section_dcid": 901}, None, "class", {"class": None, "student": 431, "teacher": None}),
        ({"student_dcid": ""}, 1, "student", {"class": 900, "student": None, "teacher": None}),
    ],
)
def test_D10_an_enrollment_that_points_nowhere_is_kept_and_reported(
    maker: Maker, values: dict[str, object], school: int | None, detail: str, references: dict[str, int | None]
) -> None:
    made = enrollment(maker, **values)
    assert (made.fate, made.rule, made.references) == (KEPT, "orphan", references)
    assert maker.found() == [("orphan", "enrollment", 70001, school, detail)]


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ({"student_school": 999999}, "goes-along:student:student-graduated"),
        ({"student_school": 999999, "section_dcid": ""}, "goes-along:student:student-graduated"),
        ({"student_dcid": "", "dateleft": "2026-08-17"}, "enrollment-never-attended"),
        ({"student_dcid": "", "sectionid": -5}, "enrollment-dropped"),
    ],
)
def test_an_enrollment_that_is_left_out_anyway_is_none_that_points_nowhere(
    maker: Maker, values: dict[str, object], rule: str
) -> None:
    made = enrollment(maker, **values)
    assert (made.fate, made.rule, maker.found()) == (OUT, rule, [])


def test_a_requirement_on_an_enrollment_does_something(maker: Maker) -> None:
    maker.choose(requirements={"enrollment": {"endDate": "skip"}})
    assert enrollment(maker, dateleft="").rule == "missing-required"
    assert enrollment(maker).fate == IN
    assert enrollment(maker, dateleft="", sectionid=-5).rule == "enrollment-dropped"
    assert maker.found() == [("missing-required", "enrollment", 70001, 1, "endDate")]


# --- teachers of classes ---------------------------------------------------------------------------------------------


def taught(
    maker: Maker,
    *assignments: dict[str, object],
    delivered: set[int] | None = None,
    positions: list[dict[str, object]] | None = None,
    **section: Any,
) -> tuple[dict[int, Shaped], set[int]]:
    """The teachers' enrollments by key, and who counts as a teacher; all are delivered unless said otherwise.

    ``positions`` are the rows of SCHOOLSTAFF that the section's ``teacher`` is looked up in.
    """
    classes, _ = classes_of(maker, section)
    whole: dict[str, object] = {"section_dcid": 900, "start_date": "2026-08-17", "end_date": "2027-01-16"}
    rows = maker.rows("section_teachers", *({**whole, **one} for one in assignments))
    staff = maker.rows("school_staff", *positions or [])
    judged = Assignments(maker.plan, classes, rows).settled(named_leads(classes.teachers, staff))
    people = teaching(judged)
    there = people if delivered is None else {str(key) for key in delivered}

    def rows_of(intake: Intake) -> list[SourceRow]:
        tell_unmapped_roles(judged, intake)
        return list(assignment_rows(maker.plan, classes, judged, there, intake))

    made = maker.shaped(ENROLLMENT, rows_of, given=True, negative=True)
    maker.problems = [problem.settled for problem in maker.problems]
    return made, {int(one) for one in people}


LEAD = {"id": 1, "users_dcid": 64, "role_name": "Lead Teacher"}
CO = {"id": 2, "users_dcid": 65, "role_name": "Co-Teacher"}
AIDE = {"id": 3, "users_dcid": 66, "role_name": "Instructional Aide"}


def test_a_lead_teacher(maker: Maker) -> None:
    made, people = taught(maker, LEAD)
    assert people == {64}
    assert (made[-1].fate, made[-1].references) == (IN, {"class": 900, "student": None, "teacher": 64})
    assert made[-1].values == {
        "sourcedId": "T1", "classSourcedId": "900", "schoolSourcedId": "1", "userSourcedId": "T64", "role": "teacher",
        "primary": "true", "beginDate": "2026-08-17", "endDate": "2027-01-16",
    }  # fmt: skip
    assert maker.problems == []


@pytest.mark.parametrize("name", ["Co-Teacher", "Co-teacher", "CO TEACHER", "Coteacher"])
@pytest.mark.parametrize("on", [True, False])
def test_co_teachers_on_and_off(maker: Maker, name: str, on: bool) -> None:
    maker.choose(options={"co_teachers": on})
    made, people = taught(maker, LEAD, {**CO, "role_name": name})
    assert (made[-2].fate, made[-2].rule) == ((IN, None) if on else (OUT, "co-teacher-off"))
    assert made[-2].values["primary"] == "false"
    assert people == ({64, 65} if on else {64})
    assert maker.problems == []


@pytest.mark.parametrize("name", ["Instructional Aide", "Aide", "Substitute", "PARAPROFESSIONAL"])
def test_other_roles_are_no_teachers(maker: Maker, name: str) -> None:
    made, people = taught(maker, {**AIDE, "role_name": name})
    assert (made[-3].fate, made[-3].rule, people) == (OUT, "assignment-role", set())
    assert maker.found() == [("class-without-teacher", "class", 900, 1, "")]


def test_an_assignment_that_ends_before_it_begins_is_not_delivered(maker: Maker) -> None:
    made, _people = taught(maker, LEAD, {**CO, "start_date": "2027-01-10", "end_date": "2027-01-09"})
    assert (made[-2].fate, made[-2].rule) == (OUT, "ends-before-it-begins")
    assert made[-1].fate == IN
    assert maker.found() == [("ends-before-it-begins", "enrollment", -2, 1, "endDate")]


@pytest.mark.parametrize("begin", ["8/18/2026", "soon", "2026-02-30"])
def test_an_assignment_whose_first_day_is_unreadable_stays_as_delivered(maker: Maker, begin: str) -> None:
    """As a text, it can come after any last day; that says nothing of the days."""
    made, _people = taught(maker, {**LEAD, "start_date": begin, "end_date": "2026-12-18"})
    assert (made[-1].fate, made[-1].rule) == (KEPT, "unreadable")


def test_nobody_is_enrolled_in_a_class_without_a_school(maker: Maker) -> None:
    """It stays as it was delivered, with the school that it had."""
    made = enrollment(maker, section={"schoolid": 777})
    assert (made.fate, made.rule) == (KEPT, "enrollment-without-school")
    assert ("enrollment-without-school", "enrollment", 70001, None, "") in maker.found()
    maker.problems.clear()
    taught_there, _people = taught(maker, LEAD, schoolid=777)
    assert (taught_there[-1].fate, taught_there[-1].rule) == (KEPT, "enrollment-without-school")


def test_a_second_lead_teacher_is_reported_and_not_primary(maker: Maker) -> None:
    made, _people = taught(maker, LEAD, {**LEAD, "id": 4, "users_dcid": 67})
    assert [made[-1].values["primary"], made[-4].values["primary"]] == ["true", "false"]
    assert made[-4].fate == IN
    assert maker.found() == [("second-lead-teacher", "class", 900, 1, "")]


@pytest.mark.parametrize(
    ("end", "fate"),
    [("2026-11-17", OUT), ("2026-11-18", IN), ("2026-12-31", IN), ("", IN), ("2027-01-16", IN), ("2027-06-30", IN)],
)
def test_an_assignment_that_ended(maker: Maker, end: str, fate: Fate) -> None:
    made, people = taught(maker, {**LEAD, "end_date": end}, {**LEAD, "id": 4, "users_dcid": 67})
    assert (made[-1].fate, made[-1].rule) == ((IN, None) if fate == IN else (OUT, "assignment-ended"))
    assert people == {64, 67}, "who taught this year is a teacher"
    last_day = end == "2026-11-18"
    assert made[-4].values["primary"] == ("false" if fate == IN and not last_day else "true"), "who follows leads then"


def test_after_the_class_nobody_has_left_early(maker: Maker) -> None:
    maker.choose(today=date(2027, 5, 1))
    assert taught(maker, {**LEAD, "end_date": "2027-01-15"})[0][-1].fate == IN
    assert taught(maker, {**LEAD, "end_date": "2027-01-14"})[0][-1].rule == "assignment-ended"


@pytest.mark.parametrize(
    ("values", "school", "detail"),
    [({"section_dcid": ""}, None, "class"), ({"section_dcid": 901}, None, "class"), ({"users_dcid": ""}, 1, "teacher")],
)
def test_D10_an_assignment_that_points_nowhere(
    maker: Maker, values: dict[str, object], school: int | None, detail: str
) -> None:
    made, people = taught(maker, {**LEAD, **values})
    assert (made[-1].fate, made[-1].rule, people) == (KEPT, "orphan", set())
    assert maker.found() == [
        ("orphan", "enrollment", -1, school, detail),
        ("class-without-teacher", "class", 900, 1, ""),
    ]


def test_a_teacher_who_is_not_delivered_leads_nothing(maker: Maker) -> None:
    made, _people = taught(maker, LEAD, {**LEAD, "id": 4, "users_dcid": 67}, delivered={67})
    assert made[-4].values["primary"] == "true"
    assert maker.problems == []
    taught(maker, LEAD, delivered=set())
    assert maker.found() == [("class-without-teacher", "class", 900, 1, "")]


def test_classes_of_schools_that_are_not_chosen_make_nobody_a_teacher(maker: Maker) -> None:
    maker.choose(scope={"schools": [200]})
    made, people = taught(maker, LEAD)
    assert (made[-1].fate, people) == (IN, set()), "the class goes, and takes it along"
    maker.problems.clear()
    taught(maker)
    assert maker.problems == [], "nor is it asked why nobody teaches them"
