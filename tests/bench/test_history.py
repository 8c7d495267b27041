"""What a history of thousands of runs costs, and what sqlite-utils adds to reading it: ratios, never absolute times."""

from __future__ import annotations

import sqlite3
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlite_utils import Database

from psconnect.model.run_history import RunQuery
from psconnect.store.database import open_rosters, transaction
from psconnect.store.history import run_search, run_table
from tests.desktop.made_up_history import ordinary_weeks

RUNS, _PAGE, _ROUNDS = 3_000, 200, 15


@pytest.fixture
def db(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(open_rosters(tmp_path / "rosters.sqlite")) as db:
        with transaction(db):
            for run in reversed(ordinary_weeks(datetime(2026, 11, 18, tzinfo=UTC), RUNS)):
                started, trigger = run.pop("started"), run.pop("trigger")
                number = run_table.begin_run(
                    db, run_table.new_run_id(started), trigger=trigger, scope="all", started=started
                )
                run_table.update_run(db, number, settings={f"s.{place}": "x" * 30 for place in range(30)}, **run)
        yield db


def _milliseconds(call: Callable[[], object]) -> float:
    taken = []
    for _round in range(_ROUNDS):
        began = time.perf_counter()
        call()
        taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken)


def _page_by_hand(db: sqlite3.Connection) -> list[dict[str, object]]:
    cursor = db.execute("SELECT * FROM run ORDER BY no DESC LIMIT ?", [_PAGE])
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _page_by_utils(db: sqlite3.Connection) -> list[dict[str, object]]:
    return list(Database(db, execute_plugins=False)["run"].rows_where(order_by="no DESC", limit=_PAGE))


def test_both_ways_read_the_same_and_a_page_is_a_small_part_of_all(db: sqlite3.Connection) -> None:
    assert _page_by_utils(db) == _page_by_hand(db)
    numbers = run_search.find_runs(db, RunQuery(states=("failed",)))
    assert len(numbers) == sum(state == "failed" for (state,) in db.execute("SELECT state FROM run"))
    page = run_table.runs_by_number(db, "x", numbers[:_PAGE])
    assert {run.state for run in page.values()} == {"failed"}


@pytest.mark.thorough
def test_thousands_of_runs(db: sqlite3.Connection, record_figure) -> None:
    by_hand, by_utils = _milliseconds(lambda: _page_by_hand(db)), _milliseconds(lambda: _page_by_utils(db))
    numbers = run_search.find_runs(db, RunQuery())[:_PAGE]
    page = _milliseconds(lambda: run_table.runs_by_number(db, "x", numbers))
    everything = _milliseconds(lambda: run_table.list_runs(db, "x"))
    found = _milliseconds(lambda: run_search.find_runs(db, RunQuery(states=("failed",))))
    record_figure("history: 200 rows by sqlite-utils / by hand", round(by_utils / by_hand, 2), "times")
    record_figure("history: a page of 200 runs / all 3,000", round(page / everything, 2), "times")
    record_figure("history: a filter over 3,000 runs / a page of 200", round(found / page, 2), "times")
    assert page < everything
