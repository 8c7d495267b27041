"""Single changes in the store: which can be sent next, and which records of the destination are taken over."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from psconnect.model.entities import ADMIN, CALENDAR, ENROLLMENT, STUDENT, TEACHER, Entity
from psconnect.model.outcomes import Done, Link, Refused
from psconnect.store.database import open_rosters
from psconnect.store.history.retention import forget_expired
from psconnect.store.plan import outcomes, remote_ids
from psconnect.store.plan.plan import CREATE, REMOVE, Plan


@pytest.fixture
def db(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """Roster data with one run, number 1, and nothing planned."""
    with closing(open_rosters(tmp_path / "rosters.sqlite")) as db:
        db.execute("INSERT INTO run (no, id, state, trigger, scope, started) VALUES (1, 'r', 'held', 'b', 'all', '')")
        yield db


def plan_change(db: sqlite3.Connection, entity: Entity, key: int, action: int, **values: str) -> None:
    named = {"sourcedId": entity.sourced_id(key), **values}
    record = json.dumps([named.get(name, "") for name in entity.attributes]).encode()
    images = (record, None) if action == REMOVE else (None, record)
    db.execute("INSERT INTO change VALUES (1, ?, ?, ?, ?, ?)", [entity.rank, key, action, *images])


def all_sent(db: sqlite3.Connection, entity: Entity, action: int) -> list[list[int]]:
    """The keys of each batch in the order of sending, as a delivery asks for them; every change is done."""
    batches, after = [], None
    while (changes := outcomes.pending(db, 1, entity, action, 10, after)) or after is not None:
        after = changes[-1].key if changes else None
        if not changes:
            continue
        batches.append([change.key for change in changes])
        outcomes.journal(db, 1, entity, batches[-1])
        for change in changes:
            outcomes.settle_change(db, 1, entity, change, Done(f"there-{change.key}"))
    return batches


def test_a_term_is_created_after_the_term_above_it_and_removed_before_it(db: sqlite3.Connection) -> None:
    for key, parent in ((1, "3"), (2, ""), (3, "2")):
        plan_change(db, CALENDAR, key, CREATE, parentSourcedId=parent)
    assert all_sent(db, CALENDAR, CREATE) == [[2], [3], [1]]

    db.execute("DELETE FROM change")
    db.execute("DELETE FROM outcome")
    for key, parent in ((1, "3"), (2, ""), (3, "2")):
        plan_change(db, CALENDAR, key, REMOVE, parentSourcedId=parent)
    assert all_sent(db, CALENDAR, REMOVE) == [[1], [3], [2]]
    assert db.execute("SELECT count(*) FROM ledger").fetchone() == (0,)
    assert db.execute("SELECT count(*) FROM remote").fetchone() == (0,)


def test_no_term_overtakes_one_above_it_that_has_a_lower_key(db: sqlite3.Connection) -> None:
    chain = ((1, ""), (2, "3"), (3, ""), (4, "2"))
    for key, parent in chain:
        plan_change(db, CALENDAR, key, CREATE, parentSourcedId=parent)
    assert all_sent(db, CALENDAR, CREATE) == [[1, 3], [2], [4]]

    db.execute("DELETE FROM change")
    db.execute("DELETE FROM outcome")
    for key, parent in ((1, ""), (2, "4"), (3, "2"), (4, "")):
        plan_change(db, CALENDAR, key, REMOVE, parentSourcedId=parent)
    assert all_sent(db, CALENDAR, REMOVE) == [[1, 3], [2], [4]]


def test_who_can_t_be_made_in_the_new_role_keeps_the_old_one(db: sqlite3.Connection) -> None:
    plan_change(db, TEACHER, 64, CREATE)
    plan_change(db, ADMIN, 64, REMOVE)
    plan_change(db, ADMIN, 65, REMOVE)
    outcomes.journal(db, 1, TEACHER, [64])
    ((_run, _entity, (change,)),) = outcomes.unanswered(db)
    outcomes.settle_change(db, 1, TEACHER, change, Refused("no", "No."))

    assert outcomes.let_wait(db, 1, ADMIN, REMOVE) == 1
    assert [one.key for one in outcomes.pending(db, 1, ADMIN, REMOVE, 10)] == [65]


def test_who_was_there_already_or_got_no_account_is_not_new(db: sqlite3.Connection) -> None:
    for key in (1, 2, 3, 4):
        plan_change(db, STUDENT, key, CREATE)
    remote_ids.keep_links(Plan(db, 1), STUDENT, {1: Link("there-1", "email")}, elsewhere=False)
    assert outcomes.not_new(db, 1, STUDENT) == {1}, "files are delivered as a whole"

    outcomes.journal(db, 1, STUDENT, [1, 2, 3, 4])
    ((_run, _entity, changes),) = outcomes.unanswered(db)
    answers: dict[int, Done | Refused] = {1: Done("there-1"), 2: Done("there-2"), 3: Refused("no", "No.")}
    for change in changes:
        if change.key in answers:
            outcomes.settle_change(db, 1, STUDENT, change, answers[change.key])
    assert outcomes.not_new(db, 1, STUDENT) == {1, 3, 4}, "taken over, refused, and without an answer"


def test_who_gets_another_role_is_not_new(db: sqlite3.Connection) -> None:
    plan_change(db, TEACHER, 64, CREATE)
    plan_change(db, TEACHER, 65, CREATE)
    plan_change(db, ADMIN, 64, REMOVE)
    assert outcomes.not_new(db, 1, TEACHER) == {64}


def test_the_changes_of_an_old_run_are_kept_until_they_were_read_back(db: sqlite3.Connection, tmp_path: Path) -> None:
    plan_change(db, STUDENT, 7, CREATE)
    db.execute("UPDATE run SET state = 'failed', started = '2025-01-01'")
    outcomes.journal(db, 1, STUDENT, [7])
    now = datetime(2027, 1, 1, tzinfo=UTC)
    forget_expired(db, tmp_path / "rosters.sqlite", now)
    ((_run, _entity, (change,)),) = outcomes.unanswered(db)
    assert change.key == 7

    outcomes.settle_change(db, 1, STUDENT, change, Done("r7"))
    forget_expired(db, tmp_path / "rosters.sqlite", now)
    assert db.execute("SELECT count(*) FROM run").fetchone() == (0,)


def test_terms_that_are_above_each_other_are_sent_all_the_same(db: sqlite3.Connection) -> None:
    for key, parent in ((1, "2"), (2, "1")):
        plan_change(db, CALENDAR, key, CREATE, parentSourcedId=parent)

    assert all_sent(db, CALENDAR, CREATE) == [[1, 2]]


def test_a_change_knows_the_remote_ids_of_what_it_points_to(db: sqlite3.Connection) -> None:
    plan_change(db, CALENDAR, 2, CREATE)
    plan_change(db, CALENDAR, 3, CREATE, parentSourcedId="2")
    all_sent(db, CALENDAR, CREATE)
    outcomes.not_sent(db, 1, CALENDAR, [3])

    (child,) = outcomes.pending(db, 1, CALENDAR, CREATE, 10)

    assert child.related == {"parentSourcedId": ("there-2",)}
    assert child.remote_id == "there-3"


def test_two_records_never_take_over_the_same_one(db: sqlite3.Connection) -> None:
    for key in (7, 8, 9, 10):
        plan_change(db, STUDENT, key, CREATE)
    remote_ids.keep(db, 1, STUDENT, 7, ("7", "r1"))

    links = {8: Link("r1", "name"), 9: Link("r2", "name"), 10: Link("r2", "mail")}
    remote_ids.keep_links(Plan(db, 1), STUDENT, links, elsewhere=False)

    assert remote_ids.known(db, 1, STUDENT, [7, 8, 9, 10]) == {7: "r1", 9: "r2"}
    assert remote_ids.adopted(db, 1, STUDENT, [8, 9, 10]) == {9: "name"}


def test_what_waits_is_found_without_comparing_each_change_with_each(db: sqlite3.Connection) -> None:
    """15,000 enrollments of which one is refused were six minutes of work."""

    def steps(enrollments: int) -> int:
        db.execute("DELETE FROM change")
        db.execute("DELETE FROM outcome")
        for key in range(enrollments):
            plan_change(db, ENROLLMENT, key, CREATE)
        [refused] = outcomes.pending(db, 1, ENROLLMENT, CREATE, 1)
        outcomes.journal(db, 1, ENROLLMENT, [refused.key])
        outcomes.settle_change(db, 1, ENROLLMENT, refused, Refused("full", "The class is full."))
        counted = [0]
        db.set_progress_handler(lambda: counted.__setitem__(0, counted[0] + 1), 100)
        assert outcomes.let_wait(db, 1, ENROLLMENT, CREATE) == 0
        db.set_progress_handler(None, 0)
        return counted[0]

    assert steps(800) < 6 * steps(200)
