"""Plan and ledger as properties: a plan makes the ledger equal to what was read, and then nothing is left to do."""

from __future__ import annotations

import sqlite3

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from psconnect.model.entities import BY_KEY, ENTITIES
from psconnect.model.problems import Fate
from psconnect.store.database import transaction
from psconnect.store.plan import roster_after
from psconnect.store.plan.plan import Plan, summarise_plan
from psconnect.store.plan.rekey_plan import plan_with_new_ids
from psconnect.store.reading import staging
from psconnect.store.record import decode_record
from tests.store.districts import Rows, apply, begin, content, dangling, expected_after, plan, rosters

keys = st.integers(1, 6)
fates = st.sampled_from([Fate.IN, Fate.IN, Fate.IN, Fate.LEFT_OUT, Fate.KEPT])
texts = st.sampled_from(["a", "b", "=c", "\u202e", "\x00", "line\nbreak"])


def rows_of(entity: str) -> st.SearchStrategy:
    other = st.one_of(st.none(), st.integers(1, 7))
    count = len(BY_KEY[entity].references)
    return st.dictionaries(keys, st.tuples(fates, texts, *[other] * count), max_size=6)


districts = st.fixed_dictionaries({entity.key: rows_of(entity.key) for entity in ENTITIES})


@settings(max_examples=60)
@given(districts, districts)
def test_I2_applied_plan_makes_the_ledger_what_was_read_and_I5_a_second_plan_is_empty(old: Rows, new: Rows) -> None:
    with rosters() as (path, db):
        for district in (old, new):
            before = content(db)
            number, (_problems, fates) = plan(path, db, district)
            summary = summarise_plan(Plan(db, number))
            roster = {
                e.key: [decode_record(row)[0] for row in roster_after.encoded_records(Plan(db, number), e)]
                for e in ENTITIES
            }
            after = apply(db, number)
            assert after == expected_after(before, fates)
            assert sum(counts.total for counts in summary.changes.values()) == sum(
                before.get(name) != after.get(name) for name in {*before, *after}
            )
            for entity in ENTITIES:
                ids = [entity.sourced_id(key) for rank, key in sorted(after) if rank == entity.rank]
                assert roster[entity.key] == ids
        again, _ = plan(path, db, new)
        assert summarise_plan(Plan(db, again)).changes == {}


@settings(max_examples=60)
@given(districts, districts, st.sampled_from(["all", "users", "courses"]))
def test_nothing_in_the_ledger_ever_needs_what_is_not_there(old: Rows, new: Rows, scope: str) -> None:
    """References hold after any two runs, whatever the scope of the second: no delivered record dangles."""
    with rosters() as (path, db):
        for district, part in ((old, "all"), (new, scope)):
            number, _ = plan(path, db, district, part)
            assert dangling(apply(db, number)) == []


@settings(max_examples=30)
@given(districts)
def test_I9_same_plan_same_hash_and_any_difference_another_one(district: Rows) -> None:
    hashes = []
    changed = {**district, "school": {**district["school"], 9: (Fate.IN, "one more")}}
    for version in (district, district, changed):
        with rosters() as (path, db):
            number, _ = plan(path, db, version)
            hashes.append(summarise_plan(Plan(db, number)).hash)
    assert hashes[0] == hashes[1] != hashes[2]


def test_hash_sees_every_part_of_a_change() -> None:
    seen = set()
    for statement in (
        "UPDATE change SET after = CAST(replace(after, 'a', 'z') AS BLOB) WHERE entity = 1",
        "UPDATE change SET before = after, action = 2 WHERE entity = 1",
        "UPDATE change SET before = after, after = NULL, action = 3 WHERE entity = 1",
        "DELETE FROM change WHERE entity = 2",
        "UPDATE change SET entity = 3 WHERE entity = 2",
        "SELECT 1",
    ):
        with rosters() as (path, db):
            district: Rows = {entity.key: {} for entity in ENTITIES}
            district["school"] = {1: (Fate.IN, "a"), 2: (Fate.IN, "b")}
            district["calendar"] = {1: (Fate.IN, "a", 1)}
            number, _ = plan(path, db, district)
            db.execute(statement)
            seen.add(summarise_plan(Plan(db, number)).hash)
    assert len(seen) == 6


def test_roster_of_one_entity_alone_keeps_what_does_not_change() -> None:
    with rosters() as (path, db):
        schools: Rows = {entity.key: {} for entity in ENTITIES}
        schools["school"] = {1: (Fate.IN, "a"), 2: (Fate.IN, "b")}
        number, _ = plan(path, db, schools)
        apply(db, number)
        schools["school"][2] = (Fate.IN, "changed")
        number, _ = plan(path, db, schools)
        after = [decode_record(one) for one in roster_after.encoded_records(Plan(db, number), BY_KEY["school"])]
        assert [(row[0], row[-1]) for row in after] == [("1", "a"), ("2", "changed")]


def test_a_plan_that_the_disk_ends_tells_of_the_disk() -> None:
    """SQLite gives up the whole transaction then, and the copy of the ledger with it."""
    people: Rows = {**{entity.key: {} for entity in ENTITIES}, "school": {1: (Fate.IN, "a")}}
    with rosters() as (path, db):
        apply(db, plan(path, db, people)[0])
        stage = staging.Staging(path)
        stage.rows(BY_KEY["school"], [(1, 0, None, b'["other","","","","",""]')])
        stage.finish()
        staging.attach(db, path)

        def fill_the_disk(_plan: Plan) -> None:
            db.execute("ROLLBACK")
            raise sqlite3.OperationalError("database or disk is full")

        with pytest.raises(sqlite3.OperationalError, match="disk is full"), transaction(db):
            plan_with_new_ids(Plan(db, begin(db)), fill_the_disk)
        staging.detach(db, path)
        assert db.execute("SELECT count(*) FROM main.ledger").fetchone() == (1,)
