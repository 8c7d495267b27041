"""A stored plan is not applied blindly: not after other settings, a clock set back, a kill; nobody is there twice."""

from __future__ import annotations

import errno
import json
from collections.abc import Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from psconnect.model.errors import FixSettings
from psconnect.store.database import open_rosters
from psconnect.store.files import LAST_READ
from psconnect.wording.holds import word_hold
from tests.judges.oneroster11 import check_bundle, read_bundle
from tests.support.demo import Connect, Connected
from tests.sync.test_run import RENAME_ONE, untouched

RENAME = (
    "UPDATE students SET last_name = 'Rivera' WHERE dcid = (SELECT min(dcid) FROM students WHERE enroll_status = 0)"
)


class Killed(BaseException):
    """Ends the process in the middle, as far as the engine can tell."""


def killed_at(connected: Connected, step: str) -> None:
    def die(taken: str) -> None:
        if taken == step:
            raise Killed

    connected.service.on_step = die
    with pytest.raises(Killed):
        connected.service.sync(connected.name)
    connected.service.on_step = connected.steps.append
    assert connected.service.runs(connected.name)[0].state == "applying"


def sound(connected: Connected) -> Sequence[object]:
    return check_bundle(connected.bundle)


def test_a_plan_of_other_settings_is_not_applied_however_fresh(connected: Connected) -> None:
    run = connected.service.sync(connected.name)
    connected.service.set_value(connected.name, "scope.schools", "[100]")
    other = connected.service.approve(run.id, "go")
    assert not connected.bundle.exists()
    assert (other.state, other.holds[0].rule) == ("held", "plan-changed")
    assert "the settings of the connection changed" in word_hold(other.holds[0]).reason
    assert other.changes["student"].create < run.changes["student"].create
    assert connected.service.run(run.id).state == "expired"
    assert connected.service.approve(other.id, "go").state == "finished_with_problems"
    students = [row for row in read_bundle(connected.bundle)["users"] if row["role"] == "student"]
    assert len(students) == other.changes["student"].create
    assert connected.service.sync(connected.name).holds == ()


def test_the_same_plan_for_another_destination_is_looked_at_again(connected: Connected, tmp_path: Path) -> None:
    run = connected.service.sync(connected.name)
    connected.service.set_value(connected.name, "destination.folder", json.dumps(str(tmp_path)))
    other = connected.service.revalidate(run.id)
    assert (other.plan_hash, other.id != run.id, other.state) == (run.plan_hash, True, "held")
    assert [hold.rule for hold in other.holds] == ["plan-changed", "first-run"]


def test_a_clock_that_was_set_back_does_not_keep_a_plan_fresh(connected: Connected) -> None:
    run = connected.service.sync(connected.name)
    connected.sql(RENAME_ONE)
    connected.clock.time -= timedelta(days=3)
    other = connected.service.approve(run.id, "go")
    assert (other.id != run.id, other.holds[0].rule) == (True, "plan-changed")
    assert "records changed" in word_hold(other.holds[0]).reason
    assert not connected.bundle.exists()


def test_a_plan_that_a_newer_reading_contradicts_no_longer_waits(connected: Connected) -> None:
    connected.delivered()
    before = untouched(connected)
    connected.sql("UPDATE students SET enroll_status = 2 - enroll_status WHERE enroll_status IN (0, 2) AND dcid % 2")
    removes = connected.service.sync(connected.name)
    assert (removes.state, removes.changes["student"].remove > 50) == ("held", True)
    connected.sql("UPDATE students SET enroll_status = 2 - enroll_status WHERE enroll_status IN (0, 2) AND dcid % 2")
    part = connected.service.sync(connected.name, scope="courses")
    assert (part.changes, connected.service.run(removes.id).state) == ({}, "held"), "it says nothing about students"
    assert connected.service.sync(connected.name).changes == {}
    assert connected.service.run(removes.id).state == "expired"
    with pytest.raises(FixSettings) as refused:
        connected.service.approve(removes.id, "go")
    assert refused.value.code == "PSC-RUN-NOT-WAITING"
    assert untouched(connected) == before


def test_an_undo_waits_on_while_nothing_changes(connected: Connected) -> None:
    connected.delivered()
    connected.sql(RENAME)
    undone = connected.service.undo(connected.service.sync(connected.name).id)
    assert connected.service.sync(connected.name).changes == {}
    assert connected.service.run(undone.id).state == "held"


@pytest.mark.parametrize("step", ["apply", "journalled"])
def test_P01_a_killed_plan_goes_nowhere_else(connected: Connected, tmp_path: Path, step: str) -> None:
    connected.delivered()
    before = untouched(connected)
    connected.sql(RENAME)
    killed_at(connected, step)
    connected.service.set_value(connected.name, "destination.folder", json.dumps(str(tmp_path / "elsewhere")))
    (tmp_path / "elsewhere").mkdir()
    run = connected.service.sync(connected.name)
    assert (run.state, [hold.rule for hold in run.holds]) == ("held", ["rules-changed"])
    assert [one.state for one in connected.service.runs(connected.name)][:2] == ["held", "interrupted"]
    assert list((tmp_path / "elsewhere").iterdir()) == []
    assert untouched(connected) == before


