"""P01: killed at every named step and at seeded instants; the next run ends as if nothing had happened."""

from __future__ import annotations

import os
import random
import selectors
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import pytest

from psconnect.store.settings.home import home_at, slug
from psconnect.store.settings.secrets import CLIENT_SECRET, variable
from psconnect.transfer.ownership import OWNER_FILE
from tests.support.demo import NAME, Connect, Connected, connecting
from tests.support.home import CHECKOUT

STEPS = (
    "begun",
    "read",
    "staged",
    "references",
    "plan",
    "planned",
    "apply",
    "prepared",
    "journalled",
    "claimed",
    "previous-kept",
    "renamed",
    "published",
    "ledger",
    "finished",
)
"""Every named step of a run, in order."""


@dataclass
class Killing:
    """A district that changed after a delivery, and what an undisturbed second run makes of it."""

    connected: Connected
    environment: dict[str, str]
    bundle: bytes
    ledger: list[tuple]
    steps: list[str]
    seconds: float
    apply_seconds: float

    def copy(self, place: Path) -> Path:
        """The state before the second run, under a folder of its own, with the same roster folder name inside."""
        shutil.copytree(self.connected.folder / "before", place)
        return place

    def start(self, place: Path, step: str = "", *, home: str = "home", name: str = NAME) -> subprocess.Popen:
        command = [sys.executable, "-m", "tests.sync.kill_driver", str(place / home), name, *([step] if step else [])]
        return subprocess.Popen(command, cwd=CHECKOUT, env=self.environment, stdout=subprocess.PIPE, text=True)

    def finish_again(self, place: Path) -> None:
        """Run again; everything must be as after the undisturbed run."""
        with self.start(place) as child:
            printed, _ = child.communicate(timeout=100)
        assert child.returncode == 0, printed
        assert printed.splitlines()[-1].startswith("state finished"), printed
        assert outcome(place) == (self.bundle, self.ledger)
        leftovers = [path.name for path in (place / "roster").iterdir()]
        assert sorted(leftovers) == [OWNER_FILE, f"{NAME}.zip", "previous"]
        assert not list((place / "home" / "data" / "rosters").glob("*.staging"))


def outcome(place: Path) -> tuple[bytes, list[tuple]]:
    rosters = home_at(place / "home").rosters() / f"{slug(NAME)}.sqlite"
    with closing(sqlite3.connect(rosters)) as db:
        ledger = db.execute("SELECT * FROM ledger ORDER BY entity, key").fetchall()
    return (place / "roster" / f"{NAME}.zip").read_bytes(), ledger


def point_to(place: Path, folder: Path | None = None) -> None:
    """The connection's settings name the copy's own roster folder, or another one."""
    to = folder or place / "roster"
    for path in (place / "home" / "config" / "connections").glob("*"):
        lines = path.read_text().splitlines()
        path.write_text("\n".join(f'folder = "{to}"' if li.startswith("folder") else li for li in lines))


