"""Each setting of who and what is in, through real runs on the demo district, against plain SQL."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from psconnect.model.connection import from_dict, to_dict
from psconnect.model.errors import FixSettings
from psconnect.model.runs import Run
from psconnect.wording.errors import word
from psconnect.wording.rules import rule_of
from tests.judges.sql_truth import Truth, truth
from tests.support.demo import DISTRICT, TODAY, Connect, Connected

Set = Callable[..., Connected]
PEOPLE = ("student", "teacher", "admin", "contact")


@pytest.fixture
def district_size() -> int:
    """Enough for two students who look alike among those that the rules leave in."""
    return 300


@pytest.fixture
def choose(connect: Connect) -> Set:
    """Connections with these settings and the plugin for them."""

    def make(students: int = 300, **settings: Any) -> Connected:
        return connect(students=students, settings=settings)

    return make


def change(connected: Connected, **settings: Any) -> None:
    """Give the connection other settings, and PowerSchool the plugin for them."""
    data = to_dict(connected.service.connection(connected.name))
    for key, value in settings.items():
        data[key] = {**data.get(key, {}), **value} if isinstance(value, dict) else value
    connected.service.save_connection(from_dict(data))
    connected.clock.time += timedelta(seconds=1)  # a plugin's version is the moment it was built
    connected.reinstall()


def planned(connected: Connected) -> tuple[Run, dict[str, dict[str, dict[str, str]]]]:
    """What a first run would deliver: entity -> sourcedId -> attributes."""
    run = connected.service.sync(connected.name, plan_only=True)
    assert run.state == "previewed", run.error
    found: dict[str, dict[str, dict[str, str]]] = {}
    for one in connected.service.changes(run.id):
        assert one.action == "create"
        found.setdefault(one.entity, {})[one.after["sourcedId"]] = one.after
    return run, found


def expected(connected: Connected) -> Truth:
    return truth(connected.server.database, TODAY, DISTRICT)


def ids(connected: Connected, sql: str) -> set[str]:
    return {str(row[0]) for row in connected.sql(sql)}


def cascade(whole: Truth, **gone: Iterable[str]) -> dict[str, set[str]]:
    """The ids that stay when these are taken out of the truth: who goes takes along what can't be without them."""
    left = {entity: set(records) - set(gone.get(entity, ())) for entity, records in whole.items()}
    left["calendar"] = {i for i in left["calendar"] if str(whole["calendar"][i]["school"]) in left["school"]}
    left["class"] = {
        i
        for i in left["class"]
        if whole["class"][i]["courseSourcedId"] in left["course"]
        and whole["class"][i]["termSourcedIds"] in left["calendar"]
    }
    users = left["student"] | left["teacher"]
    left["relationship"] = {
        i for i in left["relationship"] if whole["relationship"][i]["studentSourcedId"] in left["student"]
    }
    told = {whole["relationship"][i]["contactSourcedId"] for i in left["relationship"]}
    left["contact"] &= told
    left["relationship"] = {
        i for i in left["relationship"] if whole["relationship"][i]["contactSourcedId"] in left["contact"]
    }
    left["enrollment"] = {
        i
        for i in left["enrollment"]
        if whole["enrollment"][i]["classSourcedId"] in left["class"]
        and whole["enrollment"][i]["userSourcedId"] in users
    }
    return left


def same(delivered: dict[str, dict[str, dict[str, str]]], left: dict[str, set[str]], *but: str) -> None:
    for entity, keys in left.items():
        if entity not in but:
            assert set(delivered.get(entity, {})) == keys, entity


# --- filters ---------------------------------------------------------------------------------------------------------


def test_a_filter_takes_who_it_catches_and_the_dependants(choose: Set) -> None:
    grades = {"field": "Students.Grade_Level", "op": "between", "value": [6, 12]}
    connected = choose(filters={"student": [grades]})
    run, delivered = planned(connected)
    young = ids(connected, "SELECT DCID FROM Students WHERE NOT coalesce(Grade_Level, -9) BETWEEN 6 AND 12")
    whole = expected(connected)
    assert young & set(whole["student"])
    same(delivered, cascade(whole, student=young))
    name = "filter:Students.Grade_Level between 6 and 12"
    active = f"Enroll_Status = 0 AND SchoolID <> 999999 AND DCID IN ({', '.join(young)})"
    assert run.left_out[name] == len(ids(connected, f"SELECT DCID FROM Students WHERE {active}"))
    assert rule_of(name).because == "the filter “Students.Grade_Level between 6 and 12” leaves it out"


