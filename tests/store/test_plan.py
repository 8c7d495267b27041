"""Plan and ledger as properties: a plan makes the ledger equal to what was read, and then nothing is left to do."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from psconnect.model.entities import BY_KEY, BY_RANK, ENTITIES, Entity
from psconnect.model.problems import Fate
from psconnect.store import history, ledger, references, staging
from psconnect.store.database import open_rosters, transaction
from tests.support.demo import TestClock

CLOCK = TestClock()
Rows = dict[str, dict[int, tuple]]
"""entity -> key -> (fate, text, references …)"""


def record(entity: Entity, key: int, text: str, refs: Sequence[int | None]) -> bytes:
    """As a source encodes it: its own id, what it points to, and one attribute more."""
    values = dict.fromkeys(entity.attributes, "")
    values[entity.attributes[-1]] = text
    for reference, target in zip(entity.references, refs, strict=True):
        if target is not None:
            values[reference.attribute] = BY_KEY[reference.entity].sourced_id(target)
    values["sourcedId"] = entity.sourced_id(key)
    return msgspec.json.encode(list(values.values()))


def points_to(entity: Entity, encoded: bytes) -> list[set[str]]:
    """For each thing a record points to, the names it can have: kind and id of the possible targets."""
    values = dict(zip(entity.attributes, msgspec.json.decode(encoded), strict=True))
    names: dict[str, set[str]] = {}
    for reference in entity.references:
        if values[reference.attribute]:
            names.setdefault(reference.attribute, set()).add(f"{reference.entity} {values[reference.attribute]}")
    return list(names.values())


def names_of(ledger_content: dict[tuple[int, int], bytes]) -> set[str]:
    return {f"{BY_RANK[rank].key} {BY_RANK[rank].sourced_id(key)}" for rank, key in ledger_content}


keys = st.integers(1, 6)
fates = st.sampled_from([Fate.IN, Fate.IN, Fate.IN, Fate.LEFT_OUT, Fate.KEPT])
texts = st.sampled_from(["a", "b", "=c", "\u202e", "\x00", "line\nbreak"])


def rows_of(entity: str) -> st.SearchStrategy:
    other = st.one_of(st.none(), st.integers(1, 7))
    count = len(BY_KEY[entity].references)
    return st.dictionaries(keys, st.tuples(fates, texts, *[other] * count), max_size=6)


districts = st.fixed_dictionaries({entity.key: rows_of(entity.key) for entity in ENTITIES})


@contextmanager
def rosters():
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rosters.sqlite"
        db = open_rosters(path)
        try:
            yield path, db
        finally:
            db.close()


def plan(path: Path, db: sqlite3.Connection, district: Rows, scope: str = "all") -> tuple[int, list]:
    stage = staging.Staging(path)
    for entity in ENTITIES:
        rows = district[entity.key]
        stage.rows(
            entity,
            [
                (key, fate, "rule" if fate else None, record(entity, key, text, refs), *refs)
                for key, (fate, text, *refs) in rows.items()
            ],
        )
    stage.finish()
    number = history.begin_run(db, history.new_run_id(CLOCK.now()), trigger="button", scope=scope, started=CLOCK.now())
    staging.attach(db, path)
    try:
        problems = references.resolve_references(db)
        with transaction(db):
            ledger.store_plan(db, number, scope)
        fate_of = {
            entity.key: {
                row[0]: row[1:] for row in db.execute(f"SELECT key, fate, record FROM stage.{staging.table(entity)}")
            }
            for entity in ENTITIES
        }
    finally:
        staging.detach(db, path)
    return number, [problems, fate_of]


def content(db: sqlite3.Connection) -> dict[tuple[int, int], bytes]:
    return {(entity, key): rec for entity, key, rec in db.execute("SELECT entity, key, record FROM ledger")}


def take_along(expected: dict[tuple[int, int], bytes], fates: dict[str, dict]) -> None:
    """A record that stays as delivered goes along with what it was delivered as pointing to."""
    for entity in ENTITIES:
        names = names_of(expected)
        for rank, key in [place for place in expected if place[0] == entity.rank]:
            lost = any(not targets & names for targets in points_to(entity, expected[rank, key]))
            if lost and fates[entity.key][key][0] == Fate.KEPT:
                del expected[rank, key]


@settings(max_examples=60)
@given(districts, districts)
def test_I2_applied_plan_makes_the_ledger_what_was_read_and_I5_a_second_plan_is_empty(old: Rows, new: Rows) -> None:
    with rosters() as (path, db):
        for district in (old, new):
            before = content(db)
            number, (_problems, fates) = plan(path, db, district)
            summary = ledger.summarise_plan(db, number)
            roster = {e.key: [row[0] for row in ledger.roster_after(db, number, e)] for e in ENTITIES}
            with transaction(db):
                ledger.apply_to_ledger(db, number)
            after = content(db)
            expected = {}
            for entity in ENTITIES:
                for key, (fate, rec) in fates[entity.key].items():
                    if fate == Fate.IN:
                        expected[entity.rank, key] = rec
                    elif fate == Fate.KEPT and (entity.rank, key) in before:
                        expected[entity.rank, key] = before[entity.rank, key]
            take_along(expected, fates)
            assert after == expected
            assert sum(counts.total for counts in summary.changes.values()) == sum(
                before.get(name) != after.get(name) for name in {*before, *after}
            )
            for entity in ENTITIES:
                ids = [entity.sourced_id(key) for rank, key in sorted(after) if rank == entity.rank]
                assert roster[entity.key] == ids
        again, _ = plan(path, db, new)
        assert ledger.summarise_plan(db, again).changes == {}


@settings(max_examples=60)
@given(districts, districts, st.sampled_from(["all", "users", "courses"]))
def test_nothing_in_the_ledger_ever_needs_what_is_not_there(old: Rows, new: Rows, scope: str) -> None:
    """References hold after any two runs, whatever the scope of the second: no delivered record dangles."""
    with rosters() as (path, db):
        for district, part in ((old, "all"), (new, scope)):
            number, _ = plan(path, db, district, part)
            with transaction(db):
                ledger.apply_to_ledger(db, number)
            after = content(db)
            names = names_of(after)
            for (rank, key), encoded in after.items():
                for targets in points_to(BY_RANK[rank], encoded):
                    assert targets & names, (BY_RANK[rank].key, key, targets)


@settings(max_examples=30)
@given(districts)
def test_I9_same_plan_same_hash_and_any_difference_another_one(district: Rows) -> None:
    hashes = []
    changed = {**district, "school": {**district["school"], 9: (Fate.IN, "one more")}}
    for version in (district, district, changed):
        with rosters() as (path, db):
            number, _ = plan(path, db, version)
            hashes.append(ledger.summarise_plan(db, number).hash)
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
            seen.add(ledger.summarise_plan(db, number).hash)
    assert len(seen) == 6