@pytest.fixture(scope="module")
def killing(_districts: Callable[[int, int], Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Killing]:
    with connecting(tmp_path_factory.mktemp("killing"), _districts) as connect:
        yield _changed_after_a_delivery(connect, tmp_path_factory.mktemp("undisturbed"))


def _changed_after_a_delivery(connect: Connect, tmp_path: Path) -> Killing:
    connected = connect(settings={"safety": {"preview": "never"}})
    assert connected.service.sync(NAME).state == "finished_with_problems"
    change_district(connected)
    before = connected.folder / "before"
    before.mkdir()
    shutil.copytree(connected.folder / "home", before / "home")
    shutil.copytree(connected.folder / "roster", before / "roster")
    secret = connected.service.secrets.get(NAME, CLIENT_SECRET)
    environment = {**os.environ, variable(CLIENT_SECRET): secret, "PYTHONPATH": str(CHECKOUT)}
    made = Killing(connected, environment, b"", [], [], 0.0, 0.0)
    place = made.copy(tmp_path / "undisturbed")
    point_to(place)
    started = monotonic()
    with made.start(place) as child:
        apply_at = 0.0
        for line in child.stdout:
            made.steps.append(line.strip())
            apply_at = monotonic() if line.strip() == "apply" else apply_at
    made.seconds, made.apply_seconds = monotonic() - started, monotonic() - apply_at
    assert child.returncode == 0
    made.bundle, made.ledger = outcome(place)
    assert made.bundle != (before / "roster" / f"{NAME}.zip").read_bytes()
    return made


def change_district(connected: Connected) -> None:
    """Some students leave, some change their name, a few classes are dropped: less than the thresholds."""
    active = "SELECT dcid FROM students WHERE enroll_status = 0"
    connected.sql(f"UPDATE students SET enroll_status = 2 WHERE dcid IN ({active} LIMIT 3)")
    renamed = f"{active} ORDER BY dcid DESC LIMIT 9"
    connected.sql(f"UPDATE students SET last_name = last_name || '-Ng' WHERE dcid IN ({renamed})")
    enrolled = "SELECT dcid FROM cc WHERE sectionid > 0 AND termid >= 3600 LIMIT 5"
    connected.sql(f"UPDATE cc SET sectionid = -sectionid, termid = -termid WHERE dcid IN ({enrolled})")


def test_P01_undisturbed_run_takes_every_named_step(killing: Killing) -> None:
    assert tuple(killing.steps[:-1]) == STEPS


# While it reads, with a plan, with a journal, around the moment the files change, with a ledger that is still to write.
_KILLED_IN_EVERY_RUN = ("read", "planned", "journalled", "previous-kept", "renamed", "published")


@pytest.mark.parametrize(
    "step", [pytest.param(one, marks=() if one in _KILLED_IN_EVERY_RUN else pytest.mark.thorough) for one in STEPS]
)
def test_P01_killed_at_every_named_step(killing: Killing, tmp_path: Path, step: str) -> None:
    place = killing.copy(tmp_path / step)
    point_to(place)
    with killing.start(place, step) as child:
        child.communicate(timeout=100)
    assert child.returncode == -signal.SIGKILL
    killing.finish_again(place)


def test_P01_killed_on_the_first_delivery(connect: Connect, tmp_path: Path) -> None:
    connected = connect()
    secret = connected.service.secrets.get(NAME, CLIENT_SECRET)
    environment = {**os.environ, variable(CLIENT_SECRET): secret, "PYTHONPATH": str(CHECKOUT)}
    first = Killing(connected, environment, b"", [], [], 0.0, 0.0)
    shutil.copytree(connected.folder / "home", connected.folder / "before" / "home")
    (connected.folder / "before" / "roster").mkdir()
    run = connected.delivered()
    assert run.changes["student"].create > 0
    for step in ("plan", "journalled", "renamed"):
        place = first.copy(tmp_path / step)
        point_to(place)
        with first.start(place, step) as child:
            child.communicate(timeout=100)
        assert child.returncode == -signal.SIGKILL
        with first.start(place) as child:
            printed, _ = child.communicate(timeout=100)
        assert "state finished" in printed
        bundle, ledger = outcome(place)
        assert bundle == connected.bundle.read_bytes()
        assert ledger == connected.ledger()


ELSEWHERE_STEPS = ("prepared", "claimed", "renamed")
# Each case and each step once; the other pairs of them run with the thorough tests.
_EVERY_RUN = {("another folder", "renamed"), ("another spelling", "prepared"), ("another home", "claimed")}


@pytest.mark.parametrize(
    ("case", "step"),
    [
        pytest.param(case, step, marks=() if (case, step) in _EVERY_RUN else pytest.mark.thorough)
        for case in ("another folder", "another spelling", "another home")
        for step in ELSEWHERE_STEPS
    ],
)
def test_P01_killed_where_it_delivers_elsewhere(killing: Killing, tmp_path: Path, case: str, step: str) -> None:
    """In another folder, under a name typed otherwise, from another home: killed at what differs there."""
    place = killing.copy(tmp_path / step)
    point_to(place)
    typed, home, folder = NAME, "home", place / "roster"
    if case == "another folder":
        folder = place / "elsewhere"
        folder.mkdir()
        point_to(place, folder)
    elif case == "another spelling":
        typed = NAME.upper()
    else:
        home = "another home"
        shutil.copytree(place / "home", place / home)
        (place / home / "data" / "home-id").write_text("another")
    before = (place / "roster" / f"{NAME}.zip").read_bytes()
    with killing.start(place, step, home=home, name=typed) as child:
        printed, _ = child.communicate(timeout=100)
    assert child.returncode == -signal.SIGKILL, printed
    assert not (folder / f"{NAME}.zip").exists() or whole(folder) in (before, killing.bundle)
    with killing.start(place, home=home, name=typed) as child:
        printed, _ = child.communicate(timeout=100)
    assert printed.splitlines()[-1].startswith("state finished"), printed
    assert whole(folder) == killing.bundle
    assert sorted(path.name for path in folder.iterdir() if path.name != "previous") == [
        OWNER_FILE,
        f"{NAME}.zip",
    ]
    if case == "another folder":
        assert (place / "roster" / f"{NAME}.zip").read_bytes() == before, "what stood elsewhere is left alone"


def whole(folder: Path) -> bytes:
    return (folder / f"{NAME}.zip").read_bytes()


def kill_at_instants(killing: Killing, tmp_path: Path, anywhere: int, applying: int) -> int:
    """Kill at seeded instants of the whole run, and between the first and the last write outside; returns hits."""
    chance = random.Random(20261118)
    hits = 0
    for number in range(anywhere + applying):
        place = killing.copy(tmp_path / f"instant-{number}")
        point_to(place)
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


@pytest.mark.thorough
@pytest.mark.timeout(900)
def test_P01_killed_at_forty_seeded_instants(killing: Killing, tmp_path: Path, record_figure) -> None:
    hits = kill_at_instants(killing, tmp_path, 24, 20)
    record_figure("kills at seeded instants that hit a living run", hits, "of 44")
    assert hits >= 30