def test_filters_of_every_entity(choose: Set) -> None:
    connect_course = first = choose()
    (course,) = first.sql("SELECT min(Course_Number) FROM Courses WHERE DCID IN (SELECT min(DCID) FROM Courses)")[0]
    (last,) = first.sql("SELECT max(Last_Name) FROM Users WHERE DCID IN (SELECT Users_DCID FROM SchoolStaff)")[0]
    out = {"action": "exclude"}
    change(
        connect_course,
        filters={
            "course": [{**out, "field": "Courses.Course_Number", "op": "equals", "value": course}],
            "class": [{**out, "field": "Sections.Expression", "op": "contains", "value": "(a,c,e)"}],
            "calendar": [{**out, "attribute": "title", "op": "starts with", "value": "quarter"}],
            "teacher": [{**out, "attribute": "familyName", "op": "equals", "value": last}],
            "admin": [{**out, "field": "Users.Last_Name", "op": "equals", "value": last}],
            "contact": [{**out, "attribute": "phone", "op": "is empty"}],
        },
    )
    _run, delivered = planned(connect_course)
    whole = expected(connect_course)
    named = {f"T{key}" for key in ids(first, f"SELECT DCID FROM Users WHERE Last_Name = '{last}'")}
    gone = {
        "course": ids(first, f"SELECT DCID FROM Courses WHERE Course_Number = '{course}'"),
        "class": ids(first, "SELECT DCID FROM Sections WHERE Expression LIKE '%(A,C,E)%'"),
        "calendar": ids(first, "SELECT DCID FROM Terms WHERE Name LIKE 'Quarter%'"),
        "teacher": named,
        "admin": named,
        "contact": {key for key, record in whole["contact"].items() if not record["phone"]},
    }
    for entity, keys in gone.items():
        assert keys, entity
    assert named & (set(whole["teacher"]) | set(whole["admin"]))
    same(delivered, cascade(whole, **gone))


def test_a_field_that_only_a_filter_needs_is_asked_for_and_read(choose: Set) -> None:
    connected = choose(filters={"student": [{"field": "U_STUDENTS_EXTENSION.Device", "op": "equals", "value": "ipad"}]})
    access = connected.service.build_plugin(connected.name).access
    assert {("U_STUDENTS_EXTENSION", "DEVICE"), ("U_STUDENTS_EXTENSION", "STUDENTSDCID")} <= set(access)
    _run, delivered = planned(connected)
    others = ids(
        connected,
        "SELECT DCID FROM Students WHERE DCID NOT IN "
        "(SELECT StudentsDCID FROM U_STUDENTS_EXTENSION WHERE Device = 'iPad')",
    )
    same(delivered, cascade(expected(connected), student=others))


def test_the_preview_counts_and_names_who_is_caught(choose: Set) -> None:
    rule = {"name": "High school", "template": "grades", "value": [9, 10, "11", 12]}
    connected = choose(filters={"student": [rule]})
    preview = connected.service.filter_preview(connected.service.connection(connected.name), "student", most=7)
    active = "SELECT DCID, Last_Name, Student_Number FROM Students WHERE Enroll_Status = 0 AND SchoolID <> 999999"
    rows = connected.sql(f"{active} ORDER BY DCID")
    caught = connected.sql(f"{active} AND NOT Grade_Level BETWEEN 9 AND 12 ORDER BY DCID")
    assert (preview.total, preview.passing) == (len(rows), len(rows) - len(caught))
    assert [(one.key, one.number) for one in preview.caught] == [(row[0], str(row[2])) for row in caught[:7]]
    assert all(str(row[1]) in one.title for row, one in zip(caught, preview.caught, strict=False) if row[1].strip())
    assert {one.filter for one in preview.caught} == {"High school"}
    assert all(one.school for one in preview.caught)
    assert connected.service.runs(connected.name) == []


