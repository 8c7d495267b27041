"""A report of very many problems is written without holding them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.home import CHECKOUT

PROBLEMS = 100_000
MOST_MB = 50
"""Held as objects, so many problems take some 130 MB."""


@pytest.mark.skipif(sys.platform == "win32", reason="the peak of a process is asked for with getrusage")
def test_memory_does_not_grow_with_the_problems(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.reports.peak", str(tmp_path), str(PROBLEMS)]
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
    done = subprocess.run(command, cwd=CHECKOUT, env=environment, capture_output=True, text=True, check=True)

    grown = json.loads(done.stdout)
    assert grown.keys() == {".html", ".xlsx", ".csv", ".json"}
    assert all(peak < MOST_MB for peak in grown.values()), grown
    with (tmp_path / "report.csv").open("rb") as file:
        assert sum(1 for _line in file) == PROBLEMS + 1
