"""Reports of a first run: their size, and time and memory beside a bare baseline and a smaller district."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from psconnect.reports import REPORT_ENDINGS
from tests.support.home import CHECKOUT

LARGEST = 5_000_000
"""Of a report to read or print; a workbook and the like hold every record."""
MOST_BASELINES = {".html": 4.0, ".pdf": 4.0, ".xlsx": 50.0, ".csv": 35.0, ".json": 35.0}
"""How many times longer than the bare baseline a report may take: names are looked up, and a workbook is XML."""
MOST_GROWN_MB = 60


def measured(folder: Path, students: int, ending: str) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.bench.reports", str(folder), str(students), ending]
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT), "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(command, cwd=CHECKOUT, env=environment, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@pytest.mark.skipif(sys.platform == "win32", reason="the peak of a process is asked for with getrusage")
@pytest.mark.parametrize("ending", [".html", ".pdf"])
def test_a_report_to_print_is_no_larger_for_a_larger_district(tmp_path: Path, ending: str) -> None:
    small, large = measured(tmp_path, 2_500, ending), measured(tmp_path, 10_000, ending)
    assert large["bytes"] < LARGEST
    assert large["bytes"] < 4 * small["bytes"]
    assert large["grown_mb"] < MOST_GROWN_MB


@pytest.mark.thorough
@pytest.mark.skipif(sys.platform == "win32", reason="the peak of a process is asked for with getrusage")
@pytest.mark.timeout(600)
@pytest.mark.parametrize("ending", REPORT_ENDINGS)
def test_reports_of_the_first_run_of_50000_students(
    tmp_path_factory: pytest.TempPathFactory, ending: str, record_figure: Callable[[str, float, str], None]
) -> None:
    folder = tmp_path_factory.getbasetemp()
    small, large = measured(folder, 10_000, ending), measured(folder, 50_000, ending)
    ratio = large["seconds"] / large["baseline"]
    what = f"report of a first run of 50,000 students, {ending}"
    record_figure(f"{what}: size", round(large["bytes"] / 1e6, 1), "MB")
    record_figure(f"{what}: time", round(ratio, 1), "times a bare baseline")
    record_figure(f"{what}: memory", large["grown_mb"], f"MB more ({small['grown_mb']} MB with 10,000 students)")
    if ending in (".html", ".pdf"):
        assert large["bytes"] < LARGEST
    assert ratio < MOST_BASELINES[ending]
    assert large["grown_mb"] < MOST_GROWN_MB
