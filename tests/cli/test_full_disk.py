"""No room (fault P03): for psconnect's own files, for what it prints, and between a delivery and its own books."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from psconnect.cli import codes
from psconnect.model.errors import PsconnectError
from psconnect.store.settings.secrets import CLIENT_SECRET, variable
from psconnect.wording.delivered import word_delivered
from psconnect.wording.errors import word
from tests.contracts.disks import Mount, mount
from tests.judges.sql_truth import compare
from tests.support.demo import DISTRICT, TODAY, Connected
from tests.support.home import CHECKOUT

__all__ = ["mount"]
FULL = Path("/dev/full")


def filled(place: Path) -> Path:
    """Writes until nothing more fits; returns the file."""
    filler = place / "filler"
    with filler.open("ab", buffering=0) as file:
        for size in (65536, 4096, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                continue
    return filler


def psconnect(home: Path, *arguments: str, out: Path | None = None, **environment: str) -> tuple[int, str]:
    """Runs the command line as a program; returns its exit code and what it said on standard error."""
    variables = {**os.environ, "PSCONNECT_HOME": str(home), "PSCONNECT_HEADLESS": "1", **environment}
    with (out or Path(os.devnull)).open("w") as stdout:
        done = subprocess.run(
            [sys.executable, "-m", "psconnect", *arguments],
            cwd=CHECKOUT,
            env=variables,
            stdout=stdout,
            stderr=subprocess.PIPE,
            text=True,
            timeout=100,
            check=False,
        )
    assert "Traceback" not in done.stderr, done.stderr
    assert "PSC-BUG" not in done.stderr, done.stderr
    return done.returncode, done.stderr


@pytest.mark.parametrize("command", ["connection import FILE", "demo --headless", "serve-demo"])
def test_P03_a_home_on_a_full_disk(mount: Mount, tmp_path: Path, command: str) -> None:
    home = mount(tmp_path / "home", 64 * 1024)
    (home / "logs").mkdir()
    (home / "logs" / "psconnect.log").touch()
    filled(home)
    file = tmp_path / "roster.toml"
    file.write_text('name = "Lincoln"\npreset = "oneroster"\n', encoding="utf-8")
    code, said = psconnect(home, *command.replace("FILE", str(file)).split())
    assert code == codes.NOT_READ
    assert "The disk is full" in said or "No space left" in said


@pytest.fixture
def delivered(connected: Connected) -> Connected:
    connected.delivered()
    connected.sql(
        "UPDATE students SET last_name = 'Rivera' WHERE dcid = (SELECT min(dcid) FROM students WHERE enroll_status = 0)"
    )
    return connected


@pytest.fixture
def small_data(delivered: Connected, mount: Mount, tmp_path: Path) -> Iterator[Path]:
    """The roster data on a small file system of its own."""
    data = delivered.service.home.rosters()
    small = mount(tmp_path / "small", sum(path.stat().st_size for path in data.iterdir()) * 4)
    kept = data.with_name("kept")
    data.rename(kept)
    shutil.copytree(kept, small / "rosters")
    data.symlink_to(small / "rosters")
    yield small
    data.unlink()
    kept.rename(data)


def test_P03_no_room_between_the_delivery_and_the_books(delivered: Connected, small_data: Path) -> None:
    """What was delivered is said to be delivered, and the next run finishes it."""
    before = delivered.bundle.read_bytes()

    def fill(step: str) -> None:
        if step == "published":
            filled(small_data)

    delivered.service.on_step = fill
    with pytest.raises(PsconnectError) as caught:
        delivered.service.sync(delivered.name)
    assert caught.value.code == "PSC-DATA-UNRECORDED"
    assert "The roster is delivered" in word(caught.value).happened
    assert "untouched" not in word(caught.value).happened
    assert codes.for_error(caught.value) == codes.APPLYING
    assert delivered.bundle.read_bytes() != before
    (small_data / "filler").unlink()
    delivered.service.on_step = lambda _step: None
    again = delivered.service.sync(delivered.name)
    assert (again.error, again.changes) == (None, {})
    finished = delivered.service.runs(delivered.name)[1]
    assert (finished.state, finished.error) == ("finished_with_problems", None)
    assert "confirmed by reading it back" in word_delivered(finished.delivered)
    assert compare(delivered.bundle, delivered.server.database, TODAY, DISTRICT) == []


@pytest.mark.skipif(not FULL.exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("form", [(), ("--json",)])
def test_P03_no_room_for_what_a_sync_says(delivered: Connected, form: tuple[str, ...]) -> None:
    """It delivered, and its exit code says so: what is lost are the words."""
    before = delivered.bundle.read_bytes()
    secret = {variable(CLIENT_SECRET): delivered.service.secrets.get(delivered.name, CLIENT_SECRET)}
    code, said = psconnect(delivered.folder / "home", "sync", delivered.name, *form, out=FULL, **secret)
    assert code == codes.DONE, said
    assert "The result could not be written to where it was sent: No space left on device." in said
    assert delivered.bundle.read_bytes() != before


@pytest.mark.skipif(not FULL.exists(), reason="needs a device that is always full")
def test_P03_no_room_for_the_progress_of_a_sync(delivered: Connected, tmp_path: Path) -> None:
    """The scheduled task's log is on a full disk: it delivers all the same."""
    before = delivered.bundle.read_bytes()
    environment = {
        **os.environ,
        "PSCONNECT_HOME": str(delivered.folder / "home"),
        variable(CLIENT_SECRET): delivered.service.secrets.get(delivered.name, CLIENT_SECRET),
    }
    command = [sys.executable, "-m", "psconnect", "sync", delivered.name]
    with FULL.open("w") as full, (tmp_path / "out").open("w") as out:
        done = subprocess.run(command, cwd=CHECKOUT, env=environment, stdout=out, stderr=full, timeout=100, check=False)
    assert done.returncode == codes.DONE
    assert "Finished" in (tmp_path / "out").read_text()
    assert delivered.bundle.read_bytes() != before


@pytest.mark.skipif(not FULL.exists(), reason="needs a device that is always full")
@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("connection", "list"), codes.NOT_READ),
        (("connection", "list", "--json"), codes.NOT_READ),
        (("sync", "Nobody", "--json"), codes.USAGE),
    ],
)
def test_P03_no_room_for_what_was_asked(tmp_path: Path, arguments: tuple[str, ...], code: int) -> None:
    """A list that did not arrive is no success; an error that did not arrive keeps its code, and is said beside."""
    ended, said = psconnect(tmp_path / "home", *arguments, out=FULL)
    assert ended == code
    assert "The result could not be written" in said
    assert ("There is no such connection" in said) is ("Nobody" in arguments)
