"""Removals that the staging alone can't tell: what stays as delivered and points to somebody who goes, goes along."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from psconnect.model.entities import BY_KEY, BY_RANK
from psconnect.model.problems import Fate
from tests.store.districts import Content, Rows, apply, changed, dangling, plan, rosters

SCHOOLS: dict[int, tuple] = {1: (Fate.IN, "s"), 2: (Fate.IN, "s")}
LEFT = (Fate.LEFT_OUT, "s")


def district(**rows_of: dict[int, tuple]) -> Rows:
    return {**{entity: {} for entity in BY_KEY}, "school": SCHOOLS, **rows_of}


def deliver(path: Path, db: sqlite3.Connection, rows: Rows, scope: str = "all") -> tuple[set[tuple[str, int]], Content]:
    """Plan and apply: the records that the plan changes, and what is delivered then."""
    number, _ = plan(path, db, rows, scope)
    changes = {(BY_RANK[rank].key, key) for rank, key in changed(db, number)}
    return changes, apply(db, number)


def names(delivered: Content) -> set[tuple[str, int]]:
    return {(BY_RANK[rank].key, key) for rank, key in delivered}


STUDENTS: dict[int, tuple] = {1: (Fate.IN, "a", 1), 2: (Fate.IN, "b", 2)}
KEPT_IN_SCHOOL_2: dict[int, tuple] = {**STUDENTS, 2: (Fate.KEPT, "?", 1)}
"""Student 2 can't be read and stays as delivered: in school 2, whatever was read of the school."""
CONTACTS: dict[int, tuple] = {1: (Fate.IN, "c"), 2: (Fate.IN, "c")}
LINKS: dict[int, tuple] = {
    1: (Fate.IN, "r", 2, 1),
    2: (Fate.IN, "r", 1, 1),
    3: (Fate.IN, "r", 1, 2),
    4: (Fate.IN, "r", 1, 2),
}


def test_a_relationship_that_can_not_be_read_keeps_its_contact() -> None:
    """Contact 1 has student 2, who goes with the school; the relationship to student 1 stays as it was delivered."""
    with rosters() as (path, db):
        deliver(path, db, district(student=STUDENTS, contact=CONTACTS, relationship=LINKS))
        links = {**LINKS, 2: (Fate.KEPT, "?", 1, 1)}
        people: Rows = {"student": KEPT_IN_SCHOOL_2, "contact": CONTACTS, "relationship": links}
        changes, after = deliver(path, db, district(school={1: SCHOOLS[1], 2: LEFT}, **people))
        assert changes == {("school", 2), ("student", 2), ("relationship", 1)}
        assert dangling(after) == []


def test_who_loses_the_last_student_goes_along_with_what_is_kept_of_them() -> None:
    """Contact 1 has student 2, who goes with the school; one of their two relationships can't be read."""
    with rosters() as (path, db):
        delivered = {**LINKS, 2: (Fate.IN, "r", 2, 1)}
        deliver(path, db, district(student=STUDENTS, contact=CONTACTS, relationship=delivered))
        links = {**delivered, 2: (Fate.KEPT, "?", 2, 1), 4: (Fate.KEPT, "?", 1, 2)}
        people = {"student": KEPT_IN_SCHOOL_2, "contact": {**CONTACTS, 2: (Fate.IN, "changed")}, "relationship": links}
        changes, after = deliver(path, db, district(school={1: SCHOOLS[1], 2: LEFT}, **people))
        gone = {("school", 2), ("student", 2), ("relationship", 1), ("relationship", 2), ("contact", 1)}
        assert changes == {*gone, ("contact", 2)}
        assert names(after) == {
            ("school", 1),
            ("student", 1),
            ("contact", 2),
            ("relationship", 3),
            ("relationship", 4),
        }


def test_a_new_contact_whose_only_student_goes_along_does_not_come() -> None:
    with rosters() as (path, db):
        deliver(path, db, district(student=STUDENTS))
        people: Rows = {
            "student": KEPT_IN_SCHOOL_2,
            "contact": {5: (Fate.IN, "new"), 6: (Fate.IN, "new")},
            "relationship": {5: (Fate.IN, "r", 2, 5), 6: (Fate.IN, "r", 1, 6), 7: (Fate.IN, "r", 2, 6)},
        }
        changes, after = deliver(path, db, district(school={1: SCHOOLS[1], 2: LEFT}, **people))
        assert changes == {("school", 2), ("student", 2), ("contact", 6), ("relationship", 6)}
        assert dangling(after) == []


