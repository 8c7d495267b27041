"""Whole runs against the demo district: what is delivered, held, stopped, resumed, and what is left untouched."""

from __future__ import annotations

import contextlib
import gc
import os
import shutil
import sqlite3
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from psconnect.model.clock import CancelToken
from psconnect.model.errors import AnotherRunActive, FixSettings
from psconnect.model.events import RunEvent
from psconnect.model.runs import ChangeCounts
from psconnect.store.lock import run_lock
from tests.judges.oneroster11 import check_bundle, read_bundle
from tests.judges.sql_truth import compare
from tests.support.demo import DISTRICT, TODAY, Connect, Connected
from tests.support.errors import raises_saying

RENAME_ONE = (
    "UPDATE students SET last_name = 'Rivera' WHERE dcid = (SELECT min(dcid) FROM students WHERE enroll_status = 0)"
)
LEAVE = (
    "UPDATE students SET enroll_status = 2 WHERE dcid IN (SELECT dcid FROM students WHERE enroll_status = 0 LIMIT {})"
)


def truth(connected: Connected) -> list[str]:
    return compare(connected.bundle, connected.server.database, TODAY, DISTRICT)


def untouched(connected: Connected) -> tuple:
    """What must stay as it is when nothing may be delivered: the bundle, its times, the folder, the ledger."""
    path = connected.bundle
    stat = (path.stat().st_ino, path.stat().st_mtime_ns, path.read_bytes()) if path.exists() else None
    names = sorted(str(p.relative_to(connected.folder)) for p in (connected.folder / "roster").rglob("*"))
    return stat, names, connected.ledger()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_is_delivered_equals_plain_sql(connect: Connect, seed: int) -> None:
    connected = connect(seed=seed)
    run = connected.delivered()
    assert truth(connected) == []
    assert check_bundle(connected.bundle) == []
    delivered = read_bundle(connected.bundle)
    created = {entity: counts.create for entity, counts in run.changes.items()}
    people = ("student", "teacher", "admin", "contact")
    assert len(delivered["users"]) == sum(created[entity] for entity in people)
    assert len(delivered["enrollments"]) == created["enrollment"]


def test_first_run_is_held_and_delivers_nothing(connected: Connected) -> None:
    before = untouched(connected)
    run = connected.service.sync(connected.name)
    assert (run.state, [hold.rule for hold in run.holds]) == ("held", ["first-run"])
    assert untouched(connected) == before
    assert run.plan_hash


def test_second_run_without_changes_writes_nothing(connected: Connected) -> None:
    connected.delivered()
    before = untouched(connected)
    connected.steps.clear()
    run = connected.service.sync(connected.name)
    assert run.state == "finished_with_problems"
    assert run.changes == {}
    assert untouched(connected) == before
    assert "apply" not in connected.steps


def test_lost_bundle_is_delivered_again(connected: Connected) -> None:
    connected.delivered()
    content = connected.bundle.read_bytes()
    connected.bundle.unlink()
    run = connected.service.sync(connected.name)
    assert run.changes == {}
    assert connected.bundle.read_bytes() == content


def test_edited_bundle_is_delivered_again(connected: Connected) -> None:
    connected.delivered()
    content = connected.bundle.read_bytes()
    connected.bundle.write_bytes(content[:-7] + b"changed")
    connected.service.sync(connected.name)
    assert connected.bundle.read_bytes() == content


def test_changes_are_updates_not_new_people(connected: Connected) -> None:
    connected.delivered()
    (student,) = connected.sql("SELECT min(dcid) FROM students WHERE enroll_status = 0 AND schoolid <> 999999")[0]
    connected.sql("UPDATE students SET student_number = 990001, student_web_id = 'new.name' WHERE dcid = ?", student)
    run = connected.service.sync(connected.name)
    assert run.changes == {"student": ChangeCounts(update=1)}
    (change,) = connected.service.changes(run.id)
    changed = {name for name in change.after if change.after[name] != change.before[name]}
    assert (change.key, changed) == (student, {"username", "identifier"})
    assert truth(connected) == []


