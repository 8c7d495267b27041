"""Faults D19 to D22: what people at other desks do to the district between two runs."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from psconnect.model.clock import CancelToken
from psconnect.model.events import RunEvent
from psconnect.model.runs import ChangeCounts, Run
from psconnect.store.settings.secrets import CLIENT_SECRET, variable
from psconnect.wording.holds import word_hold
from tests.cli.conftest import Psconnect
from tests.faults.conftest import STUDENTS, Syncs, state, truth, users
from tests.support.demo import Connect, Connected

FIRST_CALL = "/ws/v1/metadata"


@pytest.fixture
def district(connect: Connect) -> Connected:
    """A district of its own that was delivered once: what strikes here stays."""
    connected = connect(students=STUDENTS)
    connected.delivered()
    return connected


def held(connected: Connected, psconnect: Psconnect, *rules: str) -> Run:
    """The sync waits for an approval for these reasons, and nothing was touched."""
    before = state(connected)
    said = Syncs(connected, psconnect).run()
    assert said.code == 3, said.out + said.err
    assert state(connected) == before
    run = connected.service.runs(connected.name)[0]
    assert run.state == "held"
    assert set(rules) <= {hold.rule for hold in run.holds}, run.holds
    return run


def test_D20_ten_times_the_rows_are_counted_and_can_be_cancelled(district: Connected) -> None:
    before, seen = state(district), []
    cancel = CancelToken()

    def stop(event: RunEvent) -> None:
        if event.entity == "enrollment":
            seen.append((event.done, event.total))
            if event.done:
                cancel.cancel()

    district.fault("D20", path=FIRST_CALL, amount=10)
    run = district.service.sync(district.name, on_event=stop, cancel=cancel)
    assert (run.state, run.error) == ("cancelled", None)
    assert state(district) == before
    assert not list(district.rosters.parent.glob("*.staging"))
    total = district.sql("SELECT count(*) FROM cc WHERE abs(termid) BETWEEN 3600 AND 3699")[0][0]
    assert seen[0] == (0, total)
    assert seen[-1][0] <= total


def test_D20_ten_times_the_rows_wait_for_an_approval(district: Connected, psconnect: Psconnect) -> None:
    district.fault("D20", path=FIRST_CALL, amount=10)
    run = held(district, psconnect, "create-student")
    active = len([row for row in users(district).values() if row["role"] == "student"])
    assert run.changes["student"].create == 9 * active
    assert any(f"{9 * active:,}" in word_hold(hold).reason for hold in run.holds)


@pytest.mark.thorough
def test_D20_memory_does_not_grow_with_a_hundred_times_the_rows(
    district: Connected, record_figure: Callable[[str, float, str], None]
) -> None:
    """20,000 students more, with their enrollments, in a process of their own: its peak stays below 250 MB."""
    district.fault("D20", path=FIRST_CALL, amount=100)
    peak = _peak_of_a_sync(district, Path(district.folder))
    enrollments = district.sql("SELECT count(*) FROM cc")[0][0]
    record_figure(f"peak memory of a sync with {enrollments:,} enrollments, 100 times the usual", peak, "MB")
    assert peak < 250


def _peak_of_a_sync(connected: Connected, folder: Path) -> float:
    """Megabytes at most of ``psconnect sync`` in a process of its own."""
    code = (
        "import sys; from psconnect.cli import main; from tests.bench.memory import peak_mb\n"
        f"code = main(['sync', {connected.name!r}, '--plan-only'])\n"
        "print('peak', peak_mb()); sys.exit(code)"
    )
    environment = {
        **os.environ,
        "PSCONNECT_HOME": str(folder / "home"),
        "PSCONNECT_HEADLESS": "1",
        variable(CLIENT_SECRET): connected.service.secrets.get(connected.name, CLIENT_SECRET) or "",
    }
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).resolve().parents[2],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode in (0, 3), done.stderr
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("peak ")]
    return float(line.split()[1])


def test_D21_content_that_changed_without_its_stamp_is_delivered(district: Connected, psconnect: Psconnect) -> None:
    """A bulk run compares every record: no stamp and no cursor is believed."""
    stamps = "SELECT name FROM pragma_table_info('Students') WHERE lower(name) LIKE '%modified%' OR name LIKE '%stamp%'"
    names = [name for (name,) in district.sql(stamps)]
    columns = ", ".join(names) or "dcid"
    before = district.sql(f"SELECT {columns} FROM students ORDER BY dcid")
    district.fault("D21", path=FIRST_CALL)
    Syncs(district, psconnect).goes_through()
    assert district.service.runs(district.name)[0].changes == {"student": ChangeCounts(update=1)}
    assert district.sql(f"SELECT {columns} FROM students ORDER BY dcid") == before
    assert sum(row["familyName"].endswith(" II") for row in users(district).values()) >= 1


def test_D21_content_that_changed_without_a_data_version_is_delivered_within_a_week(connect: Connect) -> None:
    """An incremental run believes the server's word, but never for longer than that."""
    district = connect(students=STUDENTS, settings={"source": {"compare": "incremental"}})
    district.delivered()
    district.fault("D21", path=FIRST_CALL)
    run = district.service.sync(district.name)
    assert (run.changes, "students" in run.compared.taken_over) == ({}, True), "nobody could know yet"
    assert truth(district) != []
    district.clock.time += timedelta(days=7)
    run = district.service.sync(district.name)
    assert (run.compared.because, run.compared.taken_over) == ("weekly", {})
    assert run.changes["student"] == ChangeCounts(update=1)
    assert sum(row["familyName"].endswith(" II") for row in users(district).values()) >= 1


def test_D19_a_key_that_comes_back_as_somebody_else_waits(district: Connected, psconnect: Psconnect) -> None:
    district.fault("D19", path=FIRST_CALL, variant="gone")
    before = users(district)
    Syncs(district, psconnect).goes_through()
    (key,) = [key for key, row in before.items() if row["role"] == "student" and key not in users(district)]
    district.fault("D19", path=FIRST_CALL, variant="another", amount=int(key))
    run = held(district, psconnect, "returned-student")
    (reason,) = [word_hold(hold).reason for hold in run.holds if hold.rule == "returned-student"]
    assert "come back under the same id with another name and number" in reason
    assert "Newcomer" not in {row["familyName"] for row in users(district).values()}


def test_D22_a_new_school_waits(district: Connected, psconnect: Psconnect) -> None:
    district.fault("D22", path=FIRST_CALL, variant="added")
    run = held(district, psconnect)
    assert any("school" in hold.rule for hold in run.holds), run.holds
    applied = district.service.approve(run.id, "opened this year")
    assert applied.state == "finished_with_problems"
    assert truth(district) == []


def test_D22_a_school_with_another_number_waits(district: Connected, psconnect: Psconnect) -> None:
    district.fault("D22", path=FIRST_CALL, variant="renumbered")
    run = held(district, psconnect)
    assert any("school" in hold.rule for hold in run.holds), run.holds
    assert "remove" not in {hold.rule.partition("-")[0] for hold in run.holds}, "everybody stays: only a number changed"
    applied = district.service.approve(run.id, "renumbered by the state")
    assert applied.state == "finished_with_problems"
    assert truth(district) == []
