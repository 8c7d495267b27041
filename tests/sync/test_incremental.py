"""Incremental runs: what they leave unread, what makes them read it all, and that they deliver what bulk runs do."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from psconnect.demo import PluginRefused
from psconnect.model.clock import CancelToken
from psconnect.model.connection import from_dict, to_dict
from psconnect.model.events import RunEvent
from psconnect.model.runs import Run
from psconnect.service import Service
from psconnect.store.files import LAST_READ
from psconnect.store.history.facts import set_fact
from psconnect.store.settings.home import home_at
from psconnect.store.settings.secrets import CLIENT_SECRET, Secrets
from psconnect.wording.runs import full_reason
from tests.support.demo import Connect, Connected, TestClock, connecting

STUDENTS = 200
INCREMENTAL = {"source": {"compare": "incremental"}}
HINTED = {"students", "contacts", "relationships", "enrollments"}
Districts = Callable[[int, int], Path]
_NUMBERS = count(1)


def bulk_twin(connected: Connected) -> Connected:
    """The same connection in another home, which reads everything in every run."""
    folder = connected.folder / "twin"
    (folder / "roster").mkdir(parents=True)
    service = Service(home_at(folder / "home"), Secrets({}, session_only=True), TestClock())
    data = to_dict(connected.service.connection(connected.name))
    data["source"]["compare"] = "bulk"
    data["destination"]["folder"] = str(folder / "roster")
    service.save_connection(from_dict(data))
    service.set_secret(connected.name, CLIENT_SECRET, connected.service.secrets.get(connected.name, CLIENT_SECRET))
    assert isinstance(service.clock, TestClock)
    return replace(connected, service=service, clock=service.clock, folder=folder)


def synced(connected: Connected) -> Run:
    """A sync that ends delivered, approved where it is held."""
    run = connected.service.sync(connected.name)
    if run.state == "held":
        run = connected.service.approve(run.id, "test")
    assert run.state == "finished_with_problems", run
    return run


def problems(connected: Connected) -> list[tuple]:
    """The findings of the newest run."""
    with closing(sqlite3.connect(connected.rosters)) as db:
        sql = (
            "SELECT rule, entity, key, school, detail FROM problem WHERE run = (SELECT max(no) FROM run) "
            "ORDER BY rule, entity, key, detail"
        )
        return db.execute(sql).fetchall()


@pytest.fixture(scope="module")
def making(tmp_path_factory: pytest.TempPathFactory, _districts: Districts) -> Iterator[Connect]:
    with connecting(tmp_path_factory.mktemp("incremental"), _districts) as connect:
        yield connect


@pytest.fixture(scope="module")
def twins(making: Connect) -> tuple[Connected, Connected]:
    """An incremental connection and a bulk one to the same district, both delivered."""
    incremental = making(students=STUDENTS, settings=INCREMENTAL)
    bulk = bulk_twin(incremental)
    for one in (incremental, bulk):
        synced(one)
    return incremental, bulk


@pytest.fixture(scope="module")
def _shared(making: Connect) -> Connected:
    return making(students=STUDENTS, settings=INCREMENTAL)


@pytest.fixture
def delivered(_shared: Connected) -> Connected:
    """A connection whose next run could take everything over."""
    synced(_shared)
    assert set(synced(_shared).compared.taken_over) == HINTED
    return _shared


CHANGES: dict[str, str | tuple[str, ...]] = {
    "mail of a student": "UPDATE emailaddress SET emailaddress = 'new{n}@example.org' WHERE emailaddressid = ("
    "SELECT a.emailaddressid FROM personemailaddressassoc a JOIN students s ON s.person_id = a.personid "
    "WHERE s.enroll_status = 0 AND a.isprimaryemailaddress = 1 ORDER BY s.dcid LIMIT 1 OFFSET {n} % 20)",
    "mail taken away": "DELETE FROM personemailaddressassoc WHERE personid = (SELECT s.person_id FROM students s "
    "JOIN personemailaddressassoc a ON a.personid = s.person_id WHERE s.enroll_status = 0 ORDER BY s.dcid LIMIT 1)",
    "phone taken away": "DELETE FROM phonenumber WHERE phonenumberid = (SELECT min(phonenumberid) FROM phonenumber)",
    "relation ended": "UPDATE studentcontactdetail SET isactive = 0 WHERE studentcontactdetailid = ("
    "SELECT min(studentcontactdetailid) FROM studentcontactdetail WHERE isactive = 1)",
    "relation gone": "DELETE FROM studentcontactdetail WHERE studentcontactdetailid = ("
    "SELECT max(studentcontactdetailid) FROM studentcontactdetail)",
    "code renamed": "UPDATE codeset SET code = code || 'x' WHERE codesetid = ("
    "SELECT currreltypecodesetid FROM studentcontactassoc LIMIT 1)",
    "enrollment gone": "DELETE FROM cc WHERE dcid = (SELECT max(dcid) FROM cc WHERE termid BETWEEN 3600 AND 3699)",
    "enrollment for another": "UPDATE cc SET studentid = (SELECT max(id) FROM students WHERE enroll_status = 0) "
    "WHERE dcid = (SELECT min(dcid) FROM cc WHERE termid > 3600)",
    "class renamed": "UPDATE sections SET room = 'R{n}' WHERE dcid = ("
    "SELECT max(dcid) FROM sections WHERE termid BETWEEN 3600 AND 3699)",
    "class of another year": "UPDATE sections SET room = 'R{n}' WHERE dcid = ("
    "SELECT min(dcid) FROM sections WHERE termid < 3600)",
    "class in another term": "UPDATE sections SET termid = (SELECT t.id FROM terms t WHERE "
    "t.schoolid = sections.schoolid AND t.yearid = 36 ORDER BY t.lastday LIMIT 1) WHERE dcid = ("
    "SELECT min(s.dcid) FROM sections s JOIN terms t ON t.id = s.termid AND t.schoolid = s.schoolid "
    "WHERE t.yearid = 36 AND t.lastday > '2027-05-01')",
    "student under another id": "UPDATE students SET dcid = dcid + 50000, id = id + 50000 "
    "WHERE dcid = (SELECT min(dcid) FROM students WHERE enroll_status = 0)",
    "school renamed": "UPDATE schools SET name = 'School {n}' WHERE dcid = (SELECT min(dcid) FROM schools)",
    "days of school": "UPDATE calendar_day SET insession = 0 WHERE date_value > ("
    "SELECT max(date_value) FROM calendar_day WHERE insession = 1 AND date_value < '2027-07-15') || '-' "
    "OR date_value = (SELECT max(date_value) FROM calendar_day WHERE insession = 1 AND date_value < '2027-07-15')",
    "student graduated": "UPDATE students SET enroll_status = 3, schoolid = 999999 WHERE dcid = ("
    "SELECT min(s.dcid) FROM students s JOIN studentcontactassoc a ON a.studentdcid = s.dcid JOIN cc c "
    "ON c.studentid = s.id WHERE s.enroll_status = 0)",
    "graduate comes back": "UPDATE students SET enroll_status = 0, schoolid = 110 WHERE dcid = ("
    "SELECT max(dcid) FROM students WHERE schoolid = 999999)",
    "student gone, enrollments stay": "DELETE FROM students WHERE dcid = (SELECT max(dcid) FROM students)",
    "student comes, enrollments were there": (
        "UPDATE cc SET studentid = 990000 + {n} WHERE dcid = (SELECT max(dcid) FROM cc WHERE termid > 3600)",
        (
            "INSERT INTO students (dcid, id, student_number, schoolid, enroll_status, last_name, first_name, "
            "grade_level) "
            "SELECT 990000 + {n}, 990000 + {n}, 990000 + {n}, schoolid, 0, 'Late', 'Comer', 5 FROM students "
            "WHERE enroll_status = 0 LIMIT 1"
        ),
    ),
    "ends tomorrow": "UPDATE cc SET dateleft = date('{today}', '+1 day') WHERE dcid = ("
    "SELECT min(c.dcid) FROM cc c JOIN students s ON s.id = c.studentid WHERE s.enroll_status = 0 AND c.sectionid > 0 "
    "AND c.termid BETWEEN 3600 AND 3699 AND c.dateenrolled < '{today}' AND c.dateleft > date('{today}', '+9 day'))",
}
DESK = ("new-students", "class-changes", "transfers", "leavers", "names")


def change(kind: str, twins: tuple[Connected, Connected]) -> None:
    """Change the district, or let a day pass."""
    number, server = next(_NUMBERS), twins[0].server
    if kind in DESK:
        server.change_district(kind, count=3, seed=number)
    elif kind == "a day":
        for one in twins:
            one.clock.time += timedelta(days=1)
    elif kind in CHANGES:
        found = CHANGES[kind]
        *before, last = (found,) if isinstance(found, str) else found
        for statement in before:
            twins[0].sql(statement.format(n=number, today=twins[0].clock.time.date()))
            check_same(twins)
        twins[0].sql(last.format(n=number, today=twins[0].clock.time.date()))


def check_same(twins: tuple[Connected, Connected]) -> Run:
    """Both sync, and both leave the same; returns the incremental run."""
    incremental, bulk = twins
    run, other = synced(incremental), synced(bulk)
    assert (run.read, run.left_out, run.changes, run.problems) == (
        other.read,
        other.left_out,
        other.changes,
        other.problems,
    )
    assert incremental.ledger() == bulk.ledger()
    assert incremental.bundle.read_bytes() == bulk.bundle.read_bytes()
    assert problems(incremental) == problems(bulk)
    assert other.compared.taken_over == {}
    return run


PEOPLE, MAILED = {"students", "enrollments"}, {"students", "contacts"}
RELATED = {*PEOPLE, "relationships"}
READ_AGAIN = {
    "new-students": HINTED,
    "class-changes": {"enrollments"},
    "transfers": set(),
    "leavers": PEOPLE,
    "names": MAILED,
    "mail of a student": MAILED,
    "mail taken away": MAILED,
    "phone taken away": {"contacts"},
    "relation ended": {"relationships"},
    "relation gone": {"relationships"},
    "code renamed": {"relationships"},
    "enrollment gone": {"enrollments"},
    "enrollment for another": {"enrollments"},
    "class renamed": set(),
    "class of another year": {"enrollments"},
    "class in another term": {"enrollments"},
    "student under another id": RELATED,
    "school renamed": set(),
    "days of school": HINTED,
    "student graduated": RELATED,
    "graduate comes back": RELATED,
    "student gone, enrollments stay": RELATED,
    "student comes, enrollments were there": RELATED,
    "ends tomorrow": {"enrollments"},
    "nothing": set(),
}
"""What has to be read again. Whose an enrollment is does not change with the name of a person or class."""


@pytest.mark.parametrize("kind", READ_AGAIN)
def test_mission_g23_incremental_leaves_what_bulk_leaves(twins: tuple[Connected, Connected], kind: str) -> None:
    """Deleted rows are not told of here: counts have to find them."""
    twins[0].server.set_quirks(data_version_deletes=False)
    change(kind, twins)
    run = check_same(twins)
    assert HINTED - set(run.compared.taken_over) == READ_AGAIN[kind]
    assert (run.compared.how, run.compared.because) == ("incremental", "")


@settings(max_examples=2)
@given(
    kinds=st.lists(st.sampled_from([*DESK, *CHANGES, "a day", "nothing"]), min_size=2, max_size=5), told=st.booleans()
)
def test_incremental_leaves_what_bulk_leaves_after_any_changes(
    twins: tuple[Connected, Connected], kinds: list[str], told: bool
) -> None:
    twins[0].server.set_quirks(data_version_deletes=told)
    for kind in kinds:
        change(kind, twins)
        check_same(twins)


def test_an_enrollment_that_ends_with_the_day_is_read_again(twins: tuple[Connected, Connected]) -> None:
    """No row changes in the night, but what is judged by the date does: relationships every day."""
    change("ends tomorrow", twins)
    check_same(twins)
    assert check_same(twins).compared.taken_over.keys() == HINTED
    change("a day", twins)
    run = check_same(twins)
    assert run.compared.taken_over.keys() == HINTED - {"enrollments", "relationships"}
    assert run.changes["enrollment"].remove >= 1


def test_filters_that_look_at_the_day_are_asked_anew_each_day(making: Connect) -> None:
    rule = {"field": "Students.EntryDate", "op": "in the last", "value": 5000}
    connected = making(students=STUDENTS, settings={**INCREMENTAL, "filters": {"student": [rule]}})
    synced(connected)
    assert synced(connected).compared.taken_over.keys() == HINTED
    connected.clock.time += timedelta(days=1)
    assert "students" not in synced(connected).compared.taken_over


def reads_all(connected: Connected, because: str, scope: str = "all") -> Run:
    """The next run reads everything, for that reason, and says so once; the one after need not."""
    said: list[RunEvent] = []
    run = connected.service.sync(connected.name, on_event=said.append, scope=scope)
    assert (run.compared.how, run.compared.because, run.compared.taken_over) == ("incremental", because, {})
    sentence = f"Everything is read, because {full_reason(because)}."
    assert [event.message for event in said if event.message] == ([sentence] if because in SAID else [])
    return run


SAID = ("no-data-versions", "data-versions-reset", "no-queries")
"""Reasons that lie with the server, and that nobody knew before the run."""


def test_everything_is_read_at_first(making: Connect) -> None:
    reads_all(making(students=STUDENTS, settings=INCREMENTAL), "first")


@pytest.mark.parametrize(("days", "full"), [(6, False), (7, True), (-1, True)])
def test_everything_is_read_once_a_week(delivered: Connected, days: int, full: bool) -> None:
    """Also when the clock was set back: then nobody knows how long ago the last time was."""
    delivered.clock.time += timedelta(days=7)
    reads_all(delivered, "weekly")
    delivered.clock.time += timedelta(days=days)
    assert (synced(delivered).compared.because == "weekly") is full
    delivered.clock.time += timedelta(days=1)


def test_the_week_counts_from_the_last_full_reading(delivered: Connected) -> None:
    delivered.clock.time += timedelta(days=7)
    reads_all(delivered, "weekly")
    for _ in range(2):
        delivered.clock.time += timedelta(days=3)
        assert "contacts" in synced(delivered).compared.taken_over
    delivered.clock.time += timedelta(days=1)
    reads_all(delivered, "weekly")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("options.co_teacher_classes", "3"),
        ("scope.start_year", "2026"),
        ("mapping.student.email", '"{Students.DCID}@x.test"'),
    ],
)
def test_everything_is_read_after_a_change_of_rules(making: Connect, key: str, value: str) -> None:
    connected = making(students=STUDENTS, settings=INCREMENTAL)
    synced(connected)
    connected.service.set_value(connected.name, key, value)
    run = reads_all(connected, "rules")
    if run.state == "held":
        connected.service.approve(run.id, "test")
    assert synced(connected).compared.taken_over.keys() == HINTED


def test_everything_is_read_after_the_plugin_changed(making: Connect) -> None:
    connected = making(students=STUDENTS, settings=INCREMENTAL)
    synced(connected)
    connected.server.delete(connected.plugin)
    connected.reinstall()
    reads_all(connected, "rules")
    assert synced(connected).compared.taken_over.keys() == HINTED


def test_everything_is_read_when_the_scope_changes(delivered: Connected) -> None:
    reads_all(delivered, "scope", scope="users")
    reads_all(delivered, "scope")


def test_everything_is_read_in_another_school_year(making: Connect) -> None:
    connected = making(students=STUDENTS, settings={**INCREMENTAL, "safety": {"preview": "never"}})
    synced(connected)
    connected.server.change_district("rollover")
    ((first,),) = connected.sql("SELECT min(firstday) FROM terms WHERE yearid = 37 AND isyearrec = 1")
    begins = datetime.fromisoformat(first).replace(hour=12, tzinfo=UTC)
    connected.clock.time = begins - timedelta(days=1)
    assert synced(connected).school_year == "2026-2027"
    assert synced(connected).compared.taken_over
    connected.clock.time = begins
    run = connected.service.sync(connected.name)
    assert (run.compared.because, run.compared.taken_over, run.school_year) == ("", {}, "2027-2028")


def test_everything_is_read_after_a_run_that_did_not_end_well(delivered: Connected) -> None:
    cancel = CancelToken()
    cancel.cancel()
    assert delivered.service.sync(delivered.name, cancel=cancel).state == "cancelled"
    reads_all(delivered, "not-ended-well")
    delivered.sql("UPDATE students SET first_name = first_name || 'a' WHERE enroll_status = 0 AND dcid % 10 = 0")
    assert delivered.service.sync(delivered.name, plan_only=True).state == "previewed"
    reads_all(delivered, "not-ended-well")


def test_everything_is_read_after_a_rehearsal(delivered: Connected) -> None:
    """It read another school year; and it never takes anything over itself."""
    run = delivered.service.sync(delivered.name, rehearse=True)
    assert run.compared.how in ("", "bulk")
    reads_all(delivered, "not-ended-well")


@pytest.mark.parametrize("state", ["gone", "damaged"])
def test_everything_is_read_when_the_earlier_reading_is_lost(delivered: Connected, state: str) -> None:
    kept = delivered.rosters.with_suffix(LAST_READ)
    kept.unlink()
    if state == "damaged":
        kept.write_bytes(b"SQLite format 3\0" + bytes(5000))
    reads_all(delivered, "first")


def test_a_server_without_data_versions_is_read_in_full(making: Connect) -> None:
    connected = making(students=STUDENTS, settings=INCREMENTAL, install=False)
    connected.server.set_quirks(data_version_files="ignore")
    connected.reinstall()
    for _ in range(2):
        run = reads_all(connected, "no-data-versions")
        if run.state == "held":
            connected.service.approve(run.id, "test")
    assert not any("/ws/schema/table" in path for _method, path, _status in connected.server.calls.counts)


def test_a_server_that_refuses_the_file_takes_the_plugin_of_a_bulk_connection(making: Connect) -> None:
    connected = making(students=STUDENTS, settings=INCREMENTAL, install=False)
    connected.server.set_quirks(data_version_files="refuse")
    with pytest.raises(PluginRefused, match="data_change_configuration_root"):
        connected.reinstall()
    connected.service.set_value(connected.name, "source.compare", '"bulk"')
    connected.reinstall()
    assert synced(connected).compared.how == "bulk"


def test_a_server_that_counts_anew_is_read_in_full(delivered: Connected) -> None:
    delivered.sql("UPDATE students SET first_name = 'Newer' WHERE dcid = (SELECT min(dcid) FROM students)")
    synced(delivered)
    delivered.sql("DELETE FROM demo_change_log")
    reads_all(delivered, "data-versions-reset")
    assert synced(delivered).compared.taken_over.keys() == HINTED


def test_tables_are_read_in_full(making: Connect) -> None:
    connected = making(students=STUDENTS, settings={"source": {"compare": "incremental", "read": "tables"}})
    said: list[RunEvent] = []
    run = connected.service.sync(connected.name, on_event=said.append)
    assert (run.compared.because, run.compared.taken_over) == ("no-queries", {})
    assert any(full_reason("no-queries") in event.message for event in said)


def test_bulk_is_the_default_and_asks_for_no_versions(making: Connect) -> None:
    connected = making(students=STUDENTS)
    connected.server.reset_calls()
    for _ in range(2):
        assert synced(connected).compared.how == "bulk"
    assert not any("dataversion" in path for _method, path, _status in connected.server.calls.counts)


def test_an_unchanged_run_reads_no_rows_of_the_large_streams(delivered: Connected) -> None:
    delivered.server.reset_calls()
    run = synced(delivered)
    pages = [path for _method, path, _status in delivered.server.calls.counts if not path.endswith("/count")]
    assert not any(path.endswith(f".{name}") for path in pages for name in HINTED)
    assert run.compared.taken_over == {name: run.read[name] for name in HINTED}


def test_a_looked_up_table_that_can_not_be_counted_is_not_believed_unchanged(delivered: Connected) -> None:
    delivered.fault("N10", path="/ws/schema/table/codeset/count", field="CODESET.CODE")
    first, second = synced(delivered), synced(delivered)
    delivered.server.clear_faults()
    assert first.compared.taken_over.keys() == second.compared.taken_over.keys() == HINTED - {"relationships"}
    assert "relationships" not in synced(delivered).compared.taken_over, "there is no number to compare with"
    assert synced(delivered).compared.taken_over.keys() == HINTED


def test_contacts_without_the_contact_module_are_read_in_every_run(making: Connect) -> None:
    names = {"contact_module": False, "contact_fields": {"Mother": "Students.Mother"}}
    connected = making(students=STUDENTS, settings={**INCREMENTAL, "options": names})
    synced(connected)
    run = synced(connected)
    assert run.compared.taken_over.keys() == {"students", "enrollments"}
    assert run.changes == {}


def test_everything_is_read_when_nobody_knows_how_long_ago_it_was(delivered: Connected) -> None:
    kept = delivered.rosters.with_suffix(LAST_READ)
    with closing(sqlite3.connect(kept)) as db, db:
        db.execute("UPDATE fact SET value = 'some day' WHERE name = 'full'")
    with closing(sqlite3.connect(delivered.rosters)) as db, db:
        set_fact(db, "reading", f"{zlib.crc32(kept.read_bytes()):08x}")
    reads_all(delivered, "weekly")


def test_P06_everything_is_read_when_a_kept_record_is_not_as_it_was_left(delivered: Connected) -> None:
    kept = delivered.rosters.with_suffix(LAST_READ)
    with closing(sqlite3.connect(kept)) as db, db:
        assert db.execute("UPDATE stage_student SET record = replace(record, '@', '#') WHERE fate = 0").rowcount
    before = delivered.bundle.read_bytes()
    reads_all(delivered, "first")
    assert delivered.bundle.read_bytes() == before
