"""The demo server is quick enough to practise with, and a long answer takes no more of its memory than a short one."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.bench.demo_server import pages_a_second, server_process

FIRST_CC = 10_000


@pytest.mark.thorough
@pytest.mark.timeout(300)
def test_pages_of_v1_with_all_expansions(tmp_path: Path, record_figure) -> None:
    pages = pages_a_second(20_000, tmp_path, 200)
    record_figure("pages of 100 students with all expansions", round(pages.expanded), "pages/s")
    record_figure("pages of 100 students without expansions", round(pages.plain), "pages/s")
    record_figure("without / with expansions", round(pages.plain / pages.expanded, 1), "times")


@pytest.mark.thorough
@pytest.mark.timeout(600)
@pytest.mark.skipif(sys.platform != "linux", reason="the peak of another process is read from /proc")
def test_400000_enrollments_are_not_held_in_memory(tmp_path: Path, record_figure) -> None:
    with server_process(50_000, tmp_path) as server:
        server.peak_of(FIRST_CC + 1000)
        few, small = server.peak_of(FIRST_CC + 20_000)
        many, large = server.peak_of(10_000_000)
    record_figure("peak memory of the demo server, 20,000 rows", round(small), "MB")
    record_figure(f"peak memory of the demo server, {many:,} rows", round(large), "MB")
    assert few == 20_000
    assert many > 400_000
    assert large - small < 8, "the answer itself has more than 40 MB"
