"""The figures of the window bench, in the thorough run; in a process of its own, so that nothing shares its threads."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.mark.thorough
@pytest.mark.timeout(600)
def test_window_while_50000_students_are_synced(record_figure) -> None:
    command = [sys.executable, "-m", "tests.bench.window", "--rounds", "5"]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=True)
    figures = json.loads(done.stdout)
    assert figures["students"] == 50_000
    for name, value in figures.items():
        if name.endswith((" ms", " s")):
            what, _, unit = name.rpartition(" ")
            record_figure(f"window, 50,000 students: {what}", value, unit)
