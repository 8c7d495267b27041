"""Servers and districts drawn from a number: what is drawn, and what each habit of a district changes."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import fields

import pytest

from psconnect.demo import DemoOptions, DemoServer, Quirks
from psconnect.demo.district import build_district
from psconnect.demo.district.habits import Habits
from psconnect.demo.personality import HABITS, SWITCHES, Personality, draw
from tests.demo.conftest import TODAY


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Opens a district of 60 students with these habits: ``made(habit=value)`` gives a function that runs SQL."""
    folder = tmp_path_factory.mktemp("habits")
    opened = []

    def make(**habits):
        database = sqlite3.connect(build_district(folder, 60, 1, TODAY, Habits(**habits)))
        opened.append(database)
        return lambda sql, *values: database.execute(sql, values).fetchall()

    yield make
    for database in opened:
        database.close()


# -- drawing -----------------------------------------------------------------------------------------------------------


def test_every_switch_has_more_than_one_value_or_stands_apart():
    assert [one.name for one in SWITCHES] == [one.name for one in fields(Quirks)]
    assert [one.name for one in HABITS] == [one.name for one in fields(Habits)]
    assert {one.name for one in SWITCHES + HABITS if len(one.values) == 1} == {"tokens_a_minute", "throttle_ms"}
    for one in SWITCHES + HABITS:
        assert len(set(one.values)) == len(one.values), one.name
        assert one.values[0] == getattr(Quirks() if one in SWITCHES else Habits(), one.name)


def test_a_number_always_draws_the_same():
    assert draw(7) == draw(7)
    assert len({json.dumps(draw(seed).public()) for seed in range(50)}) == 50


@pytest.mark.parametrize("same_bundle", [True, False])
def test_what_is_drawn(same_bundle):
    drawn: dict[str, set[object]] = {}
    for seed in range(300):
        found = draw(seed, same_bundle=same_bundle)
        for name, value in (found.switches | found.habits).items():
            drawn.setdefault(name, set()).add(value)
    effects = {"same"} if same_bundle else {"same", "other"}
    expected = {one.name: set(one.values[1:]) for one in SWITCHES + HABITS if one.effect in effects}
    assert drawn == {name: values for name, values in expected.items() if values}


def test_public_form_is_json():
    found = Personality({"missing": frozenset({"B", "A"}), "page_size": 250}, {"system_user": True})
    assert json.loads(json.dumps(found.public())) == {
        "switches": {"missing": ["A", "B"], "page_size": 250},
        "habits": {"system_user": True},
    }
    assert found.quirks == Quirks(missing=frozenset({"A", "B"}), page_size=250)
    assert found.district == Habits(system_user=True)


# -- habits ------------------------------------------------------------------------------------------------------------


def test_usual_habits_leave_the_district_alone(tmp_path):
    assert build_district(tmp_path, 60, 1, TODAY) == build_district(tmp_path, 60, 1, TODAY, Habits())
    assert build_district(tmp_path, 60, 1, TODAY, Habits(system_user=True)).name != "district-60-1-2026.sqlite"


PAIRS = {
    "students": """SELECT cc.DCID, s.DCID FROM CC cc JOIN Students s ON s.ID = cc.StudentID AND s.SchoolID = cc.SchoolID
        ORDER BY 1, 2""",
    "sections": """SELECT cc.DCID, s.DCID FROM CC cc JOIN Sections s ON s.ID = abs(cc.SectionID)
        AND s.SchoolID = cc.SchoolID ORDER BY 1, 2""",
    "staff": """SELECT t.ID, p.DCID FROM SectionTeacher t JOIN Sections s ON s.ID = t.SectionID
        JOIN SchoolStaff p ON p.ID = t.TeacherID AND p.SchoolID = s.SchoolID
        UNION SELECT -s.DCID, p.DCID FROM Sections s JOIN SchoolStaff p ON p.ID = s.Teacher
        AND p.SchoolID = s.SchoolID ORDER BY 1, 2""",
}


@pytest.mark.parametrize(
    ("what", "table"), [("students", "Students"), ("sections", "Sections"), ("staff", "SchoolStaff")]
)
def test_ids_repeat_between_schools_and_references_follow(made, what, table):
    sql = made(repeated_ids=what)
    ((rows, dcids, ids),) = sql(f"SELECT count(*), count(DISTINCT DCID), count(DISTINCT ID) FROM {table}")
    assert rows == dcids > ids
    assert sql(f"SELECT ID FROM {table} GROUP BY ID, SchoolID HAVING count(*) > 1") == []
    found = sql(PAIRS[what])
    assert found == made()(PAIRS[what])
    assert found


def test_courses_of_every_school(made):
    sql = made(repeated_ids="courses")
    ((most,),) = sql("SELECT max(n) FROM (SELECT count(*) n FROM Courses GROUP BY Course_Number)")
    assert most == 1 + len(sql("SELECT 1 FROM Schools WHERE School_Number <> 999999"))
    assert sql("SELECT ID FROM Courses GROUP BY ID HAVING count(*) > 1")


