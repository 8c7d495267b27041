"""What only tells more of a record (the schools of staff, the term above a term) never tells of what is not there."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import msgspec
import pytest

from psconnect.model.entities import BY_KEY, ENTITIES, Reference
from psconnect.model.problems import Fate
from psconnect.store.database import transaction
from psconnect.store.plan import difference, exclusions, undo_plan
from psconnect.store.plan.plan import Plan
from psconnect.store.reading import references, staging
from tests.store.districts import apply, begin, rosters

IN, OUT, KEPT = Fate.IN, Fate.LEFT_OUT, Fate.KEPT
Rows = dict[str, dict[int, tuple[Fate, dict[str, str]]]]
"""entity -> key -> (fate, values)"""


def _key(reference: Reference, name: str) -> int | None:
    """The key in an id; a user's is a student's or a teacher's."""
    if not name or (reference.entity in ("student", "teacher") and (reference.entity == "teacher") != (name[0] == "T")):
        return None
    return int(name.lstrip("TC"))


def plan(path: Path, db: sqlite3.Connection, district: Rows, scope: str = "all") -> int:
    stage = staging.Staging(path)
    for entity in ENTITIES:
        rows = []
        for key, (fate, values) in district.get(entity.key, {}).items():
            named = {**dict.fromkeys(entity.attributes, ""), "sourcedId": entity.sourced_id(key), **values}
            refs = [_key(one, named[one.attribute]) for one in entity.references]
            record = msgspec.json.encode([named[name] for name in entity.attributes])
            rows.append((key, fate, "rule" if fate else None, record, *refs))
        stage.rows(entity, rows)
    stage.finish()
    number = begin(db, scope)
    staging.attach(db, path)
    try:
        references.resolve_references(db)
        with transaction(db):
            difference.store_plan(Plan(db, number), scope)
    finally:
        staging.detach(db, path)
    return number


def told(db: sqlite3.Connection, entity: str, attribute: str) -> dict[int, str]:
    """What the ledger has of an attribute, by key."""
    place, rank = BY_KEY[entity].attributes.index(attribute), BY_KEY[entity].rank
    rows = db.execute("SELECT key, record FROM ledger WHERE entity = ? ORDER BY key", [rank])
    return {key: msgspec.json.decode(record)[place] for key, record in rows}


def changed(db: sqlite3.Connection, number: int) -> set[tuple[int, int, int]]:
    return set(db.execute("SELECT entity, key, action FROM change WHERE run = ?", [number]).fetchall())


def two_schools(first: Fate = IN, second: Fate = IN, staff: Fate = IN) -> Rows:
    return {
        "school": {1: (first, {}), 2: (second, {})},
        "teacher": {5: (staff, {"schoolSourcedIds": "1,2"})},
        "admin": {6: (staff, {"schoolSourcedIds": "2"})},
    }


def test_a_part_of_a_run_tells_of_no_school_that_only_a_full_one_delivers() -> None:
    with rosters() as (path, db):
        apply(db, plan(path, db, {"school": {1: (IN, {})}}))
        apply(db, plan(path, db, two_schools(), "users"))
        assert told(db, "teacher", "schoolSourcedIds") == {5: "1"}
        assert told(db, "admin", "schoolSourcedIds") == {}, "who would have no school waits"
        assert changed(db, plan(path, db, two_schools(), "users")) == set()
        apply(db, plan(path, db, two_schools()))
        assert told(db, "teacher", "schoolSourcedIds") == {5: "1,2"}
        assert told(db, "admin", "schoolSourcedIds") == {6: "2"}


def test_staff_that_can_not_be_read_loses_a_school_that_goes() -> None:
    with rosters() as (path, db):
        before = two_schools()
        before["class"] = {3: (IN, {"schoolSourcedId": "1"})}
        before["enrollment"] = {-9: (IN, {"classSourcedId": "3", "schoolSourcedId": "1"})}
        apply(db, plan(path, db, before))
        after = {**two_schools(second=OUT, staff=KEPT), "class": before["class"], "enrollment": before["enrollment"]}
        number = plan(path, db, after)
        assert changed(db, number) == {(1, 2, 3), (6, 5, 2), (7, 6, 3)}
        apply(db, number)
        assert told(db, "teacher", "schoolSourcedIds") == {5: "1"}
        assert told(db, "admin", "schoolSourcedIds") == {}
        assert changed(db, plan(path, db, after)) == set()


def test_a_teacher_without_any_school_takes_the_enrollment_along() -> None:
    with rosters() as (path, db):
        district: Rows = {
            "school": {1: (IN, {}), 2: (IN, {})},
            "class": {3: (IN, {"schoolSourcedId": "1"})},
            "teacher": {5: (IN, {"schoolSourcedIds": "2"})},
        }
        apply(db, plan(path, db, district))
        enrollment = BY_KEY["enrollment"]
        values = {**dict.fromkeys(enrollment.attributes, ""), "sourcedId": "T9"}
        values |= {"classSourcedId": "3", "userSourcedId": "T5"}
        record = msgspec.json.encode(list(values.values()))
        db.execute("INSERT INTO ledger VALUES (?, -9, ?)", [enrollment.rank, record])
        district["school"][2] = (OUT, {})
        district["teacher"][5] = (KEPT, {})
        district["enrollment"] = {-9: (KEPT, {"classSourcedId": "3", "userSourcedId": ""})}
        number = plan(path, db, district)
        assert changed(db, number) == {(1, 2, 3), (6, 5, 3), (10, -9, 3)}


