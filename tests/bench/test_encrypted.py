"""What whole-file encryption would cost: measured where somebody installed sqlcipher3, which psconnect does not use."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path

import pytest

from tests.bench.__main__ import measured


@pytest.mark.thorough
@pytest.mark.timeout(1200)
@pytest.mark.skipif(importlib.util.find_spec("sqlcipher3") is None, reason="sqlcipher3 is no dependency; see docs")
def test_local_work_over_encrypted_files(tmp_path: Path, record_figure) -> None:
    recorded, home = tmp_path / "recorded", tmp_path / "home"
    measured("tests.bench.record", "50000", str(home), str(recorded))
    for mode in ("plain", "keyed"):
        shutil.rmtree(home / "data")
        found = measured("tests.bench.encrypted", str(recorded), str(home), mode)
        assert found["state"] == "finished_with_problems"
        record_figure(f"local work with sqlcipher3, {mode}", round(found["rows_a_second"]), "rows/s")
        heads = {path.read_bytes()[:15] for path in (home / "data" / "rosters").glob("*.sqlite")}
        assert (b"SQLite format 3" in heads) is (mode == "plain")
