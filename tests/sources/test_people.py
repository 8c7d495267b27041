"""Students, staff as persons, contacts and relationships."""

from __future__ import annotations

from dataclasses import replace

import pytest

from psconnect.model.entities import ADMIN, CONTACT, RELATIONSHIP, STUDENT, TEACHER
from psconnect.model.problems import Fate
from psconnect.model.staff_usernames import StaffNames
from psconnect.sources.powerschool.people import (
    PortalAccounts,
    Staff,
    contact_rows,
    relationship_rows,
    student_rows,
)
from tests.sources.conftest import Maker, Shaped

MIA = {
    "dcid": 431,
    "student_number": 204417,
    "schoolid": 100,
    "enroll_status": 0,
    "grade_level": 5,
    "first_name": "Mia",
    "middle_name": "\u200b",
    "last_name": "O’Brien-李",
    "student_web_id": "mobrien",
    "state_studentnumber": "0012",
    "email": "mia@example.org",
}


def student(maker: Maker, **values: object) -> Shaped:
    row = maker.row("students", **{**MIA, **values})
    return maker.shaped(STUDENT, lambda intake: student_rows(maker.plan, maker.district(), intake)([row]))[431]


def test_a_student(maker: Maker) -> None:
    mia = student(maker)
    assert (mia.fate, mia.rule, mia.references) == (Fate.IN, None, {"school": 1})
    assert mia.values == {
        "sourcedId": "431", "schoolSourcedIds": "1", "username": "mobrien", "givenName": "Mia",
        "familyName": "O’Brien-李", "middleName": "", "identifier": "204417", "email": "mia@example.org",
        "stateId": "0012", "grade": "05",
    }  # fmt: skip
    assert maker.problems == []


def test_D13_a_value_beyond_the_destinations_limit_keeps_the_record_as_it_was(maker: Maker) -> None:
    maker.rules = replace(maker.rules, longest=20)
    assert student(maker, last_name="É" * 20).fate == Fate.IN
    assert maker.problems == []
    mia = student(maker, last_name="É" * 21)
    assert (mia.fate, mia.rule) == (Fate.KEPT, "too-long")
    assert maker.found() == [("too-long", "student", 431, 1, "familyName")]


@pytest.mark.parametrize("status", [-1, 1, 2, 3, 4, -2])
def test_a_student_who_is_not_active(maker: Maker, status: int) -> None:
    assert (student(maker, enroll_status=status).fate, student(maker, enroll_status=status).rule) == (
        Fate.LEFT_OUT,
        "student-inactive",
    )
    assert student(maker, enroll_status=status, schoolid=777).rule == "student-inactive"
    assert maker.problems == [], "it is as intended"


@pytest.mark.parametrize(
    ("values", "fate", "rule", "school", "detail"),
    [
        ({"schoolid": 777}, Fate.KEPT, "orphan", None, "school"),
        ({"schoolid": ""}, Fate.KEPT, "orphan", None, "school"),
        ({"enroll_status": ""}, Fate.KEPT, "unreadable", 1, "status"),
        ({"enroll_status": "active"}, Fate.KEPT, "unreadable", 1, "status"),
        ({"first_name": " "}, Fate.LEFT_OUT, "missing-required", 1, "givenName"),
        ({"student_web_id": ""}, Fate.LEFT_OUT, "missing-required", 1, "username"),
        ({"email": ""}, Fate.IN, "missing-reported", 1, "email"),
    ],
)
def test_D09_D10_a_student_that_something_is_wrong_with_is_a_problem(
    maker: Maker, values: dict[str, object], fate: Fate, rule: str, school: int | None, detail: str
) -> None:
    made = student(maker, **values)
    assert (made.fate, made.rule) == (fate, None if fate == Fate.IN else rule)
    assert maker.found() == [(rule, "student", 431, school, detail)]


def test_students_of_schools_that_are_not_chosen(maker: Maker) -> None:
    maker.choose(scope={"schools": [200]})
    assert (student(maker).fate, student(maker).rule) == (Fate.LEFT_OUT, "school-not-chosen")
    assert student(maker, enroll_status=2).rule == "school-not-chosen:student-inactive"
    assert student(maker, schoolid=200).fate == Fate.IN
    assert student(maker, first_name="").rule == "school-not-chosen"
    assert maker.problems == []


def test_a_guest_is_judged_as_any_student_is(maker: Maker) -> None:
    maker.choose(scope={"schools": [200]})

    def guest(**values: object) -> Shaped:
        row = maker.row("students", **{**MIA, **values})
        rows_of = student_rows
        return maker.shaped(STUDENT, lambda intake: rows_of(maker.plan, maker.district(), intake, {"431"})([row]))[431]

    assert (guest().fate, guest().values["schoolSourcedIds"], guest().references) == (Fate.IN, "1", {"school": 1})
    assert guest(enroll_status=2).rule == "student-inactive"
    assert maker.problems == []
    assert guest(first_name="").rule == "missing-required"
    assert maker.found() == [("missing-required", "student", 431, 1, "givenName")]


