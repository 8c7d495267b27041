"""User names that two people want: who has it, who is left out, and that nobody who was delivered is taken away."""

from __future__ import annotations

import sqlite3
from collections import Counter
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from psconnect.model.entities import BY_KEY, ENTITIES, Entity
from psconnect.model.problems import Fate, Problem
from psconnect.model.roster_rules import RosterRules
from psconnect.model.text import caseless
from psconnect.store.reading import staging
from psconnect.store.reading.references import resolve_references
from tests.store.districts import rosters

IN, OUT, KEPT = Fate.IN, Fate.LEFT_OUT, Fate.KEPT
People = dict[tuple[str, int], str]
"""(entity, key) -> user name"""
OFF = RosterRules({"student": (), "teacher": (), "admin": ()})


def encoded(entity: Entity, key: int, **values: str) -> bytes:
    named = dict.fromkeys(entity.attributes, "") | {"sourcedId": entity.sourced_id(key)} | values
    return msgspec.json.encode(list(named.values()))


def deliver(db: sqlite3.Connection, people: People) -> None:
    """Put people with these user names into the ledger."""
    for (key_of, key), name in people.items():
        entity = BY_KEY[key_of]
        db.execute("INSERT INTO ledger VALUES (?, ?, ?)", [entity.rank, key, encoded(entity, key, username=name)])


def settled(
    path: Path, db: sqlite3.Connection, people: People, kept: frozenset[tuple[str, int]] = frozenset()
) -> tuple[dict[tuple[str, int], tuple[Fate, str | None, str]], list[Problem]]:
    """(fate, rule, user name) of everybody, and the findings; contacts belong to the first student."""
    stage = staging.Staging(path)
    stage.rows(BY_KEY["school"], [(1, IN, None, encoded(BY_KEY["school"], 1))])
    student = next((key for kind, key in people if kind == "student"), None)
    for (key_of, key), name in people.items():
        entity = BY_KEY[key_of]
        fate = KEPT if (key_of, key) in kept else IN
        references = (1,) if key_of == "student" else ()
        row = (key, fate, "unreadable" if fate else None, encoded(entity, key, username=name), *references)
        stage.rows(entity, [row])
        if key_of == "contact":
            link = BY_KEY["relationship"]
            stage.rows(link, [(key, IN, None, encoded(link, key), student, key)])
    stage.finish()
    staging.attach(db, path)
    try:
        problems = resolve_references(db, OFF)
        found = {}
        for entity in ENTITIES:
            if "username" not in entity.attributes:
                continue
            for key, fate, rule, record in db.execute(f"SELECT key, fate, rule, record FROM stage.stage_{entity.key}"):
                values = dict(zip(entity.attributes, msgspec.json.decode(record), strict=True))
                found[entity.key, key] = (Fate(fate), rule, values["username"])
        return found, problems
    finally:
        staging.detach(db, path)


def test_four_students_with_one_user_name_whatever_uniqueness_says() -> None:
    people = {("student", key): name for key, name in ((9, "pat.lee"), (4, "pat.lee"), (5, "Pat.Lee"), (6, "PAT.LEE"))}
    with rosters() as (path, db):
        found, problems = settled(path, db, people)
    assert {key: (fate, rule) for (_kind, key), (fate, rule, _name) in found.items()} == {
        4: (IN, None), 5: (OUT, "username-taken"), 6: (OUT, "username-taken"), 9: (OUT, "username-taken"),
    }  # fmt: skip
    assert Problem("username-taken", "student", 9, 1, "student 4") in problems
    assert Problem("username-owner", "student", 4, 1, "student 9") in problems


@pytest.mark.parametrize(("one", "other"), [("José.Ruiz", "jose\u0301.ruiz"), ("STRASSE", "straße"), ("ΣΑΣ", "σας")])
def test_letters_composed_or_cased_otherwise_are_the_same_user_name(one: str, other: str) -> None:
    with rosters() as (path, db):
        found, _problems = settled(path, db, {("student", 1): one, ("student", 2): other})
    assert found["student", 2][:2] == (OUT, "username-taken")


def test_accents_and_marks_that_make_another_user_name_are_no_clash() -> None:
    with rosters() as (path, db):
        found, problems = settled(path, db, {("student", 1): "jose", ("student", 2): "josé", ("student", 3): ""})
    assert {fate for fate, _rule, _name in found.values()} == {IN}
    assert problems == []


def test_who_was_delivered_keeps_the_user_name_against_a_lower_number() -> None:
    with rosters() as (path, db):
        deliver(db, {("student", 9): "pat.lee"})
        found, problems = settled(path, db, {("student", 4): "Pat.Lee", ("student", 9): "pat.lee"})
    assert found["student", 9] == (IN, None, "pat.lee")
    assert found["student", 4][:2] == (OUT, "username-taken")
    assert Problem("username-taken", "student", 4, 1, "student 9") in problems


def test_two_who_were_both_delivered_stay_with_a_finding_each() -> None:
    people = {("student", 4): "pat.lee", ("teacher", 9): "Pat.Lee"}
    with rosters() as (path, db):
        deliver(db, people)
        found, problems = settled(path, db, people)
    assert set(found.values()) == {(IN, None, "pat.lee"), (IN, None, "Pat.Lee")}
    assert set(problems) == {
        Problem("username-shared", "student", 4, 1, "teacher T9"),
        Problem("username-shared", "teacher", 9, None, "student 4"),
    }