def test_the_preview_reads_only_what_it_needs(choose: Set) -> None:
    connected = choose(filters={"teacher": [{"attribute": "email", "op": "is empty"}]})
    settings = connected.service.connection(connected.name)
    preview = connected.service.filter_preview(settings, "teacher")
    whole = expected(connected)["teacher"]
    assert preview.total == len(whole)
    assert preview.passing == len([one for one in whole.values() if not one["email"]])
    with pytest.raises(FixSettings) as refused:
        connected.service.filter_preview(settings, "school")
    assert refused.value.code == "PSC-FILTER-ENTITY"


@pytest.mark.parametrize(
    ("filters", "code", "hint"),
    [
        ({"student": [{"field": "Students.Grade_Levl", "op": "equals", "value": 1, "name": "x"}]}, "", ""),
        ({"student": [{"field": "Grade_Levl", "op": "equals", "value": 1, "name": "x"}]}, "", ""),
        ({"student": [{"field": "Student.Last_Name", "op": "equals", "value": "x"}]}, "PSC-FILTER-FIELD", "Students."),
        ({"calendar": [{"field": "U_X.Y", "op": "equals", "value": 1}]}, "PSC-FILTER-FIELD", "Terms."),
        ({"student": [{"template": "grade", "value": [1]}]}, "PSC-FILTER-FIELD", "“grades”"),
        ({"student": [{"template": "grades", "value": "nine"}]}, "PSC-FILTER-FIELD", "a list of grades"),
        ({"student": [{"attribute": "email", "op": "matches", "value": "(a+)+"}]}, "PSC-FILTER-FIELD", "simpler"),
    ],
)
def test_a_filter_that_can_not_be_used_is_refused(connect: Connect, filters: Any, code: str, hint: str) -> None:
    connected = connect(install=False)
    data = {**to_dict(connected.service.connection(connected.name)), "filters": filters}
    if not code:  # a field of a known table that the catalogue does not list: PowerSchool says whether there is one
        connected.service.save_connection(from_dict(data))
        return
    with pytest.raises(FixSettings) as refused:
        connected.service.save_connection(from_dict(data))
    assert refused.value.code == code
    assert hint in word(refused.value).to_do
    assert refused.value.where.startswith("filters.") or refused.value.where.startswith("mapping.calendar")


# --- options ---------------------------------------------------------------------------------------------------------


def test_other_enrollment_states(choose: Set) -> None:
    connected = choose(options={"enroll_status": [0, -1]})
    _run, delivered = planned(connected)
    ready = ids(
        connected,
        "SELECT DCID FROM Students WHERE Enroll_Status IN (0, -1) AND SchoolID <> 999999 "
        "AND Student_Web_ID IS NOT NULL "
        "AND trim(coalesce(First_Name, '')) <> '' AND trim(Last_Name) <> ''",
    )
    assert set(expected(connected)["student"]) < set(delivered["student"])
    assert set(delivered["student"]) <= ready
    early = ids(connected, "SELECT DCID FROM Students WHERE Enroll_Status = -1 AND Student_Web_ID IS NOT NULL")
    assert early & set(delivered["student"]) == early & ready


def test_other_staff_switched_off(choose: Set) -> None:
    own = {"mapping": {"teacher": {"username": "{Users.TeacherLoginID}"}}}
    connected = choose(options={"admins": False}, **own)
    assert ("USERS", "LOGINID") not in connected.service.build_plugin(connected.name).access
    run, delivered = planned(connected)
    whole = expected(connected)
    assert "admin" not in delivered
    assert run.left_out["admins-off"] >= len(whole["admin"])
    same(delivered, cascade(whole, admin=whole["admin"]))


