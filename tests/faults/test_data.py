"""Faults D01 to D11: rows that come twice, short, changed or broken never take anything away at the destination."""

from __future__ import annotations

import pytest

from psconnect.demo import Fault
from psconnect.model.events import RunEvent
from psconnect.model.runs import Run
from tests.cli.conftest import Psconnect
from tests.faults.conftest import STUDENTS, Syncs, rename_somebody, state, truth, users
from tests.judges.oneroster11 import read_bundle
from tests.support.demo import Connect, Connected

QUERIES = "/ws/schema/query/*"
ROWS = "/ws/schema/query/*.students"
COUNT = "/ws/schema/query/*.students/count"
ENROLLMENTS = "/ws/schema/query/*.enrollments"


def first_enrollment(connected: Connected) -> str:
    return str(connected.sql("SELECT min(dcid) FROM cc WHERE abs(termid) BETWEEN 3600 AND 3699")[0][0])


def enrollments(connected: Connected) -> dict[str, dict[str, str]]:
    return {row["sourcedId"]: row for row in read_bundle(connected.bundle)["enrollments"]}


def rules(connected: Connected) -> dict[str, int]:
    """Problems per rule of the last run."""
    run = connected.service.runs(connected.name)[0]
    return {group.rule.key: group.count for group in connected.service.problems(run.id)}


@pytest.fixture
def district(connect: Connect) -> Connected:
    """A district of its own, delivered once, with a change that waits: what strikes here stays."""
    connected = connect(students=STUDENTS)
    connected.delivered()
    rename_somebody(connected)
    return connected


def test_D01_a_row_that_comes_twice_is_one_row_and_is_counted(delivered: Connected, sync: Syncs) -> None:
    delivered.fault("D01", path=ROWS)
    sync.goes_through()
    assert rules(delivered)["duplicate-row"] == 1


def test_D02_a_key_that_stands_for_two_rows_delivers_neither(delivered: Connected, psconnect: Psconnect) -> None:
    before = state(delivered)
    delivered.fault("D02", path=ROWS, field="last_name")
    said = psconnect("sync", delivered.name, connected=delivered)
    assert said.code in (3, 4), said.err
    assert state(delivered) == before
    run = delivered.service.runs(delivered.name)[0]
    assert run.state in ("held", "failed")
    name = delivered.sql("SELECT last_name FROM students WHERE schoolid <> 999999 ORDER BY dcid LIMIT 1")[0][0]
    assert name not in said.out + said.err


@pytest.mark.parametrize(("table", "variant"), [("users", "remove"), ("users", "insert"), ("calendar_days", "insert")])
def test_D03_rows_that_come_or_go_meanwhile_are_read_again(
    district: Connected, psconnect: Psconnect, table: str, variant: str
) -> None:
    """The row goes or comes between the count and the rows; the second reading is a whole one."""
    district.server.set_faults([Fault("D03", path=f"{QUERIES}.{table}", first=1, variant=variant)])
    Syncs(district, psconnect).goes_through()


def test_D03_rows_that_never_stand_still_stop_the_run(district: Connected, psconnect: Psconnect) -> None:
    district.fault("D03", path=f"{QUERIES}.contacts", variant="insert")
    said = Syncs(district, psconnect).stops("PSC-READ-UNSTABLE", "each time the result was incomplete")
    assert "would look like removals" in said.err


def test_D04_a_row_that_moves_between_pages_is_there_once(district: Connected, psconnect: Psconnect) -> None:
    """Table by table a page is a few rows: a student of the last page gets the key of one that was read already."""
    district.service.set_value(district.name, "source.read", '"tables"')
    settled(district, district.service.sync(district.name))
    moved, free = district.sql(
        "SELECT max(dcid), min(dcid) - 1 FROM students WHERE enroll_status = 0 AND schoolid <> 999999"
    )[0]
    struck: list[int] = []

    def move(event: RunEvent) -> None:
        if event.entity == "student" and event.done and not struck:
            struck.append(event.done)
            district.sql("UPDATE students SET dcid = ? WHERE dcid = ?", free, moved)
            district.sql("UPDATE studentcontactassoc SET studentdcid = ? WHERE studentdcid = ?", free, moved)

    settled(district, district.service.sync(district.name, on_event=move))
    assert struck
    assert struck[0] < STUDENTS, "in the middle of the reading"
    assert str(moved) not in users(district)
    assert str(free) in users(district)
    # What was read before the move follows with the next run.
    settled(district, district.service.sync(district.name))
    assert truth(district) == []


