"""P01 for single changes: killed at steps and instants; the next run ends with the roster, nothing doubled."""

from __future__ import annotations

import os
import random
import selectors
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from psconnect.store.settings.home import home_at, slug
from psconnect.store.settings.secrets import CLIENT_SECRET, variable
from tests.destinations.database.test_sync import use_database
from tests.judges.roster_database import faults, roster
from tests.support.demo import NAME, Connect, Connected
from tests.support.home import CHECKOUT
from tests.sync.test_kill import change_district

STUDENTS = 60
OWN_STEPS = ("database-made", "database-tables", "database-written", "database-committed")


@dataclass
class Killing:
    """A state to begin with, and what an undisturbed run makes of it."""

    connected: Connected
    environment: dict[str, str]
    after: Any = None
    steps: list[str] = field(default_factory=list)
    seconds: float = 0.0
    apply_seconds: float = 0.0

    def copy(self, place: Path) -> Path:
        """The state before, under a folder of its own; its connection delivers to the copy's own file."""
        shutil.copytree(self.connected.folder / "before", place)
        for path in (place / "home" / "config" / "connections").glob("*"):
            lines = path.read_text().splitlines()
            file = place / "roster" / "roster.sqlite"
            path.write_text("\n".join(f'file = "{file}"' if line.startswith("file") else line for line in lines))
        return place

    def start(self, place: Path, step: str = "") -> subprocess.Popen:
        command = [sys.executable, "-m", "tests.sync.kill_driver", str(place / "home"), NAME, *([step] if step else [])]
        return subprocess.Popen(command, cwd=CHECKOUT, env=self.environment, stdout=subprocess.PIPE, text=True)

    def undisturbed(self, place: Path) -> None:
        """Note what a run does that nobody disturbs."""
        self.copy(place)
        started = apply_at = monotonic()
        with self.start(place) as child:
            for line in child.stdout:
                self.steps.append(line.strip())
                apply_at = monotonic() if line.strip() == "apply" else apply_at
        assert child.returncode == 0, self.steps
        self.seconds, self.apply_seconds = monotonic() - started, monotonic() - apply_at
        self.after = outcome(place)

    def kill_at(self, place: Path, step: str) -> None:
        self.copy(place)
        with self.start(place, step) as child:
            child.communicate(timeout=100)
        assert child.returncode == -signal.SIGKILL, step
        self.finish_again(place)

    def finish_again(self, place: Path) -> None:
        """Run again; everything must be as after the undisturbed run."""
        with self.start(place) as child:
            printed, _ = child.communicate(timeout=100)
        assert child.returncode == 0, printed
        assert printed.splitlines()[-1].startswith("state finished"), printed
        assert faults(place / "roster" / "roster.sqlite") == []
        assert outcome(place) == self.after
        assert [path.name for path in (place / "roster").iterdir()] == ["roster.sqlite"]


def outcome(place: Path) -> Any:
    """What stands in the database, and what psconnect knows of it."""
    rosters = home_at(place / "home").rosters() / f"{slug(NAME)}.sqlite"
    with closing(sqlite3.connect(rosters)) as db:
        ledger = db.execute("SELECT entity, key, record FROM ledger ORDER BY entity, key").fetchall()
        assert db.execute("SELECT count(*) FROM journal").fetchone() == (0,)
    return roster(place / "roster" / "roster.sqlite"), ledger


def _begin_with(connected: Connected) -> Killing:
    before = connected.folder / "before"
    shutil.copytree(connected.folder / "home", before / "home")
    shutil.copytree(connected.folder / "roster", before / "roster")
    secret = connected.service.secrets.get(NAME, CLIENT_SECRET)
    return Killing(connected, {**os.environ, variable(CLIENT_SECRET): secret, "PYTHONPATH": str(CHECKOUT)})


@pytest.fixture
def first(connect: Connect, tmp_path: Path) -> Killing:
    """Nothing was delivered yet."""
    connected = connect(STUDENTS, settings={"safety": {"preview": "never"}})
    use_database(connected)
    killing = _begin_with(connected)
    killing.undisturbed(tmp_path / "first")
    return killing


@pytest.fixture
def second(connect: Connect, tmp_path: Path) -> Killing:
    """A delivery, after which the district changed."""
    connected = connect(STUDENTS, settings={"safety": {"preview": "never"}})
    use_database(connected)
    assert connected.service.sync(NAME).state.startswith("finished")
    change_district(connected)
    killing = _begin_with(connected)
    killing.undisturbed(tmp_path / "second")
    assert killing.after[0] != roster(connected.folder / "roster" / "roster.sqlite")
    return killing


def test_P01_takes_every_step_of_writing(second: Killing) -> None:
    assert set(OWN_STEPS) <= set(second.steps)
    assert second.steps.count("database-written") == second.steps.count("database-committed") > 3


@pytest.mark.thorough
def test_P01_killed_in_the_first_delivery(first: Killing, tmp_path: Path) -> None:
    for step in OWN_STEPS:
        first.kill_at(tmp_path / step, step)


def test_P01_killed_in_a_later_delivery(second: Killing, tmp_path: Path) -> None:
    """Before and after a batch is committed; where the file and its tables are made, the thorough tests do so."""
    for step in ("database-written", "database-committed"):
        second.kill_at(tmp_path / step, step)


@pytest.mark.thorough
@pytest.mark.timeout(900)
def test_P01_killed_at_every_named_step(first: Killing, second: Killing, tmp_path: Path) -> None:
    for name, killing in (("first", first), ("second", second)):
        for step in dict.fromkeys(killing.steps[:-1]):
            killing.kill_at(tmp_path / f"killed-{name}-{step}", step)


def kill_at_instants(killing: Killing, tmp_path: Path, anywhere: int, applying: int) -> int:
    """Kill at seeded instants of the whole run, and while it applies; returns how many hit it alive."""
    chance = random.Random(20261130)
    hits = 0
    for number in range(anywhere + applying):
        place = killing.copy(tmp_path / f"instant-{number}")
        within = number >= anywhere
        delay = chance.random() * (killing.apply_seconds if within else killing.seconds)
        child = killing.start(place)
        with child, selectors.DefaultSelector() as selector:
            if within:
                while (line := child.stdout.readline()) and line.strip() != "apply":
                    pass
            end = monotonic() + delay
            selector.register(child.stdout, selectors.EVENT_READ)
            while (left := end - monotonic()) > 0 and child.poll() is None:
                if selector.select(left) and not child.stdout.readline():
                    break
            child.kill()
        hits += child.returncode == -signal.SIGKILL
        killing.finish_again(place)
        shutil.rmtree(place)
    return hits


def test_P01_killed_at_some_seeded_instants(first: Killing, tmp_path: Path) -> None:
    assert kill_at_instants(first, tmp_path, 0, 2) >= 1


@pytest.mark.thorough
@pytest.mark.timeout(1800)
def test_P01_killed_at_forty_seeded_instants(first: Killing, second: Killing, tmp_path: Path, record_figure) -> None:
    hits = 0
    for name, killing in (("first", first), ("second", second)):
        hits += kill_at_instants(killing, tmp_path / f"killed-{name}", 6, 16)
    record_figure("kills of a delivery to a database at seeded instants that hit a living run", hits, "of 44")
    assert hits >= 30