def test_contacts_with_a_portal_account(choose: Set) -> None:
    connected = choose(options={"parents": "portal"})
    access = set(connected.service.build_plugin(connected.name).access)
    assert {("GUARDIANPERSONASSOC", "PERSONID"), ("GUARDIANPERSONASSOC", "GUARDIANID"),
            ("PCAS_ACCOUNT", "ISENABLED")} <= access  # fmt: skip
    run, delivered = planned(connected)
    whole = expected(connected)
    with_account = {
        f"C{key}"
        for key in ids(
            connected,
            "SELECT a.PersonID FROM GuardianPersonAssoc a JOIN Guardian g ON g.GuardianID = a.GuardianID "
            "JOIN PCAS_Account p ON p.PCAS_AccountToken = g.AccountIdentifier WHERE p.IsEnabled = 1",
        )
    }
    without = set(whole["contact"]) - with_account
    assert without
    same(delivered, cascade(whole, contact=without))
    assert run.left_out["contact-without-account"] >= len(without)
    for key, one in delivered["relationship"].items():
        flags = connected.sql(
            "SELECT IsCustodial, LivesWithFlg FROM StudentContactDetail WHERE StudentContactAssocID = ? "
            "AND IsActive = 1 "
            "ORDER BY StudentContactDetailID", int(key),
        )[0]  # fmt: skip
        assert (one["custodial"], one["livesWith"]) == tuple("true" if flag else "false" for flag in flags)


def test_without_a_portal_choice_the_accounts_are_not_asked_for(connected: Connected) -> None:
    tables = {table for table, _field in connected.service.build_plugin(connected.name).access}
    assert "GUARDIANPERSONASSOC" not in tables


def test_co_teachers_have_a_limit(choose: Set) -> None:
    connected = choose(students=600, options={"co_teacher_classes": 1})
    connected.sql(
        "UPDATE SectionTeacher SET TeacherID = (SELECT min(TeacherID) FROM SectionTeacher t JOIN RoleDef r "
        "ON r.ID = t.RoleID WHERE r.Name = 'Co-teacher') "
        "WHERE RoleID = (SELECT ID FROM RoleDef WHERE Name = 'Co-teacher')"
    )
    run, delivered = planned(connected)
    whole = expected(connected)
    rows = connected.sql(
        "SELECT t.ID, p.Users_DCID FROM SectionTeacher t JOIN RoleDef r ON r.ID = t.RoleID AND r.Name = 'Co-teacher' "
        "JOIN SchoolStaff p ON p.ID = t.TeacherID ORDER BY t.ID"
    )
    taken: dict[int, int] = {}
    over = set()
    for number, person in rows:
        if f"T{number}" in whole["enrollment"]:
            taken[person] = taken.get(person, 0) + 1
            over |= {f"T{number}"} if taken[person] > 1 else set()
    assert over
    assert set(delivered["enrollment"]) == set(whole["enrollment"]) - over
    # One of them leads the class as well and is in it once, so that the truth has no second enrollment to leave out.
    joined = {number for number, _person in rows} - {int(key[1:]) for key in whole["enrollment"] if key[0] == "T"}
    assert len(over) <= run.left_out["co-teacher-limit"] <= len(over) + len(joined)


def test_classes_without_a_teacher_and_courses_without_a_class(choose: Set) -> None:
    connected = choose(options={"only_taught_classes": True, "only_used_courses": True})
    (key,) = connected.sql("SELECT min(SectionID) FROM SectionTeacher t JOIN Sections s ON s.ID = t.SectionID "
                           "WHERE s.TermID BETWEEN 3600 AND 3699")[0]  # fmt: skip
    connected.sql("DELETE FROM SectionTeacher WHERE SectionID = ?", key)
    connected.sql("UPDATE Sections SET Teacher = 0 WHERE ID = ?", key)
    run, delivered = planned(connected)
    whole = expected(connected)
    teaches = {one["classSourcedId"] for one in whole["enrollment"].values() if one["role"] == "teacher"}
    untaught = set(whole["class"]) - teaches
    assert untaught
    left = cascade(whole, **{"class": untaught})
    used = {whole["class"][one]["courseSourcedId"] for one in left["class"]}
    assert used < set(whole["course"])
    left["course"] &= used
    same(delivered, left)
    assert run.left_out["class-not-taught"] == len(untaught)
    assert run.left_out["course-not-used"] == len(set(whole["course"]) - used)