def test_who_goes_takes_the_enrollments_and_lone_contacts_along(connected: Connected) -> None:
    connected.delivered()
    (student,) = connected.sql("SELECT max(dcid) FROM students WHERE enroll_status = 0 AND schoolid <> 999999")[0]
    connected.sql("UPDATE students SET enroll_status = 2 WHERE dcid = ?", student)
    run = connected.service.sync(connected.name)
    assert run.changes["student"] == ChangeCounts(remove=1)
    assert run.changes["enrollment"].remove > 0
    assert truth(connected) == []


def test_orphan_stays_as_last_delivered(connected: Connected) -> None:
    connected.delivered()
    before = {row["sourcedId"]: row for row in read_bundle(connected.bundle)["enrollments"]}
    dcid, student = connected.sql(
        "SELECT cc.dcid, s.id FROM cc JOIN students s ON s.id = cc.studentid "
        "WHERE cc.sectionid > 0 AND cc.termid >= 3600 "
        "AND s.enroll_status = 0 AND cc.dateleft > '2027-01-01' ORDER BY cc.dcid LIMIT 1"
    )[0]
    connected.sql("UPDATE cc SET studentid = 99999999 WHERE dcid = ?", dcid)
    run = connected.service.sync(connected.name)
    assert str(dcid) in before
    assert run.changes == {}
    assert run.left_out["orphan"] > 0
    connected.sql("UPDATE cc SET studentid = ? WHERE dcid = ?", student, dcid)


def test_D07_suddenly_empty_stops_and_cannot_be_approved(connected: Connected) -> None:
    connected.delivered()
    before = untouched(connected)
    connected.fault("D07", path="*students*")
    run = connected.service.sync(connected.name)
    assert (run.state, run.failed_in) == ("failed", "reading")
    assert run.error["code"] == "PSC-READ-EMPTY"
    assert untouched(connected) == before
    with pytest.raises(FixSettings) as refused:
        connected.service.approve(run.id, "I insist")
    assert refused.value.code == "PSC-RUN-NOT-WAITING"


@pytest.mark.parametrize(
    ("entity", "sql"),
    [
        (
            "student",
            LEAVE.format(40),
        ),
        (
            "enrollment",
            (
                "UPDATE cc SET sectionid = -sectionid, termid = -termid "
                "WHERE sectionid > 0 AND termid >= 3600 AND dcid % 5 = 0"
            ),
        ),
    ],
)
def test_too_many_removals_are_held(connected: Connected, entity: str, sql: str) -> None:
    connected.delivered()
    before = untouched(connected)
    connected.sql(sql)
    run = connected.service.sync(connected.name)
    assert run.state == "held"
    assert f"remove-{entity}" in [hold.rule for hold in run.holds]
    assert untouched(connected) == before
    applied = connected.service.approve(run.id, "they left")
    assert applied.state == "finished_with_problems"
    assert truth(connected) == []


def test_threshold_just_not_reached_goes_on(connected: Connected) -> None:
    connected.delivered()
    (active,) = connected.sql("SELECT count(*) FROM students WHERE enroll_status = 0")[0]
    assert active < 500 * 24
    connected.sql(LEAVE.format(20))
    run = connected.service.sync(connected.name)
    assert "remove-student" not in [hold.rule for hold in run.holds]


def test_changed_rules_are_held(connected: Connected) -> None:
    connected.delivered()
    connected.service.set_value(connected.name, "mapping.calendar.title", '"{Terms.Name|upper}"')
    run = connected.service.sync(connected.name)
    assert [hold.rule for hold in run.holds] == ["rules-changed"]
    connected.service.set_value(connected.name, "safety.preview", '"never"')
    assert connected.service.sync(connected.name).state == "finished_with_problems"


