"""Who leads a class, what the district's own roles mean, and who is a teacher: cases that districts really have."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from psconnect.model.connection import from_dict
from psconnect.model.errors import FixSettings
from psconnect.model.problems import Fate
from psconnect.roster.roles import Roles, roles_of
from psconnect.sync.compose import choices_of, rules_fingerprint
from psconnect.wording.errors import word
from tests.sources.conftest import Maker
from tests.sources.test_classes import CO, LEAD, taught

IN, OUT, KEPT = Fate.IN, Fate.LEFT_OUT, Fate.KEPT
KIM: dict[str, object] = {"dcid": 1, "id": 501, "users_dcid": 64, "schoolid": 100, "status": 1}
LEE: dict[str, object] = {"dcid": 2, "id": 502, "users_dcid": 65, "schoolid": 100, "status": 1}
GUIDE = {"id": 1, "teacherid": 501, "users_dcid": 64, "roleid": 31, "role_name": "Homeroom Guide"}
UNKNOWN = ("role-not-mapped", "enrollment")
LED_BY_SECTION = -(10**15 + 900)


def teachers(made: dict[int, Any]) -> dict[int, tuple[str | None, str]]:
    """Rule and whether primary, of teachers' enrollments by row number."""
    return {-key: (one.rule, one.values["primary"]) for key, one in made.items()}


# --- SECTIONS.TEACHER ------------------------------------------------------------------------------------------------


def test_the_lead_is_whom_the_section_names_whatever_the_role_is_called(maker: Maker) -> None:
    made, people = taught(maker, GUIDE, teacher=501, positions=[KIM])
    assert teachers(made) == {1: (None, "true")}
    assert people == {64}
    assert maker.problems == []


def test_also_where_the_connection_maps_that_role_to_neither(maker: Maker) -> None:
    maker.choose(roles={"Homeroom Guide": "neither"})
    made, people = taught(maker, GUIDE, teacher=501, positions=[KIM])
    assert (teachers(made), people) == ({1: (None, "true")}, {64})


def test_a_lead_without_a_row_has_an_enrollment_of_the_sections_number(maker: Maker) -> None:
    made, people = taught(maker, teacher=501, positions=[KIM])
    assert people == {64}
    assert (made[LED_BY_SECTION].fate, made[LED_BY_SECTION].references) == (
        IN, {"class": 900, "student": None, "teacher": 64},
    )  # fmt: skip
    assert made[LED_BY_SECTION].values == {
        "sourcedId": "T1000000000000900", "classSourcedId": "900", "schoolSourcedId": "1", "userSourcedId": "T64",
        "role": "teacher", "primary": "true", "beginDate": "", "endDate": "",
    }  # fmt: skip
    assert maker.problems == []
    again, _people = taught(maker, teacher=502, positions=[KIM, LEE])
    assert list(again) == [LED_BY_SECTION], "the number stays when somebody else leads it"
    assert again[LED_BY_SECTION].values["userSourcedId"] == "T65"


def test_an_assignment_that_begins_after_the_class_belongs_to_another_one(maker: Maker) -> None:
    later = {**CO, "id": 4, "users_dcid": 67, "start_date": "2027-08-16", "end_date": "2028-06-10"}
    made, people = taught(maker, LEAD, later)
    assert (made[-4].fate, made[-4].rule, people) == (OUT, "assignment-after-class", {64})
    assert maker.found() == [("assignment-after-class", "enrollment", -4, 1, "beginDate")]


@pytest.mark.parametrize("role", ["Lead Teacher", "Homeroom Guide"])
def test_whom_the_section_names_is_its_lead_whatever_the_dates_say(maker: Maker, role: str) -> None:
    late = {**GUIDE, "role_name": role, "start_date": "2027-08-16", "end_date": "2028-06-10"}
    made, people = taught(maker, late, teacher=501, positions=[KIM])
    assert (teachers(made), people) == ({1: (None, "true")}, {64})
    assert maker.problems == []


@pytest.mark.parametrize("teacher", ["", "0"])
def test_a_section_that_names_nobody(maker: Maker, teacher: str) -> None:
    assert taught(maker, teacher=teacher, positions=[KIM]) == ({}, set())
    assert maker.found() == [("class-without-teacher", "class", 900, 1, "")]