def test_a_connection_decides_what_a_missing_attribute_means(maker: Maker) -> None:
    maker.choose(requirements={"student": {"email": "skip", "stateId": "report"}})
    assert student(maker, email="").rule == "missing-required"
    assert student(maker, state_studentnumber="").fate == Fate.IN
    assert [problem[0] for problem in maker.found()] == ["missing-required", "missing-reported"]


# --- staff -----------------------------------------------------------------------------------------------------------

KIM = {
    "dcid": 64, "teachernumber": "T-9", "first_name": "Kim", "last_name": "Park", "email_addr": "kim@example.org",
    "loginid": "kpark", "teacherloginid": "kim.park", "homeschoolid": 200,
}  # fmt: skip


def staff(
    maker: Maker, *positions: dict[str, object], teaching: bool = False, **values: object
) -> tuple[dict[int, Shaped], dict[int, Shaped]]:
    """Kim's records as teacher and as other staff, by key."""
    rows = [
        maker.row("school_staff", **{"dcid": n, "users_dcid": 64, "status": 1, **position})
        for n, position in enumerate(positions)
    ]
    users = [maker.row("users", **{**KIM, **values})]
    teachers, admins = Staff({"64"} if teaching else (), {}).rows(maker.plan, maker.district(), users, rows)
    return maker.shaped(TEACHER, lambda _intake: teachers), maker.shaped(ADMIN, lambda _intake: admins)


def test_one_person_in_several_schools_the_home_school_first(maker: Maker) -> None:
    teachers, admins = staff(maker, {"schoolid": 100}, {"schoolid": 200}, {"schoolid": 0}, teaching=True)
    assert admins == {}
    assert teachers[64].fate == Fate.IN
    assert teachers[64].values == {
        "sourcedId": "T64", "schoolSourcedIds": "2,district,1", "username": "kim.park", "givenName": "Kim",
        "familyName": "Park", "middleName": "", "identifier": "T-9", "email": "kim@example.org",
    }  # fmt: skip


def test_who_has_no_class_is_other_staff(maker: Maker) -> None:
    teachers, admins = staff(maker, {"schoolid": 100}, {"schoolid": 100, "dcid": 9})
    assert teachers == {}
    assert (admins[64].values["username"], admins[64].values["schoolSourcedIds"]) == ("kim.park", "1")


@pytest.mark.parametrize("teaching", [True, False])
@pytest.mark.parametrize(
    ("teacher_login", "login", "username"),
    [
        ("kim.park", "kpark", "kim.park"),
        ("", "kpark", "kpark"),
        (" ", "kpark", "kpark"),
        ("\u200b", " kpark ", "kpark"),
        ("kim.park", "", "kim.park"),
    ],
)
def test_the_user_name_of_all_staff_is_the_teachers_portals_else_the_admin_portals(
    maker: Maker, teacher_login: str, login: str, username: str, *, teaching: bool
) -> None:
    both = staff(maker, {"schoolid": 100}, teaching=teaching, teacherloginid=teacher_login, loginid=login)
    assert both[0 if teaching else 1][64].values["username"] == username


def test_a_user_name_that_is_made_up_for_an_empty_field_is_no_login(maker: Maker) -> None:
    username = "{Users.TeacherLoginID|else:Users.LoginID|default:nobody}"
    maker.choose(mapping={kind: {"username": username} for kind in ("teacher", "admin")})
    assert staff(maker, {"schoolid": 100}, teacherloginid="")[1][64].values["username"] == "kpark"
    assert staff(maker, {"schoolid": 100}, teacherloginid="", loginid="")[1][64].values["username"] == "nobody"
    maker.names = StaffNames({64: ("admin", "nobody")})
    assert staff(maker, {"schoolid": 100})[1][64].values["username"] == "kim.park"
    maker.names = StaffNames({64: ("admin", "kpark")})
    assert staff(maker, {"schoolid": 100})[1][64].values["username"] == "kpark"


def test_a_user_name_that_is_mapped_comes_from_nowhere_else(maker: Maker) -> None:
    maker.choose(mapping={"admin": {"username": "{Users.Email_Addr}"}}, options={"username_prefix": "LU-"})
    maker.rules = replace(maker.rules, prefixes={kind: {"username": "LU-"} for kind in ("teacher", "admin")})
    assert staff(maker, {"schoolid": 100})[1][64].values["username"] == "LU-kim@example.org"
    assert staff(maker, {"schoolid": 100}, email_addr="")[1][64].rule == "missing-required"
    assert staff(maker, {"schoolid": 100}, teaching=True)[0][64].values["username"] == "LU-kim.park"


