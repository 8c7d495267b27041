"""What the vendors' own integrations promise about holds and reviews, by the ids of the list of missions."""

from __future__ import annotations

import csv
from datetime import timedelta
from pathlib import Path

import pytest

from psconnect.model.entities import STUDENT
from psconnect.model.errors import FixSettings
from psconnect.model.found import FoundState
from psconnect.model.review import ChangeQuery, FindingQuery
from psconnect.model.runs import ChangeCounts
from psconnect.wording.held import story_of
from tests.support.demo import Connect, Connected

IN_SCHOOL = "enroll_status = 0 AND schoolid <> 999999"


@pytest.fixture
def district_size() -> int:
    return 300


def leave(connected: Connected, count: int) -> None:
    which = f"SELECT dcid FROM students WHERE {IN_SCHOOL} ORDER BY dcid LIMIT {count}"
    connected.sql(f"UPDATE students SET enroll_status = 2 WHERE dcid IN ({which})")


def test_mission_d19_a_paused_import_is_reviewed_its_errors_validated_then_released(
    connected: Connected, tmp_path: Path
) -> None:
    connected.delivered()
    leave(connected, 60)
    connected.sql(f"UPDATE students SET last_name = '' WHERE dcid = (SELECT max(dcid) FROM students WHERE {IN_SCHOOL})")
    run = connected.service.sync(connected.name)
    assert run.state == "held"
    rows = connected.service.arrange_changes(run.id, ChangeQuery("student", "remove"))
    assert rows.total == run.changes["student"].remove
    assert all(row.rule for row in rows.page(0, rows.total)), "each removal says why"
    rows.close()
    errors = connected.service.findings(run.id, FindingQuery(state=FoundState.LEFT_OUT), most=1_000)
    assert any(group.attribute == "familyName" for group in errors.groups), (
        "errors in the data are there while it waits"
    )
    path = connected.service.write_findings(run.id, FindingQuery(state=FoundState.LEFT_OUT), tmp_path / "errors.csv")
    assert (
        len(list(csv.DictReader(path.read_bytes().decode("utf-8-sig").splitlines())))
        == errors.counts[FoundState.LEFT_OUT]
    )
    before = connected.bundle.read_bytes()
    done = connected.service.approve(run.id, "The leavers are right")
    assert done.delivered
    assert connected.bundle.read_bytes() != before


def test_mission_d19_a_paused_import_is_dropped_and_nothing_was_delivered(connected: Connected) -> None:
    connected.delivered()
    before = connected.bundle.read_bytes()
    leave(connected, 60)
    run = connected.service.sync(connected.name)
    assert connected.service.discard(run.id).state == "discarded"
    assert connected.bundle.read_bytes() == before
    with pytest.raises(FixSettings):
        connected.service.approve(run.id, "too late")


def test_mission_d18_changes_above_a_limit_pause_the_import_and_say_so(connected: Connected) -> None:
    """As far as it goes without mail: the same headline and cause in window, command line and report."""
    connected.delivered()
    leave(connected, 60)
    run = connected.service.sync(connected.name)
    story = story_of(run)
    assert run.state == "held"
    assert story.headline == f"{run.changes['student'].remove} students would be removed from the OneRoster CSV bundle"
    assert story.cause


@pytest.mark.parametrize(
    ("kind", "statement"),
    [
        ("update", "UPDATE students SET last_name = last_name || ' jr'"),
        ("create", "UPDATE students SET enroll_status = 0 WHERE enroll_status = 2"),
    ],
)
def test_mission_d20_limits_judge_creates_and_updates_too(connected: Connected, kind: str, statement: str) -> None:
    connected.service.set_value(connected.name, f"safety.thresholds.student.{kind}", '"5"')
    leave(connected, 60)
    connected.delivered()
    connected.sql(statement)
    run = connected.service.sync(connected.name)
    assert run.state == "held"
    assert f"{kind}-student" in [hold.rule for hold in run.holds]
    words = {"update": "students would be changed", "create": "students would be added"}
    assert words[kind] in story_of(run).headline