def test_a_section_that_names_somebody_who_is_no_longer_there(maker: Maker) -> None:
    made, people = taught(maker, teacher=999, positions=[KIM])
    assert ((made[LED_BY_SECTION].fate, made[LED_BY_SECTION].rule), people) == ((KEPT, "orphan"), set())
    assert ("orphan", "enrollment", LED_BY_SECTION, 1, "teacher") in maker.found()
    maker.problems.clear()
    taught(maker, {"id": 1, "teacherid": 999, "role_name": "Lead Teacher"}, teacher=999, positions=[KIM])
    assert maker.found()[0][:3] == ("orphan", "enrollment", -1), "told once"
    assert len([found for found in maker.found() if found[0] == "orphan"]) == 1


def test_an_ID_that_several_people_have_is_the_one_at_the_sections_school(maker: Maker) -> None:
    elsewhere = {**LEE, "id": 501, "schoolid": 200}
    made, _people = taught(maker, teacher=501, positions=[KIM, elsewhere])
    assert made[LED_BY_SECTION].values["userSourcedId"] == "T64"
    made, people = taught(maker, teacher=501, positions=[KIM, {**elsewhere, "schoolid": 100}])
    assert (made[LED_BY_SECTION].fate, people) == (KEPT, set()), "not picked by chance"


def test_the_lead_is_nobody_else_where_the_row_names_another_post_of_the_same_person(maker: Maker) -> None:
    elsewhere = {**KIM, "dcid": 3, "id": 777, "schoolid": 200}
    made, _people = taught(maker, {**GUIDE, "teacherid": 777}, teacher=501, positions=[KIM, elsewhere])
    assert teachers(made) == {1: (None, "true")}


def test_who_has_a_second_row_in_the_class_is_there_once_as_lead(maker: Maker) -> None:
    lead = {**LEAD, "teacherid": 501}
    mentor = {**GUIDE, "id": 2, "role_name": "Observer"}
    made, _people = taught(maker, mentor, lead, teacher=501, positions=[KIM])
    assert teachers(made) == {1: (None, "true"), 2: ("assignment-role", "false")}
    assert maker.problems == []


def test_where_the_names_of_roles_can_not_be_read_the_section_says_who_leads(maker: Maker) -> None:
    others = [{**GUIDE, "id": n, "teacherid": 502, "users_dcid": 65, "role_name": "", "roleid": 26} for n in (2, 3)]
    made, people = taught(maker, {**GUIDE, "role_name": ""}, *others, teacher=501, positions=[KIM, LEE])
    assert (made[-1].fate, made[-1].values["primary"], people) == (IN, "true", {64})
    assert maker.found() == [(*UNKNOWN, -2, None, "number 26: 2 records")]
    maker.problems.clear()
    maker.choose(roles={"26": "co-teacher"})
    made, people = taught(maker, {**GUIDE, "role_name": ""}, *others, teacher=501, positions=[KIM, LEE])
    assert (made[-2].fate, people, maker.problems) == (IN, {64, 65}, [])


# --- roles -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "name", "kind"),
    [
        ("", "Lead Teacher", "lead"),
        ("", "LEAD-TEACHER", "lead"),
        ("", "Teacher of Record", "lead"),
        ("", "Elementary Lead Teacher", "lead"),
        ("LEADTEACHER", "Klassenleitung", "lead"),
        ("", "Co-teacher", "co-teacher"),
        ("", "Coteacher", "co-teacher"),
        ("", "co‑teacher", "co-teacher"),
        ("", "DESE Co-teacher", "co-teacher"),
        ("", "Job Share", "co-teacher"),
        ("", "ESL/SPED Teacher", "co-teacher"),
        ("coTeacher", "Guide", "co-teacher"),
        ("", "Instructional Aide", "neither"),
        ("", "Lead Aide", None),
        ("", "Team Leader", None),
        ("X1", "", None),
        ("", "", None),
    ],
)
def test_roles_that_are_known_without_being_mapped(key: str, name: str, kind: str | None) -> None:
    assert Roles().kind_of(key, name, "7") == kind


