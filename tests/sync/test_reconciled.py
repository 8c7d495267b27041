"""The figures of every run add up: read - left out + added = delivered, counted again by plain SQL."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import asdict
from datetime import timedelta

import pytest

from psconnect.model.entities import ENTITIES
from psconnect.model.problems import NOT_IN_THIS_RUN, base_rule
from psconnect.model.reconciled import Reconciled
from psconnect.model.record_list import Figure
from psconnect.model.runs import ChangeCounts, Run
from psconnect.store.database import open_rosters
from psconnect.store.files import DELIVERED_READ, LAST_READ
from tests.support.demo import Connect, Connected

OPTIONS: tuple[dict[str, object], ...] = (
    {},
    {"scope": {"schools": [100]}},
    {"options": {"parents": "all", "co_teachers": False}},
    {"filters": {"student": [{"field": "Students.Grade_Level", "op": "between", "value": [6, 12]}]}},
    {"requirements": {"student": {"email": "skip"}}},
    {"options": {"parents": "none", "admins": False}},
    {"safety": {"additions_only": True}},
)


def check(connected: Connected, run: Run) -> None:
    """That a run's figures are those of the ledger, and add up."""
    rosters = connected.service.rosters_of(connected.name)
    db = open_rosters(rosters, to_read=True)
    try:
        ledger = dict(db.execute("SELECT entity, count(*) FROM ledger GROUP BY entity"))
        db.execute("ATTACH ? AS r", [str(rosters.with_suffix(LAST_READ))])
        for entity in ENTITIES:
            one = run.reconciled.get(entity.key, Reconciled())
            ours = {"enrollment": "key < 0", "school": "key = 0"}.get(entity.key, "false")
            twice = "key NOT IN (SELECT key FROM r.stage_teacher)" if entity.key == "admin" else "true"
            (read,) = db.execute(f"SELECT count(*) FROM r.stage_{entity.key} WHERE NOT {ours} AND {twice}").fetchone()
            (made,) = db.execute(f"SELECT count(*) FROM ledger WHERE entity = ? AND {ours}", [entity.rank]).fetchone()
            (left,) = db.execute(
                f"SELECT count(*) FROM r.stage_{entity.key} WHERE NOT {ours} AND {twice} "
                "AND key NOT IN (SELECT key FROM ledger WHERE entity = ?)",
                [entity.rank],
            ).fetchone()
            assert (one.read, one.delivered, one.made, one.left_out) == (
                read,
                ledger.get(entity.rank, 0),
                made,
                left,
            ), entity.key
            assert one.read - one.left_out + one.added == one.delivered
            assert one.kept >= 0
    finally:
        db.close()


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("number", range(len(OPTIONS)))
def test_the_figures_of_a_run_add_up(connect: Connect, seed: int, number: int) -> None:
    connected = connect(seed=seed + 1, settings=OPTIONS[number])
    run = connected.delivered()
    check(connected, run)
    chance = random.Random(seed)
    students = [row[0] for row in connected.sql("SELECT DCID FROM Students WHERE Enroll_Status = 0 ORDER BY DCID")]
    for dcid in chance.sample(students, 4):
        connected.sql("UPDATE Students SET Enroll_Status = 2 WHERE DCID = ?", dcid)
    for dcid in chance.sample(students, 4):
        connected.sql("UPDATE Students SET First_Name = NULL WHERE DCID = ?", dcid)
    for scope in ("users", "all"):
        run = connected.service.sync(connected.name, scope=scope)
        if run.state == "held":
            run = connected.service.approve(run.id, "checked")
        assert run.state.startswith("finished"), run
        check(connected, run)


FIGURES: tuple[Figure, ...] = ("read", "left_out", "added", "delivered", "changed")


def check_lists(connected: Connected) -> None:
    """That each figure of what stands leads to exactly as many records."""
    standing = connected.service.standing(connected.name)
    assert standing.last is not None
    for entity, one in standing.rows.items():
        changes = standing.last.changes.get(entity, ChangeCounts())
        for figure in FIGURES:
            wanted = changes.total if figure == "changed" else getattr(one, figure)
            listed = connected.service.list_records(connected.name, entity, figure)
            try:
                assert listed.total == wanted, (entity, figure)
                rows = listed.page(0, 10_000)
                assert len(rows) == wanted
                if figure == "left_out":
                    counts = Counter(base_rule(row.rule) for row in rows)
                    assert counts == one.because
                if figure == "changed":
                    assert Counter(row.action for row in rows) == Counter(asdict(changes))
                if figure == "added":
                    assert sum(row.made for row in rows) == one.made
            finally:
                listed.close()