def settled(connected: Connected, run: Run) -> None:
    """Approve a run that waits."""
    if run.state == "held":
        run = connected.service.approve(run.id, "test")
    assert run.state == "finished_with_problems", run


@pytest.mark.parametrize("variant", ["less", "more"])
def test_D05_a_count_that_is_wrong_once_is_asked_again_and_else_stops(
    delivered: Connected, sync: Syncs, variant: str
) -> None:
    delivered.fault("D05", path=COUNT, variant=variant)
    sync.stops("PSC-READ-UNSTABLE", "rows were announced")
    delivered.fault("D05", path=COUNT, variant=variant, first=1)
    sync.goes_through()


def test_D06_an_empty_page_is_asked_for_again_and_else_stops(delivered: Connected, sync: Syncs) -> None:
    delivered.fault("D06", path=ENROLLMENTS)
    sync.stops("PSC-READ-UNSTABLE", "an empty page came after 0 of")
    delivered.fault("D06", path=ENROLLMENTS, first=1)
    sync.goes_through()


@pytest.mark.parametrize(
    "size",
    [pytest.param(1, marks=pytest.mark.thorough), STUDENTS - 1, STUDENTS, STUDENTS + 1],
    ids=["1", "n-1", "n", "n+1"],
)
def test_D06_every_page_size_gives_the_same_bundle(connect: Connect, size: int) -> None:
    """Table by table, with pages that end just before, at and behind the last student."""
    connected = connect(students=STUDENTS, settings={"source": {"read": "tables"}})
    extra = connected.sql("SELECT count(*) FROM students WHERE schoolid <> 999999")[0][0] - STUDENTS
    if size == 1:
        # A call a row: of a small district.
        for table in ("cc", "studentcontactassoc", "sectionteacher"):
            connected.sql(f"DELETE FROM {table} WHERE rowid % 20 <> 0")
    connected.server.set_page_size(connected.plugin, max(1, size + (extra if size > 1 else 0)))
    connected.delivered()
    assert truth(connected) == []


@pytest.mark.parametrize("stream", ["schools", "terms", "sections", "users", "students", "enrollments", "contacts"])
def test_D07_what_is_suddenly_empty_stops_and_can_not_be_approved(
    delivered: Connected, sync: Syncs, psconnect: Psconnect, stream: str
) -> None:
    delivered.fault("D07", path=f"{QUERIES}.{stream}*")
    said = psconnect("sync", delivered.name, connected=delivered)
    run = delivered.service.runs(delivered.name)[0]
    assert (run.state, run.failed_in) == ("failed", "reading"), said.out
    assert said.code in (2, 4)
    refused = psconnect("run", "approve", run.id, "--reason", "I insist", connected=delivered)
    assert refused.code == 2
    assert "(PSC-RUN-NOT-WAITING)" in refused.err


@pytest.mark.parametrize(
    ("field", "variant"),
    [
        ("dcid", "missing"),
        ("dcid", "renamed"),
        ("last_name", "missing"),
        ("last_name", "renamed"),
    ],
)
def test_D08_a_field_of_another_shape_stops_the_run(
    delivered: Connected, sync: Syncs, field: str, variant: str
) -> None:
    delivered.fault("D08", path=ROWS, field=field, variant=variant)
    sync.stops("PSC-READ-SHAPE", "Reading was stopped so that nothing is guessed")


