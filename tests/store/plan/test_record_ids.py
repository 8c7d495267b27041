"""Ids as properties over pairs of small districts: whatever is adopted, ids stay unique and references whole."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from psconnect.model.entities import ADMIN, BY_KEY, BY_RANK, DISTRICT_KEY, ENTITIES, SCHOOL, STUDENT, TEACHER, Entity
from psconnect.model.errors import BadRecord
from psconnect.model.id_attributes import SPACES
from psconnect.model.ids import IdRules, Ids, kind_of, rules_of_mark, split_mark
from psconnect.model.problems import Fate
from psconnect.store.database import transaction
from psconnect.store.plan import difference, undo_plan
from psconnect.store.plan import record_ids as stored
from psconnect.store.plan.plan import Plan, summarise_plan
from psconnect.store.plan.rekey_plan import plan_with_new_ids
from psconnect.store.reading import references, staging
from psconnect.store.reading.id_clashes import settle_clashes
from tests.store.districts import Content, Rows, apply, begin, changed_district, content, made_up, rosters

Aliases = dict[str, dict[int, str]]
_UNSAFE = {"school"}
"""A school without an id stops the run, so their aliases never clash here."""


def record(entity: Entity, key: int, text: str, refs: Sequence[int | None], ids: Ids) -> bytes:
    """As a source encodes it."""
    values = dict.fromkeys(entity.attributes, "")
    values[entity.attributes[-1]] = text
    for reference, target in zip(entity.references, refs, strict=True):
        if target is not None:
            values[reference.attribute] = ids.of(BY_KEY[reference.entity], target)
    if entity in (TEACHER, ADMIN):
        values["schoolSourcedIds"] = ",".join(ids.of(SCHOOL, school) for school in (1, 2))
    values["sourcedId"] = ids.of(entity, key)
    return msgspec.json.encode(list(values.values()))


def plan(path: Path, db: sqlite3.Connection, district: Rows, ids: Ids) -> int:
    """Store the plan that makes the ledger what the district is under these ids."""
    stage = staging.Staging(path)
    for entity in ENTITIES:
        rows = district[entity.key].items()
        stage.rows(
            entity,
            [(k, fate, "rule" if fate else None, record(entity, k, t, r, ids), *r) for k, (fate, t, *r) in rows],
        )
    stage.finish()
    number = begin(db)
    staging.attach(db, path)
    try:
        settle_clashes(db)
        references.resolve_references(db)
        with transaction(db):
            plan_with_new_ids(Plan(db, number), lambda plan: difference.store_plan(plan, "all"))
    finally:
        staging.detach(db, path)
    return number


def with_aliases(chance: random.Random) -> Aliases:
    """Other ids for some; among people and classes also such that clash with each other or with made ones."""
    found: Aliases = {}
    for entity in ENTITIES:
        pool = [f"x{n}" for n in range(3)] + ["1", "2", "T1", "C2", "3"]
        for key in range(1, 7):
            if chance.random() < 0.3:
                unsafe = kind_of(entity) in _UNSAFE
                found.setdefault(kind_of(entity), {})[key] = f"y{key}" if unsafe else chance.choice(pool)
    return found


def problems_of(delivered: Content) -> list[str]:
    """What is wrong with ids and references of a delivery."""
    ids: dict[str, set[str]] = {entity.key: set() for entity in ENTITIES}
    found = []
    for space in SPACES:
        names = [msgspec.json.decode(rec)[0] for (rank, _key), rec in delivered.items() if BY_RANK[rank] in space]
        found += [f"{space[0].key}: {name} twice" for name in set(names) if names.count(name) > 1]
        found += [f"{space[0].key}: no id" for name in names if not name]
    for (rank, _key), rec in delivered.items():
        ids[BY_RANK[rank].key].add(msgspec.json.decode(rec)[0])
    for (rank, key), rec in delivered.items():
        entity = BY_RANK[rank]
        values = dict(zip(entity.attributes, msgspec.json.decode(rec), strict=True))
        targets: dict[str, set[str]] = {}
        for reference in entity.references:
            targets.setdefault(reference.attribute, set()).update(ids[reference.entity])
        found += [
            f"{entity.key} {key}: {name} dangles"
            for name in targets
            if not {"", *targets[name]}.issuperset(values[name].split(","))
        ]
    return found


@settings(max_examples=60)
@given(st.integers(0, 10**6))
def test_ids_stay_unique_and_references_whole_for_any_aliases(seed: int) -> None:
    chance = random.Random(seed)
    with rosters() as (path, db):
        old = made_up(chance)
        apply(db, plan(path, db, old, Ids(known=with_aliases(chance))))
        first = content(db)
        assert problems_of(first) == []
        new, ids = changed_district(chance, old), Ids(IdRules(chance.choice(["", "P-"])), with_aliases(chance))
        number = plan(path, db, new, ids)
        removed = db.execute("SELECT count(*) FROM change WHERE run = ? AND action = 3", [number]).fetchone()[0]
        second = apply(db, number)
        assert problems_of(second) == []
        assert len([place for place in first if place not in second]) == removed
        back = begin(db)
        with transaction(db):
            undo_plan.store_inverse(Plan(db, back), number)
        assert apply(db, back) == first
        # Who waited for an id that somebody else gave up gets it with the next run; then there is nothing left to do.
        for _run in range(4):
            number = plan(path, db, new, ids)
            assert problems_of(apply(db, number)) == []
        assert summarise_plan(Plan(db, number)).changes == {}


def small(**people: dict[int, tuple]) -> Rows:
    """One school with a course, a class, and these students."""
    rows: Rows = {entity.key: {} for entity in ENTITIES}
    rows["school"] = {1: (Fate.IN, "s")}
    rows["calendar"], rows["course"] = {1: (Fate.IN, "t", 1)}, {1: (Fate.IN, "c", 1)}
    rows["class"] = {1: (Fate.IN, "k", 1, 1, 1)}
    return {**rows, **people}


def student_ids(delivered: Content) -> dict[int, str]:
    return {key: msgspec.json.decode(rec)[0] for (rank, key), rec in delivered.items() if rank == STUDENT.rank}


def test_who_was_delivered_keeps_the_id_and_the_other_waits_with_all_that_is_theirs() -> None:
    with rosters() as (path, db):
        students = {5: (Fate.IN, "a", 1)}
        apply(db, plan(path, db, small(student=students), Ids()))
        both = {**students, 2: (Fate.IN, "b", 1)}
        enrolled = {10: (Fate.IN, "e", 1, 2, None), 11: (Fate.IN, "e", 1, 5, None)}
        ids = Ids(known={"student": {2: "5"}})
        number = plan(path, db, small(student=both, enrollment=enrolled), ids)
        delivered = apply(db, number)
        assert student_ids(delivered) == {5: "5"}
        assert [key for rank, key in delivered if rank == BY_KEY["enrollment"].rank] == [11]


def test_a_record_that_cannot_be_read_follows_the_new_ids() -> None:
    with rosters() as (path, db):
        people: dict[str, dict[int, tuple]] = {
            "student": {5: (Fate.IN, "a", 1)},
            "teacher": {7: (Fate.IN, "t")},
            "admin": {8: (Fate.IN, "o")},
        }
        enrolled = {10: (Fate.IN, "e", 1, 5, None), 11: (Fate.IN, "e", 1, None, 7)}
        schools = {1: (Fate.IN, "s"), 2: (Fate.IN, "s")}
        before = apply(db, plan(path, db, small(school=schools, enrollment=enrolled, **people), Ids()))
        kept: dict[str, dict[int, tuple]] = {
            "enrollment": {k: (Fate.KEPT, "?", *refs) for k, (_f, _t, *refs) in enrolled.items()}
        }
        kept["admin"] = {8: (Fate.KEPT, "?")}
        after = apply(db, plan(path, db, small(school=schools, **{**people, **kept}), Ids(IdRules("P-"))))
        assert problems_of(after) == []
        assert set(after) == set(before)
        rank = BY_KEY["enrollment"].rank
        values = msgspec.json.decode(after[rank, 11])
        assert (values[0], values[1], values[3], values[-1]) == ("P-11", "P-1", "P-T7", "e")
        assert msgspec.json.decode(after[BY_KEY["admin"].rank, 8])[:2] == ["P-T8", "P-1,P-2"]


def test_two_schools_with_one_id_stop_the_run() -> None:
    with rosters() as (path, db), pytest.raises(BadRecord) as stopped:
        plan(path, db, small(school={1: (Fate.IN, "s"), 2: (Fate.IN, "s")}), Ids(known={"school": {2: "1"}}))
    assert stopped.value.code == "PSC-READ-SCHOOL-ID"


def test_rules_make_ids_and_the_mark_names_them() -> None:
    rules = IdRules("AB-", {"student": "number", "staff": "number", "school": "number"})
    assert rules.make(STUDENT, 5, " 100 ") == "AB-100"
    assert rules.make(TEACHER, 5, "100") == "AB-T100"
    assert rules.make(BY_KEY["contact"], 5) == "AB-C5"
    assert rules.make(SCHOOL, DISTRICT_KEY) == "AB-district"
    assert [rules.make(STUDENT, 5, number) for number in ("", " ", "1,2", 'a"b', "x\u200b", "9" * 300)] == [""] * 6
    assert rules_of_mark(rules.mark) == rules
    assert split_mark(f"0a1b.v1{rules.mark}@77") == ("0a1b.v1", rules.mark, "@77")
    assert (IdRules().mark, split_mark("0a1b")) == ("", ("0a1b", "", ""))


def test_aliases_are_stored_and_known_for_both_kinds_of_staff() -> None:
    with rosters() as (_path, db):
        plain = stored.mark_of(db, IdRules())
        stored.store_aliases(db, "staff", {7: "old-7"})
        ids = stored.ids_for(db, IdRules("P-"), settled=True)
        assert [ids.of(BY_KEY[key], 7) for key in ("teacher", "admin", "contact")] == ["old-7", "old-7", "P-C7"]
        assert ids.by_text(BY_KEY["enrollment"])("12") == "P-12"
        first = stored.mark_of(db, IdRules())
        stored.store_aliases(db, "staff", {7: "old-8"})
        assert len({plain, first, stored.mark_of(db, IdRules())}) == 3
        assert stored.forget_aliases(db) == 1
        assert stored.mark_of(db, IdRules()) == plain == ""
