"""The bench: ``python -m tests.bench [STUDENTS]`` prints calls, rows a second and memory beside a bare baseline."""

from __future__ import annotations

import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.home import CHECKOUT

ROUNDS = 3
LATENCY_MS = 80


@dataclass(frozen=True)
class Figures:
    """What one bench found; rows a second are medians over the rounds.

    Attributes:
        reading: over HTTP, the demo server in another process: calls, seconds, peak.
        baseline: the bare baseline over the recorded answers.
        local: the engine's local work over the same recorded answers.
        ratio: how many times longer local work takes than the baseline.
        planned: the same for its part until the plan waits for approval: decode, shape, stage, references, uniqueness,
            plan, hash, guard, commit. The baseline's time is whole: what it does in place of a plan, a difference that
            it packs into a ZIP and commits, is in it.
    """

    reading: dict[str, Any]
    baseline: dict[str, Any]
    local: dict[str, Any]
    ratio: float
    planned: float


def bench(students: int, work: Path, rounds: int = ROUNDS) -> Figures:
    """Record a district of that size, then measure baseline and engine over the same answers, in turns."""
    recorded, home = work / "recorded", work / "home"
    reading = measured("tests.bench.record", str(students), str(home), str(recorded))
    baselines, locals_ = [], []
    for number in range(rounds):
        baselines.append(measured("tests.bench.baseline", str(recorded), str(work / f"baseline-{number}")))
        shutil.rmtree(home / "data", ignore_errors=True)
        locals_.append(measured("tests.bench.local_work", str(recorded), str(home)))
    baseline, local = _median(baselines), _median(locals_)
    ratio = baseline["rows_a_second"] / local["rows_a_second"]
    planned = statistics.median(one["planned_rows_a_second"] for one in locals_)
    return Figures(reading, baseline, local, ratio, baseline["rows_a_second"] / planned)


def calls_with_latency(students: int, work: Path) -> dict[str, Any]:
    """Calls and seconds of a whole reading with 80 ms latency a call."""
    return measured("tests.bench.record", str(students), str(work / "home"), str(work / "recorded"), str(LATENCY_MS))


def measured(module: str, *arguments: str) -> dict[str, Any]:
    """The figures that a measuring process prints."""
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
    command = [sys.executable, "-m", module, *arguments]
    result = subprocess.run(command, cwd=CHECKOUT, env=environment, capture_output=True, text=True, check=False)
    if result.returncode:
        raise RuntimeError(result.stderr)
    figures: dict[str, Any] = json.loads(result.stdout.splitlines()[-1])
    return figures


def _median(rounds: list[dict[str, Any]]) -> dict[str, Any]:
    middle = statistics.median(figures["rows_a_second"] for figures in rounds)
    return min(rounds, key=lambda figures: abs(figures["rows_a_second"] - middle))


def main() -> None:
    """Print the figures with the machine."""
    students = int(sys.argv[1]) if len(sys.argv) > 1 else 50_000
    with tempfile.TemporaryDirectory() as folder:
        small = calls_with_latency(5_000, Path(folder) / "small")
        figures = bench(students, Path(folder) / "large")
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()}")
    print(f"5,000 students, {LATENCY_MS} ms a call: {small['calls']} calls, {small['seconds']:.1f} s")
    reading, local, baseline = figures.reading, figures.local, figures.baseline
    print(
        f"{students:,} students over HTTP: {reading['rows']:,} rows, {reading['calls']} calls, "
        f"{reading['seconds']:.1f} s"
    )
    print(f"bare baseline: {baseline['rows_a_second']:,.0f} rows/s, peak {baseline['peak_mb']:.0f} MB")
    print(f"local work:    {local['rows_a_second']:,.0f} rows/s, peak {local['peak_mb']:.0f} MB")
    for stage, seconds in local["stages"].items():
        print(f"  {stage:10} {seconds:6.2f} s  {local['rows'] / seconds:12,.0f} rows/s")
    print(f"shape and plan take {figures.planned:.2f} times as long as the whole bare baseline")
    print(f"local work with delivery takes {figures.ratio:.2f} times as long as the bare baseline")


if __name__ == "__main__":
    main()
