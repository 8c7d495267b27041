"""A OneRoster bundle of 50,000 students: near a bare csv + zip writer of the same rows, in memory that stays flat."""

from __future__ import annotations

import pytest

from tests.bench.__main__ import measured

STUDENTS = 50_000


@pytest.mark.thorough
@pytest.mark.timeout(600)
@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_a_bundle_takes_no_memory_and_little_more_than_the_bare_writer(version: str, record_figure) -> None:
    rounds = [
        [measured("tests.bench.bundle", version, str(STUDENTS), what) for what in ("product", "bare")] for _ in range(3)
    ]
    product, bare = (min(one[at]["seconds"] for one in rounds) for at in (0, 1))
    half = measured("tests.bench.bundle", version, str(STUDENTS // 2), "product")
    grown = rounds[0][0]["peak_mb"] - half["peak_mb"]
    record_figure(f"OneRoster {version} bundle / bare csv and zip", round(product / bare, 2), "times")
    record_figure(f"memory of a OneRoster {version} bundle", round(rounds[0][0]["peak_mb"]), "MB")
    record_figure("the same, more than for half as many students", round(grown, 1), "MB")
    assert rounds[0][0]["peak_mb"] < 100
    assert grown < 10
