"""What a run takes over from the kept reading of an earlier one: as it was shaped, and no more than it asks for."""

from __future__ import annotations

from pathlib import Path

import pytest

from psconnect.model.entities import BY_KEY
from psconnect.model.errors import PsconnectError
from psconnect.model.problems import Fate
from psconnect.store.files import LAST_READ
from psconnect.store.reading.carry_over import KeptRecords, keep_as_shaped
from psconnect.store.reading.staging import Staging
from tests.store.districts import record

ENROLLMENT = BY_KEY["enrollment"]
ROWS = {
    number: (Fate.IN, None, record(ENROLLMENT, number, "e", (1, None, None)), 1, None, None)
    for number in (-2, -1, 1, 2)
}


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """A kept reading of four enrollments; a rule between records left two of them out, and one twice over."""
    rosters = tmp_path / "rosters.sqlite"
    stage = Staging(rosters)
    stage.rows(ENROLLMENT, [(number, *row) for number, row in ROWS.items()])
    keep_as_shaped(stage)
    with stage.database() as db:
        for rule, numbers in (("goes-along:class:inactive", (-1, 1)), ("merged", (1,))):
            for number in numbers:
                db.execute("UPDATE stage_enrollment SET fate = 1, rule = ? WHERE key = ?", [rule, number])
        db.execute("DELETE FROM stage_enrollment WHERE key = 2")
    stage.finish()
    return stage.path.replace(rosters.with_suffix(LAST_READ))


@pytest.mark.parametrize(("negative", "expected"), [(None, {-2, -1, 1, 2}), (True, {-2, -1}), (False, {1, 2})])
def test_records_are_taken_over_as_they_were_shaped(kept: Path, negative: bool | None, expected: set[int]) -> None:
    stage = Staging(kept.with_suffix(".sqlite"))
    records = KeptRecords(kept, stage)
    assert records.knows(ENROLLMENT, [-2, -1, 1])
    assert not records.knows(ENROLLMENT, [1, 3])
    records.take(ENROLLMENT, negative=negative)
    with stage.database() as db:
        taken = {number: tuple(row) for number, *row in db.execute("SELECT * FROM main.stage_enrollment")}
    stage.abandon()
    assert taken == {number: ROWS[number] for number in expected}


def test_a_damaged_reading_is_told_as_one_that_can_be_made_again(kept: Path) -> None:
    kept.write_bytes(b"SQLite format 3\0" + bytes(5000))
    stage = Staging(kept.with_suffix(".sqlite"))
    with pytest.raises(PsconnectError) as refused:
        KeptRecords(kept, stage).knows(ENROLLMENT, [1])
    assert refused.value.code == "PSC-READING-DAMAGED"
    stage.abandon()
