"""Uniqueness as properties: who stays, who goes, what goes along; and merging of what a person confirmed."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from psconnect.model.entities import CLASS, CONTACT, ENROLLMENT, ENTITIES, RELATIONSHIP, STUDENT, TEACHER
from psconnect.model.problems import RULES, Fate, Problem
from psconnect.model.roster_rules import ConfirmedPair, RosterRules
from psconnect.model.text import folded
from psconnect.store.database import transaction
from psconnect.store.plan import difference
from psconnect.store.plan.plan import Plan
from psconnect.store.reading import staging
from psconnect.store.reading.references import resolve_references
from psconnect.wording.rules import rule_of
from tests.store.districts import Rows, apply, begin, dangling, made_up, plan, record, rosters

DOMAIN = RosterRules(domains={"student": (STUDENT.attributes[-1],)})
"""The made-up records differ in their last attribute."""
IN, OUT, KEPT = Fate.IN, Fate.LEFT_OUT, Fate.KEPT
Staged = dict[str, dict[int, tuple]]
"""entity -> key -> (fate, rule, record, references …)"""


def resolved(
    path: Path, db: sqlite3.Connection, district: Rows, rules: RosterRules, found: Sequence[Problem] = ()
) -> tuple[Staged, list[Problem], int]:
    """The staging after the rules between records, the findings, and the run with the plan that follows."""
    stage = staging.Staging(path)
    for entity in ENTITIES:
        rows = [
            (key, fate, "rule" if fate else None, record(entity, key, text, refs), *refs)
            for key, (fate, text, *refs) in district.get(entity.key, {}).items()
        ]
        stage.rows(entity, rows)
    stage.finish()
    number = begin(db)
    staging.attach(db, path)
    try:
        problems = resolve_references(db, rules, found)
        staged = {
            entity.key: {row[0]: row[1:] for row in db.execute(f"SELECT * FROM {staging.staged(entity)}")}
            for entity in ENTITIES
        }
        with transaction(db):
            difference.store_plan(Plan(db, number), "all")
    finally:
        staging.detach(db, path)
    return staged, problems, number


def students(*rows: tuple[int, str], fate: Fate = IN) -> Rows:
    """Students of one school with these values of the domain."""
    return {"school": {1: (IN, "s")}, "student": {key: (fate, text, 1) for key, text in rows}}


values = st.sampled_from(["Ana", "ANA", " ana ", "Aná", "Ana\u0301", "Ana  Lu", "ana lu", "", "  ", "\u200b", "Bo"])
groups = st.dictionaries(
    st.integers(1, 9), st.tuples(st.sampled_from([IN, IN, IN, IN, OUT, KEPT]), values, st.just(1)), max_size=9
)
pairs = st.sets(st.tuples(st.integers(1, 9), st.integers(1, 9)).filter(lambda pair: pair[0] < pair[1]), max_size=2)


@given(groups, st.sets(st.integers(1, 9)), pairs, st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_of_records_that_are_alike_the_owner_stays(
    rows: dict[int, tuple], delivered: set[int], different: set[tuple[int, int]], chance
) -> None:
    confirmed = tuple(ConfirmedPair("student", pair, "different") for pair in different)
    rules = RosterRules(domains=DOMAIN.domains, confirmed=confirmed)
    outcomes = []
    with rosters() as (path, db):
        db.executemany("INSERT INTO ledger VALUES (?, ?, '[]')", [(STUDENT.rank, key) for key in delivered])
        for order in (list(rows), chance.sample(list(rows), len(rows))):
            district = {"school": {1: (IN, "s")}, "student": {key: rows[key] for key in order}}
            staged, problems, _number = resolved(path, db, district, rules)
            outcomes.append(({key: row[:2] for key, row in staged["student"].items()}, set(problems)))
    assert outcomes[0] == outcomes[1]
    fates, found = outcomes[0]
    compared = {key: folded(text) for key, (fate, text, _s) in rows.items() if fate == IN and folded(text)}
    claim = {key: (key not in delivered, key) for key in compared}
    lost = {key for key, (_fate, rule) in fates.items() if rule == "uniqueness-conflict"}
    assert lost <= set(compared)
    named = {(p.key, int(p.detail)) for p in found if p.rule == "uniqueness-conflict"}
    assert {key for key, _owner in named} == lost
    assert {(p.key, int(p.detail)) for p in found if p.rule == "uniqueness-owner"} == {(o, k) for k, o in named}
    for key, owner in named:
        assert compared[key] == compared[owner]
        assert owner not in lost
        assert claim[owner] < claim[key]
        assert (min(key, owner), max(key, owner)) not in different
    stay = sorted(set(compared) - lost)
    for place, key in enumerate(stay):
        for other in stay[place + 1 :]:
            assert compared[key] != compared[other] or (key, other) in different
    for value in set(compared.values()):
        first = min((key for key in compared if compared[key] == value), key=claim.__getitem__)
        assert fates[first] == (IN, None)
    for key in set(rows) - lost:
        assert fates[key][0] == rows[key][0]


@given(st.randoms(use_true_random=False), st.booleans())
@settings(max_examples=40, deadline=None)
def test_nothing_dangles_whatever_collides_or_is_merged(chance, merge: bool) -> None:
    district = made_up(chance)
    pair = tuple(sorted(chance.sample(range(1, 7), 2)))
    confirmed = (ConfirmedPair(chance.choice(["student", "teacher", "contact"]), pair, "same"),) if merge else ()
    domains = {entity.key: (entity.attributes[-1],) for entity in (STUDENT, TEACHER, CONTACT, CLASS)}
    rules = RosterRules(domains, confirmed, chance.random() < 0.5, chance.random() < 0.5)
    with rosters() as (path, db):
        staged, _problems, number = resolved(path, db, district, rules)
        content = apply(db, number)
        assert dangling(content) == []
        _staged, _problems, again = resolved(path, db, district, rules)
        assert db.execute("SELECT count(*) FROM change WHERE run = ?", [again]).fetchone() == (0,)
    for rows in staged.values():
        assert all(RULES[row[1]] for row in rows.values() if row[1] and row[1] != "rule" and ":rule" not in row[1])


def test_a_domain_that_is_off_leaves_everybody_in() -> None:
    with rosters() as (path, db):
        staged, problems, _n = resolved(path, db, students((1, "Ana"), (2, "ana")), RosterRules({"student": ()}))
    assert [row[0] for row in staged["student"].values()] == [IN, IN]
    assert problems == []


def test_the_owner_is_who_was_delivered_before_then_the_lowest_key() -> None:
    with rosters() as (path, db):
        apply(db, resolved(path, db, students((7, "Zoe")), DOMAIN)[2])
        staged, problems, _n = resolved(path, db, students((3, "ana"), (7, "Ana"), (9, "Ana")), DOMAIN)
    assert {key: row[1] for key, row in staged["student"].items()} == {
        3: "uniqueness-conflict", 7: None, 9: "uniqueness-conflict",
    }  # fmt: skip
    assert Problem("uniqueness-conflict", "student", 3, 1, "7") in problems
    assert Problem("uniqueness-owner", "student", 7, 1, "3") in problems


def test_each_of_two_alike_is_reported_at_its_own_school() -> None:
    district: Rows = {"school": {1: (IN, "s"), 2: (IN, "s")}, "student": {3: (IN, "Ana", 1), 4: (IN, "ana", 2)}}
    with rosters() as (path, db):
        _staged, problems, _n = resolved(path, db, district, DOMAIN)
    assert problems == [
        Problem("uniqueness-conflict", "student", 4, 2, "3"),
        Problem("uniqueness-owner", "student", 3, 1, "4"),
    ]


def test_all_values_of_a_domain_have_to_be_alike() -> None:
    district: Rows = {"school": {1: (IN, "s"), 2: (IN, "s")}, "student": {3: (IN, "Ana", 1), 4: (IN, "ana", 2)}}
    rules = RosterRules({"student": (STUDENT.attributes[-1], "schoolSourcedIds")})
    with rosters() as (path, db):
        _staged, problems, _n = resolved(path, db, district, rules)
    assert problems == []


def test_who_loses_takes_the_dependants_along_and_they_say_why() -> None:
    district = students((1, "Ana"), (2, "ana"))
    district |= {
        "calendar": {1: (IN, "t", 1)}, "course": {1: (IN, "c", 1)}, "class": {1: (IN, "k", 1, 1, 1)},
        "contact": {5: (IN, "p")}, "relationship": {6: (IN, "r", 2, 5)},
        "enrollment": {8: (IN, "", 1, 2, None), 9: (IN, "", 1, 1, None)},
    }  # fmt: skip
    with rosters() as (path, db):
        staged, _problems, _n = resolved(path, db, district, DOMAIN)
    assert staged["enrollment"][8][:2] == (OUT, "goes-along:student:uniqueness-conflict")
    assert staged["enrollment"][9][:2] == (IN, None)
    assert staged["relationship"][6][:2] == (OUT, "goes-along:student:uniqueness-conflict")
    assert staged["contact"][5][:2] == (OUT, "contact-without-student")
    because = "its student is not included: another record that has to differ from it has the same values"
    assert rule_of("goes-along:student:uniqueness-conflict").because == because


def test_the_first_cause_is_told_all_along() -> None:
    district: Rows = {
        "school": {1: (OUT, "s")}, "calendar": {1: (IN, "t", 1)}, "course": {1: (IN, "c", 1)},
        "class": {1: (IN, "k", 1, 1, 1)}, "enrollment": {9: (IN, "", 1, None, None)},
    }  # fmt: skip
    with rosters() as (path, db):
        staged, _problems, _n = resolved(path, db, district, RosterRules())
    assert staged["class"][1][1] == "goes-along:course:rule"
    assert staged["enrollment"][9][1] == "goes-along:class:rule"


MERGED: Rows = {
    "school": {1: (IN, "s")},
    "calendar": {1: (IN, "t", 1)},
    "course": {1: (IN, "c", 1)},
    "class": {1: (IN, "k", 1, 1, 1), 2: (IN, "l", 1, 1, 1)},
    "student": {431: (IN, "x", 1), 890: (IN, "y", 1)},
    "teacher": {3: (IN, "t")},
    "contact": {5: (IN, "p"), 6: (IN, "q")},
    "relationship": {60: (IN, "r", 431, 5), 61: (IN, "r", 890, 5), 62: (IN, "r", 890, 6)},
    "enrollment": {70: (IN, "", 1, 431, None), 71: (IN, "", 1, 890, None), 72: (IN, "", 2, 890, None)},
}


def named(entity, row: tuple) -> dict[str, str]:
    return dict(zip(entity.attributes, msgspec.json.decode(row[2]), strict=True))


@pytest.mark.parametrize("keys", [(431, 890), (890, 431)])
def test_a_confirmed_pair_is_merged_into_the_owner(keys: tuple[int, int]) -> None:
    rules = RosterRules(confirmed=(ConfirmedPair("student", keys, "same"),))
    with rosters() as (path, db):
        staged, problems, number = resolved(path, db, MERGED, rules)
        content = apply(db, number)
    assert staged["student"][890][:2] == (OUT, "merged")
    assert staged["enrollment"][71][:2] == (OUT, "merged")  # the owner is in that class already
    assert named(ENROLLMENT, staged["enrollment"][71])["userSourcedId"] == "890"
    assert staged["enrollment"][72][0] == IN
    assert named(ENROLLMENT, staged["enrollment"][72])["userSourcedId"] == "431"
    assert staged["relationship"][61][1] == "merged"
    assert named(RELATIONSHIP, staged["relationship"][62])["studentSourcedId"] == "431"
    assert staged["contact"][6][0] == IN
    assert (STUDENT.rank, 890) not in content
    assert dangling(content) == []
    assert problems == []


def test_who_was_delivered_before_owns_a_merged_pair() -> None:
    rules = RosterRules(confirmed=(ConfirmedPair("student", (431, 890), "same"),))
    with rosters() as (path, db):
        before = {**MERGED, "student": {890: (IN, "y", 1)}}
        apply(db, plan(path, db, {entity.key: before.get(entity.key, {}) for entity in ENTITIES})[0])
        staged, _problems, _n = resolved(path, db, MERGED, rules)
    assert (staged["student"][431][1], staged["student"][890][0]) == ("merged", IN)
    assert named(ENROLLMENT, staged["enrollment"][72])["userSourcedId"] == "890"


@pytest.mark.parametrize("fate", [OUT, KEPT])
def test_nothing_is_merged_into_or_from_a_record_that_is_not_in(fate: Fate) -> None:
    rules = RosterRules(confirmed=(ConfirmedPair("student", (431, 890), "same"),))
    district = {**MERGED, "student": {431: (fate, "x", 1), 890: (IN, "y", 1)}}
    with rosters() as (path, db):
        staged, _problems, _n = resolved(path, db, district, rules)
    assert staged["student"][890][0] == IN
    assert staged["enrollment"][72][0] == IN


def test_a_chain_of_confirmed_pairs_has_one_owner() -> None:
    pairs_ = [ConfirmedPair("student", keys, "same") for keys in ((3, 4), (1, 2), (4, 2))]
    with rosters() as (path, db):
        rows = students((1, "a"), (2, "b"), (3, "c"), (4, "d"))
        staged, _problems, _n = resolved(path, db, rows, RosterRules(confirmed=tuple(pairs_)))
    assert {key: row[1] for key, row in staged["student"].items()} == {1: None, 2: "merged", 3: "merged", 4: "merged"}


def test_a_confirmed_pair_of_teachers_keeps_the_assignments() -> None:
    district: Rows = {
        **MERGED, "teacher": {3: (IN, "t"), 4: (IN, "u")},
        "enrollment": {-1: (IN, "", 1, None, 3), -2: (IN, "", 2, None, 4)},
    }  # fmt: skip
    rules = RosterRules(confirmed=(ConfirmedPair("teacher", (3, 4), "same"),), taught_classes_only=True)
    with rosters() as (path, db):
        staged, _problems, _n = resolved(path, db, district, rules)
    assert named(ENROLLMENT, staged["enrollment"][-2])["userSourcedId"] == TEACHER.sourced_id(3)
    assert [staged["class"][key][0] for key in (1, 2)] == [IN, IN]


def test_a_class_is_taught_by_teachers_who_are_not_left_out() -> None:
    district: Rows = {
        **MERGED, "teacher": {3: (OUT, "t"), 4: (KEPT, "u")},
        "enrollment": {-1: (IN, "", 1, None, 3), -2: (IN, "", 2, None, 4), 70: (IN, "", 1, 431, None)},
    }  # fmt: skip
    rules = RosterRules(taught_classes_only=True, used_courses_only=True)
    with rosters() as (path, db):
        staged, _problems, _n = resolved(path, db, district, rules)
        assert staged["class"][1][:2] == (OUT, "class-not-taught")
        assert staged["class"][2][0] == IN
        assert staged["course"][1][0] == IN
        assert staged["enrollment"][70][:2] == (OUT, "goes-along:class:class-not-taught")
        staged, _problems, _n = resolved(path, db, {**district, "teacher": {}, "enrollment": {}}, rules)
    assert {key: row[1] for key, row in staged["class"].items()} == dict.fromkeys((1, 2), "class-not-taught")
    assert staged["course"][1][:2] == (OUT, "course-not-used")
    assert staged[CLASS.key][1][0] == OUT


def test_problems_of_contacts_tell_the_school_of_a_student() -> None:
    found = [
        Problem("missing-reported", "contact", 5, None, "email"),
        Problem("missing-reported", "relationship", 60, None, "relation"),
        Problem("missing-reported", "contact", 99, None, "email"),
        Problem("missing-reported", "student", 431, 1, "email"),
    ]
    with rosters() as (path, db):
        _staged, problems, _n = resolved(path, db, MERGED, RosterRules(), found)
    assert [problem.school for problem in problems] == [1, 1, None, 1]
