"""Several starts at the same moment, and the zone that the computer says it is in."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from psconnect.model.clock import Clock, ComputerZone
from psconnect.model.connection import from_dict
from psconnect.model.runs import Run
from psconnect.model.schedule import ScheduleSettings
from psconnect.service import Service
from psconnect.store.settings.home import home_at
from psconnect.store.settings.schedule_notes import change_notes, schedule_notes, starting
from tests.schedule.computer import SimulatedClock

NAME = "Lincoln roster"


def test_of_many_starts_at_the_same_moment_one_runs(tmp_path: Path) -> None:
    clock = SimulatedClock(datetime(2026, 11, 18, 12, tzinfo=UTC), UTC)
    ran: list[str] = []
    inside = threading.Barrier(5)

    class Slow(Service):
        def sync(self, name: str, *, trigger: str = "", **_how: Any) -> Run:
            ran.append(trigger)
            inside.wait(20)  # the others have looked by then
            return Run("id", name, "finished", trigger, "all", clock.now(), clock.now())

    def service() -> Service:
        return Slow(home_at(tmp_path), clock=clock)

    data = {"name": NAME, "preset": "oneroster", "id": "lincoln1"}
    settings = ScheduleSettings(every="day", at=["17:30"])
    service().save_connection(msgspec.structs.replace(from_dict(data), schedule=settings))
    clock.time += timedelta(hours=6)
    answers: list[Run | None] = []

    def start() -> None:
        answer = service().run_scheduled(NAME)
        answers.append(answer)
        if answer is None:
            assert service().due_start(NAME) is None
            inside.wait(20)

    threads = [threading.Thread(target=start) for _number in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert ran == ["catch-up"]
    assert len(answers) == 5
    assert sum(answer is not None for answer in answers) == 1


def test_the_lock_of_a_killed_process_is_free(tmp_path: Path) -> None:
    rosters = tmp_path / "x.sqlite"
    code = (
        "import sys, os, pathlib\n"
        "from psconnect.store.settings.schedule_notes import starting\n"
        "with starting(pathlib.Path(sys.argv[1])) as alone:\n"
        "    print(alone, flush=True)\n"
        "    os._exit(9)\n"
    )
    killed = subprocess.run([sys.executable, "-c", code, str(rosters)], capture_output=True, text=True, check=False)
    assert (killed.stdout.strip(), killed.returncode) == ("True", 9)
    with starting(rosters) as alone:
        assert alone
        with starting(rosters) as other:
            assert not other


def test_damaged_notes_make_nothing_up_and_say_so(tmp_path: Path, expect_log: Any) -> None:
    expect_log("damaged note", logger="psconnect")
    rosters = tmp_path / "x.sqlite"
    rosters.with_suffix(".schedule").write_text("{")
    assert schedule_notes(rosters).settled is None
    now = datetime(2026, 11, 18, tzinfo=UTC)
    assert change_notes(rosters, lambda notes: msgspec.structs.replace(notes, settled=now)).settled == now
    assert schedule_notes(rosters).settled == now


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="Windows takes its zone from its settings alone")
@pytest.mark.parametrize("zone", ["America/Chicago", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Havana"])
def test_the_computers_own_zone_is_that_of_the_system(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", zone)
    here = Clock().zone()
    assert isinstance(here, ComputerZone)
    known = ZoneInfo(zone)
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    try:
        for _step in range(4 * 24 * 365):
            ours, theirs = moment.astimezone(here), moment.astimezone(known)
            assert (ours.replace(tzinfo=None), ours.fold) == (theirs.replace(tzinfo=None), theirs.fold)
            assert ours.astimezone(UTC) == moment
            moment += timedelta(minutes=15)
    finally:
        monkeypatch.undo()
        time.tzset()
