"""Plans that give records other ids: who follows whom, what goes, and what such a plan leaves alone."""

from __future__ import annotations

import msgspec
import pytest

from psconnect.model.entities import BY_KEY, BY_RANK
from psconnect.model.ids import IdRules, Ids
from psconnect.model.problems import Fate
from tests.store.districts import Content, apply, changed, content, rosters
from tests.store.plan.test_record_ids import plan, problems_of, small, student_ids

ENROLLMENT = BY_KEY["enrollment"]
USER = ENROLLMENT.attributes.index("userSourcedId")
STUDENTS: dict[int, tuple] = {2: (Fate.IN, "b", 1), 5: (Fate.IN, "a", 1)}
ENROLLED: dict[int, tuple] = {12: (Fate.IN, "e", 1, 2, None), 15: (Fate.IN, "e", 1, 5, None)}
UNREADABLE: dict[int, tuple] = {key: (Fate.KEPT, "?", *refs) for key, (_fate, _text, *refs) in ENROLLED.items()}


def users(delivered: Content) -> dict[int, str]:
    """Whose each enrollment is, by the id it points to."""
    return {key: msgspec.json.decode(rec)[USER] for (rank, key), rec in delivered.items() if rank == ENROLLMENT.rank}


@pytest.mark.parametrize("leaving", [{}, {5: (Fate.LEFT_OUT, "a", 1)}])
def test_what_is_kept_of_who_takes_a_freed_id_stays_and_what_is_kept_of_who_left_goes(
    leaving: dict[int, tuple],
) -> None:
    """Student 5 leaves, and student 2 gets the id: the enrollments can't be read, and must not be mixed up."""
    with rosters() as (path, db):
        apply(db, plan(path, db, small(student=STUDENTS, enrollment=ENROLLED), Ids()))
        left = {2: STUDENTS[2], **leaving}
        number = plan(path, db, small(student=left, enrollment=UNREADABLE), Ids(known={"student": {2: "5"}}))
        names = {(BY_RANK[rank].key, key) for rank, key in changed(db, number)}
        assert names == {("student", 2), ("student", 5), ("enrollment", 12), ("enrollment", 15)}
        after = apply(db, number)
        assert (student_ids(after), users(after)) == ({2: "5"}, {12: "5"})
        assert problems_of(after) == []


def test_what_is_kept_of_two_who_swap_their_ids_follows_each() -> None:
    with rosters() as (path, db):
        apply(db, plan(path, db, small(student=STUDENTS, enrollment=ENROLLED), Ids()))
        swapped = Ids(known={"student": {2: "5", 5: "2"}})
        after = apply(db, plan(path, db, small(student=STUDENTS, enrollment=UNREADABLE), swapped))
        assert (student_ids(after), users(after)) == ({2: "5", 5: "2"}, {12: "5", 15: "2"})


def test_a_record_that_is_the_same_bytes_under_other_ids_is_no_change() -> None:
    """Two students swap their ids, and an enrollment passes from one to the other: it points to what it pointed to."""
    with rosters() as (path, db):
        one = {12: ENROLLED[12]}
        before = apply(db, plan(path, db, small(student=STUDENTS, enrollment=one), Ids()))
        passed = {12: (Fate.IN, "e", 1, 5, None)}
        swapped = Ids(known={"student": {2: "5", 5: "2"}})
        number = plan(path, db, small(student=STUDENTS, enrollment=passed), swapped)
        assert {(BY_RANK[rank].key, key) for rank, key in changed(db, number)} == {("student", 2), ("student", 5)}
        assert users(before) == users(apply(db, number)) == {12: "2"}


def test_other_ids_leave_the_changes_of_earlier_runs_as_they_were() -> None:
    sql = "SELECT * FROM change WHERE run <= ? ORDER BY run, entity, key"
    with rosters() as (path, db):
        renamed = {**STUDENTS, 2: (Fate.IN, "c", 1)}
        gone = {2: STUDENTS[2]}
        for past in (STUDENTS, renamed, gone, STUDENTS):
            apply(db, plan(path, db, small(student=past), Ids()))
        old = content(db)
        earlier = db.execute("SELECT max(no) FROM run").fetchone()[0]
        history = db.execute(sql, [earlier]).fetchall()
        number = plan(path, db, small(student=renamed), Ids(IdRules("P-")))
        images = dict(db.execute("SELECT entity * 1000 + key, before FROM change WHERE run = ?", [number]).fetchall())
        assert images == {rank * 1000 + key: record for (rank, key), record in old.items()}
        assert db.execute(sql, [earlier]).fetchall() == history


def test_no_sign_of_what_is_removed_gets_into_what_is_kept() -> None:
    """Other staff of two schools can't be read while one of these leaves and all get other ids."""
    schools: dict[int, tuple] = {1: (Fate.IN, "s"), 2: (Fate.IN, "s")}
    with rosters() as (path, db):
        apply(db, plan(path, db, small(school=schools, admin={8: (Fate.IN, "o")}), Ids()))
        number = plan(path, db, small(admin={8: (Fate.KEPT, "?")}), Ids(IdRules("P-")))
        after = apply(db, number)
        assert not [rec for rec in after.values() if b"\\u0001" in rec or b"\x01" in rec]
        own, at, *_rest = msgspec.json.decode(after[BY_KEY["admin"].rank, 8])
        assert (own, at.split(",")[0]) == ("P-T8", "P-1")
