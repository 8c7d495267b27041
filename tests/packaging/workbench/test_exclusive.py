"""A lock is held by those who work under it, and by nobody else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.home import CHECKOUT
from workbench.exclusive import exclusive

# Takes the lock, starts a child that works until its standard input ends, and dies without tidying up.
_KILLED_HOLDER = """
import os, subprocess, sys
from pathlib import Path
from workbench.exclusive import exclusive

with exclusive(Path(sys.argv[1]), lambda: os._exit(3)):
    subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdout=sys.stderr, close_fds=False)
    os._exit(9)
"""


def test_a_free_lock_is_taken_at_once(tmp_path: Path) -> None:
    waited: list[str] = []
    for _ in range(2):
        with exclusive(tmp_path / "lock", lambda: waited.append("waited")):
            assert (tmp_path / "lock").exists()
    assert waited == []


@pytest.mark.skipif(sys.platform == "win32", reason="there, a lock belongs to one process")
def test_what_a_killed_process_started_still_holds_its_lock(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _KILLED_HOLDER, str(tmp_path / "lock")],
        cwd=CHECKOUT / "packaging",
        stdin=subprocess.PIPE,
    ) as holder:
        assert holder.wait(60) == 9
        child = holder.stdin
        assert child is not None
        waited: list[str] = []

        def end_the_child() -> None:
            waited.append("waited")
            child.close()

        with exclusive(tmp_path / "lock", end_the_child):
            assert waited == ["waited"]