@pytest.mark.parametrize(
    ("habits", "rows"),
    [
        ({}, [("Lead Teacher", "LEADTEACHER"), ("Co-teacher", "COTEACHER"), ("Aide", "AIDE")]),
        (
            {"role_names": "public"},
            [("Teacher of Record", "LEADTEACHER"), ("DESE Co-teacher", "COTEACHER"), ("Job Share", "AIDE")],
        ),
        ({"role_keys": False}, [("Lead Teacher", None), ("Co-teacher", None), ("Aide", None)]),
        (
            {"role_keys": False, "role_names": "own"},
            [("Captain", None), ("Navigator", None), ("Deckhand", None)],
        ),
    ],
)
def test_roles(made, habits, rows):
    assert made(**habits)("SELECT Name, RoleKey FROM RoleDef ORDER BY DCID") == rows


@pytest.mark.parametrize("there", [True, False])
def test_user_of_the_system(made, there):
    assert made(system_user=there)("SELECT count(*) FROM Users WHERE DCID = -100") == [(int(there),)]


@pytest.mark.parametrize("placeholders", [True, False])
def test_placeholders_stand_where_nothing_stood(made, placeholders):
    sql = made(placeholder_logins=placeholders)
    for table, column in (("Users", "LoginID"), ("Users", "TeacherLoginID"), ("Students", "Student_Web_ID")):
        counted = f"SELECT count(*) FROM {table} WHERE "
        empty = made()(f"{counted}{column} IS NULL")
        assert empty != [(0,)]
        filled = sql(f"{counted}{column} LIKE '##%' OR {column} LIKE '~~%'")
        assert (sql(f"{counted}{column} IS NULL"), filled) == (([(0,)], empty) if placeholders else (empty, [(0,)]))


@pytest.mark.parametrize(("case", "function"), [("same", "upper"), ("lower", "lower")])
def test_case_of_course_numbers(made, case, function):
    sql = made(course_case=case)
    for table in ("Sections", "CC"):
        assert sql(f"SELECT count(*) FROM {table} WHERE Course_Number <> {function}(Course_Number)") == [(0,)]
    assert sql("SELECT count(*) FROM Courses WHERE Course_Number <> upper(Course_Number)") == [(0,)]


@pytest.mark.parametrize("later", [True, False])
def test_first_mail_and_phone_may_have_the_highest_id(made, later):
    sql = made(later_ids=later)
    mails = """SELECT count(*) FROM PersonEmailAddressAssoc a JOIN PersonEmailAddressAssoc b ON b.PersonID = a.PersonID
        AND b.PersonEmailAddressAssocID > a.PersonEmailAddressAssocID WHERE a.IsPrimaryEmailAddress = 0"""
    phones = """SELECT count(*) FROM PersonPhoneNumberAssoc a JOIN PersonPhoneNumberAssoc b ON b.PersonID = a.PersonID
        AND b.PersonPhoneNumberAssocID > a.PersonPhoneNumberAssocID
        WHERE a.PhoneNumberPriorityOrder > b.PhoneNumberPriorityOrder"""
    assert (sql(mails)[0][0] > 0, sql(phones)[0][0] > 0) == (later, later)
    assert sql("SELECT count(*) FROM PersonPhoneNumberAssoc a LEFT JOIN PhoneNumber p USING (PhoneNumberID) "
               "WHERE p.PhoneNumberID IS NULL") == [(0,)]  # fmt: skip


@pytest.mark.parametrize("old", [True, False])
def test_active_details_that_are_over_or_not_begun(made, old):
    sql = made(old_details=old)
    outside = """SELECT count(*) FROM StudentContactDetail WHERE IsActive = 1
        AND (EndDate < '2026-11-21' OR StartDate > '2026-11-21')"""
    today = """SELECT count(*) FROM StudentContactDetail WHERE IsActive = 1
        AND (EndDate IS NULL OR EndDate >= '2026-11-21') AND (StartDate IS NULL OR StartDate <= '2026-11-21')"""
    relations = sql("SELECT count(*) FROM StudentContactAssoc")[0][0]
    assert (sql(outside), sql(today)) == ([(2 * relations if old else 0,)], [(relations,)])


@pytest.mark.parametrize(
    ("where", "equal", "missing"), [("both", True, False), ("detail", False, False), ("association", False, True)]
)
def test_where_the_type_of_a_relation_stands(made, where, equal, missing):
    sql = made(relation_type=where)
    joined = "FROM StudentContactAssoc a JOIN StudentContactDetail d USING (StudentContactAssocID) WHERE"
    differing = sql(f"SELECT count(*) {joined} d.RelationshipTypeCodeSetID IS NOT a.CurrRelTypeCodeSetID")[0][0]
    null = sql(f"SELECT count(*) {joined} d.RelationshipTypeCodeSetID IS NULL")[0][0]
    assert (differing == 0, null > 0) == (equal, missing)


@pytest.mark.parametrize("terms", ["negative", "positive"])
def test_terms_of_dropped_classes(made, terms):
    sql = made(dropped_terms=terms)
    found = sql("SELECT count(*) FROM CC WHERE SectionID < -100 AND TermID > 0")[0][0]
    assert (found > 0) == (terms == "positive")


def test_server_has_the_habits_and_keeps_them_when_it_starts_over(tmp_path):
    options = DemoOptions(folder=tmp_path, students=60, today=TODAY, habits=Habits(system_user=True))
    with DemoServer(options) as server:

        def count():
            with closing(sqlite3.connect(server.database)) as database:
                return database.execute("SELECT count(*) FROM Users WHERE DCID = -100").fetchone()[0]

        assert count() == 1
        server.change_district("leavers", count=3)
        server.start_over()
        assert count() == 1
