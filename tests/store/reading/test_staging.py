"""What is staged is what was handed on, however many rows come at a time."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from psconnect.model.entities import ENROLLMENT, TEACHER
from psconnect.store.reading.staging import Staging, stage_table


@pytest.mark.parametrize("count", [0, 1, 49, 50, 51, 149, 200])
def test_every_row_is_staged_once_as_it_is(tmp_path: Path, count: int) -> None:
    stage = Staging(tmp_path / "r.sqlite")
    # Sources leave keys as the texts they came as, where that is faster.
    stage.rows(ENROLLMENT, [(str(key), key % 3, None, b"[%d]" % key, key // 2, str(key), None) for key in range(count)])
    stage.rows(TEACHER, [(7, 1, "staff-inactive", b"[]")])
    stage.finish()
    with closing(sqlite3.connect(stage.path)) as db:
        found = db.execute(f"SELECT * FROM {stage_table(ENROLLMENT)} ORDER BY key").fetchall()
        assert found == [(key, key % 3, None, b"[%d]" % key, key // 2, key, None) for key in range(count)]
        assert db.execute(f"SELECT * FROM {stage_table(TEACHER)}").fetchall() == [(7, 1, "staff-inactive", b"[]")]