@pytest.mark.parametrize("field", ["dcid", "student_number"])
def test_D08_a_field_that_became_a_number_has_the_same_value(delivered: Connected, sync: Syncs, field: str) -> None:
    """Servers write numbers as texts or as numbers (docs/powerschool.md 19)."""
    delivered.fault("D08", path=ROWS, field=field, variant="number")
    sync.goes_through()


@pytest.mark.parametrize("variant", ["absent", "null"])
def test_D09_a_required_value_that_is_null_rejects_that_row_alone(
    delivered: Connected, psconnect: Psconnect, variant: str
) -> None:
    delivered.sql("UPDATE students SET enroll_status = 0 WHERE dcid = (SELECT min(dcid) FROM students "
                  "WHERE schoolid <> 999999)")  # fmt: skip
    assert psconnect("sync", delivered.name, connected=delivered).code == 0
    before = users(delivered)
    (key,) = delivered.sql("SELECT min(dcid) FROM students WHERE schoolid <> 999999")[0]
    delivered.fault("D09", path=ROWS, field="last_name", variant=variant)
    assert psconnect("sync", delivered.name, connected=delivered).code == 0
    gone = before.keys() - users(delivered).keys()
    assert str(key) in gone
    assert all(before[one]["role"] != "student" or one == str(key) for one in gone)
    assert rules(delivered)["missing-required"] >= 1
    assert str(key) not in {row["userSourcedId"] for row in enrollments(delivered).values()}


@pytest.mark.parametrize("variant", ["student", "class"])
def test_D10_an_orphan_stays_as_it_was_and_is_reported(district: Connected, psconnect: Psconnect, variant: str) -> None:
    key = first_enrollment(district)
    district.sql(
        "UPDATE cc SET sectionid = abs(sectionid), termid = abs(termid), dateenrolled = '2026-08-10', "
        "dateleft = '2027-05-28', studentid = (SELECT id FROM students WHERE enroll_status = 0 AND schoolid <> 999999 "
        "ORDER BY dcid LIMIT 1) WHERE dcid = ?",
        key,
    )
    assert psconnect("sync", district.name, connected=district).code == 0
    before = enrollments(district)
    assert key in before
    district.fault("D10", path=ENROLLMENTS, variant=variant)
    orphans = rules(district).get("orphan", 0)
    assert psconnect("sync", district.name, connected=district).code == 0
    assert enrollments(district) == before
    assert rules(district)["orphan"] == orphans + 1


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ("sectionid = -abs(sectionid), termid = -abs(termid), dateleft = '2026-09-01'", "enrollment-dropped"),
        ("dateleft = dateenrolled", "enrollment-never-attended"),
        ("dateenrolled = '1899-12-30', dateleft = '1899-12-31'", "enrollment-ended"),
    ],
    ids=["negative", "zero-day", "1899"],
)
def test_D11_what_ended_goes_by_a_named_rule(district: Connected, psconnect: Psconnect, change: str, rule: str) -> None:
    key = next(key for key, row in enrollments(district).items() if row["role"] == "student")
    before = district.service.runs(district.name)[0].left_out.get(rule, 0)
    district.sql(f"UPDATE cc SET {change} WHERE dcid = ?", key)
    Syncs(district, psconnect).goes_through()
    assert key not in enrollments(district)
    assert district.service.runs(district.name)[0].left_out[rule] == before + 1


def test_D11_graduates_and_rows_of_no_school_are_not_delivered(district: Connected, psconnect: Psconnect) -> None:
    """School 999999 holds the graduates; a status of -100 is a row that PowerSchool itself no longer shows."""
    graduate, gone = [
        key for (key,) in district.sql(
            "SELECT dcid FROM students WHERE enroll_status = 0 AND schoolid <> 999999 ORDER BY dcid LIMIT 2"
        )
    ]  # fmt: skip
    district.sql("UPDATE students SET schoolid = 999999, enroll_status = 3 WHERE dcid = ?", graduate)
    district.sql("UPDATE students SET enroll_status = -100 WHERE dcid = ?", gone)
    Syncs(district, psconnect).goes_through()
    assert not {str(graduate), str(gone)} & users(district).keys()
