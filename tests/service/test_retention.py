"""What is kept for a time is gone afterwards, from the bytes of every file, whether anything runs or not."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from filelock import FileLock

from psconnect.store.database import open_rosters
from psconnect.store.history.run_table import ROW_DAYS, RUN_DAYS
from tests.support.demo import NAME, Connected

GONE = "Quetzalcoatlus"


def _files_with(connected: Connected, text: str) -> set[str]:
    home = connected.folder / "home"
    return {path.name for path in home.rglob("*") if path.is_file() and text.encode() in path.read_bytes()}


@pytest.fixture
def gone(connected: Connected) -> Connected:
    """Somebody was delivered, found, and removed; the roster has no trace of him but in history and last reading."""
    connected.service.set_value(NAME, "safety.preview", "never")
    one = "(SELECT min(DCID) FROM Students WHERE Enroll_Status = 0)"
    connected.sql(f"UPDATE Students SET First_Name = '{GONE}' WHERE DCID = {one}")
    connected.service.sync(NAME)
    connected.sql(f"DELETE FROM CC WHERE StudentID IN (SELECT ID FROM Students WHERE First_Name = '{GONE}')")
    connected.sql(f"UPDATE Students SET Enroll_Status = 2 WHERE First_Name = '{GONE}'")
    connected.clock.time += timedelta(days=1)
    run = connected.service.sync(NAME)
    assert run.changes["student"].remove == 1
    assert connected.service.find(NAME, GONE)
    return connected


def test_names_are_in_the_files_until_their_day_and_in_none_after_it(gone: Connected) -> None:
    last = gone.service.count_history(NAME).names_until
    assert last is not None
    gone.clock.time = last + timedelta(days=1) - timedelta(minutes=1)
    gone.service.forget_expired()
    assert _files_with(gone, GONE), "the removal has its day tomorrow"
    gone.clock.time += timedelta(minutes=2)
    assert gone.service.forget_expired() == [NAME]
    assert _files_with(gone, GONE) == set()
    assert gone.service.count_history(NAME).names_until is None
    assert len(gone.service.runs(NAME)) == 2, "the runs themselves stay"
    assert gone.service.forget_expired() == [], "there is nothing more to do"


def test_nothing_is_left_in_the_log_beside_the_file_while_a_window_has_it_open(gone: Connected) -> None:
    gone.clock.time += timedelta(days=ROW_DAYS + 1)
    with closing(open_rosters(gone.rosters, to_read=True)) as window:
        assert window.execute("SELECT count(*) FROM run").fetchone() == (2,)
        gone.service.forget_expired()
        assert _files_with(gone, GONE) == set()


def test_a_reader_in_the_middle_delays_only_the_log(gone: Connected, monkeypatch: pytest.MonkeyPatch) -> None:
    # The reader lets go only when it was waited for in vain.
    monkeypatch.setattr("psconnect.store.database._BUSY_SECONDS", 0.2)
    gone.clock.time += timedelta(days=ROW_DAYS + 1)
    with closing(sqlite3.connect(gone.rosters, isolation_level=None)) as window:
        window.execute("BEGIN")
        window.execute("SELECT count(*) FROM run").fetchone()
        gone.service.forget_expired()
        window.execute("ROLLBACK")
        assert gone.service.forget_expired() == [NAME], "the log is still to be emptied"
        assert _files_with(gone, GONE) == set()


def test_a_plan_that_waits_for_nobody_expires_and_its_names_go(gone: Connected) -> None:
    gone.sql(f"UPDATE Students SET Enroll_Status = 0 WHERE First_Name = '{GONE}'")
    waiting = gone.service.sync(NAME, plan_only=True)
    gone.clock.time += timedelta(days=ROW_DAYS + 1)
    gone.service.forget_expired()
    assert gone.service.run(waiting.id).state == "expired"
    assert _files_with(gone, GONE) == set()


def test_copies_of_the_file_go_with_their_names(gone: Connected) -> None:
    gone.clock.time += timedelta(days=ROW_DAYS + 1)
    copies = [gone.rosters.with_suffix(ending) for ending in (".before-migration", ".damaged-20260101-000000.sqlite")]
    for days, copy in zip((1, ROW_DAYS + 2), copies, strict=True):
        copy.write_bytes(GONE.encode())
        written = (gone.clock.time - timedelta(days=days)).timestamp()
        os.utime(copy, (written, written))
    gone.service.forget_expired()
    assert _files_with(gone, GONE) == {copies[0].name}, "a copy has its own day"


def test_whole_runs_go_after_thirteen_months_but_for_the_one_that_stands(gone: Connected) -> None:
    removal = gone.service.runs(NAME)[0]
    gone.clock.time += timedelta(days=2 * RUN_DAYS)
    with FileLock(gone.rosters.with_suffix(".lock")):
        assert gone.service.forget_expired() == [], "a run at work is left alone"
    assert len(gone.service.runs(NAME)) == 2
    assert gone.service.forget_expired(NAME) == [NAME]
    assert [run.id for run in gone.service.runs(NAME)] == [removal.id]
    assert gone.service.standing(NAME).last == gone.service.run(removal.id)
    assert gone.service.forget_expired(NAME) == []


def test_the_next_run_reads_and_delivers_as_ever(gone: Connected) -> None:
    gone.clock.time += timedelta(days=RUN_DAYS + 5)
    before = gone.ledger()
    gone.service.forget_expired()
    run = gone.service.sync(NAME)
    assert run.error is None
    assert gone.ledger() == before
    assert Path(gone.rosters).exists()


def test_a_scheduled_start_forgets_also_where_nothing_is_due(gone: Connected) -> None:
    gone.clock.time += timedelta(days=ROW_DAYS + 1)
    assert gone.service.run_scheduled(NAME) is None
    assert _files_with(gone, GONE) == set()
