"""Who was removed is known again by name and number, and nothing of that name or number is kept."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import msgspec
import pytest

from psconnect.model.entities import BY_KEY
from psconnect.store.plan import tombstones
from psconnect.store.plan.plan import Plan
from tests.store.districts import begin, rosters

ANA = {"familyName": "Ortiz", "givenName": "Ana", "identifier": "4711"}
BO = {"familyName": "Berg", "givenName": "Bo", "identifier": "815"}


@pytest.fixture
def db() -> Iterator[sqlite3.Connection]:
    with rosters() as (_path, db):
        yield db


def record(entity: str, key: int, values: dict[str, str]) -> bytes:
    named = {**dict.fromkeys(BY_KEY[entity].attributes, ""), **values}
    named["sourcedId"] = BY_KEY[entity].sourced_id(key)
    return msgspec.json.encode(list(named.values()))


def change(db: sqlite3.Connection, run: int, action: int, entity: str, key: int, values: dict[str, str]) -> None:
    encoded = record(entity, key, values)
    states = {1: (None, encoded), 2: (encoded, encoded), 3: (encoded, None)}[action]
    db.execute("INSERT INTO change VALUES (?, ?, ?, ?, ?, ?)", [run, BY_KEY[entity].rank, key, action, *states])


def removed(db: sqlite3.Connection, entity: str, key: int, values: dict[str, str]) -> None:
    """A run removes this record."""
    run = begin(db)
    change(db, run, 3, entity, key, values)
    tombstones.update_tombstones(Plan(db, run))


def created(db: sqlite3.Connection, entity: str, key: int, values: dict[str, str]) -> dict[str, list[str]]:
    """A plan creates this record: who it is taken for."""
    run = begin(db)
    change(db, run, 1, entity, key, values)
    return tombstones.come_back_as_others(Plan(db, run))


def stones(db: sqlite3.Connection) -> set[tuple[str, int]]:
    keys = {entity.rank: entity.key for entity in BY_KEY.values()}
    return {(keys[rank], key) for rank, key in db.execute("SELECT entity, key FROM tombstone")}


@pytest.mark.parametrize("entity", ["student", "teacher", "admin", "contact"])
@pytest.mark.parametrize(
    ("old", "new", "another"),
    [
        (ANA, BO, True),
        (ANA, ANA, False),
        (ANA, {**BO, "identifier": "4711"}, False),
        (ANA, {**ANA, "identifier": "815"}, False),
        (ANA, {**ANA, "familyName": " ORTIZ  "}, False),
        ({**ANA, "identifier": ""}, {**BO, "identifier": ""}, True),
        ({**ANA, "identifier": ""}, {**ANA, "identifier": ""}, False),
        ({**ANA, "identifier": ""}, BO, True),
        (ANA, {**BO, "identifier": " "}, True),
        ({**ANA, "familyName": "Ana", "givenName": "Ortiz"}, {**ANA, "identifier": "1"}, True),
    ],
)
def test_D19_another_name_and_number_is_somebody_else(
    db: sqlite3.Connection, entity: str, old: dict[str, str], new: dict[str, str], another: bool
) -> None:
    removed(db, entity, 7, old)
    assert created(db, entity, 7, new) == ({entity: [BY_KEY[entity].sourced_id(7)]} if another else {})
    assert created(db, entity, 8, BO) == {}


@pytest.mark.parametrize(
    ("entity", "name", "number"), [("school", "name", "identifier"), ("course", "title", "courseCode")]
)
def test_a_thing_has_a_name_and_a_number_too(db: sqlite3.Connection, entity: str, name: str, number: str) -> None:
    removed(db, entity, 7, {name: "Maple", number: "12"})
    assert created(db, entity, 7, {name: "Cedar", number: "13"}) == {entity: [BY_KEY[entity].sourced_id(7)]}


def test_all_who_come_back_as_others_are_told_in_order(db: sqlite3.Connection) -> None:
    for key in (9, 7, 8):
        removed(db, "student", key, ANA)
    removed(db, "teacher", 7, ANA)
    run = begin(db)
    for entity, key in (("teacher", 7), ("student", 9), ("student", 7)):
        change(db, run, 1, entity, key, BO)
    change(db, run, 2, "student", 8, BO)
    other = begin(db)
    change(db, other, 1, "student", 8, BO)
    assert tombstones.come_back_as_others(Plan(db, run)) == {
        "student": ["7", "9"],
        "teacher": [BY_KEY["teacher"].sourced_id(7)],
    }


def test_stones_are_set_for_who_goes_and_taken_away_for_who_comes(db: sqlite3.Connection) -> None:
    for entity, key in (("student", 7), ("student", 8), ("teacher", 8), ("class", 3), ("enrollment", 5)):
        removed(db, entity, key, {})
    assert stones(db) == {("student", 7), ("student", 8), ("teacher", 8), ("class", 3)}
    run, other = begin(db), begin(db)
    change(db, run, 1, "student", 8, BO)
    change(db, run, 2, "student", 9, BO)
    change(db, other, 1, "class", 3, {})
    change(db, other, 3, "student", 10, BO)
    tombstones.update_tombstones(Plan(db, run))
    assert stones(db) == {("student", 7), ("teacher", 8), ("class", 3)}


def test_who_goes_again_is_known_as_of_the_last_time(db: sqlite3.Connection) -> None:
    removed(db, "student", 7, ANA)
    removed(db, "student", 7, BO)
    assert created(db, "student", 7, BO) == {}
    assert created(db, "student", 7, ANA) == {"student": ["7"]}


def test_a_stone_is_a_salted_digest(db: sqlite3.Connection) -> None:
    removed(db, "student", 7, ANA)
    (here,) = db.execute("SELECT name, number FROM tombstone").fetchall()
    assert [len(part) for part in here] == [8, 8]
    with rosters() as (_path, elsewhere):
        removed(elsewhere, "student", 7, ANA)
        (there,) = elsewhere.execute("SELECT name, number FROM tombstone").fetchall()
        assert len(bytes.fromhex(elsewhere.execute("SELECT value FROM meta WHERE name <> 'seal'").fetchone()[0])) == 16
    assert not set(here) & set(there)


def test_a_name_that_is_no_valid_text_is_known_again(db: sqlite3.Connection) -> None:
    digest = tombstones._digest(["\ud800"], b"salt")
    assert len(digest) == 8
    assert digest == tombstones._digest([" \ud800 "], b"salt")
    assert tombstones._digest([" ", ""], b"salt") == b""


def test_who_becomes_the_other_kind_of_staff_has_not_left(db: sqlite3.Connection) -> None:
    run = begin(db)
    change(db, run, 3, "teacher", 64, ANA)
    change(db, run, 1, "admin", 64, ANA)
    change(db, run, 3, "teacher", 65, BO)
    tombstones.update_tombstones(Plan(db, run))
    assert stones(db) == {("teacher", 65)}
    # She marries, gets a new number, and teaches again.
    assert created(db, "teacher", 64, {**BO, "identifier": "9"}) == {}
