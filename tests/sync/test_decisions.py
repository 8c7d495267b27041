"""What a person does with runs: approve within a day, re-validate, exclude and include, undo."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest

from psconnect.model.errors import FixSettings, LocalStorage, PsconnectError
from psconnect.model.runs import ChangeCounts, Run
from psconnect.service import RekeyWishes
from psconnect.wording.documents import run_document
from psconnect.wording.errors import word
from psconnect.wording.holds import word_hold
from tests.judges.oneroster11 import check_bundle, read_bundle
from tests.support.demo import Connected
from tests.support.errors import raises_saying
from tests.sync.test_run import LEAVE, RENAME_ONE, truth, untouched


def users(connected: Connected) -> dict[str, dict[str, str]]:
    return {row["sourcedId"]: row for row in read_bundle(connected.bundle)["users"]}


def sound(connected: Connected) -> bool:
    return check_bundle(connected.bundle) == []


def code_of(refused: pytest.ExceptionInfo[PsconnectError]) -> str:
    return refused.value.code


def three_left(connected: Connected) -> tuple[Run, list[int]]:
    """Delivered; then three students leave and one gets another name: a run that waits to be looked at."""
    connected.delivered()
    connected.service.set_value(connected.name, "safety.preview", '"always"')
    connected.service.set_value(connected.name, "safety.thresholds.student.remove", '"3"')
    ids = [int(one) for one in users(connected) if one.isdigit()]
    left = sorted(ids)[-3:]
    marks = ", ".join("?" * 3)
    connected.sql(f"UPDATE students SET enroll_status = 2 WHERE dcid IN ({marks})", *left)
    connected.sql("UPDATE students SET last_name = 'Rivera' WHERE dcid = ?", min(ids))
    run = connected.service.sync(connected.name)
    assert [hold.rule for hold in run.holds] == ["preview", "remove-student"]
    return run, left


def test_a_plan_waits_for_a_day_and_then_expires(connected: Connected) -> None:
    run = connected.service.sync(connected.name)
    connected.clock.time += timedelta(hours=24)
    before = untouched(connected)
    with pytest.raises(FixSettings) as refused:
        connected.service.approve(run.id, "too late")
    assert code_of(refused) == "PSC-RUN-EXPIRED"
    assert connected.service.run(run.id).state == "expired"
    assert untouched(connected) == before
    again = connected.service.sync(connected.name)
    connected.clock.time += timedelta(hours=23, minutes=59)
    assert connected.service.approve(again.id, "in time").state == "finished_with_problems"
    with pytest.raises(FixSettings) as twice:
        connected.service.approve(again.id, "once more")
    assert code_of(twice) == "PSC-RUN-NOT-WAITING"


def test_an_approval_belongs_to_the_plan_that_was_looked_at(connected: Connected) -> None:
    run, (first, *_) = three_left(connected)
    edited = connected.service.exclude(run.id, "student", [first])
    assert edited.plan_hash != run.plan_hash
    before = untouched(connected)
    with pytest.raises(FixSettings) as refused:
        connected.service.approve(run.id, "as seen", plan_hash=run.plan_hash)
    assert code_of(refused) == "PSC-RUN-OTHER-PLAN"
    assert untouched(connected) == before
    assert connected.service.approve(run.id, "as seen", plan_hash=edited.plan_hash).state == "finished_with_problems"


def test_I4_a_plan_that_is_not_the_one_that_was_hashed_is_not_applied(connected: Connected) -> None:
    run, _left = three_left(connected)
    before = untouched(connected)
    with closing(sqlite3.connect(connected.rosters)) as db, db:
        db.execute("DELETE FROM change WHERE action = 2")
    with pytest.raises(LocalStorage) as refused:
        connected.service.approve(run.id, "as seen")
    assert refused.value.code == "PSC-DATA-DAMAGED"
    assert untouched(connected) == before


def test_excluded_records_keep_their_last_delivered_image(connected: Connected) -> None:
    run, left = three_left(connected)
    before = users(connected)
    edited = connected.service.exclude(run.id, "student", left[:2])
    assert edited.id == run.id
    assert edited.state == "held"
    assert edited.changes["student"] == ChangeCounts(update=1, remove=1)
    assert [hold.rule for hold in edited.holds] == ["preview"]
    named = connected.service.excluded(run.id)
    assert {one.key for one in named if one.because == "chosen"} == set(left[:2])
    along = {one.entity for one in named if one.because == "goes-along"}
    assert {"relationship", "enrollment"} <= along <= {"contact", "relationship", "enrollment"}
    assert all(one.title and one.sourced_id for one in named)
    assert sum(edited.set_aside.values()) == len(named)
    connected.service.approve(run.id, "without them")
    after = users(connected)
    assert [after.get(str(key)) == before[str(key)] for key in left] == [True, True, False]
    assert str(left[2]) not in after
    assert sound(connected)
    again = connected.service.sync(connected.name)
    assert again.changes["student"] == ChangeCounts(remove=2)


def test_included_again_it_is_the_plan_it_was(connected: Connected) -> None:
    run, left = three_left(connected)
    connected.service.exclude(run.id, "student", left)
    back = connected.service.include(run.id, "student", left)
    assert (back.plan_hash, back.changes, back.set_aside) == (run.plan_hash, run.changes, {})
    assert {hold.rule for hold in back.holds} == {hold.rule for hold in run.holds}
    with pytest.raises(FixSettings) as refused:
        connected.service.include(run.id, "student", left)
    assert code_of(refused) == "PSC-RUN-NOT-EXCLUDED"
    with pytest.raises(FixSettings) as unknown:
        connected.service.exclude(run.id, "student", [left[0], 99_999_999])
    assert code_of(unknown) == "PSC-RUN-NO-CHANGE"
    assert connected.service.run(run.id).changes == run.changes
    assert connected.service.keys_of(run.id, "student", [str(left[0])]) == [left[0]]


def test_the_first_delivery_without_a_student_and_what_hangs_on_it(connected: Connected) -> None:
    run = connected.service.sync(connected.name)
    student = next(change.key for change in connected.service.changes(run.id) if change.entity == "student")
    edited = connected.service.exclude(run.id, "student", [student])
    assert [hold.rule for hold in edited.holds] == ["first-run"]
    gone = {one.entity for one in connected.service.excluded(run.id)}
    assert {"student", "enrollment"} <= gone
    connected.service.approve(run.id, "all but one")
    assert str(student) not in users(connected)
    assert sound(connected)


def test_old_plan_with_excluded_records_is_made_anew_without_them(connected: Connected) -> None:
    run, left = three_left(connected)
    connected.service.exclude(run.id, "student", left[:1])
    connected.clock.time += timedelta(minutes=16)
    done = connected.service.approve(run.id, "later")
    assert (done.id, done.state) == (run.id, "finished_with_problems")
    assert str(left[0]) in users(connected)
    assert str(left[1]) not in users(connected)


def test_old_plan_that_changed_is_held_again_without_the_excluded_records(connected: Connected) -> None:
    run, left = three_left(connected)
    connected.service.exclude(run.id, "student", left[:1])
    connected.clock.time += timedelta(minutes=16)
    connected.sql("UPDATE students SET last_name = 'Other' WHERE last_name = 'Rivera'")
    other = connected.service.approve(run.id, "later")
    assert (other.state, other.holds[0].rule, other.set_aside["chosen"]) == ("held", "plan-changed", 1)
    assert connected.service.run(run.id).state == "expired"
    connected.service.approve(other.id, "now")
    assert str(left[0]) in users(connected)


def test_revalidate_says_still_the_same_and_makes_the_plan_fresh(connected: Connected) -> None:
    run, _left = three_left(connected)
    connected.clock.time += timedelta(hours=23)
    connected.steps.clear()
    same = connected.service.revalidate(run.id)
    assert (same.id, same.state, same.plan_hash, same.holds) == (run.id, "held", run.plan_hash, run.holds)
    assert "read" in connected.steps
    assert "apply" not in connected.steps
    assert len(connected.service.runs(connected.name)) == 2
    connected.clock.time += timedelta(hours=2)
    assert connected.service.approve(run.id, "fresh").state == "finished_with_problems"


def test_revalidate_puts_a_new_held_run_in_its_place_or_none(connected: Connected) -> None:
    run, _left = three_left(connected)
    before = untouched(connected)
    connected.sql(LEAVE.format(5))
    other = connected.service.revalidate(run.id)
    assert other.id != run.id
    assert (other.state, other.holds[0].rule) == ("held", "plan-changed")
    assert connected.service.run(run.id).state == "expired"
    connected.sql("UPDATE students SET last_name = last_name, enroll_status = 0 WHERE enroll_status = 2")
    assert untouched(connected) == before


def test_revalidate_of_a_plan_that_is_no_longer_needed_ends_it(connected: Connected) -> None:
    connected.delivered()
    connected.service.set_value(connected.name, "safety.preview", '"always"')
    (dcid, name) = connected.sql("SELECT dcid, last_name FROM students WHERE enroll_status = 0 ORDER BY 1 LIMIT 1")[0]
    connected.sql(RENAME_ONE)
    run = connected.service.sync(connected.name)
    connected.sql("UPDATE students SET last_name = ? WHERE dcid = ?", name, dcid)
    other = connected.service.revalidate(run.id)
    assert (other.state, other.changes) == ("finished_with_problems", {})
    assert connected.service.run(run.id).state == "expired"


def test_revalidate_that_can_not_read_leaves_the_run_waiting(connected: Connected) -> None:
    run, _left = three_left(connected)
    connected.fault("D07", path="*students*")
    failed = connected.service.revalidate(run.id)
    assert (failed.state, connected.service.run(run.id).state) == ("failed", "held")


def test_undo_gives_back_what_was_and_the_next_sync_waits(connected: Connected) -> None:
    run, left = three_left(connected)
    old, old_ledger = connected.bundle.read_bytes(), connected.ledger()
    assert not connected.service.can_undo(run.id).possible
    connected.service.approve(run.id, "they left")
    assert connected.service.can_undo(run.id).possible
    new_ledger = connected.ledger()
    back = connected.service.undo(run.id)
    assert (back.state, back.kind, back.undoes) == ("held", "undo", run.id)
    assert back.holds[0].rule == "undo"
    assert back.changes["student"] == ChangeCounts(create=3, update=1)
    assert connected.ledger() == new_ledger
    connected.service.set_value(connected.name, "safety.preview", '"never"')
    connected.clock.time += timedelta(minutes=16)
    connected.steps.clear()
    assert connected.service.approve(back.id, "a mistake").state == "finished"
    assert "read" not in connected.steps
    assert connected.ledger() == old_ledger
    assert users(connected).keys() >= {str(key) for key in left}
    assert read_bundle(connected.bundle)["users"] == bundle_users(old, connected)
    waits = connected.service.sync(connected.name)
    assert "after-undo" in [hold.rule for hold in waits.holds]
    assert back.id in next(word_hold(hold).reason for hold in waits.holds if hold.rule == "after-undo")
    connected.service.approve(waits.id, "they did leave")
    assert connected.ledger() == new_ledger
    connected.sql("UPDATE students SET last_name = 'Other' WHERE last_name = 'Rivera'")
    assert connected.service.sync(connected.name).state == "finished_with_problems"


def bundle_users(content: bytes, connected: Connected) -> list[dict[str, str]]:
    place = connected.folder / "old.zip"
    place.write_bytes(content)
    return read_bundle(place)["users"]


def test_undo_of_an_undo_and_of_what_was_undone_already(connected: Connected) -> None:
    run, _left = three_left(connected)
    connected.service.approve(run.id, "they left")
    new_ledger = connected.ledger()
    back = connected.service.undo(run.id)
    connected.service.approve(back.id, "a mistake")
    with raises_saying(FixSettings, "already as it was") as refused:
        connected.service.undo(run.id)
    assert code_of(refused) == "PSC-RUN-NOT-UNDOABLE"
    again = connected.service.undo(back.id)
    connected.service.approve(again.id, "no mistake")
    assert connected.ledger() == new_ledger
    assert truth(connected) == []
    assert [one.kind for one in connected.service.runs(connected.name)] == ["undo", "undo", "sync", "sync"]


def test_undo_leaves_alone_what_was_changed_since(connected: Connected) -> None:
    run, _left = three_left(connected)
    connected.service.approve(run.id, "they left")
    connected.sql("UPDATE students SET last_name = 'Third' WHERE last_name = 'Rivera'")
    later = connected.service.sync(connected.name)
    connected.service.approve(later.id, "another name")
    back = connected.service.undo(run.id)
    assert back.set_aside == {"changed-since": 1}
    assert "1 of its changes are left" in word_hold(back.holds[0]).reason
    (alone,) = connected.service.excluded(back.id)
    assert (alone.entity, alone.action, alone.because) == ("student", "update", "changed-since")
    connected.service.approve(back.id, "back")
    assert users(connected)[alone.sourced_id]["familyName"] == "Third"
    assert sound(connected)


def test_the_first_delivery_can_be_undone(connected: Connected) -> None:
    run = connected.delivered()
    back = connected.service.undo(run.id)
    assert {entity: counts.remove for entity, counts in back.changes.items()} == {
        entity: counts.create for entity, counts in run.changes.items()
    }
    assert "remove-student" in [hold.rule for hold in back.holds]
    connected.service.approve(back.id, "wrong district")
    assert connected.ledger() == []
    assert connected.service.sync(connected.name).state == "held"


def test_what_can_not_be_undone_says_why(connected: Connected) -> None:
    first = connected.delivered()
    nothing = connected.service.sync(connected.name)
    connected.clock.time += timedelta(days=91)
    connected.service.sync(connected.name)
    reasons = {run.id: connected.service.can_undo(run.id) for run in (first, nothing)}
    assert not any(one.possible for one in reasons.values())
    assert "90 days" in reasons[first.id].reason
    assert "changed nothing" in reasons[nothing.id].reason
    for run_id, one in reasons.items():
        with pytest.raises(FixSettings) as refused:
            connected.service.undo(run_id)
        assert word(refused.value).happened == one.reason


def test_a_new_plan_takes_the_place_of_an_undo_and_an_undo_that_of_a_plan(connected: Connected) -> None:
    run, _left = three_left(connected)
    connected.service.approve(run.id, "they left")
    connected.sql("UPDATE students SET last_name = 'Third' WHERE last_name = 'Rivera'")
    waits = connected.service.sync(connected.name)
    back = connected.service.undo(run.id)
    assert connected.service.run(waits.id).state == "expired"
    newer = connected.service.sync(connected.name)
    assert (newer.state, connected.service.run(back.id).state) == ("held", "expired")


def test_limits_of_a_waiting_run(connected: Connected) -> None:
    run, _left = three_left(connected)
    limits = {limit.entity: limit for limit in connected.service.limits(run.id)}
    student = limits["student"]
    assert student.crossed
    assert student.used == 1
    assert [(one.kind, one.count, one.crossed) for one in student.kinds] == [
        ("create", 0, False),
        ("update", 1, False),
        ("remove", 3, True),
        ("identity", 0, False),
    ]
    assert sum(one.count for one in student.schools if one.kind == "remove") == 3
    assert all(one.place and 0 < one.base <= student.base for one in student.schools)
    assert json.dumps(run_document(run))


def test_a_plan_that_changed_waits_for_all_its_other_reasons_too_and_names_the_change_once(
    connected: Connected,
) -> None:
    run, _left = three_left(connected)
    for name in ("Second", "Third"):
        connected.sql("UPDATE students SET last_name = ? WHERE last_name IN ('Rivera', 'Second')", name)
        run = connected.service.revalidate(run.id)
        assert [hold.rule for hold in run.holds] == ["plan-changed", "preview", "remove-student"]


def test_a_plan_that_is_no_longer_needed_waits_where_the_destination_lost_what_it_had(connected: Connected) -> None:
    connected.delivered()
    connected.service.set_value(connected.name, "safety.preview", '"always"')
    (dcid, name) = connected.sql("SELECT dcid, last_name FROM students WHERE enroll_status = 0 ORDER BY 1 LIMIT 1")[0]
    connected.sql(RENAME_ONE)
    run = connected.service.sync(connected.name)
    connected.sql("UPDATE students SET last_name = ? WHERE dcid = ?", name, dcid)
    connected.bundle.unlink()
    other = connected.service.revalidate(run.id)
    assert (other.state, other.changes) == ("held", {})
    connected.service.approve(other.id, "it was lost")
    assert truth(connected) == []


def test_a_plan_of_which_all_that_is_left_was_excluded_still_waits(connected: Connected) -> None:
    run, left = three_left(connected)
    connected.service.exclude(run.id, "student", left)
    (renamed,) = [one.key for one in connected.service.changes(run.id) if one.action == "update"]
    before = users(connected)[str(renamed)]
    connected.sql("UPDATE students SET last_name = ? WHERE dcid = ?", before["familyName"], renamed)
    other = connected.service.revalidate(run.id)
    assert (other.state, other.changes) == ("held", {})
    assert other.set_aside["chosen"] == 3


def test_the_reason_of_an_approval_is_kept_and_a_refusal_tells_what_became_of_the_run(connected: Connected) -> None:
    run, _left = three_left(connected)
    assert connected.service.approve(run.id, "  they moved \n").reason == "they moved"
    assert connected.service.run(run.id).reason == "they moved"
    with pytest.raises(FixSettings) as refused:
        connected.service.discard(run.id)
    assert word(refused.value).happened.endswith("It is finished with problems.")


def test_a_run_whose_rows_are_gone_can_not_be_undone_while_a_later_one_can(connected: Connected) -> None:
    first = connected.delivered()
    connected.clock.time += timedelta(days=91)
    connected.sql(RENAME_ONE)
    later = connected.service.sync(connected.name)
    if later.state == "held":
        later = connected.service.approve(later.id, "test")
    assert "90 days" in connected.service.can_undo(first.id).reason
    assert connected.service.can_undo(later.id).possible


def test_a_run_that_gave_other_ids_is_undone_whole_or_not_at_all(connected: Connected) -> None:
    """One student was changed since: with the others' old ids back, the ids would be of two kinds."""
    connected.delivered()
    service = connected.service
    service.rekey(connected.name, service.rekey_plan(connected.name, RekeyWishes(id_prefix="AB-")))
    rekeyed = service.approve(service.sync(connected.name).id, "told the administrator")
    connected.sql(RENAME_ONE)
    assert service.sync(connected.name).state == "finished_with_problems"
    before, runs = untouched(connected), len(service.runs(connected.name))
    with raises_saying(FixSettings, "re-key assistant") as refused:
        service.undo(rekeyed.id)
    assert code_of(refused) == "PSC-RUN-NOT-UNDOABLE"
    assert (untouched(connected), len(service.runs(connected.name))) == (before, runs)


def test_an_undo_of_which_nothing_is_left_says_how_much_was_changed_since(connected: Connected) -> None:
    connected.delivered()
    for name in ("Second", "Third"):
        two = "SELECT dcid FROM students WHERE enroll_status = 0 ORDER BY dcid LIMIT 2"
        connected.sql(f"UPDATE students SET last_name = ? WHERE dcid IN ({two})", name)
        connected.service.sync(connected.name)
    _third, second, _first = connected.service.runs(connected.name)
    with raises_saying(FixSettings, "All 2 records that this run changed were changed since") as refused:
        connected.service.undo(second.id)
    assert code_of(refused) == "PSC-RUN-NOT-UNDOABLE"