def test_what_the_connection_says_wins_and_the_key_wins_over_the_name() -> None:
    roles = roles_of({"Math-Coach": "co-teacher", "lead TEACHER": "neither", "k 7": "lead", "31": "lead"})
    assert roles.kind_of("", "math coach") == "co-teacher"
    assert roles.kind_of("", "Lead Teacher") == "neither"
    assert roles.kind_of("K7", "Math Coach") == "lead"
    assert roles.kind_of("LEADTEACHER", "Math Coach") == "neither", "the key is one of the connection's own"
    assert roles.kind_of("", "Guide", "31") == "lead"


@pytest.mark.parametrize(
    ("settings", "happened"),
    [
        ({" - ": "lead"}, "can’t be the name of a role"),
        ({"Math Coach": "lead", "MATH-COACH": "neither"}, "stands in [roles] twice"),
    ],
)
def test_roles_that_can_not_be_used_are_refused(settings: dict[str, str], happened: str) -> None:
    with pytest.raises(FixSettings) as refused:
        choices_of(from_dict({"name": "x", "preset": "oneroster", "roles": settings}))
    assert happened in word(refused.value).happened


def test_an_unknown_meaning_of_a_role_is_refused_by_name() -> None:
    with pytest.raises(FixSettings) as refused:
        from_dict({"name": "x", "preset": "oneroster", "roles": {"Math Coach": "teacher"}})
    assert "roles" in word(refused.value).happened
    assert "“lead”, “co-teacher”, “neither”" in word(refused.value).to_do


def test_a_role_that_nobody_mapped_is_told_by_its_name_and_its_count(maker: Maker) -> None:
    coach: dict[str, object] = {"id": 7, "users_dcid": 65, "role_name": "Math Coach", "roleid": 9}
    rows = [coach, {**coach, "id": 8, "users_dcid": 66}, {**coach, "id": 9, "role_name": "", "role_key": "SEL"}]
    made, people = taught(maker, LEAD, *rows)
    assert {key: one.rule for key, one in made.items()} == {
        -1: None, -7: "role-not-mapped", -8: "role-not-mapped", -9: "role-not-mapped",
    }  # fmt: skip
    assert people == {64}
    assert maker.found() == [(*UNKNOWN, -7, None, "Math Coach: 2 records"), (*UNKNOWN, -9, None, "SEL: 1 record")]
    maker.problems.clear()
    maker.choose(roles={"math coach": "co-teacher", "sel": "neither"})
    made, people = taught(maker, LEAD, *rows)
    assert (people, maker.problems) == ({64, 65, 66}, [])


def test_an_unmapped_role_elsewhere_or_of_the_past_is_nobodys_trouble(maker: Maker) -> None:
    coach: dict[str, object] = {"id": 7, "users_dcid": 65, "role_name": "Math Coach"}
    made, _people = taught(maker, LEAD, {**coach, "end_date": "2026-09-01"})
    assert (made[-7].rule, maker.problems) == ("assignment-ended", [])
    maker.choose(scope={"schools": [200]})
    taught(maker, coach)
    assert maker.problems == []


def test_roles_are_rules() -> None:
    least = {"name": "x", "preset": "oneroster"}
    plain = rules_fingerprint(choices_of(from_dict(least)))
    mapped = rules_fingerprint(choices_of(from_dict({**least, "roles": {"Math Coach": "co-teacher"}})))
    other = rules_fingerprint(choices_of(from_dict({**least, "roles": {"Math Coach": "lead"}})))
    assert len({plain, mapped, other}) == 3
    same = rules_fingerprint(choices_of(from_dict({**least, "roles": {"MATH COACH": "lead"}})))
    assert same == other


# --- several leads ---------------------------------------------------------------------------------------------------

NEXT = {**LEAD, "id": 4, "users_dcid": 65}
SECOND = [("second-lead-teacher", "class", 900, 1, "")]


