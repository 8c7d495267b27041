"""Between reading and a stored plan: what is looked at first, what a stop leaves behind, what the guard is told."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from psconnect.model.clock import CancelToken
from psconnect.model.events import RunEvent
from psconnect.model.runs import ChangeCounts
from psconnect.wording.holds import word_hold
from tests.support.demo import Connect, Connected, connecting
from tests.sync.test_run import RENAME_ONE, untouched

STUDENTS = 200


@pytest.fixture(scope="module")
def making(tmp_path_factory: pytest.TempPathFactory, _districts: Callable[[int, int], Path]) -> Iterator[Connect]:
    with connecting(tmp_path_factory.mktemp("planning"), _districts) as connect:
        yield connect


@pytest.fixture(scope="module")
def delivered(making: Connect) -> Connected:
    """A connection that was delivered once; the tests here leave nothing for each other to stumble over."""
    connected = making(students=STUDENTS)
    connected.delivered()
    return connected


def test_a_missing_folder_is_told_before_anything_is_read(making: Connect) -> None:
    connected = making(students=STUDENTS)
    shutil.rmtree(connected.folder / "roster")
    connected.server.reset_calls()
    run = connected.service.sync(connected.name)
    assert run.state == "failed"
    assert "read" not in connected.steps
    assert not any("/ws/" in path for _method, path, _status in connected.server.calls.counts)


def test_a_reading_that_fails_leaves_no_staging(delivered: Connected) -> None:
    before = untouched(delivered)
    delivered.fault("D07", path="*students*")
    try:
        run = delivered.service.sync(delivered.name)
    finally:
        delivered.server.clear_faults()
    assert run.state == "failed"
    assert not list(delivered.rosters.parent.glob("*.staging"))
    assert untouched(delivered) == before


def test_a_cancel_after_reading_stops_before_a_plan_is_made(delivered: Connected) -> None:
    cancel, told = CancelToken(), list[str]()
    before = untouched(delivered)

    def step(name: str) -> None:
        delivered.steps.append(name)
        if name == "references":
            cancel.cancel()

    delivered.service.on_step = step
    delivered.steps.clear()
    try:
        run = delivered.service.sync(delivered.name, cancel=cancel, on_event=lambda event: told.append(event.stage))
    finally:
        delivered.service.on_step = delivered.steps.append
    assert (run.state, run.planned, run.changes) == ("cancelled", None, {})
    assert "planning" not in told
    assert untouched(delivered) == before


def test_stages_steps_and_the_number_of_changes_are_told_in_order(delivered: Connected) -> None:
    delivered.sql(RENAME_ONE)
    delivered.steps.clear()
    events: list[RunEvent] = []
    run = delivered.service.sync(delivered.name, plan_only=True, on_event=events.append)
    assert delivered.steps == ["begun", "read", "staged", "references", "plan", "planned"]
    stages = [event.stage for event in events]
    assert list(dict.fromkeys(stages)) == ["reading", "shaping", "planning"]
    assert run.changes == {"student": ChangeCounts(update=1)}
    assert [(event.done, event.total) for event in events if event.stage == "planning"][-1] == (1, 1)
    assert run.planned is not None
    delivered.service.discard(run.id)


def test_a_season_ends_with_the_districts_day_and_not_with_that_of_greenwich(making: Connect) -> None:
    """At three in the morning in Greenwich it is still the day before in the district."""
    season = {"from": "2026-11-18", "until": "2026-11-18"}
    connected = making(students=STUDENTS, settings={"safety": {"preview": "never", "freeze": [season]}})
    connected.clock.time = datetime(2026, 11, 19, 3, tzinfo=UTC)
    run = connected.service.sync(connected.name)
    assert [hold.rule for hold in run.holds] == ["freeze"]
    assert word_hold(run.holds[0]).reason.endswith("today is 2026-11-18.")


def test_what_comes_where_nothing_was_is_compared_with_nothing(making: Connect) -> None:
    """Students come where none were delivered: that is no addition of so many percent; enrollments are, of teachers."""
    connected = making(students=STUDENTS, settings={"safety": {"preview": "never"}})
    connected.sql("UPDATE students SET enroll_status = -1 WHERE enroll_status = 0")
    assert "student" not in connected.service.sync(connected.name).changes
    connected.sql("UPDATE students SET enroll_status = 0 WHERE enroll_status = -1")
    run = connected.service.sync(connected.name)
    assert run.changes["student"].create > 100
    assert [hold.rule for hold in run.holds] == ["create-enrollment"]
