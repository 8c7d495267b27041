"""The roster after a plan, joined and as changes: what formats with joins or changes alone are made of."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from psconnect.model.entities import CLASS, ENROLLMENT, STUDENT, TEACHER, Entity
from psconnect.store.database import open_rosters
from psconnect.store.history import run_table
from psconnect.store.plan import roster_after
from psconnect.store.plan.plan import CREATE, REMOVE, UPDATE, Plan


@pytest.fixture
def db(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A ledger with two classes, two people and an enrollment of each; a plan renames one class and adds a student."""
    with closing(open_rosters(tmp_path / "rosters.sqlite")) as db:
        db.execute("INSERT INTO run (no, id, state, trigger, scope, started) VALUES (1, 'r', 'held', 'b', 'all', '')")
        for entity, key, values in (
            (CLASS, 1, {"title": "Art"}),
            (CLASS, 2, {"title": "Music"}),
            (STUDENT, 7, {"familyName": "Ng"}),
            (TEACHER, 8, {"familyName": "Diaz"}),
            (ENROLLMENT, 20, {"classSourcedId": "1", "userSourcedId": "7"}),
            (ENROLLMENT, 21, {"classSourcedId": "2", "userSourcedId": "T8"}),
            (ENROLLMENT, 22, {"classSourcedId": "3", "userSourcedId": ""}),
        ):
            db.execute("INSERT INTO ledger VALUES (?, ?, ?)", [entity.rank, key, record(entity, key, values)])
        for entity, key, action, before, after in (
            (CLASS, 2, UPDATE, {"title": "Music"}, {"title": "Choir"}),
            (STUDENT, 9, CREATE, None, {"familyName": "Oh"}),
            (ENROLLMENT, 20, REMOVE, {"classSourcedId": "1", "userSourcedId": "7"}, None),
            (ENROLLMENT, 23, CREATE, None, {"classSourcedId": "1", "userSourcedId": "9"}),
        ):
            images = [None if one is None else record(entity, key, one) for one in (before, after)]
            db.execute("INSERT INTO change VALUES (1, ?, ?, ?, ?, ?)", [entity.rank, key, action, *images])
        yield db


def record(entity: Entity, key: int, values: dict[str, str]) -> bytes:
    named = {"sourcedId": entity.sourced_id(key), **values}
    return json.dumps([named.get(name, "") for name in entity.attributes]).encode()


def test_each_record_comes_with_the_one_it_points_to_as_both_are_after_the_plan(db: sqlite3.Connection) -> None:
    title = CLASS.attributes.index("title")
    classes = [(own[0], other[title]) for own, other in roster_after.related(Plan(db, 1), ENROLLMENT, "classSourcedId")]
    name = STUDENT.attributes.index("familyName")
    people = [(own[0], other[name]) for own, other in roster_after.related(Plan(db, 1), ENROLLMENT, "userSourcedId")]

    assert classes == [("21", "Choir"), ("23", "Art")], "what points to nothing is left out, what is removed is gone"
    assert people == [("21", "Diaz"), ("23", "Oh")]


def test_each_record_comes_with_its_key(db: sqlite3.Connection) -> None:
    keyed = {entity: list(roster_after.keyed_records(Plan(db, 1), entity)) for entity in (CLASS, STUDENT, ENROLLMENT)}

    assert {entity: [key for key, _ in found] for entity, found in keyed.items()} == {
        CLASS: [1, 2],
        STUDENT: [7, 9],
        ENROLLMENT: [21, 22, 23],
    }
    for entity, found in keyed.items():
        assert [record for _, record in found] == list(roster_after.encoded_records(Plan(db, 1), entity))


def test_two_joins_can_be_read_side_by_side(db: sqlite3.Connection) -> None:
    both = zip(
        roster_after.related(Plan(db, 1), ENROLLMENT, "classSourcedId"),
        roster_after.related(Plan(db, 1), ENROLLMENT, "userSourcedId"),
        strict=True,
    )
    assert [(one[0][0], other[0][0]) for one, other in both] == [("21", "21"), ("23", "23")]


def test_the_changes_of_one_entity_have_both_images(db: sqlite3.Connection) -> None:
    (changed,) = run_table.read_changes(db, 1, entity=CLASS)

    assert (changed.action, changed.key) == ("update", 2)
    assert changed.before
    assert changed.after
    assert (changed.before["title"], changed.after["title"]) == ("Music", "Choir")
    assert [change.action for change in run_table.read_changes(db, 1, entity=ENROLLMENT)] == ["remove", "create"]