def test_every_figure_leads_to_its_records(connected: Connected) -> None:
    connected.delivered()
    check_lists(connected)
    # A preview that is discarded, a rehearsal and a failure lie over it: they change neither figures nor lists.
    before = connected.service.standing(connected.name)
    connected.sql("UPDATE Students SET Enroll_Status = 2 WHERE DCID IN (SELECT DCID FROM Students LIMIT 5)")
    preview = connected.service.sync(connected.name, plan_only=True)
    check_lists(connected)
    connected.service.discard(preview.id)
    connected.service.sync(connected.name, rehearse=True)
    connected.fault("N13", variant="500")
    failed = connected.service.sync(connected.name)
    assert failed.state == "failed"
    assert connected.service.standing(connected.name) == before
    check_lists(connected)
    connected.server.set_faults([])
    assert connected.service.sync(connected.name).state.startswith("finished")
    assert connected.service.standing(connected.name).rows["student"].delivered < before.rows["student"].delivered
    check_lists(connected)
    assert not connected.rosters.with_suffix(DELIVERED_READ).exists()


def test_records_excluded_from_a_plan_count_as_left_out(connected: Connected) -> None:
    run = connected.service.sync(connected.name)
    (one, *_rest) = [change.key for change in connected.service.changes(run.id) if change.entity == "student"]
    waiting = connected.service.exclude(run.id, "student", [one])
    assert waiting.reconciled["student"].because[NOT_IN_THIS_RUN] == 1
    done = connected.service.approve(run.id, "without one")
    check(connected, done)
    check_lists(connected)
    connected.service.approve(connected.service.undo(done.id).id, "taken back")
    undone = connected.service.standing(connected.name).rows
    assert all(row.delivered == 0 == row.read - row.left_out + row.added for row in undone.values())


def test_records_that_an_undo_brings_back_are_not_left_out_any_more(connected: Connected) -> None:
    connected.delivered()
    before = connected.service.standing(connected.name).rows
    connected.service.set_value(connected.name, "options.merge_terms", "true")
    merged = connected.service.approve(connected.service.sync(connected.name).id, "merged")
    assert merged.reconciled["calendar"].because["term-merged"]
    undo = connected.service.undo(merged.id)
    assert undo.cause is None
    done = connected.service.approve(undo.id, "taken back")
    assert done.reconciled["calendar"].delivered == before["calendar"].delivered
    assert "term-merged" not in done.reconciled["calendar"].because
    assert done.reconciled["calendar"].kept == 0, "they were read: nothing of an earlier delivery is left over"
    check_lists(connected)


@pytest.mark.parametrize("kind", ["student", "teacher"])
def test_mission_g33_who_goes_takes_the_enrollments_along(connected: Connected, kind: str) -> None:
    connected.delivered()
    before = connected.service.standing(connected.name).rows
    if kind == "student":
        ((key,),) = connected.sql(
            "SELECT DCID FROM Students WHERE Enroll_Status = 0 AND SchoolID <> 999999 ORDER BY DCID LIMIT 1"
        )
        connected.sql("UPDATE Students SET Enroll_Status = 2 WHERE DCID = ?", key)
    else:
        ((key,),) = connected.sql(
            "SELECT Users_DCID FROM SchoolStaff WHERE ID = (SELECT Teacher FROM Sections LIMIT 1)"
        )
        connected.sql("UPDATE SchoolStaff SET Status = 2 WHERE Users_DCID = ?", key)
    run = connected.service.sync(connected.name, plan_only=True)
    gone = [change for change in connected.service.changes(run.id) if change.action == "remove"]
    assert [one.key for one in gone if one.entity == kind] == [key]
    along = [one for one in gone if one.entity == "enrollment"]
    person = next(one for one in gone if one.entity == kind).record["sourcedId"]
    assert along
    assert person in {one.record["userSourcedId"] for one in along}
    after = connected.service.approve(run.id, "left").reconciled
    assert before["enrollment"].delivered - after["enrollment"].delivered >= len(along)
    left = {change.record["userSourcedId"] for change in connected.service.changes(run.id) if change.after}
    assert person not in left


def test_waiting_for_a_person_is_no_run_time(connected: Connected) -> None:
    run = connected.service.sync(connected.name)
    assert run.took is not None
    planning = run.took
    connected.clock.time += timedelta(hours=5)
    assert connected.service.run(run.id).took == planning
    done = connected.service.approve(run.id, "after lunch")
    assert done.ended is not None
    assert done.took is not None
    assert done.ended - done.started > timedelta(hours=5)
    assert planning < done.took < timedelta(minutes=5)
    discarded = connected.service.sync(connected.name, rehearse=True)
    connected.clock.time += timedelta(hours=5)
    assert connected.service.run(discarded.id).took == discarded.took


def test_figures_lead_to_their_records_also_where_the_approval_read_again(connected: Connected) -> None:
    """An old plan is read anew before it is applied; what that read stands for what the run had read."""
    run = connected.service.sync(connected.name)
    connected.clock.time += timedelta(minutes=20)
    done = connected.service.approve(run.id, "all right")
    assert done.id == run.id, "it is the plan that was looked at"
    students = done.reconciled["student"]
    figures: tuple[tuple[Figure, int], ...] = (("read", students.read), ("left_out", students.left_out))
    for figure, count in figures:
        listed = connected.service.list_records(connected.name, "student", figure)
        assert listed.total == count
        listed.close()
