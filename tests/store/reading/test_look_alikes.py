"""People who are perhaps one and the same: told for both, never merged."""

from __future__ import annotations

import msgspec
import pytest

from psconnect.model.entities import BY_KEY, EXTRA
from psconnect.model.problems import Fate, Problem
from psconnect.model.roster_rules import ConfirmedPair, RosterRules
from psconnect.store.reading import staging
from psconnect.store.reading.references import resolve_references
from tests.store.districts import rosters

MIA = {"givenName": "Mia", "familyName": "Lee"}


def found(rule: str, *people: tuple[str, int, dict[str, str]], rules: RosterRules | None = None) -> list[Problem]:
    """What a rule finds among people of one school, whatever uniqueness says; nobody of them may be left out for it."""
    with rosters() as (path, db):
        stage = staging.Staging(path)
        school = dict.fromkeys(BY_KEY["school"].attributes, "")
        stage.rows(BY_KEY["school"], [(1, Fate.IN, None, msgspec.json.encode(list(school.values())))])
        for kind, key, values in people:
            entity = BY_KEY[kind]
            named = dict.fromkeys(entity.attributes, "") | {"sourcedId": entity.sourced_id(key)} | values
            references = (1,) if kind == "student" else ()
            stage.rows(entity, [(key, Fate.IN, None, msgspec.json.encode(list(named.values())), *references)])
        stage.finish()
        staging.attach(db, path)
        try:
            problems = resolve_references(db, rules or RosterRules())
            left_out = db.execute("SELECT count(*) FROM stage.stage_student WHERE fate = 1 AND rule = 'merged'")
            assert left_out.fetchone()[0] == (
                1 if rules and rules.confirmed[:1] and rules.confirmed[0].verdict == "same" else 0
            )
        finally:
            staging.detach(db, path)
    return [problem for problem in problems if problem.rule == rule]


def student(key: int, **values: str) -> tuple[str, int, dict[str, str]]:
    return "student", key, {**MIA, **values}


def test_one_child_registered_twice_with_one_state_id_is_told_for_both() -> None:
    twice = found("registered-twice", student(4, stateId="AZ 1234"), student(9, givenName="MÍA", stateId="az 1234 "))
    assert twice == [
        Problem("registered-twice", "student", 9, 1, "student 4 (stateId)"),
        Problem("registered-twice", "student", 4, 1, "student 9 (stateId)"),
    ]


def test_one_child_registered_twice_with_one_user_name_is_told_although_one_is_left_out() -> None:
    twice = found("registered-twice", student(4, username="mlee"), student(9, username="MLee"))
    assert {(one.key, one.detail) for one in twice} == {(4, "student 9 (username)"), (9, "student 4 (username)")}


def test_one_child_registered_twice_with_one_birth_date_is_told_where_that_is_read() -> None:
    born = msgspec.json.encode({"born": "2014-03-01"}).decode()
    people = (student(4, **{EXTRA: born}), student(9, **{EXTRA: born}), student(5))
    assert found("registered-twice", *people) == []
    twice = found("registered-twice", *people, rules=RosterRules(birth_date="born"))
    assert {(one.key, one.detail) for one in twice} == {(4, "student 9 (birth date)"), (9, "student 4 (birth date)")}


@pytest.mark.parametrize("state_id", ["", "0", "0000", "N/A", "none", "99999999", "12"])
def test_a_state_id_that_stands_for_none_makes_no_two_one_child(state_id: str) -> None:
    assert found("registered-twice", student(4, stateId=state_id), student(9, stateId=state_id)) == []


def test_siblings_and_twins_with_one_state_id_are_two_children() -> None:
    born = msgspec.json.encode({"born": "2014-03-01"}).decode()
    people = (
        student(4, stateId="12345", **{EXTRA: born}),
        student(9, givenName="Ben", stateId="12345", **{EXTRA: born}),
    )
    assert found("registered-twice", *people, rules=RosterRules(birth_date="born")) == []


@pytest.mark.parametrize("verdict", ["same", "different"])
def test_a_confirmed_pair_is_not_told_again(verdict: str) -> None:
    rules = RosterRules(confirmed=(ConfirmedPair("student", (9, 4), verdict),))  # type: ignore[arg-type]
    assert found("registered-twice", student(4, stateId="12345"), student(9, stateId="12345"), rules=rules) == []


def test_a_shared_address_is_counted_once_for_each_kind_of_people() -> None:
    people = [
        student(4, email="lee@example.org"), student(9, givenName="Ben", email="LEE@example.org"),
        student(5, givenName="Zoe", email="zoe@example.org"), student(6, givenName="Al"), student(7, givenName="Bo"),
        ("teacher", 3, {"email": "zoe@example.org"}), ("teacher", 8, {"email": "t@example.org"}),
    ]  # fmt: skip
    assert found("email-shared", *people) == [
        Problem("email-shared", "student", 4, None, "email: 3 records"),
        Problem("email-shared", "teacher", 3, None, "email: 1 record"),
    ]
