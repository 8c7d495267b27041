"""A crash leaves no core file, in which the secret would stand: neither of the command line nor of the window."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.home import CHECKOUT

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no core files")

BEFORE = """
import resource
hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
secret = "made-up-secret-in-memory"
"""
CRASHES = {
    "the command line": """
from psconnect.cli import main, verbs
verbs.run_verb = lambda *_more: die()
main(["connection", "list"])
""",
    "the window": """
from psconnect.cli import main, window
window.can_open = lambda: True
window.show_window = lambda *_more, **_options: die()
main([])
""",
}
DIE = """
def die():
    import ctypes, os
    linux = hasattr(os, "memfd_create")
    print(resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(3, 0, 0, 0, 0) if linux else 0, flush=True)
    os.abort()
"""


def crashed(program: str, folder: Path) -> tuple[str, bool]:
    """What a program said before it crashed, and whether the system wrote its memory out."""
    environment = {**os.environ, "PSCONNECT_HOME": str(folder / "home"), "PYTHONPATH": str(CHECKOUT)}
    said = folder / "said"
    with said.open("w") as file:
        child = subprocess.Popen([sys.executable, "-c", program], cwd=folder, env=environment, stdout=file)
        _pid, status = os.waitpid(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    assert os.WIFSIGNALED(status), said.read_text()
    return said.read_text().strip(), os.WCOREDUMP(status)


@pytest.mark.parametrize("what", CRASHES)
def test_a_crash_writes_no_core(tmp_path: Path, what: str) -> None:
    said, dumped = crashed(BEFORE + DIE + CRASHES[what], tmp_path)
    assert said == "(0, 0) 0"
    assert not dumped
    assert [path.name for path in tmp_path.iterdir() if path.name not in ("home", "said")] == []