def test_mission_g24_equal_terms_are_merged_under_a_title_with_their_dates(choose: Set) -> None:
    connected = choose(options={"merge_terms": True})
    run, delivered = planned(connected)
    whole = expected(connected)
    groups: dict[tuple[str, str, str], list[int]] = {}
    for key, one in whole["calendar"].items():
        groups.setdefault((one["title"], one["startDate"], one["endDate"]), []).append(int(key))
    assert {len(group) for group in groups.values()} != {1}
    stands_for = {str(key): str(min(group)) for group in groups.values() for key in group}
    assert {key: one["title"] for key, one in delivered["calendar"].items()} == {
        str(min(group)): f"{title} ({first} {last})" for (title, first, last), group in groups.items()
    }
    assert {key: one["termSourcedId"] for key, one in delivered["class"].items()} == {
        key: stands_for[one["termSourcedIds"]] for key, one in whole["class"].items()
    }
    for key, one in delivered["calendar"].items():
        parent = whole["calendar"][key]["parentSourcedId"]
        assert one["parentSourcedId"] == (stands_for[parent] if parent else "")
    same(delivered, cascade(whole), "calendar")
    assert run.left_out["term-merged"] == len(whole["calendar"]) - len(groups)


# --- scope -----------------------------------------------------------------------------------------------------------


def test_mission_m17_terms_of_a_school(choose: Set) -> None:
    connected = choose()
    (school, number) = connected.sql("SELECT DCID, School_Number FROM Schools WHERE School_Number NOT IN (0, 999999)")[
        0
    ]
    change(connected, scope={"terms": {str(number): ["S1", "semester 2"]}})
    run, delivered = planned(connected)
    whole = expected(connected)
    out = {
        key for key, one in whole["calendar"].items()
        if str(one["school"]) == str(school) and not one["title"].startswith("Semester")
    }  # fmt: skip
    assert out
    same(delivered, cascade(whole, calendar=out))
    assert run.left_out["term-not-chosen"] == len(out)
    assert not [one for one in delivered["calendar"].values() if one["parentSourcedId"] in out]


def test_mission_m18_courses_of_a_school(choose: Set) -> None:
    connected = choose()
    sections = connected.sql(
        "SELECT s.SchoolID, s.Course_Number FROM Sections s WHERE s.TermID BETWEEN 3600 AND 3699 "
        "GROUP BY s.SchoolID, s.Course_Number ORDER BY s.SchoolID, s.Course_Number"
    )
    school = sections[0][0]
    chosen = [number for place, number in sections if place == school][:2]
    change(connected, scope={"courses": [{"school": school, "courses": chosen}]})
    run, delivered = planned(connected)
    whole = expected(connected)
    listed = ", ".join(f"'{number}'" for number in chosen)
    out = ids(connected, f"SELECT DCID FROM Sections WHERE SchoolID = {school} AND Course_Number NOT IN ({listed})")
    same(delivered, cascade(whole, **{"class": out}))
    assert run.left_out["course-not-chosen"] == len(out & set(whole["class"]))
    change(connected, scope={"courses": [{"courses": chosen}]})
    _run, delivered = planned(connected)
    others = ids(connected, f"SELECT DCID FROM Courses WHERE Course_Number NOT IN ({listed})")
    same(delivered, cascade(whole, course=others))


@pytest.mark.parametrize("choice", [{"deliver_as": "group"}, {"category": "Mathematics"}])
def test_what_a_bundle_has_no_place_for_is_refused(connect: Connect, choice: dict[str, str]) -> None:
    connected = connect(install=False)
    data = to_dict(connected.service.connection(connected.name))
    data["scope"] = {"courses": [{"courses": ["M100"], **choice}]}
    with pytest.raises(FixSettings) as refused:
        connected.service.save_connection(from_dict(data))
    assert refused.value.code == "PSC-SCOPE-NO-PLACE"
    assert "OneRoster CSV bundle" in word(refused.value).happened


def test_mission_g22_the_next_year_begins_by_itself_at_midnight_of_the_district(choose: Set) -> None:
    connected = choose(scope={"prior_data_days": 0})
    first = connected.sql("SELECT min(FirstDay) FROM Terms WHERE YearID = 37 AND IsYearRec = 1")[0][0]
    zone = timedelta(hours=5)  # Chicago in August
    midnight = connected.clock.time.replace(
        year=int(first[:4]), month=int(first[5:7]), day=int(first[8:]), hour=0, minute=0, second=0, microsecond=0
    )
    connected.clock.time = midnight + zone - timedelta(seconds=30)
    assert connected.service.sync(connected.name, plan_only=True).school_year == "2026-2027"
    connected.clock.time = midnight + zone
    assert connected.service.sync(connected.name, plan_only=True).school_year == "2027-2028"
    change(connected, scope={"prior_data_days": 90})
    connected.clock.time = midnight - timedelta(days=89)
    assert connected.service.sync(connected.name, plan_only=True).school_year == "2027-2028"
    connected.clock.time = midnight - timedelta(days=91)
    assert connected.service.sync(connected.name, plan_only=True).school_year == "2026-2027"


