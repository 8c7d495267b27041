"""Memory does not grow with the district, in the thorough run: at a tenth of a million students."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.home import CHECKOUT

STUDENTS = 100_000


@pytest.mark.thorough
@pytest.mark.timeout(900)
@pytest.mark.skipif(sys.platform == "win32", reason="the peak of a process is asked for with getrusage")
def test_a_first_run_of_100000_students_stays_small(tmp_path: Path, record_figure) -> None:
    command = [sys.executable, "-m", "tests.bench.million", str(STUDENTS), str(tmp_path / "made-up")]
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
    done = subprocess.run(command, cwd=CHECKOUT, env=environment, capture_output=True, text=True, check=True)
    figures = json.loads(done.stdout)
    assert figures["rows"] > 13 * STUDENTS
    # Delivered is all but who has left, and what is left out on purpose.
    assert figures["changes"]["enrollment"] > 7.5 * STUDENTS
    record_figure("100,000 students, 800,000 enrollments: peak memory", figures["peak_mb"], "MB")
    record_figure("100,000 students, 800,000 enrollments: shape, plan and delivery", figures["seconds"], "s")
    assert figures["peak_mb"] < 250