def test_P01_a_killed_plan_is_not_fresh_because_the_clock_was_set_back(connected: Connected) -> None:
    connected.delivered()
    connected.sql(RENAME)
    killed_at(connected, "apply")
    connected.clock.time -= timedelta(days=2)
    connected.service.sync(connected.name)
    assert connected.service.runs(connected.name)[1].state == "interrupted"


def test_a_run_that_is_settled_later_does_not_end_with_an_error(connected: Connected) -> None:
    connected.delivered()
    connected.sql(RENAME)

    def full(step: str) -> None:
        if step == "ledger":
            raise OSError(errno.ENOSPC, "no room")

    connected.service.on_step = full
    failed = connected.service.sync(connected.name)
    assert (failed.state, failed.error["code"], failed.failed_in) == ("applying", "PSC-DATA-UNRECORDED", "applying")
    connected.service.on_step = connected.steps.append
    connected.service.sync(connected.name)
    settled = connected.service.run(failed.id)
    assert (settled.state, settled.error, settled.failed_in) == ("finished_with_problems", None, "")


def test_a_damaged_reading_is_read_again_and_is_not_told_of_the_roster_data(connect: Connect) -> None:
    connected = connect(settings={"source": {"compare": "incremental"}})
    connected.delivered()
    assert connected.service.sync(connected.name).compared.because == ""
    kept = connected.rosters.with_suffix(LAST_READ)
    content = bytearray(kept.read_bytes())
    middle = range(len(content) // 4, len(content) // 2)
    content[middle.start : middle.stop] = b"\xff" * len(middle)
    kept.write_bytes(content)
    before = untouched(connected)
    again = connected.service.sync(connected.name)
    assert (again.state, again.compared.because) == ("finished_with_problems", "first")
    assert untouched(connected) == before


def test_a_staging_that_is_damaged_under_a_run_is_not_told_of_the_roster_data(connected: Connected) -> None:
    def damage(step: str) -> None:
        if step == "staged":
            path = connected.rosters.with_suffix(".staging")
            path.write_bytes(b"\xff" * path.stat().st_size)

    connected.service.on_step = damage
    run = connected.service.sync(connected.name)
    assert (run.state, run.error["code"]) == ("failed", "PSC-READING-DAMAGED")
    with closing(open_rosters(connected.rosters)) as db:
        assert db.execute("PRAGMA quick_check").fetchone() == ("ok",)
    connected.service.on_step = connected.steps.append
    assert connected.service.sync(connected.name).state == "held"


def teach(connected: Connected) -> int:
    """Somebody of the other staff is given a class; returns the key."""
    admin = next(key for rank, key, _record in connected.ledger() if rank == 7)
    connected.sql("UPDATE users SET teacherloginid = 'login' || dcid WHERE dcid = ?", admin)
    ((position,),) = connected.sql("SELECT min(id) FROM schoolstaff WHERE users_dcid = ? AND status = 1", admin)
    ((section, role, first, last),) = connected.sql(
        "SELECT sectionid, roleid, start_date, end_date FROM sectionteacher WHERE start_date > '2026-07-01' "
        "ORDER BY id LIMIT 1"
    )
    connected.sql(
        "INSERT INTO sectionteacher (id, sectionid, teacherid, roleid, start_date, end_date, allocation) "
        "VALUES (900000, ?, ?, ?, ?, ?, 100)",
        section,
        position,
        role,
        first,
        last,
    )
    return admin


@pytest.mark.parametrize("chosen", ["admin", "teacher"])
def test_who_becomes_a_teacher_stays_whole_when_one_half_is_excluded(connect: Connect, chosen: str) -> None:
    connected = connect(settings={"options": {"admins": True}, "safety": {"preview": "always"}})
    connected.delivered()
    before = read_bundle(connected.bundle)["users"]
    key = teach(connected)
    run = connected.service.sync(connected.name)
    assert (run.changes["teacher"].create, run.changes["admin"].remove) == (1, 1)
    run = connected.service.exclude(run.id, chosen, [key])
    assert run.changes == {}
    assert connected.service.approve(run.id, "go").state == "finished_with_problems"
    assert sound(connected) == []
    assert read_bundle(connected.bundle)["users"] == before


def test_who_becomes_a_teacher_is_not_added_beside_additions_only(connect: Connect) -> None:
    connected = connect(settings={"options": {"admins": True}})
    connected.delivered()
    connected.service.set_value(connected.name, "safety.additions_only", "true")
    teach(connected)
    run = connected.service.sync(connected.name)
    assert run.changes == {}
    assert {key: counts.total for key, counts in run.not_applied.items()} == {"teacher": 1, "admin": 1, "enrollment": 1}
    assert sound(connected) == []


def test_no_staff_points_to_a_school_that_was_excluded(connect: Connect) -> None:
    connected = connect(settings={"options": {"admins": True}})
    connected.service.set_value(connected.name, "scope.schools", "[100]")
    connected.delivered()
    connected.service.set_value(connected.name, "scope.schools", "[100, 110, 120]")
    run = connected.service.sync(connected.name)
    new = [one.key for one in connected.service.changes(run.id) if one.entity == "school" and one.action == "create"]
    edited = connected.service.exclude(run.id, "school", new[:1])
    assert edited.changes["teacher"].create < run.changes["teacher"].create
    assert connected.service.approve(run.id, "go").state == "finished_with_problems"
    assert sound(connected) == []