@pytest.mark.parametrize("way", ["queries", "tables"])
def test_mission_g21_without_prior_data_a_year_begins_with_its_first_day_in_session(choose: Set, way: str) -> None:
    """Its record is dated from three weeks before; nobody is in a class of it until school begins."""
    connected = choose(source={"read": way})
    connected.sql("UPDATE Terms SET FirstDay = date(FirstDay, '-21 days') WHERE YearID = 37 AND IsYearRec = 1")
    ((first,),) = connected.sql(
        "SELECT min(Date_Value) FROM Calendar_Day WHERE InSession = 1 AND Date_Value > '2027-07-10'"
    )
    begins = datetime.fromisoformat(first).replace(hour=17, tzinfo=UTC)
    for days_before, year in ((20, "2026-2027"), (1, "2026-2027"), (0, "2027-2028")):
        connected.clock.time = begins - timedelta(days=days_before)
        assert connected.service.sync(connected.name, plan_only=True).school_year == year
    # Without a calendar of that year, its own first day counts.
    connected.sql("DELETE FROM Calendar_Day WHERE Date_Value > '2027-07-10'")
    connected.clock.time = begins - timedelta(days=20)
    assert connected.service.sync(connected.name, plan_only=True).school_year == "2027-2028"


# --- section moves ---------------------------------------------------------------------------------------------------


def test_sections_are_moved_to_another_course_or_class(choose: Set) -> None:
    connected = choose(options={"section_move": "Sections.Att_Mode_Code"})
    connected.sql("UPDATE Sections SET Att_Mode_Code = NULL")
    rows = connected.sql(
        "SELECT DCID, SchoolID, Course_Number, Section_Number FROM Sections WHERE TermID BETWEEN 3600 AND 3699 "
        "ORDER BY SchoolID, DCID"
    )
    of_school = [row for row in rows if row[1] == rows[0][1]]
    into, moved, renamed, lost = of_school[0], of_school[1], of_school[2], of_school[3]
    other = next(row for row in rows if row[2] not in (renamed[2], into[2]))
    for section, target in ((moved, f"{into[2]}.{into[3]}"), (renamed, other[2]), (lost, "NONE.7")):
        connected.sql("UPDATE Sections SET Att_Mode_Code = ? WHERE DCID = ?", target, section[0])
    run, delivered = planned(connected)
    whole = expected(connected)
    assert set(delivered["class"]) == set(whole["class"]) - {str(moved[0])}
    there = {(one["classSourcedId"], one["userSourcedId"]) for one in delivered["enrollment"].values()}
    for key, one in whole["enrollment"].items():
        wanted = str(into[0]) if one["classSourcedId"] == str(moved[0]) else one["classSourcedId"]
        person = one["userSourcedId"]
        # Who was in both classes is in the one that is left once.
        assert (wanted, person) in there
        assert key not in delivered["enrollment"] or delivered["enrollment"][key]["classSourcedId"] == wanted
    assert len(there) == len(delivered["enrollment"])
    (course, name) = connected.sql("SELECT min(DCID), Course_Name FROM Courses WHERE Course_Number = ?", other[2])[0]
    changed = delivered["class"][str(renamed[0])]
    assert changed["courseSourcedId"] == str(course)
    assert changed["title"].startswith(f"{name} (")
    assert changed["classCode"] == f"{other[2]}.{renamed[3]}"
    assert run.left_out["section-moved"] == 1
    problems = [(g.rule.key, [one.key for one in g.records]) for g in connected.service.problems(run.id)]
    assert ("section-move-target", [lost[0]]) in problems


# --- uniqueness ------------------------------------------------------------------------------------------------------

