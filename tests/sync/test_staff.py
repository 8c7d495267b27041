"""Staff over several runs: who teaches, whose last class ends, which user name stays, and what limits see of it."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import pytest

from psconnect.model.review import ChangeQuery
from psconnect.model.runs import Run
from psconnect.sync import included
from psconnect.wording.holds import word_hold
from tests.judges.sql_truth import compare
from tests.support.demo import DISTRICT, TODAY, Connect, Connected
from tests.sync.test_naming import users

NEVER = {"safety": {"preview": "never"}}
YEAR = "SectionID IN (SELECT ID FROM Sections WHERE TermID BETWEEN 3600 AND 3699)"


@pytest.fixture
def district(connect: Connect) -> Connected:
    """A small district; the first run is delivered without a look at it."""
    connected = connect(students=60, settings=NEVER)
    synced(connected)
    return connected


def synced(connected: Connected) -> Run:
    run = connected.service.sync(connected.name)
    assert run.state in ("finished", "finished_with_problems"), (run.error, run.holds)
    return run


def a_teacher(connected: Connected, place: int = 0) -> int:
    """Users.DCID of somebody who leads classes this year."""
    sql = (
        "SELECT DISTINCT p.Users_DCID FROM Sections s JOIN SchoolStaff p ON p.ID = s.Teacher AND p.Status = 1 "
        "JOIN Users u ON u.DCID = p.Users_DCID WHERE s.TermID BETWEEN 3600 AND 3699 AND u.TeacherLoginID <> '' "
        "ORDER BY 1"
    )
    return int(connected.sql(sql)[place][0])


def posts(key: int) -> str:
    return f"(SELECT ID FROM SchoolStaff WHERE Users_DCID = {key})"


def end_classes(connected: Connected, key: int) -> None:
    """All classes of this year end for that person, as when somebody else takes them over."""
    connected.sql(f"UPDATE SectionTeacher SET End_Date = '2026-10-01' WHERE TeacherID IN {posts(key)} AND {YEAR}")


def lose_classes(connected: Connected, key: int) -> None:
    """Nothing is left that says that person ever taught this year."""
    connected.sql(f"DELETE FROM SectionTeacher WHERE TeacherID IN {posts(key)}")
    connected.sql(f"UPDATE Sections SET Teacher = 0 WHERE Teacher IN {posts(key)}")


def delivered(connected: Connected, key: int) -> tuple[str, str]:
    """Role and user name under which a member of staff stands in the bundle."""
    row = users(connected).get(f"T{key}", {"role": "", "username": ""})
    return row["role"], row["username"]


# --- the last class ends ---------------------------------------------------------------------------------------------


def test_whose_last_class_ends_stays_a_teacher_under_the_same_name(district: Connected) -> None:
    key = a_teacher(district)
    before = delivered(district, key)
    assert before[0] == "teacher"
    end_classes(district, key)
    run = synced(district)
    assert delivered(district, key) == before
    assert run.changes.keys() == {"enrollment"}
    assert compare(district.bundle, district.server.database, TODAY, DISTRICT) == []


def test_a_change_of_role_is_seen_by_its_limit_and_said(district: Connected) -> None:
    district.service.set_value(district.name, "safety.thresholds.teacher.role", '"1"')
    key = a_teacher(district)
    district.sql("UPDATE Users SET LoginID = 'office' WHERE DCID = ?", key)
    synced(district)
    teachers = sum(row["role"] == "teacher" for row in users(district).values())
    lose_classes(district, key)
    run = district.service.sync(district.name)
    assert run.state == "held"
    (hold,) = run.holds
    assert hold.rule == "role-teacher"
    assert word_hold(hold).reason == (
        f"1 of {teachers} teachers would become other staff ({100 / teachers:.1f} %); the limit is 1."
    )
    assert delivered(district, key)[0] == "teacher", "nothing was delivered"


def test_the_limits_of_a_run_show_roles_and_all_staff_together(district: Connected) -> None:
    district.service.set_value(district.name, "safety.thresholds.teacher.role", '"1"')
    lose_classes(district, a_teacher(district))
    run = district.service.sync(district.name)
    (teacher,) = [limit for limit in district.service.limits(run.id) if limit.entity == "teacher"]
    assert [(one.entity, one.kind, one.count) for one in teacher.kinds] == [
        ("teacher", "create", 0),
        ("teacher", "update", 0),
        ("teacher", "remove", 1),
        ("teacher", "identity", 0),
        ("teacher", "role", 1),
        ("staff", "create", 0),
        ("staff", "update", 0),
        ("staff", "remove", 0),
        ("staff", "identity", 0),
    ]


def test_a_ledger_made_by_another_rule_is_looked_at_first(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    connected = connect(students=60)
    with monkeypatch.context() as before:
        # A version for which a teacher without a current class was other staff.
        before.setattr(included, "_WHO_TEACHES", "a current class")
        connected.delivered()
    end_classes(connected, a_teacher(connected))
    run = connected.service.sync(connected.name)
    assert (run.state, [hold.rule for hold in run.holds]) == ("held", ["rules-changed"])


# --- user names ------------------------------------------------------------------------------------------------------


def test_who_becomes_other_staff_keeps_the_user_name(district: Connected) -> None:
    key = a_teacher(district)
    _role, name = delivered(district, key)
    district.sql("UPDATE Users SET LoginID = 'office' WHERE DCID = ?", key)
    lose_classes(district, key)
    synced(district)
    assert delivered(district, key) == ("administrator", name)
    assert compare(district.bundle, district.server.database, TODAY, DISTRICT) == []


def test_who_becomes_a_teacher_keeps_the_login_and_a_correction_of_it_is_delivered(district: Connected) -> None:
    (key,) = district.sql(
        "SELECT u.DCID FROM Users u JOIN SchoolStaff p ON p.Users_DCID = u.DCID AND p.Status = 1 AND p.SchoolID <> 0 "
        "WHERE u.LoginID <> '' AND u.TeacherLoginID IS NULL ORDER BY 1 LIMIT 1"
    )[0]
    role, login = delivered(district, key)
    assert role == "administrator"
    district.sql("UPDATE Users SET TeacherLoginID = 'in.class' WHERE DCID = ?", key)
    assert synced(district).changes == {}
    district.sql(
        "UPDATE Sections SET Teacher = (SELECT min(ID) FROM SchoolStaff WHERE Users_DCID = ? AND SchoolID <> 0) WHERE "
        "DCID = (SELECT min(DCID) FROM Sections WHERE TermID BETWEEN 3600 AND 3699)",
        key,
    )
    synced(district)
    assert delivered(district, key) == ("teacher", login)
    district.sql("UPDATE Users SET LoginID = 'corrected' WHERE DCID = ?", key)
    synced(district)
    assert delivered(district, key) == ("teacher", "corrected")
    district.sql("UPDATE Users SET LoginID = '##1' WHERE DCID = ?", key)
    synced(district)
    assert delivered(district, key) == ("teacher", "in.class"), "there is no other login any more"


def test_a_changed_mapping_of_the_user_name_is_a_change_for_all(district: Connected) -> None:
    key = a_teacher(district)
    (mail,) = district.sql("SELECT Email_Addr FROM Users WHERE DCID = ?", key)[0]
    district.service.set_value(district.name, "mapping.teacher.username", '"{Users.Email_Addr}"')
    assert district.service.sync(district.name).state == "held"
    district.service.approve(district.service.runs(district.name)[0].id, "meant")
    assert delivered(district, key) == ("teacher", mail)


def test_who_was_given_a_user_name_keeps_it_in_the_other_role(connect: Connect) -> None:
    patterns = {"teacher": "{givenName|first|lower}{familyName|lower|alnum}"}
    connected = connect(students=60, settings={**NEVER, "usernames": patterns})
    key = a_teacher(connected)
    connected.sql("UPDATE Users SET LoginID = NULL, TeacherLoginID = NULL WHERE DCID = ?", key)
    synced(connected)
    _role, name = delivered(connected, key)
    assert name
    lose_classes(connected, key)
    synced(connected)
    assert delivered(connected, key) == ("administrator", name)


# --- limits ----------------------------------------------------------------------------------------------------------


def test_a_tenth_of_the_staff_missing_is_held_though_neither_kind_reaches_its_limit(connect: Connect) -> None:
    connected = connect(students=300, settings=NEVER)
    synced(connected)
    found = users(connected)
    kinds = {
        role: sorted(int(key[1:]) for key, row in found.items() if row["role"] == role)
        for role in ("teacher", "administrator")
    }
    gone = [*kinds["teacher"][:4], *kinds["administrator"][:4]]
    total = sum(map(len, kinds.values()))
    assert 8 / total > 0.05
    connected.sql(f"UPDATE SchoolStaff SET Status = 2 WHERE Users_DCID IN ({', '.join(map(str, gone))})")
    run = connected.service.sync(connected.name)
    assert run.state == "held"
    assert [hold.rule for hold in run.holds if hold.rule.endswith(("staff", "teacher", "admin"))] == ["remove-staff"]
    (hold,) = [hold for hold in run.holds if hold.rule == "remove-staff"]
    assert word_hold(hold).reason.startswith(f"8 of {total} members of staff would be removed (")


# --- the district's own roles ----------------------------------------------------------------------------------------


def test_a_districts_own_roles_are_told_until_they_are_mapped_and_that_is_looked_at(connect: Connect) -> None:
    connected = connect(students=60)
    connected.sql("UPDATE RoleDef SET Name = 'Math Coach', RoleKey = NULL WHERE Name = 'Co-teacher'")
    connected.delivered()
    (count,) = connected.sql(
        "SELECT count(*) FROM SectionTeacher t JOIN Sections s ON s.ID = t.SectionID WHERE t.RoleID = 26 "
        "AND s.TermID BETWEEN 3600 AND 3699 AND t.TeacherID IS NOT s.Teacher"
    )[0]
    assert count
    told = [
        (one.entity, one.detail)
        for group in connected.service.problems(connected.service.runs(connected.name)[0].id)
        for one in group.records
        if group.rule.key == "role-not-mapped"
    ]
    assert told == [("enrollment", f"Math Coach: {count} records")]
    connected.service.set_value(connected.name, "roles.Math Coach", '"co-teacher"')
    run = connected.service.sync(connected.name)
    assert (run.state, [hold.rule for hold in run.holds]) == ("held", ["rules-changed"])
    assert run.changes["enrollment"].create == count


def test_a_placeholder_is_no_user_name(connect: Connect) -> None:
    connected = connect(students=60, settings=NEVER)
    student, other = (key for (key,) in connected.sql("SELECT DCID FROM Students WHERE Enroll_Status = 0 LIMIT 2"))
    connected.sql("UPDATE Students SET Student_Web_ID = '##' || DCID WHERE DCID = ?", student)
    connected.sql("UPDATE Students SET Student_Web_ID = ' ~~' || DCID WHERE DCID = ?", other)
    run = synced(connected)
    assert not {str(student), str(other)} & set(users(connected))
    found: list[tuple[Any, ...]] = [
        (group.rule.key, one.key, one.detail) for group in connected.service.problems(run.id) for one in group.records
    ]
    assert ("missing-required", student, "username") in found
    assert ("missing-required", other, "username") in found


# --- why somebody is no teacher --------------------------------------------------------------------------------------


def sentence(connected: Connected, entity: str, key: int) -> str:
    return connected.service.explain(connected.name, entity, key).sentence


def test_who_became_other_staff_is_said_to_be_that_and_not_to_be_gone(district: Connected) -> None:
    district.service.set_value(district.name, "safety.thresholds.teacher.role", '"1"')
    key = a_teacher(district)
    lose_classes(district, key)
    run = district.service.sync(district.name)
    assert run.state == "held"
    assert district.service.explain(district.name, "teacher", key).over == (
        "The plan that waits would remove it, because the person no longer has a class in this school year, and is "
        "other staff instead of a teacher."
    )
    with closing(district.service.arrange_changes(run.id, ChangeQuery(entity="teacher"))) as changes:
        assert [(row.key, row.rule) for row in changes.page(0, 9)] == [(key, "other-staff-now")]


@pytest.mark.parametrize(
    ("role", "options", "because"),
    [
        ("Math Coach", {}, "the role in the class is neither known nor mapped to lead teacher or co-teacher"),
        ("Aide", {}, "the role in the class is neither lead teacher nor co-teacher"),
        ("Co-teacher", {"co_teachers": False}, "co-teachers are switched off in this connection"),
    ],
)
def test_who_is_in_classes_without_teaching_them_learns_why(
    connect: Connect, role: str, options: dict[str, bool], because: str
) -> None:
    connected = connect(students=60, settings={**NEVER, "options": {"admins": False, **options}})
    key, post = connected.sql(
        "SELECT Users_DCID, min(ID) FROM SchoolStaff WHERE Status = 1 AND SchoolID <> 0 AND ID NOT IN "
        "(SELECT TeacherID FROM SectionTeacher) GROUP BY 1 HAVING count(*) = 1 ORDER BY 1 LIMIT 1"
    )[0]
    connected.sql("UPDATE RoleDef SET Name = ?, RoleKey = NULL WHERE ID = 27", role)
    connected.sql(
        "INSERT INTO SectionTeacher (ID, SectionID, TeacherID, RoleID, Start_Date) SELECT 1, ID, ?, 27, '2026-08-17' "
        "FROM Sections WHERE TermID BETWEEN 3600 AND 3699 ORDER BY DCID LIMIT 1",
        post,
    )
    run = synced(connected)
    said = connected.service.explain(connected.name, "admin", key)
    off = "staff without a class is switched off in this connection"
    assert said.sentence == f"Not in the OneRoster CSV bundle, because {because}, and {off}."
    assert [one.because for one in said.missing] == [because]
    assert run.left_out["admins-off"] > 1, "counted with the others"
