"""What pre-flight costs beside one reading of the whole roster, and that it holds no roster in memory."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench.__main__ import measured

KINDS = ("oneroster-csv", "clever-csv")


@pytest.mark.parametrize("kind", KINDS)
def test_a_small_roster_is_looked_at(kind: str, tmp_path: Path) -> None:
    figures = measured("tests.bench.preflight", kind, "500", str(tmp_path))
    assert figures["rows"] > 500
    assert figures["found"] >= 0


@pytest.mark.thorough
@pytest.mark.timeout(600)
@pytest.mark.parametrize("kind", KINDS)
def test_50000_students_are_looked_at_in_little_memory(kind: str, tmp_path: Path, record_figure) -> None:
    figures = measured("tests.bench.preflight", kind, "50000", str(tmp_path))
    record_figure(f"pre-flight of {kind} / one reading of the roster", round(figures["ratio"], 2), "times")
    record_figure(f"memory for the pre-flight of {kind}", round(figures["more_mb"]), "MB")
    assert figures["more_mb"] < 150
