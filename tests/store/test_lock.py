"""One run at a time per connection, also after a crash (fault P07)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from psconnect.model.errors import AnotherRunActive, LocalStorage
from psconnect.store.lock import run_lock
from psconnect.wording.errors import word
from tests.support.home import CHECKOUT

_HOLD = """
import sys
from pathlib import Path
from psconnect.model.errors import AnotherRunActive
from psconnect.store.lock import run_lock
try:
    with run_lock(Path(sys.argv[1]), "Lincoln roster"):
        print("held", flush=True)
        sys.stdin.read()
except AnotherRunActive as error:
    print(error.code, flush=True)
"""


@contextmanager
def other_process(path: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Another process that takes the lock and keeps it, and the first thing it says."""
    env = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
    command = [sys.executable, "-c", _HOLD, str(path)]
    with subprocess.Popen(command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline().strip()
        finally:
            process.kill()


def test_P07_a_second_process_is_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "x.lock"
    with run_lock(path, "Lincoln roster"), other_process(path) as (_process, said):
        assert said == "PSC-RUN-ACTIVE"
    with other_process(path) as (_process, said):
        assert said == "held"
        with pytest.raises(AnotherRunActive) as caught, run_lock(path, "Lincoln roster"):
            pytest.fail("two hold the lock")
    assert (caught.value.code, caught.value.where) == ("PSC-RUN-ACTIVE", "Lincoln roster")
    assert "“Lincoln roster” is being synced" in word(caught.value).happened


@pytest.mark.skipif(sys.platform == "win32", reason="a signal of POSIX")
def test_P07_a_killed_owner_frees_it(tmp_path: Path) -> None:
    path = tmp_path / "x.lock"
    with other_process(path) as (process, said):
        assert said == "held"
        process.send_signal(signal.SIGKILL)
        process.wait(10)
        assert path.exists(), "what is left of it means nothing"
        with run_lock(path, "Lincoln roster"), other_process(path) as (_other, answer):
            assert answer == "PSC-RUN-ACTIVE"


def test_a_second_thread_is_told_too(tmp_path: Path) -> None:
    path, told = tmp_path / "x.lock", []

    def second() -> None:
        try:
            with run_lock(path, "Lincoln roster"):
                told.append("held")
        except AnotherRunActive:
            told.append("active")

    with run_lock(path, "Lincoln roster"):
        for _ in range(3):
            thread = threading.Thread(target=second)
            thread.start()
            thread.join()
    second()
    assert told == ["active"] * 3 + ["held"]


def test_the_same_thread_is_told_too(tmp_path: Path) -> None:
    path = tmp_path / "x.lock"
    with run_lock(path, "Lincoln roster"), pytest.raises(AnotherRunActive), run_lock(path, "Lincoln roster"):
        pytest.fail("one thread holds the lock twice")


def test_the_lock_is_freed_when_the_run_fails(tmp_path: Path) -> None:
    path = tmp_path / "x.lock"
    with pytest.raises(ValueError, match="the run failed"), run_lock(path, "Lincoln roster"):
        raise ValueError("the run failed")
    with run_lock(path, "Lincoln roster"), run_lock(tmp_path / "y.lock", "Other"):
        assert path.exists()


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(LocalStorage), run_lock(tmp_path / "file" / "x.lock", "Lincoln roster"):
        pytest.fail("there is no such folder")
