"""What the bench measures holds: few calls always; ratio and memory in the thorough run, as recorded figures."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench.__main__ import bench, calls_with_latency


def test_5000_students_take_fewer_than_60_calls(tmp_path: Path) -> None:
    figures = calls_with_latency(5_000, tmp_path)
    assert figures["rows"] > 40_000
    assert figures["calls"] < 60
    # Side by side, the calls' latency must not add up.
    assert figures["state"] == "previewed"


@pytest.mark.thorough
@pytest.mark.timeout(600)
def test_50000_students_stay_small_and_near_the_baseline(tmp_path: Path, record_figure) -> None:
    figures = bench(50_000, tmp_path)
    record_figure("baseline", round(figures.baseline["rows_a_second"]), "rows/s")
    record_figure("local work", round(figures.local["rows_a_second"]), "rows/s")
    record_figure("local work / baseline", round(figures.ratio, 2), "times")
    record_figure("shape and plan / baseline", round(figures.planned, 2), "times")
    record_figure("peak memory of local work", round(figures.local["peak_mb"]), "MB")
    record_figure("calls for 50,000 students", figures.reading["calls"], "calls")
    assert figures.local["peak_mb"] < 250
    assert figures.reading["peak_mb"] < 250