def test_preview_always(connect: Connect) -> None:
    connected = connect(settings={"safety": {"preview": "always"}})
    connected.delivered()
    connected.sql(RENAME_ONE)
    run = connected.service.sync(connected.name)
    assert [hold.rule for hold in run.holds] == ["preview"]


def test_plan_only_delivers_nothing_and_can_be_approved(connected: Connected) -> None:
    before = untouched(connected)
    run = connected.service.sync(connected.name, plan_only=True)
    assert run.state == "previewed"
    assert untouched(connected) == before
    assert connected.service.approve(run.id, "looks right").state == "finished_with_problems"
    assert truth(connected) == []


def test_old_plan_is_made_anew_and_applied_if_it_is_the_same(connected: Connected) -> None:
    run = connected.service.sync(connected.name)
    connected.clock.time += timedelta(minutes=16)
    connected.steps.clear()
    applied = connected.service.approve(run.id, "late, but the same")
    assert "read" in connected.steps
    assert (applied.id, applied.state) == (run.id, "finished_with_problems")
    assert truth(connected) == []


def test_old_plan_that_changed_is_held_again(connected: Connected) -> None:
    run = connected.service.sync(connected.name)
    before = untouched(connected)
    connected.clock.time += timedelta(minutes=16)
    connected.sql(RENAME_ONE)
    other = connected.service.approve(run.id, "late")
    assert other.id != run.id
    assert (other.state, other.holds[0].rule) == ("held", "plan-changed")
    assert connected.service.run(run.id).state == "expired"
    assert untouched(connected) == before


def test_discard_and_expire(connected: Connected) -> None:
    first = connected.service.sync(connected.name)
    second = connected.service.sync(connected.name)
    assert connected.service.run(first.id).state == "expired"
    assert connected.service.discard(second.id).state == "discarded"
    with raises_saying(FixSettings, "discarded"):
        connected.service.approve(second.id, "too late")
    assert not connected.bundle.exists()


def test_approval_needs_a_reason(connected: Connected) -> None:
    run = connected.service.sync(connected.name)
    with pytest.raises(FixSettings) as refused:
        connected.service.approve(run.id, "  ")
    assert refused.value.code == "PSC-RUN-REASON"


def test_runs_are_listed_newest_first_with_unique_ids(connected: Connected) -> None:
    runs = [connected.service.sync(connected.name) for _ in range(3)]
    listed = connected.service.runs(connected.name)
    assert [run.id for run in listed] == [run.id for run in reversed(runs)]
    assert sorted(run.id for run in runs) == [run.id for run in runs]


def test_part_first_is_refused(connected: Connected) -> None:
    with pytest.raises(FixSettings) as refused:
        connected.service.sync(connected.name, scope="users")
    assert refused.value.code == "PSC-RUN-FIRST-ALL"


def test_scope_users_leaves_courses_alone_but_never_dangles(connected: Connected) -> None:
    connected.delivered()
    (student,) = connected.sql("SELECT max(dcid) FROM students WHERE enroll_status = 0 AND schoolid <> 999999")[0]
    connected.sql("UPDATE students SET enroll_status = 2 WHERE dcid = ?", student)
    connected.sql("UPDATE courses SET course_name = course_name || ' II' WHERE dcid = (SELECT min(dcid) FROM courses)")
    run = connected.service.sync(connected.name, scope="users")
    assert run.changes["student"] == ChangeCounts(remove=1)
    assert run.changes["enrollment"].remove > 0
    assert "course" not in run.changes
    assert check_bundle(connected.bundle) == []
    rest = connected.service.sync(connected.name, scope="courses")
    assert rest.changes["course"] == ChangeCounts(update=1)
    assert truth(connected) == []