def test_a_contact_with_a_relationship_that_did_not_change_stays() -> None:
    with rosters() as (path, db):
        links: dict[int, tuple] = {1: (Fate.IN, "r", 2, 1), 2: (Fate.IN, "r", 1, 1)}
        deliver(path, db, district(student=STUDENTS, contact={1: (Fate.IN, "c")}, relationship=links))
        schools = {1: SCHOOLS[1], 2: LEFT}
        later = district(school=schools, student=KEPT_IN_SCHOOL_2, contact={1: (Fate.IN, "c")}, relationship=links)
        changes, _after = deliver(path, db, later)
        assert changes == {("school", 2), ("student", 2), ("relationship", 1)}


def test_who_went_in_an_earlier_run_and_came_back_takes_nothing_along() -> None:
    """Contact 1 was removed once, and so was student 2; today another student goes."""
    with rosters() as (path, db):
        everybody = {"student": {**STUDENTS, 3: (Fate.IN, "c", 2)}, "contact": CONTACTS, "relationship": LINKS}
        for past in (everybody, {"student": {1: STUDENTS[1]}}, everybody):
            deliver(path, db, district(**past))
        links = {**LINKS, 1: (Fate.KEPT, "?", 2, 1), 2: (Fate.IN, "r", 1, 1)}
        people = {"student": {**STUDENTS, 3: (Fate.KEPT, "?", 1)}, "contact": CONTACTS, "relationship": links}
        changes, _after = deliver(path, db, district(**people))
        assert changes == set()
        people["student"] = {**STUDENTS, 3: (Fate.LEFT_OUT, "c", 2)}
        changes, _after = deliver(path, db, district(**people))
        assert changes == {("student", 3)}


def test_a_kept_record_goes_along_with_what_it_points_to_and_takes_its_own_along() -> None:
    """A class that can't be read stays in the course of which it was delivered; the course goes."""
    with rosters() as (path, db):
        both: Rows = {
            "calendar": {1: (Fate.IN, "t", 1)},
            "course": {1: (Fate.IN, "k", 1), 2: (Fate.IN, "k", 1)},
            "class": {1: (Fate.IN, "c", 1, 1, 1), 2: (Fate.IN, "c", 2, 1, 1)},
            "student": {1: STUDENTS[1]},
            "enrollment": {1: (Fate.IN, "e", 1, 1, None), 2: (Fate.IN, "e", 2, 1, None)},
        }
        deliver(path, db, district(**both))
        both["course"] = {1: (Fate.IN, "k", 1)}
        both["class"] = {1: (Fate.IN, "c", 1, 1, 1), 2: (Fate.KEPT, "?", 1, 1, 1)}
        both["enrollment"] = {1: (Fate.IN, "e", 1, 1, None), 2: (Fate.IN, "changed", 2, 1, None)}
        changes, after = deliver(path, db, district(**both))
        assert changes == {("course", 2), ("class", 2), ("enrollment", 2)}
        assert dangling(after) == []


@pytest.mark.parametrize("scope", ["users", "courses"])
def test_a_part_of_a_run_takes_along_what_is_outside_of_it(scope: str) -> None:
    with rosters() as (path, db):
        whole: Rows = {
            "calendar": {1: (Fate.IN, "t", 1)},
            "course": {1: (Fate.IN, "k", 1)},
            "class": {1: (Fate.IN, "c", 1, 1, 1), 2: (Fate.IN, "c", 1, 1, 1)},
            "student": {1: STUDENTS[1], 2: (Fate.IN, "b", 1)},
            "enrollment": {n: (Fate.IN, "e", *refs) for n, refs in enumerate([(1, 1, None), (1, 2, None)], 1)},
        }
        deliver(path, db, district(**whole))
        entity = "student" if scope == "users" else "class"
        target = 2 if scope == "users" else 1
        rows = {**whole[entity], target: (Fate.LEFT_OUT, *whole[entity][target][1:])}
        changes, after = deliver(path, db, district(**{**whole, entity: rows}), scope)
        lost = {1, 2} if scope == "courses" else {2}
        assert changes == {(entity, target), *(("enrollment", key) for key in lost)}
        assert dangling(after) == []