ACTIVE = "SELECT DCID, ID, Person_ID FROM Students WHERE Enroll_Status = 0 AND SchoolID <> 999999 AND First_Name <> ''"


def twins(connected: Connected) -> tuple[int, int]:
    """Two active students whom nothing but blanks, case and accents tells apart; their DCIDs, the lower one first."""
    two = connected.sql(f"{ACTIVE} AND Student_Web_ID IS NOT NULL AND DCID > 600 ORDER BY DCID LIMIT 2")
    names = (("José", "García"), (" JOSE\u0301", "garcia "))
    for (dcid, _id, person), (given, family) in zip(two, names, strict=True):
        connected.sql("UPDATE Students SET First_Name = ?, Last_Name = ? WHERE DCID = ?", given, family, dcid)
        connected.sql("DELETE FROM PersonEmailAddressAssoc WHERE PersonID = ?", person)
        connected.sql(
            "INSERT INTO PersonEmailAddressAssoc (PersonEmailAddressAssocID, PersonID, EmailAddressID, "
            "IsPrimaryEmailAddress, EmailAddressPriorityOrder) VALUES (?, ?, 9000001, 1, 1)", 9000000 + dcid, person,
        )  # fmt: skip
    connected.sql("INSERT INTO EmailAddress (EmailAddressID, EmailAddress) VALUES (9000001, 'jose@example.org')")
    return two[0][0], two[1][0]


def test_two_who_look_alike_are_both_shown_and_one_is_delivered(connected: Connected) -> None:
    first, second = twins(connected)
    run, delivered = planned(connected)
    whole = expected(connected)
    same(delivered, cascade(whole, student={str(second)}))
    assert run.left_out["uniqueness-conflict"] == 1
    shown = {
        group.rule.key: [(one.key, one.detail) for one in group.records]
        for group in connected.service.problems(run.id)
        if group.rule.key.startswith("uniqueness")
    }
    assert shown == {"uniqueness-conflict": [(second, str(first))], "uniqueness-owner": [(first, str(second))]}
    change(connected, uniqueness={"student": []})
    _run, delivered = planned(connected)
    assert set(delivered["student"]) == set(whole["student"])


def test_a_confirmed_pair_is_delivered_as_one_or_as_two(connected: Connected) -> None:
    first, second = twins(connected)
    whole = expected(connected)
    confirmed = {"entity": "student", "keys": [second, first]}
    change(connected, uniqueness={"confirmed": [{**confirmed, "verdict": "different"}]})
    _run, delivered = planned(connected)
    assert set(delivered["student"]) == set(whole["student"])
    change(connected, uniqueness={"confirmed": [{**confirmed, "verdict": "same"}]})
    run, delivered = planned(connected)
    assert set(delivered["student"]) == set(whole["student"]) - {str(second)}
    classes = {
        one["classSourcedId"]
        for one in whole["enrollment"].values()
        if one["userSourcedId"] in (str(first), str(second))
    }
    mine = [one["classSourcedId"] for one in delivered["enrollment"].values() if one["userSourcedId"] == str(first)]
    assert sorted(mine) == sorted(classes)
    assert str(second) not in {one["userSourcedId"] for one in delivered["enrollment"].values()}
    assert "uniqueness-conflict" not in run.left_out


def test_who_was_delivered_is_never_removed_for_a_newcomer(connected: Connected) -> None:
    first, second = twins(connected)
    connected.sql("UPDATE Students SET Enroll_Status = 2 WHERE DCID = ?", first)
    connected.delivered()
    connected.sql("UPDATE Students SET Enroll_Status = 0 WHERE DCID = ?", first)
    run = connected.service.sync(connected.name)
    assert run.left_out["uniqueness-conflict"] == 1
    assert "student" not in run.changes
    assert (5, second) in [(entity, key) for entity, key, _record in connected.ledger()]


def test_tables_tell_the_same_of_accounts_as_queries(choose: Set) -> None:
    connected = choose(students=200, options={"parents": "portal"})
    connected.server.set_page_size(connected.plugin, 1000)
    _run, delivered = planned(connected)
    connected.service.set_value(connected.name, "source.read", '"tables"')
    run, by_table = planned(connected)
    assert run.way == "tables"
    assert by_table == delivered