def test_scope_courses_lets_enrollments_of_new_people_wait(connected: Connected) -> None:
    (student,) = connected.sql("SELECT max(dcid) FROM students WHERE enroll_status = 0 AND schoolid <> 999999")[0]
    connected.sql("UPDATE students SET enroll_status = -1 WHERE dcid = ?", student)
    connected.delivered()
    connected.sql("UPDATE students SET enroll_status = 0 WHERE dcid = ?", student)
    run = connected.service.sync(connected.name, scope="courses")
    assert run.changes == {}
    both = connected.service.sync(connected.name)
    assert both.changes["student"] == ChangeCounts(create=1)
    assert both.changes["enrollment"].create > 0
    assert truth(connected) == []


def test_one_run_at_a_time(connected: Connected) -> None:
    connected.service.connection(connected.name)
    with run_lock(connected.rosters.with_suffix(".lock"), connected.name), pytest.raises(AnotherRunActive):
        connected.service.sync(connected.name)
    assert connected.service.sync(connected.name).state == "held"


def test_cancel_between_pages(connected: Connected) -> None:
    cancel = CancelToken()

    def stop(event: RunEvent) -> None:
        if event.entity == "enrollment" and event.done:
            cancel.cancel()

    before = untouched(connected)
    run = connected.service.sync(connected.name, on_event=stop, cancel=cancel)
    assert (run.state, run.error) == ("cancelled", None)
    assert untouched(connected) == before
    assert not list(connected.rosters.parent.glob("*.staging"))


def test_cyclic_garbage_is_looked_for_less_often_until_a_run_ends(connected: Connected) -> None:
    usual, during, cancel = gc.get_threshold(), set(), CancelToken()

    def stop(event: RunEvent) -> None:
        during.add(gc.get_threshold()[0])
        if event.entity == "student" and event.done:
            cancel.cancel()

    assert connected.service.sync(connected.name, on_event=stop, cancel=cancel).state == "cancelled"
    assert min(during) > 10 * usual[0]
    assert gc.get_threshold() == usual


def test_cancel_while_delivering_leaves_the_old_bundle(connected: Connected) -> None:
    connected.delivered()
    connected.sql(RENAME_ONE)
    before = untouched(connected)
    cancel = CancelToken()

    def stop(event: RunEvent) -> None:
        if event.stage == "applying" and event.entity == "student":
            cancel.cancel()

    run = connected.service.sync(connected.name, on_event=stop, cancel=cancel)
    assert run.state == "cancelled"
    assert untouched(connected) == before
    assert connected.service.sync(connected.name).changes == {"student": ChangeCounts(update=1)}


def test_events_tell_stages_in_order_with_counts(connected: Connected) -> None:
    events: list[RunEvent] = []
    lock = threading.Lock()

    def keep(event: RunEvent) -> None:
        with lock:
            events.append(event)

    connected.service.sync(connected.name, on_event=keep)
    stages = list(dict.fromkeys(event.stage for event in events))
    assert stages == ["reading", "shaping", "planning"]
    students = [event for event in events if event.entity == "student"]
    assert students[-1].done == students[-1].total > 125


def test_same_input_same_plan_same_bytes(connect: Connect) -> None:
    one, two = connect(), connect()
    hashes = {connected.service.sync(connected.name).plan_hash for connected in (one, two)}
    assert len(hashes) == 1
    for connected in (one, two):
        connected.service.approve(connected.service.runs(connected.name)[0].id, "both")
    assert one.bundle.read_bytes() == two.bundle.read_bytes()


def test_read_by_tables_gives_the_same_roster(connect: Connect) -> None:
    by_query, by_table = connect(), connect(settings={"source": {"read": "tables"}})
    first, second = by_query.delivered(), by_table.delivered()
    assert (first.way, second.way) == ("queries", "tables")
    assert by_query.bundle.read_bytes() == by_table.bundle.read_bytes()
    assert second.calls > first.calls