@pytest.mark.parametrize(
    "positions",
    [
        [],
        [{"schoolid": 100, "status": 2}],
        [{"schoolid": 100, "status": 0}],
        [{"schoolid": 100, "status": ""}],
        [{"schoolid": 777}],
        [{"schoolid": 100, "users_dcid": 65}],
        [{"schoolid": 100, "users_dcid": ""}],
    ],
)
def test_who_left_is_not_active(maker: Maker, positions: list[dict[str, object]]) -> None:
    teachers, _admins = staff(maker, *positions, teaching=True)
    assert (teachers[64].fate, teachers[64].rule) == (Fate.LEFT_OUT, "staff-inactive")
    assert teachers[64].values["schoolSourcedIds"] == ""
    assert maker.problems == []


def test_the_district_office_counts_when_all_schools_are_chosen(maker: Maker) -> None:
    assert staff(maker, {"schoolid": 0})[1][64].values["schoolSourcedIds"] == "district"
    maker.choose(scope={"schools": [100]})
    assert staff(maker, {"schoolid": 0})[1][64].rule == "staff-inactive"


def test_only_memberships_of_chosen_schools_count(maker: Maker) -> None:
    maker.choose(scope={"schools": [100]})
    _teachers, admins = staff(maker, {"schoolid": 100}, {"schoolid": 200})
    assert admins[64].values["schoolSourcedIds"] == "1"
    assert staff(maker, {"schoolid": 200})[1][64].rule == "staff-inactive"


def test_staff_requirements_are_those_of_the_kind(maker: Maker) -> None:
    teachers, _ = staff(maker, {"schoolid": 100}, teaching=True, teacherloginid="", loginid="", email_addr="")
    assert (teachers[64].rule, maker.found()) == (
        "missing-required", [("missing-required", "teacher", 64, 1, "username")],
    )  # fmt: skip
    maker.problems.clear()
    _, admins = staff(maker, {"schoolid": 100}, teacherloginid="", email_addr="")
    assert (admins[64].fate, maker.problems) == (Fate.IN, [])
    staff(maker, {"schoolid": 200}, {"schoolid": 100}, teaching=True, email_addr="")
    assert maker.found() == [("missing-reported", "teacher", 64, 2, "email")]


# --- contacts --------------------------------------------------------------------------------------------------------


def test_contacts(maker: Maker) -> None:
    rows = maker.rows(
        "contacts",
        {"id": 8001, "firstname": "Ana", "lastname": "López", "email": "ana@example.org", "phone": "555-0100"},
        {"id": 8002, "firstname": "", "lastname": "Nobody"},
    )
    made = maker.shaped(CONTACT, lambda _intake: contact_rows(maker.plan, PortalAccounts())(rows))
    assert made[8001].values == {
        "sourcedId": "C8001", "username": "C8001", "givenName": "Ana", "familyName": "López", "middleName": "",
        "identifier": "", "email": "ana@example.org", "phone": "555-0100",
    }  # fmt: skip
    assert (made[8002].fate, made[8002].rule) == (Fate.LEFT_OUT, "missing-required")
    assert maker.found() == [("missing-required", "contact", 8002, None, "givenName")]


@pytest.mark.parametrize(
    ("values", "fate", "rule", "detail"),
    [
        ({}, Fate.IN, None, None),
        ({"studentdcid": ""}, Fate.KEPT, "orphan", "student"),
        ({"personid": ""}, Fate.KEPT, "orphan", "contact"),
        ({"detail_id": ""}, Fate.LEFT_OUT, "relationship-ended", None),
        ({"detail_id": "", "studentdcid": ""}, Fate.LEFT_OUT, "relationship-ended", None),
        ({"student_school": 999999}, Fate.LEFT_OUT, "goes-along:student:student-graduated", None),
        ({"student_school": 999999, "personid": ""}, Fate.LEFT_OUT, "goes-along:student:student-graduated", None),
    ],
)
def test_relationships(
    maker: Maker, values: dict[str, object], fate: Fate, rule: str | None, detail: str | None
) -> None:
    whole = {
        "studentcontactassocid": 5, "studentdcid": 431, "personid": 8001, "relation": "Mother", "custodial": 1,
        "emergency": 0, "detail_id": 77,
    }  # fmt: skip
    row = maker.row("relationships", **{**whole, **values})
    made = maker.shaped(RELATIONSHIP, lambda intake: relationship_rows(intake)([row]))[5]
    assert (made.fate, made.rule) == (fate, rule)
    assert maker.found() == ([("orphan", "relationship", 5, None, detail)] if detail else [])
    if fate == Fate.IN:
        assert made.references == {"student": 431, "contact": 8001}
        assert made.values == {
            "sourcedId": "5", "studentSourcedId": "431", "contactSourcedId": "C8001", "relation": "Mother",
            "role": "parent", "custodial": "true", "emergency": "false", "livesWith": "", "schoolPickup": "",
            "receivesMail": "",
        }  # fmt: skip
