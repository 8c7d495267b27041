"""Troubles of districts' data, each from the district to the bundle's bytes."""

from __future__ import annotations

from tests.support.demo import Connect, Connected
from tests.sync.test_naming import delivered, some_students, users


def findings(connected: Connected, run_id: str) -> set[tuple[str, str, int, str]]:
    """(rule, entity, key, detail) of everything a run found."""
    groups = connected.service.problems(run_id, most=10_000)
    return {(group.rule.key, one.entity, one.key, one.detail) for group in groups for one in group.records}


def test_four_students_with_one_user_name_are_one_user_name_in_the_bundle(connect: Connect) -> None:
    connected = connect(settings={"uniqueness": {"student": []}})
    keys = sorted(some_students(connected, 4))
    for key, name in zip(keys, ("pat.lee", "pat.lee", "pat.lee ", "Pat.Lee"), strict=True):
        connected.sql("UPDATE STUDENTS SET STUDENT_WEB_ID = ? WHERE DCID = ?", name, key)
    run = delivered(connected)
    rows = users(connected)
    assert [row["sourcedId"] for row in rows.values() if row["username"].strip().lower() == "pat.lee"] == [str(keys[0])]
    assert run.left_out["username-taken"] == 3
    found = findings(connected, run.id)
    assert {one for one in found if one[0] == "username-taken"} == {
        ("username-taken", "student", key, f"student {keys[0]}") for key in keys[1:]
    }
    explained = connected.service.explain(connected.name, "student", keys[1])
    assert (
        explained.sentence
        == "Not included, because another person has the same user name, and no system takes it twice."
    )


def test_a_field_to_fall_back_on_gives_its_value_and_never_its_name(connect: Connect) -> None:
    mapping = {"student": {"middleName": "{Students.Middle_Name|visible|else:Students.First_Name}"}}
    connected = connect(settings={"mapping": mapping})
    (key,) = some_students(connected, 1)
    connected.sql("UPDATE STUDENTS SET MIDDLE_NAME = NULL, FIRST_NAME = 'Mia' WHERE DCID = ?", key)
    delivered(connected)
    rows = users(connected)
    assert rows[str(key)]["middleName"] == "Mia"
    assert not any("First_Name" in row["middleName"] for row in rows.values())


def test_codes_in_no_value_list_are_told_once_with_their_number(connect: Connect) -> None:
    connected = connect()
    keys = some_students(connected, 4)
    for key, grade in zip(keys, (99, 99, 14, -5), strict=True):
        connected.sql("UPDATE STUDENTS SET GRADE_LEVEL = ? WHERE DCID = ?", grade, key)
    run = delivered(connected)
    assert {users(connected)[str(key)]["grades"] for key in keys} == {"Other"}
    details = [detail for rule, _entity, _key, detail in findings(connected, run.id) if rule == "value-unlisted"]
    assert sorted(details) == ["grade “-5”: 1 record", "grade “14”: 1 record", "grade “99”: 2 records"]