def test_limited_schools(connect: Connect) -> None:
    probe = connect()
    (number,) = probe.sql(
        "SELECT s.schoolid FROM students s JOIN schools c ON c.school_number = s.schoolid "
        "WHERE s.enroll_status = 0 AND s.schoolid <> 999999 GROUP BY 1 ORDER BY count(*) DESC LIMIT 1"
    )[0]
    connected = connect(settings={"scope": {"schools": [number]}})
    connected.delivered()
    orgs = read_bundle(connected.bundle)["orgs"]
    assert [org["identifier"] for org in orgs if org["type"] == "school"] == [str(number)]
    assert check_bundle(connected.bundle) == []
    students = [user for user in read_bundle(connected.bundle)["users"] if user["role"] == "student"]
    wanted = connected.sql("SELECT count(*) FROM students WHERE enroll_status = 0 AND schoolid = ?", number)[0][0]
    assert 0.9 * wanted < len(students) <= wanted


def test_without_contacts_nothing_of_them_is_read_or_asked_for(connect: Connect) -> None:
    connected = connect(settings={"options": {"parents": "none", "district_name": DISTRICT}})
    run = connected.delivered()
    assert not {"contacts", "relationships"} & set(run.read)
    roles = {user["role"] for user in read_bundle(connected.bundle)["users"]}
    assert roles == {"student", "teacher", "administrator"}
    asked = {table for table, _field, _level in connected.server.plugins()[0].access}
    assert "STUDENTCONTACTASSOC" not in asked
    assert "PHONENUMBER" not in asked


def test_P03_disk_full_while_staging_or_planning_leaves_everything(connected: Connected, tmp_path: Path) -> None:
    """A real file system without room: the roster data lies on a tiny one."""
    connected.delivered()
    before = untouched(connected)
    size = sum(path.stat().st_size for path in connected.rosters.parent.iterdir())
    with tiny_disk(tmp_path, size + 400_000) as small:
        data = connected.service.home.rosters()
        shutil.copytree(data, small / "rosters", dirs_exist_ok=True)
        moved = data.with_name("rosters-kept")
        data.rename(moved)
        data.symlink_to(small / "rosters")
        run = connected.service.sync(connected.name)
        assert (run.state, run.error["code"]) == ("failed", "PSC-DISK-FULL")
        data.unlink()
        moved.rename(data)
    assert untouched(connected) == before
    assert connected.service.sync(connected.name).changes == {}


def test_P03_disk_full_at_the_destination_keeps_the_old_bundle(connect: Connect, tmp_path: Path) -> None:
    connected = connect()
    connected.delivered()
    with tiny_disk(tmp_path, connected.bundle.stat().st_size * 3 // 2) as small:
        place = small / "roster"
        place.mkdir()
        shutil.copy2(connected.bundle, place)
        connected.service.set_value(connected.name, "destination.folder", f'"{place}"')
        run = connected.service.sync(connected.name)
        assert run.changes == {}
        connected.sql(RENAME_ONE)
        held = connected.service.sync(connected.name)
        before, ledger = (place / connected.bundle.name).read_bytes(), connected.ledger()
        run = connected.service.approve(held.id, "moved")
        assert (run.state, run.failed_in, run.error["code"]) == ("failed", "applying", "PSC-DISK-FULL")
        assert (place / connected.bundle.name).read_bytes() == before
        assert connected.ledger() == ledger
        assert [path.name for path in place.iterdir()] == [connected.bundle.name]


def test_retention_forgets_rows_but_keeps_counts(connected: Connected) -> None:
    run = connected.delivered()
    connected.clock.time += timedelta(days=91)
    connected.service.sync(connected.name)
    with closing(sqlite3.connect(connected.rosters)) as db:
        assert db.execute("SELECT count(*) FROM change WHERE run = 1").fetchone() == (0,)
        assert db.execute("SELECT count(*) FROM problem WHERE run = 1").fetchone() == (0,)
    assert connected.service.run(run.id).changes == run.changes


@contextlib.contextmanager
def tiny_disk(tmp_path: Path, size: int) -> Iterator[Path]:
    """A mounted file system of that many bytes; needs root, which tests on Linux have in CI."""
    if os.name != "posix" or os.getuid() != 0:
        pytest.skip("a file system of its own needs root")
    place = tmp_path / "tiny"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)