@pytest.mark.parametrize(
    ("first", "second", "primary", "told"),
    [
        # One after the other: the one of today (2026-11-18) leads, and nobody has to be told.
        ({"end_date": "2026-12-18"}, {"start_date": "2026-12-18"}, 1, False),
        ({"end_date": "2026-12-18"}, {"start_date": "2026-12-01"}, 1, False),
        ({"end_date": "2026-11-18"}, {"start_date": "2026-11-18"}, 4, False),
        ({"end_date": "2026-11-18"}, {"start_date": "2026-11-19"}, 1, False),
        ({"start_date": "2026-12-01"}, {"start_date": "2026-11-18"}, 4, False),
        ({"end_date": "2026-11-17"}, {}, 4, False),
        # None of today: the one who comes next.
        ({"start_date": "2026-12-20"}, {"start_date": "2026-12-01"}, 4, False),
        # Both of today.
        ({}, {}, 1, True),
        ({"end_date": ""}, {"start_date": "2026-11-18", "end_date": "2026-11-19"}, 1, True),
    ],
)
def test_of_several_leads_the_one_of_today_is_primary(
    maker: Maker, first: dict[str, object], second: dict[str, object], primary: int, told: bool
) -> None:
    made, _people = taught(maker, {**LEAD, **first}, {**NEXT, **second})
    assert [number for number, (_rule, flag) in teachers(made).items() if flag == "true"] == [primary]
    assert maker.found() == (SECOND if told else [])


def test_of_two_leads_of_today_the_one_whom_the_section_names_is_primary(maker: Maker) -> None:
    made, _people = taught(maker, LEAD, NEXT, teacher=502, positions=[KIM, LEE])
    assert teachers(made) == {1: (None, "false"), 4: (None, "true")}
    assert maker.found() == SECOND


def test_dates_win_over_whom_the_section_names_already(maker: Maker) -> None:
    made, _people = taught(maker, LEAD, {**NEXT, "start_date": "2027-01-05"}, teacher=502, positions=[KIM, LEE])
    assert teachers(made) == {1: (None, "true"), 4: (None, "false")}
    assert maker.problems == []


def test_one_person_with_two_rows_is_no_second_lead(maker: Maker) -> None:
    taught(maker, LEAD, {**LEAD, "id": 4})
    assert maker.problems == []


def test_a_class_that_is_over_keeps_its_last_lead_and_nobody_is_told(maker: Maker) -> None:
    maker.choose(today=date(2027, 3, 1))
    ended: dict[str, object] = {**LEAD, "end_date": "2026-12-01"}
    made, people = taught(maker, ended, {**NEXT, "start_date": "2026-12-01"})
    assert teachers(made) == {1: ("assignment-ended", "false"), 4: (None, "true")}
    assert (people, maker.problems) == ({64, 65}, [])
    taught(maker, LEAD, NEXT)
    assert maker.problems == []


# --- who is a teacher ------------------------------------------------------------------------------------------------


def test_who_taught_this_year_is_a_teacher_also_when_it_is_over_or_yet_to_begin(maker: Maker) -> None:
    assert taught(maker, {**LEAD, "end_date": "2026-09-01"})[1] == {64}
    assert taught(maker, {**CO, "end_date": "2026-09-01"})[1] == {65}
    assert taught(maker, {**LEAD, "start_date": "2027-01-05"})[1] == {64}


def test_who_is_in_classes_in_other_roles_only_is_no_teacher(maker: Maker) -> None:
    maker.choose(roles={"Homeroom Guide": "neither"})
    assert taught(maker, LEAD, {**GUIDE, "id": 2, "users_dcid": 65})[1] == {64}
    maker.choose()
    assert taught(maker, LEAD, {**GUIDE, "id": 2, "users_dcid": 65})[1] == {64}


@pytest.mark.parametrize("end", ["", "2026-09-01"])
def test_co_teachers_who_are_switched_off_are_no_teachers(maker: Maker, end: str) -> None:
    maker.choose(options={"co_teachers": False})
    assert taught(maker, LEAD, {**CO, "end_date": end})[1] == {64}
    assert taught(maker, LEAD, {**CO, "end_date": end}, {**LEAD, "id": 5, "users_dcid": 65, "end_date": "2026-09-01"})[
        1
    ] == {64, 65}
