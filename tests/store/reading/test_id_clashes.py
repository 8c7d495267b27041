"""Who gets an id that several want, who stays under the id of the last delivery, and who has to wait with them."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
import pytest

from psconnect.model.entities import BY_KEY, Entity
from psconnect.model.errors import BadRecord
from psconnect.model.problems import Fate, Problem
from psconnect.store.reading import staging
from psconnect.store.reading.id_clashes import settle_clashes
from psconnect.wording.errors import word
from tests.store.districts import rosters

DOUBLE, NONE, WAITS = (Fate.KEPT, "double-id"), (Fate.KEPT, "no-id"), (Fate.KEPT, "waits-for")
IN, UNREADABLE, LEFT = (Fate.IN, None), (Fate.KEPT, "unreadable"), (Fate.LEFT_OUT, "inactive")
Staged = tuple[Fate, str | None]
Rows = dict[str, dict[int, tuple]]
"""entity -> key -> (fate and rule, id, references …)"""
Delivered = Mapping[str, dict[int, str]]
"""entity -> key -> id"""


def encoded(entity: Entity, sourced_id: str) -> bytes:
    return msgspec.json.encode([sourced_id, *("" for _name in entity.attributes[1:])])


def settled(rows: Rows, delivered: Delivered) -> tuple[list[Problem], dict[str, dict[int, Staged]]]:
    """Settle who gets which id; the findings, and what became of each record."""
    with rosters() as (path, db):
        for key, ids in delivered.items():
            entity = BY_KEY[key]
            for number, sourced_id in ids.items():
                row = (entity.rank, number, encoded(entity, sourced_id))
                db.execute("INSERT INTO ledger (entity, key, record) VALUES (?, ?, ?)", row)
        stage = staging.Staging(path)
        for key, of_entity in rows.items():
            entity = BY_KEY[key]
            stage.rows(entity, [(k, *fate, encoded(entity, name), *r) for k, (fate, name, *r) in of_entity.items()])
        stage.finish()
        staging.attach(db, path)
        try:
            problems = settle_clashes(db)
            found: dict[str, dict[int, Staged]] = {}
            for key in rows:
                staged = db.execute(f"SELECT key, fate, rule FROM stage.stage_{key}").fetchall()
                found[key] = {number: (Fate(fate), rule) for number, fate, rule in staged}
        finally:
            staging.detach(db, path)
        return problems, found


def students(rows: dict[int, tuple], delivered: dict[int, str]) -> dict[int, Staged]:
    """Only students, without a school."""
    _problems, found = settled(
        {"student": {k: (fate, name, None) for k, (fate, name) in rows.items()}}, {"student": delivered}
    )
    return found["student"]


@pytest.mark.parametrize(
    ("rows", "delivered", "expected"),
    [
        pytest.param({2: (IN, "5"), 5: (IN, "5")}, {2: "2", 5: "5"}, {2: DOUBLE, 5: IN}, id="it was mine"),
        pytest.param({2: (IN, "x"), 5: (IN, "x")}, {5: "5"}, {2: DOUBLE, 5: IN}, id="I was delivered"),
        pytest.param({2: (IN, "x"), 5: (IN, "x")}, {}, {2: IN, 5: DOUBLE}, id="my key is lower"),
        pytest.param({2: (IN, "x"), 5: (IN, "x")}, {2: "2", 5: "5"}, {2: IN, 5: DOUBLE}, id="both were delivered"),
        pytest.param(
            {2: (IN, "3"), 3: (IN, "5"), 5: (IN, "5")},
            {3: "3", 5: "5"},
            {2: DOUBLE, 3: DOUBLE, 5: IN},
            id="who loses keeps the old id, so nobody else gets that",
        ),
        pytest.param(
            {2: (IN, "3"), 3: (IN, "5"), 4: (IN, "3"), 5: (IN, "5"), 6: (IN, "5"), 7: (IN, "5")},
            {3: "3", 5: "5"},
            {2: DOUBLE, 3: DOUBLE, 4: DOUBLE, 5: IN, 6: DOUBLE, 7: DOUBLE},
            id="who was never delivered wants nothing any more",
        ),
        pytest.param({2: (IN, "5"), 5: (LEFT, "5")}, {5: "5"}, {2: IN, 5: LEFT}, id="who leaves gives it up"),
        pytest.param(
            {2: (IN, "5"), 5: (UNREADABLE, "5")}, {5: "5"}, {2: DOUBLE, 5: UNREADABLE}, id="who stays keeps it"
        ),
        pytest.param(
            {2: (IN, "5"), 5: (UNREADABLE, "")}, {5: "5"}, {2: DOUBLE, 5: UNREADABLE}, id="also without an id"
        ),
        pytest.param({2: (UNREADABLE, "x"), 5: (IN, "x")}, {}, {2: UNREADABLE, 5: IN}, id="who never came wants none"),
        pytest.param({2: (IN, "5"), 5: (IN, "2")}, {2: "2", 5: "5"}, {2: IN, 5: IN}, id="two who swap"),
        pytest.param({2: (IN, ""), 3: (IN, ""), 5: (IN, "2")}, {2: "2"}, {2: NONE, 3: NONE, 5: DOUBLE}, id="no id"),
    ],
)
def test_the_better_claim_to_an_id(
    rows: dict[int, tuple], delivered: dict[int, str], expected: dict[int, Staged]
) -> None:
    assert students(rows, delivered) == expected


def test_people_of_all_kinds_share_ids_and_other_records_do_not() -> None:
    rows: Rows = {
        "course": {1: (IN, "x", None)},
        "class": {1: (IN, "x", 1, None, None)},
        "student": {3: (IN, "x", None), 4: (IN, "y", None)},
        "teacher": {2: (IN, "x")},
        "admin": {3: (IN, "y")},
        "contact": {9: (IN, "x"), 1: (IN, "z")},
    }
    _problems, found = settled(rows, {"contact": {9: "x"}, "course": {9: "y"}})
    assert found["course"] == found["class"] == {1: IN}
    assert found["student"] == {3: DOUBLE, 4: DOUBLE}
    assert (found["teacher"], found["admin"]) == ({2: DOUBLE}, {3: IN})
    assert found["contact"] == {9: IN, 1: IN}


def test_what_belongs_to_a_record_without_its_id_waits_and_each_finding_names_its_school() -> None:
    rows: Rows = {
        "school": {1: (IN, "1"), 2: (IN, "2")},
        "student": {
            1: (IN, "", 2),
            2: (IN, "x", 1),
            3: (IN, "x", 2),
            4: (UNREADABLE, "4", 1),
            5: (LEFT, "5", 1),
        },
        "teacher": {1: (IN, ""), 2: (IN, "T2")},
        "contact": {1: (IN, "C1")},
        "relationship": {number: (IN, f"{number}", number, 1) for number in (1, 2, 3, 4, 5)},
        "enrollment": {
            -1: (IN, "T1", None, None, 1),
            -2: (IN, "T2", None, None, 2),
            1: (IN, "1", None, 1, None),
            2: (LEFT, "2", None, 3, None),
            3: (IN, "3", None, 3, None),
        },
    }
    problems, found = settled(rows, {})
    assert found["student"] == {1: NONE, 2: IN, 3: DOUBLE, 4: UNREADABLE, 5: LEFT}
    assert found["teacher"] == {1: NONE, 2: IN}
    assert found["relationship"] == {1: WAITS, 2: IN, 3: WAITS, 4: IN, 5: IN}
    assert found["enrollment"] == {-1: WAITS, -2: IN, 1: WAITS, 2: LEFT, 3: WAITS}
    assert found["contact"] == {1: IN}
    assert problems == [
        Problem("no-id", "student", 1, 2, "sourcedId"),
        Problem("no-id", "teacher", 1, None, "sourcedId"),
        Problem("double-id", "student", 3, 2, "sourcedId"),
        Problem("waits-for", "relationship", 1, None, "student"),
        Problem("waits-for", "relationship", 3, None, "student"),
        Problem("waits-for", "enrollment", 1, None, "student"),
        Problem("waits-for", "enrollment", 3, None, "student"),
        Problem("waits-for", "enrollment", -1, None, "teacher"),
    ]


def test_what_belongs_to_a_class_without_its_id_waits_with_its_school_and_what_belongs_to_that_does_not() -> None:
    rows: Rows = {
        "school": {1: (IN, "1")},
        "course": {1: (IN, "", 1)},
        "class": {4: (IN, "4", 1, 1, None)},
        "enrollment": {7: (IN, "7", 4, None, None)},
    }
    problems, found = settled(rows, {})
    assert (found["course"], found["class"], found["enrollment"]) == ({1: NONE}, {4: WAITS}, {7: IN})
    assert [(one.entity, one.school) for one in problems] == [("course", 1), ("class", 1)]


def test_schools_that_share_an_id_or_have_none_are_counted() -> None:
    schools = {1: (IN, "a"), 2: (IN, "a"), 3: (IN, ""), 4: (IN, "b")}
    with pytest.raises(BadRecord) as stopped:
        settled({"school": schools, "student": {1: (IN, "", 1)}}, {})
    assert word(stopped.value).happened.startswith("2 schools have no number that can be an id")
