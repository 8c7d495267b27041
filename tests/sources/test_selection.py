"""Who is in, with hand-made rows: filters that can't look, moves that lead nowhere, groups, limits, merged terms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from psconnect.destinations import KINDS
from psconnect.model.connection import from_dict
from psconnect.model.entities import CALENDAR, CLASS, COURSE, DISTRICT_KEY, ENROLLMENT, STUDENT
from psconnect.model.problems import Fate
from psconnect.powerschool.json_repair import _UNREADABLE
from psconnect.sources.powerschool.assignments import Assignments
from psconnect.sources.powerschool.classes import Classes, enrollment_rows
from psconnect.sources.powerschool.district import course_rows, term_rows
from psconnect.sources.powerschool.people import student_rows
from psconnect.sources.powerschool.section_moves import SectionMoves, move_sections
from psconnect.sync.compose import choices_of, rules_fingerprint
from tests.sources.conftest import Maker, Shaped
from tests.sources.test_classes import ALGEBRA, hand_over
from tests.sources.test_people import MIA

IN, OUT, KEPT = Fate.IN, Fate.LEFT_OUT, Fate.KEPT


def student(maker: Maker, **values: object) -> Shaped:
    row = maker.row("students", **{**MIA, **values})
    return maker.shaped(STUDENT, lambda intake: student_rows(maker.plan, maker.district(), intake)([row]))[431]


def test_a_filter_decides_before_requirements_do(maker: Maker) -> None:
    grade = {"field": "Students.Grade_Level", "op": "at least", "value": 6, "name": "Older"}
    maker.choose(filters={"student": [grade]}, requirements={"student": {"email": "skip"}})
    assert (student(maker, email="").fate, student(maker, email="").rule) == (OUT, "filter:Older")
    assert maker.problems == []
    assert student(maker, email="", grade_level=6).rule == "missing-required"


@pytest.mark.parametrize("schools", ["all", [200]])
def test_other_rules_decide_before_filters_do(maker: Maker, schools: Any) -> None:
    maker.choose(
        scope={"schools": schools},
        filters={"student": [{"attribute": "email", "op": "is empty"}]},
    )
    assert student(maker, enroll_status=2).rule == (
        "school-not-chosen:student-inactive" if schools == [200] else "student-inactive"
    )


def test_what_a_filter_can_not_read_is_no_reason_to_remove_anybody(maker: Maker) -> None:
    grade = {"field": "Students.Grade_Level", "op": "at least", "value": 6}
    maker.choose(filters={"student": [grade]})
    broken = student(maker, grade_level=f"1{_UNREADABLE}")
    assert (broken.fate, broken.rule) == (KEPT, "unreadable")
    assert maker.found() == [("unreadable", "student", 431, 1, "Students.Grade_Level")]
    maker.problems.clear()
    assert student(maker, email=f"x{_UNREADABLE}").rule == "filter:Students.Grade_Level at least 6"


def test_a_value_that_does_not_fit_is_reported_once(maker: Maker) -> None:
    maker.rules = replace(maker.rules, longest=30)
    assert student(maker, last_name="x" * 31).rule == "too-long"
    assert maker.found() == [("too-long", "student", 431, 1, "familyName")]


def test_other_enrollment_states(maker: Maker) -> None:
    maker.choose(options={"enroll_status": [0, -1]})
    fates = {status: student(maker, enroll_status=status).fate for status in (0, -1, 2)}
    assert fates == {0: IN, -1: IN, 2: OUT}


# --- classes ---------------------------------------------------------------------------------------------------------


def classes_of(
    maker: Maker, *sections: dict[str, Any], moves: SectionMoves | None = None
) -> tuple[Classes, dict[int, Shaped]]:
    classes = Classes(moves=moves or SectionMoves())
    _classes, made = hand_over(maker, classes, maker.rows("sections", *({**ALGEBRA, **one} for one in sections)))
    classes.settle()
    return classes, made


def test_courses_as_groups_with_a_category(maker: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    takes = replace(KINDS["oneroster-csv"], takes=frozenset({"groups", "categories"}))
    monkeypatch.setitem(KINDS, "oneroster-csv", takes)
    clubs = {"school": 100, "courses": ["alg1 "], "deliver_as": "group", "category": "Clubs"}
    maker.choose(scope={"courses": [clubs]})
    _classes, made = classes_of(maker, {}, {"dcid": 901, "course_number": "BIO"}, {"dcid": 902, "schoolid": 200})
    assert (made[900].values["deliverAs"], made[900].values["category"]) == ("group", "Clubs")
    assert made[901].rule == "course-not-chosen"
    assert (made[902].fate, made[902].values["deliverAs"]) == (IN, "class")


def test_courses_that_no_school_delivers_are_left_out(maker: Maker) -> None:
    maker.choose(scope={"courses": [{"courses": ["ALG1"]}]})
    rows = maker.rows(
        "courses",
        {"dcid": 7, "course_number": "ALG1", "course_name": "Algebra"},
        {"dcid": 8, "course_number": "BIO", "course_name": "Biology"},
    )
    made = maker.shaped(COURSE, lambda intake: course_rows(maker.plan, maker.district(), rows, intake))
    assert {key: one.rule for key, one in made.items()} == {7: None, 8: "course-not-chosen"}


MOVE: dict[str, Any] = {"options": {"section_move": "U_SECTIONS_X.MoveTo"}}
SCHOOLS = {"100": "1", "200": "2"}


def moves_of(maker: Maker, rows: list[Any], courses: Sequence[Any] = ()) -> SectionMoves:
    found: list[SectionMoves] = []
    maker.take(CLASS, lambda intake: found.append(move_sections(maker.plan, SCHOOLS, rows, courses, intake)))
    return found[0]


def moved(maker: Maker, *targets: str, **more: Any) -> tuple[SectionMoves, list[Any]]:
    """Sections 900, 901 … of ALG1 with numbers 01, 02 …, moved to these targets."""
    maker.choose(**MOVE)
    rows = [
        maker.row(
            "sections",
            **{**ALGEBRA, "dcid": 900 + n, "section_number": f"0{n + 1}", "u_sections_x_moveto": target, **more},
        )
        for n, target in enumerate(targets)
    ]
    courses = maker.rows(
        "courses",
        {"dcid": 8, "course_number": "BIO", "course_name": "Biology"},
        {"dcid": 9, "course_number": "BIO", "course_name": "Biology of today"},
        {"dcid": 10, "course_number": "M.1", "course_name": "Maths one"},
    )
    return moves_of(maker, rows, courses), rows


def test_a_section_belongs_to_another_course(maker: Maker) -> None:
    moves, rows = moved(maker, "BIO", " M.1 ", "")
    assert moves.into == {}
    assert [(row.course_number, row.course_name, row.course_dcid) for row in rows] == [
        ("BIO", "Biology", "8"), ("M.1", "Maths one", "10"), ("ALG1", "Algebra", "7"),
    ]  # fmt: skip
    assert maker.problems == []


def test_a_chain_of_moves_ends_in_one_class(maker: Maker) -> None:
    moves, _rows = moved(maker, "ALG1.02", "ALG1.03", "")
    assert moves.into == {"900": "902", "901": "902"}


def test_moves_that_lead_nowhere_leave_the_section_where_it_is(maker: Maker) -> None:
    moves, _rows = moved(maker, "ALG1.02", "ALG1.01", "ALG1.09", "ALG1.04")
    assert moves.into == {}
    assert maker.found() == [
        ("section-move-target", "class", key, 1, "U_SECTIONS_X.MoveTo") for key in (900, 901, 902)
    ]  # 903 is told to stay where it is


def test_a_class_of_another_school_is_no_target(maker: Maker) -> None:
    maker.choose(**MOVE)
    rows = maker.rows(
        "sections",
        {**ALGEBRA, "u_sections_x_moveto": "ALG1.02"},
        {**ALGEBRA, "dcid": 901, "section_number": "02", "schoolid": 200},
    )
    assert moves_of(maker, rows).into == {}
    assert [found[0] for found in maker.found()] == ["section-move-target"]


def test_a_number_that_two_terms_have_means_the_section_of_the_same_term(maker: Maker) -> None:
    """Section 01 is taught in both semesters: who is moved in the first is not put into the class of the second."""
    maker.choose(**MOVE)
    target = {"section_number": "02", "u_sections_x_moveto": "ALG1.01"}
    rows = maker.rows(
        "sections",
        {**ALGEBRA, "dcid": 900, "section_number": "01", "termid": 3601},
        {**ALGEBRA, "dcid": 901, "section_number": "01", "termid": 3602},
        {**ALGEBRA, **target, "dcid": 902, "termid": 3601},
        {**ALGEBRA, **target, "dcid": 903, "termid": 3602},
        {**ALGEBRA, **target, "dcid": 904, "termid": 3600},
    )
    assert moves_of(maker, rows).into == {"902": "900", "903": "901"}
    assert [found[:3] for found in maker.found()] == [("section-move-target", "class", 904)]


def test_people_of_a_moved_section_are_in_the_other_class(maker: Maker) -> None:
    maker.choose(**MOVE)
    moves = SectionMoves({"900": "901"})
    later = {"dcid": 901, "section_number": "02", "termid": 3600}
    classes, made = classes_of(maker, {}, later, moves=moves)
    assert (made[900].rule, made[901].fate) == ("section-moved", IN)
    row = maker.row("enrollments", dcid=1, sectionid=5, section_dcid=900, student_dcid=431,
                    dateenrolled="2026-08-17", dateleft="2026-12-31")  # fmt: skip
    enrolled = maker.shaped(ENROLLMENT, lambda intake: enrollment_rows(maker.plan, classes, intake)([row]))[1]
    assert (enrolled.references["class"], enrolled.values["classSourcedId"]) == (901, "901")
    teach = maker.row("section_teachers", id=3, section_dcid=900, users_dcid=7, role_name="Lead Teacher")
    assert [one.class_id for one in Assignments(maker.plan, classes, [teach]).settled()] == ["901"]
    assert classes.info["900"].natural_end == "2027-01-15", "whether somebody left early is the section's own business"


def co_teaching(maker: Maker, *rows: tuple[int, int, str]) -> dict[int, str | None]:
    maker.choose(options={"co_teacher_classes": 2})
    classes, _made = classes_of(maker, {}, {"dcid": 901}, {"dcid": 902}, {"dcid": 903})
    made = [
        maker.row("section_teachers", id=n, section_dcid=section, users_dcid=7, role_name=role)
        for n, section, role in rows
    ]
    return {one.key: one.rule for one in Assignments(maker.plan, classes, made).settled()}


def test_a_co_teacher_has_at_most_so_many_classes(maker: Maker) -> None:
    rules = co_teaching(maker, (5, 900, "Co-teacher"), (2, 901, "Co-teacher"), (9, 902, "Co-teacher"))
    assert rules == {2: None, 5: None, 9: "co-teacher-limit"}


def test_classes_that_somebody_leads_do_not_count_for_the_limit(maker: Maker) -> None:
    rules = co_teaching(
        maker, (1, 900, "Lead Teacher"), (2, 901, "Co-teacher"), (3, 901, "Co-teacher"), (4, 902, "Co-teacher"),
        (5, 903, "Lead Teacher"),
    )  # fmt: skip
    assert set(rules.values()) == {None}


# --- terms -----------------------------------------------------------------------------------------------------------


def test_terms_are_merged_and_belong_to_the_district(maker: Maker) -> None:
    maker.choose(options={"merge_terms": True})
    district = maker.district()
    made = maker.shaped(CALENDAR, lambda intake: term_rows(maker.plan, district, maker.terms(), intake))
    assert {key: (one.fate, one.rule) for key, one in made.items() if key in (10, 11, 20, 21)} == {
        10: (IN, None), 11: (IN, None), 20: (OUT, "term-merged"), 21: (OUT, "term-merged"),
    }  # fmt: skip
    assert made[11].values["title"] == "Semester 1 (2026-08-17 2027-01-15)"
    assert (made[11].values["parentSourcedId"], made[11].values["schoolSourcedId"]) == ("10", "district")
    assert made[11].references == {"school": DISTRICT_KEY}


def test_a_term_of_a_school_that_is_not_chosen_is_merged_with_nothing(maker: Maker) -> None:
    maker.choose(options={"merge_terms": True}, scope={"schools": [200]})
    made = maker.shaped(CALENDAR, lambda intake: term_rows(maker.plan, maker.district(), maker.terms(), intake))
    assert (made[20].fate, made[20].values["schoolSourcedId"]) == (IN, "2")
    assert made[20].values["title"] == "2026-2027 (2026-08-17 2027-06-06)"


def test_chosen_terms_have_no_parent_that_is_not_there(maker: Maker) -> None:
    maker.choose(scope={"terms": {"100": ["semester 1"], "all": ["2026-2027"]}})
    made = maker.shaped(CALENDAR, lambda intake: term_rows(maker.plan, maker.district(), maker.terms(), intake))
    assert {key: made[key].rule for key in (10, 11, 20, 21)} == {
        10: "term-not-chosen", 11: None, 20: None, 21: "term-not-chosen",
    }  # fmt: skip
    assert made[11].values["parentSourcedId"] == ""


# --- the fingerprint -------------------------------------------------------------------------------------------------

LEAST: dict[str, Any] = {"name": "x", "preset": "oneroster"}
GRADE = {"field": "Students.Grade_Level", "op": "equals", "value": 9}
PAIR = {"entity": "student", "keys": [1, 2], "verdict": "same"}


@pytest.mark.parametrize(
    "settings",
    [
        {"filters": {"student": [GRADE]}},
        {"uniqueness": {"student": []}},
        {"uniqueness": {"contact": ["email"]}},
        {"uniqueness": {"confirmed": [PAIR]}},
        {"options": {"enroll_status": [0, -1]}},
        {"options": {"admins": False}},
        {"options": {"parents": "portal"}},
        {"options": {"co_teacher_classes": 3}},
        {"options": {"merge_terms": True}},
        {"options": {"only_taught_classes": True}},
        {"options": {"only_used_courses": True}},
        {"options": {"section_move": "Sections.Room"}},
        {"scope": {"prior_data_days": 0}},
        {"scope": {"terms": {"all": ["S1"]}}},
        {"scope": {"courses": [{"courses": ["ALG1"]}]}},
    ],
)
def test_every_choice_changes_the_fingerprint(settings: dict[str, Any]) -> None:
    plain = rules_fingerprint(choices_of(from_dict(LEAST)))
    assert rules_fingerprint(choices_of(from_dict({**LEAST, **settings}))) != plain


def test_what_the_preset_says_anyway_changes_nothing() -> None:
    said = {"options": {"admins": True, "enroll_status": [0], "parents": "all"}, "uniqueness": {"contact": []}}
    plain = rules_fingerprint(choices_of(from_dict(LEAST)))
    assert rules_fingerprint(choices_of(from_dict({**LEAST, **said}))) == plain