def test_a_term_that_can_not_be_read_loses_the_term_above_it() -> None:
    with rosters() as (path, db):
        terms = {1: (IN, {"schoolSourcedId": "1"}), 2: (IN, {"schoolSourcedId": "1", "parentSourcedId": "1"})}
        district: Rows = {"school": {1: (IN, {})}, "calendar": terms}
        apply(db, plan(path, db, district))
        assert told(db, "calendar", "parentSourcedId") == {1: "", 2: "1"}
        district["calendar"] = {1: (OUT, {}), 2: (KEPT, {"schoolSourcedId": "1"})}
        apply(db, plan(path, db, district))
        assert told(db, "calendar", "parentSourcedId") == {2: ""}


def test_who_lists_an_excluded_school_goes_along_and_comes_back() -> None:
    with rosters() as (path, db):
        apply(db, plan(path, db, {"school": {1: (IN, {})}, "teacher": {5: (IN, {"schoolSourcedIds": "1"})}}))
        number = plan(path, db, two_schools())
        whole = changed(db, number)
        with transaction(db):
            exclusions.exclude_changes(Plan(db, number), "school", [2])
        assert changed(db, number) == set()
        with transaction(db):
            exclusions.include_changes(Plan(db, number), "school", [2])
        assert changed(db, number) == whole == {(1, 2, 1), (6, 5, 2), (7, 6, 1)}


def test_a_school_that_staff_keeps_stays_when_its_removal_would_leave_them_pointing_to_nothing() -> None:
    with rosters() as (path, db):
        apply(db, plan(path, db, two_schools()))
        number = plan(path, db, {"school": {1: (IN, {})}, "teacher": {5: (IN, {"schoolSourcedIds": "1"})}})
        with transaction(db):
            exclusions.exclude_changes(Plan(db, number), "teacher", [5])
        assert changed(db, number) == {(7, 6, 3)}
        apply(db, number)
        assert sorted(told(db, "school", "sourcedId")) == [1, 2]


def test_an_undo_leaves_a_school_that_staff_came_to_have() -> None:
    with rosters() as (path, db):
        apply(db, plan(path, db, {"school": {1: (IN, {})}, "teacher": {5: (IN, {"schoolSourcedIds": "1"})}}))
        first = plan(path, db, two_schools())
        apply(db, first)
        later = two_schools()
        later["teacher"][5] = (IN, {"schoolSourcedIds": "1,2", "familyName": "Lee"})
        apply(db, plan(path, db, later))
        back = begin(db)
        with transaction(db):
            undo_plan.store_inverse(Plan(db, back), first)
        assert changed(db, back) == {(7, 6, 3)}
        assert dict(exclusions.left_alone_counts(Plan(db, back))) == {"changed-since": 1, "still-needed": 1}


def both_kinds(db: sqlite3.Connection, path: Path) -> int:
    """Delivered as other staff; then a plan that makes a teacher of the same person."""
    schools: Rows = {"school": {1: (IN, {})}}
    apply(db, plan(path, db, {**schools, "admin": {5: (IN, {"schoolSourcedIds": "1"})}}))
    return plan(path, db, {**schools, "teacher": {5: (IN, {"schoolSourcedIds": "1"})}})


def test_who_becomes_a_teacher_is_neither_there_twice_nor_taken_away() -> None:
    for chosen in ("admin", "teacher"):
        with rosters() as (path, db):
            number = both_kinds(db, path)
            assert changed(db, number) == {(6, 5, 1), (7, 5, 3)}
            with transaction(db):
                exclusions.exclude_changes(Plan(db, number), chosen, [5])
            assert changed(db, number) == set(), chosen
            with transaction(db):
                exclusions.include_changes(Plan(db, number), chosen, [5])
            assert changed(db, number) == {(6, 5, 1), (7, 5, 3)}


def test_with_additions_only_nobody_is_added_under_an_id_that_stays() -> None:
    with rosters() as (path, db):
        number = both_kinds(db, path)
        with transaction(db):
            left = difference.keep_additions(Plan(db, number))
        assert changed(db, number) == set()
        assert {key: (c.create, c.remove) for key, c in left.items()} == {"teacher": (1, 0), "admin": (0, 1)}
        assert exclusions.left_alone_counts(Plan(db, number)) == {}


@pytest.mark.parametrize(("was", "is_now"), [("admin", "teacher"), ("teacher", "admin")])
def test_staff_of_another_kind_now_who_can_not_be_read_stay_as_they_were(was: str, is_now: str) -> None:
    with rosters() as (path, db):
        schools: Rows = {"school": {1: (IN, {}), 2: (IN, {})}}
        apply(db, plan(path, db, {**schools, was: {5: (IN, {"schoolSourcedIds": "1,2"}), 6: (IN, {})}}))
        schools["school"][2] = (OUT, {})
        number = plan(path, db, {**schools, is_now: {5: (KEPT, {}), 6: (OUT, {})}})
        rank = BY_KEY[was].rank
        assert changed(db, number) == {(1, 2, 3), (rank, 5, 2), (rank, 6, 3)}
        apply(db, number)
        assert told(db, was, "schoolSourcedIds") == {5: "1"}