def test_a_delivered_person_whose_new_user_name_is_taken_keeps_the_earlier_one() -> None:
    with rosters() as (path, db):
        deliver(db, {("student", 4): "old", ("student", 9): "pat.lee"})
        found, problems = settled(path, db, {("student", 4): "pat.lee", ("student", 9): "pat.lee"})
    assert found["student", 4] == (IN, None, "old")
    assert found["student", 9] == (IN, None, "pat.lee")
    assert Problem("username-kept", "student", 4, 1, "student 9") in problems


def test_an_earlier_user_name_that_comes_back_is_not_given_to_somebody_new() -> None:
    with rosters() as (path, db):
        deliver(db, {("student", 4): "old", ("student", 9): "pat.lee"})
        people = {("student", 4): "pat.lee", ("student", 9): "pat.lee", ("student", 2): "OLD"}
        found, problems = settled(path, db, people)
    assert found["student", 4] == (IN, None, "old")
    assert found["student", 2][:2] == (OUT, "username-taken")
    assert Problem("username-taken", "student", 2, 1, "student 4") in problems


def test_two_who_swap_their_user_names_swap_them() -> None:
    with rosters() as (path, db):
        deliver(db, {("student", 4): "a", ("student", 9): "b"})
        found, problems = settled(path, db, {("student", 4): "b", ("student", 9): "a"})
    assert [found["student", key] for key in (4, 9)] == [(IN, None, "b"), (IN, None, "a")]
    assert problems == []


def test_teachers_come_before_other_staff_and_students() -> None:
    people = {("student", 1): "x", ("admin", 2): "x", ("teacher", 9): "X", ("student", 3): "y", ("admin", 8): "Y"}
    with rosters() as (path, db):
        found, _problems = settled(path, db, people)
    assert {person for person, (fate, _rule, _name) in found.items() if fate == IN} == {("teacher", 9), ("admin", 8)}


def test_who_is_kept_as_delivered_keeps_the_user_name_of_the_last_delivery() -> None:
    with rosters() as (path, db):
        deliver(db, {("student", 9): "pat.lee"})
        people = {("student", 9): "unreadable", ("student", 4): "Pat.Lee"}
        found, _problems = settled(path, db, people, frozenset({("student", 9)}))
    assert found["student", 9][0] == KEPT
    assert found["student", 4][:2] == (OUT, "username-taken")


def test_who_teaches_now_and_was_other_staff_is_no_stranger() -> None:
    with rosters() as (path, db):
        deliver(db, {("admin", 9): "pat.lee"})
        found, _problems = settled(path, db, {("teacher", 9): "pat.lee", ("teacher", 4): "pat.lee"})
    assert found["teacher", 9] == (IN, None, "pat.lee")
    assert found["teacher", 4][:2] == (OUT, "username-taken")


def test_a_contact_never_takes_a_user_name_from_anybody_else() -> None:
    with rosters() as (path, db):
        deliver(db, {("contact", 7): "pat.lee"})
        people = {("student", 9): "PAT.LEE", ("contact", 7): "pat.lee", ("contact", 8): "pat.lee"}
        found, problems = settled(path, db, people)
    assert found["student", 9] == (IN, None, "PAT.LEE")
    assert found["contact", 7] == (IN, None, "pat.lee")
    assert found["contact", 8][:2] == (OUT, "username-taken")
    assert Problem("username-shared", "contact", 7, 1, "student 9") in problems


def test_who_is_left_out_takes_the_dependants_along() -> None:
    with rosters() as (path, db):
        people = {("student", 9): "pat.lee", ("contact", 1): "C1", ("student", 4): "Pat.Lee"}
        found, _problems = settled(path, db, people)
    assert found["student", 9][:2] == (OUT, "username-taken")
    assert found["contact", 1][0] == OUT


names = st.sampled_from(["a", "A", "b", "B", "é", "e\u0301", ""])
people = st.dictionaries(st.tuples(st.sampled_from(["student", "teacher", "admin"]), st.integers(1, 5)), names)


@given(people, people)
@settings(max_examples=80, deadline=None)
def test_nobody_new_shares_a_user_name_and_nobody_delivered_is_left_out(delivered: People, now: People) -> None:
    # A teacher and other staff with one key are one person, who is read as one of the two.
    now = {(kind, key + 10 * (kind == "admin")): name for (kind, key), name in now.items()}
    delivered = {(kind, key + 10 * (kind == "admin")): name for (kind, key), name in delivered.items()}
    with rosters() as (path, db):
        deliver(db, delivered)
        found, problems = settled(path, db, now)
    assert {person for person, (fate, _rule, _name) in found.items() if fate != IN} <= set(now) - set(delivered)
    counts = Counter(caseless(name) for fate, _rule, name in found.values() if fate == IN and name)
    for person, (fate, _rule, name) in found.items():
        if fate == IN and name and counts[caseless(name)] > 1:
            assert caseless(delivered[person]) == caseless(name)
            assert any(one.rule == "username-shared" and (one.entity, one.key) == person for one in problems)
    for person in set(now) - set(delivered):
        if found[person][0] == OUT:
            assert caseless(now[person]) in counts


@pytest.mark.parametrize(("now", "then"), [("teacher", "admin"), ("admin", "teacher")])
def test_staff_kept_as_the_other_kind_keep_their_user_name_too(now: str, then: str) -> None:
    """Who taught, does no longer and can't be read stays as delivered, so nobody else gets that user name."""
    with rosters() as (path, db):
        deliver(db, {(then, 64): "pat.lee"})
        people = {(now, 64): "", ("student", 9): "Pat.Lee"}
        found, _problems = settled(path, db, people, frozenset({(now, 64)}))
    assert found[now, 64][0] == KEPT
    assert found["student", 9][:2] == (OUT, "username-taken")
