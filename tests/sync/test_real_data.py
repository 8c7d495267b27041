"""Troubles of districts' data, each from the district to the bundle's bytes."""

from __future__ import annotations

from psconnect.wording.checks import word_finding
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
        == "Not in the OneRoster CSV bundle, because another person has the same user name, and user names must be "
        "unique."
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


def test_the_preferred_or_the_legal_name_is_a_choice_of_the_mapping(connect: Connect) -> None:
    mapping = {
        "student": {
            "givenName": "{U_STUDENTS_EXTENSION.PreferredName|trim|else:Students.First_Name}",
            "familyName": "{StudentCoreFields.PSCORE_LEGAL_LAST_NAME|else:Students.Last_Name}",
        }
    }
    connected = connect(settings={"mapping": mapping})
    both, neither = some_students(connected, 2)
    connected.sql("UPDATE STUDENTS SET FIRST_NAME = 'Michelle', LAST_NAME = 'Lee' WHERE DCID IN (?, ?)", both, neither)
    connected.sql("DELETE FROM U_STUDENTS_EXTENSION WHERE STUDENTSDCID IN (?, ?)", both, neither)
    connected.sql("DELETE FROM STUDENTCOREFIELDS WHERE STUDENTSDCID IN (?, ?)", both, neither)
    connected.sql("INSERT INTO U_STUDENTS_EXTENSION (STUDENTSDCID, PREFERREDNAME) VALUES (?, 'Mia ')", both)
    connected.sql("INSERT INTO STUDENTCOREFIELDS (STUDENTSDCID, PSCORE_LEGAL_LAST_NAME) VALUES (?, 'Lee-Ortiz')", both)
    delivered(connected)
    rows = users(connected)
    assert [rows[str(both)][name] for name in ("givenName", "familyName")] == ["Mia", "Lee-Ortiz"]
    assert [rows[str(neither)][name] for name in ("givenName", "familyName")] == ["Michelle", "Lee"]


def test_a_field_without_a_dot_that_no_list_knows_is_read_from_the_standard_table(connect: Connect) -> None:
    connected = connect(settings={"custom": {"student": "Alert_Medical|medical"}})
    (key,) = some_students(connected, 1)
    connected.sql("UPDATE STUDENTS SET ALERT_MEDICAL = 'Nuts' WHERE DCID = ?", key)
    delivered(connected)
    assert users(connected)[str(key)]["metadata.medical"] == "Nuts"


def test_the_check_names_a_field_that_is_nearly_called_like_a_known_one(connect: Connect) -> None:
    connected = connect(settings={"mapping": {"student": {"givenName": "{Frist_Name}"}}}, install=False)
    findings = map(word_finding, connected.service.check(connected.name, lambda _finding: None))
    (found,) = [one for one in findings if one.step == "Field"]
    assert found.state == "warning"
    assert "Students.Frist_Name" in found.text
    assert "Students.First_Name" in found.to_do


def test_one_child_registered_twice_is_two_students_and_a_finding_for_both(connect: Connect) -> None:
    connected = connect(settings={"uniqueness": {"student": []}, "custom": {"student": "DOB|born"}})
    first, second, third = sorted(some_students(connected, 3))
    connected.sql(
        "UPDATE STUDENTS SET FIRST_NAME = 'Mia', LAST_NAME = 'Lee', DOB = '2014-03-01', STATE_STUDENTNUMBER = NULL "
        "WHERE DCID IN (?, ?, ?)",
        first,
        second,
        third,
    )
    connected.sql("UPDATE STUDENTS SET DOB = '2014-03-02' WHERE DCID = ?", third)
    run = delivered(connected)
    assert {str(first), str(second), str(third)} <= set(users(connected))
    found = findings(connected, run.id)
    assert {one[2:] for one in found if one[0] == "registered-twice" and one[2] in (first, second, third)} == {
        (first, f"student {second} (birth date)"),
        (second, f"student {first} (birth date)"),
    }
