"""Wine's schtasks, where Wine is at hand: it proves the way of the call and that the file is well formed, no more."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from psconnect.schedule.systems.task_xml import task_file
from tests.contracts.scheduler_contract import SchedulerCase, shapes

_WINE = next((found for name in ("wine64", "wine", "/usr/lib/wine/wine64") if (found := shutil.which(name))), None)
pytestmark = [
    pytest.mark.thorough,
    pytest.mark.timeout(300),
    pytest.mark.skipif(_WINE is None, reason="Wine is not at hand (apt-get install wine64)"),
]
_SHAPES = shapes(SchedulerCase(None, None, (r"C:\Prögramme & Co\psconnectw.exe",), None, None))
_NAME = "psconnect-kx3f9q-1a2b3c4d"


@pytest.fixture(scope="module")
def schtasks(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., int]:
    """Runs Wine's schtasks in a Windows of its own; returns the exit code."""
    folder = tmp_path_factory.mktemp("wine")
    variables = {**os.environ, "WINEPREFIX": str(folder / "prefix"), "WINEDEBUG": "-all", "WINEARCH": "win64"}

    def run(*command: str) -> int:
        return subprocess.run(
            [_WINE, *command], env=variables, stdin=subprocess.DEVNULL, capture_output=True, timeout=120, check=False
        ).returncode

    assert run("wineboot", "-i") == 0
    return lambda *arguments: run("schtasks", *arguments)


def test_tasks_are_taken_and_deleted(schtasks: Callable[..., int], tmp_path: Path) -> None:
    file = tmp_path / "task.xml"
    there = "Z:" + str(file).replace("/", "\\")
    assert schtasks("/delete", "/tn", _NAME, "/f") == 1
    for what, entry in _SHAPES.items():
        file.write_bytes(task_file(entry, r"PC\Jörg"))
        assert schtasks("/create", "/tn", _NAME, "/xml", there, "/f") == 0, what
    file.write_bytes("<Task".encode("utf-16"))
    assert schtasks("/create", "/tn", _NAME, "/xml", there, "/f") == 1
    assert schtasks("/delete", "/tn", _NAME, "/f") == 0
    assert schtasks("/query", "/fo", "csv", "/nh") == 0