def test_mission_g33_enrollments_go_along_with_a_removed_student_in_the_plan(connected: Connected) -> None:
    connected.delivered()
    ((student,),) = connected.sql(f"SELECT min(dcid) FROM students WHERE {IN_SCHOOL}")
    connected.sql("UPDATE students SET enroll_status = 2 WHERE dcid = ?", student)
    run = connected.service.sync(connected.name, plan_only=True)
    assert run.changes["student"] == ChangeCounts(remove=1)
    gone = connected.service.arrange_changes(run.id, ChangeQuery("enrollment", "remove"))
    rows = gone.page(0, gone.total)
    gone.close()
    theirs = [row for row in rows if ("userSourcedId", str(student), None) in row.values]
    assert theirs
    assert all(row.rule.startswith("goes-along:student:") or row.rule == "enrollment-ended" for row in theirs)
    kept = connected.service.exclude(run.id, "student", [student])
    assert kept.set_aside["goes-along"] >= len(theirs), "who stays keeps the enrollments"


def test_mission_g19_with_preview_every_sync_waits_and_nothing_is_visible_before(connect: Connect) -> None:
    connected = connect(settings={"safety": {"preview": "always"}})
    connected.delivered()
    for name in ("Ann", "Bo"):
        before = connected.bundle.read_bytes()
        connected.clock.time += timedelta(days=1)
        connected.sql(
            f"UPDATE students SET first_name = ? WHERE dcid = (SELECT min(dcid) FROM students WHERE {IN_SCHOOL})", name
        )
        run = connected.service.sync(connected.name)
        assert (run.state, [hold.rule for hold in run.holds]) == ("held", ["preview"])
        assert connected.bundle.read_bytes() == before
        assert connected.service.approve(run.id, "accepted").delivered
        assert connected.bundle.read_bytes() != before


def test_mission_g20_above_the_hold_limit_updated_data_waits_for_approval(connected: Connected) -> None:
    connected.delivered()
    connected.service.set_value(connected.name, "safety.thresholds.student.update", '"3"')
    before = connected.bundle.read_bytes()
    some = f"SELECT dcid FROM students WHERE {IN_SCHOOL} ORDER BY dcid"
    connected.sql(f"UPDATE students SET first_name = 'Ann' || dcid WHERE dcid IN ({some} LIMIT 4)")
    run = connected.service.sync(connected.name)
    assert run.state == "held"
    assert connected.bundle.read_bytes() == before
    assert connected.service.approve(run.id, "accepted").delivered
    connected.sql(f"UPDATE students SET first_name = 'Bo' || dcid WHERE dcid IN ({some} LIMIT 2)")
    assert connected.service.sync(connected.name).delivered, "below the limit nothing waits"


def test_mission_g16_bulk_finds_what_was_deleted_by_comparing_with_the_last_upload(connected: Connected) -> None:
    """PowerSchool is asked for no deletions: the row is gone, and nothing tells that it was there."""
    connected.delivered()
    ((student, number),) = connected.sql(f"SELECT dcid, id FROM students WHERE {IN_SCHOOL} ORDER BY dcid LIMIT 1")
    connected.sql("DELETE FROM cc WHERE studentid = ?", number)
    connected.sql("DELETE FROM studentcontactassoc WHERE studentdcid = ?", student)
    connected.sql("DELETE FROM students WHERE dcid = ?", student)
    run = connected.service.sync(connected.name, plan_only=True)
    assert (run.compared.how if run.compared else "") != "incremental"
    gone = [(one.entity, one.key) for one in connected.service.changes(run.id) if one.action == "remove"]
    assert ("student", student) in gone
    assert "enrollment" in {entity for entity, _key in gone}


@pytest.mark.parametrize("missing", ["report", "skip"])
def test_mission_g27_a_missing_attribute_is_reported_or_the_record_skipped(connect: Connect, missing: str) -> None:
    connected = connect(settings={"requirements": {"student": {"middleName": missing}}})
    ((student,),) = connected.sql(f"SELECT min(dcid) FROM students WHERE {IN_SCHOOL}")
    connected.sql("UPDATE students SET middle_name = 'Q' WHERE dcid <> ?", student)
    connected.sql("UPDATE students SET middle_name = '' WHERE dcid = ?", student)
    run = connected.delivered()
    groups = connected.service.problems(run.id, most=1_000)
    told = {one.detail for group in groups for one in group.records if (one.entity, one.key) == ("student", student)}
    assert "middleName" in told, "it is reported either way"
    stands = (STUDENT.rank, student) in {tuple(row[:2]) for row in connected.ledger()}
    assert stands == (missing == "report")
