"""What was read last: searched while runs replace it, killed in between, damaged; it is never written to."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from psconnect.model.entities import ENROLLMENT, STUDENT
from psconnect.model.errors import LocalStorage
from psconnect.store.database import open_rosters
from psconnect.store.files import LAST_READ
from psconnect.store.reading import staging
from psconnect.store.reading.last_reading import last_read
from psconnect.wording.errors import word

Run = Callable[[int, int], None]


@pytest.fixture
def rosters(tmp_path: Path) -> Path:
    return tmp_path / "lincoln.sqlite"


@pytest.fixture
def run(rosters: Path) -> Run:
    """``run(3, 500)``: the run ``run-3`` reads 500 students named after it, and one enrollment that it leaves out."""

    def read(number: int, students: int = 300) -> None:
        rows = []
        for key in range(1, students + 1):
            values = dict.fromkeys(STUDENT.attributes, "")
            values.update(sourcedId=str(key), familyName=f"Fam{key}", givenName=f"run-{number}")
            rows.append((key, 0, None, msgspec.json.encode(list(values.values())), 1))
        enrollment = msgspec.json.encode(["" for _ in ENROLLMENT.attributes])
        with closing(open_rosters(rosters)) as db:
            stage = staging.Staging(rosters)
            stage.rows(STUDENT, rows)
            stage.rows(ENROLLMENT, [(7, 1, "orphan", enrollment, 4, 1, None), (8, 0, None, enrollment, 4, 1, None)])
            stage.finish()
            staging.attach(db, rosters)
            staging.detach(db, rosters, keep_for=f"run-{number}")

    return read


def found(rosters: Path, text: str) -> list[str]:
    with last_read(rosters) as read:
        assert read is not None
        return [f"{match.title} {read.run_id}" for match in read.search(text)]


def test_a_search_does_not_write_to_what_was_read(rosters: Path, run: Run) -> None:
    run(1, 300)
    before = rosters.with_suffix(LAST_READ).read_bytes()
    assert found(rosters, "fam299") == ["Fam299, run-1 run-1"]
    assert found(rosters, "fam299") == ["Fam299, run-1 run-1"]
    assert rosters.with_suffix(LAST_READ).read_bytes() == before
    with last_read(rosters) as read:
        assert read is not None
        assert read.enrollments_left_out("student", 1, 9) == [("orphan", {"class": 4, "student": 1, "teacher": None})]
        with pytest.raises(sqlite3.OperationalError):
            read.db.execute("DELETE FROM ledger")


def test_who_looks_goes_on_in_the_same_reading_when_a_run_replaces_it(rosters: Path, run: Run) -> None:
    run(1, 300)
    with last_read(rosters) as read:
        assert read is not None
        run(2, 10)
        assert found(rosters, "fam9") == ["Fam9, run-2 run-2"]
        assert [match.title for match in read.search("fam299")] == ["Fam299, run-1"]
    assert found(rosters, "fam299") == []
    indexes = [path.name for path in rosters.parent.iterdir() if path.suffix in (".finder", ".indexing")]
    assert indexes == ["lincoln.run-2.finder"], "those of earlier readings are gone"


def test_searches_while_runs_end_find_what_one_run_read(rosters: Path, run: Run) -> None:
    run(0, 300)
    over = threading.Event()

    def look() -> int:
        looks = 0
        while not over.is_set() or not looks:
            (title,) = found(rosters, "fam77")
            name, number = title.removeprefix("Fam77, ").split()
            assert name == number
            looks += 1
        return looks

    with ThreadPoolExecutor(4) as pool:
        looking = [pool.submit(look) for _ in range(4)]
        try:
            for number in range(1, 31):
                run(number, 300 + number % 3 * 200)
        finally:
            over.set()
        assert sum(one.result() for one in looking) >= 4


def test_a_log_that_a_killed_program_left_is_not_taken_for_that_of_another_reading(rosters: Path, run: Run) -> None:
    run(1, 3000)
    kept = rosters.with_suffix(LAST_READ)
    log = kept.with_name(f"{kept.name}-journal")
    with closing(sqlite3.connect(kept, isolation_level=None)) as db:
        db.execute("PRAGMA cache_size = 1")
        db.execute("BEGIN")
        db.execute("UPDATE stage_student SET record = record || record")
        left = log.read_bytes()
        db.execute("ROLLBACK")
    run(2, 6000)
    log.write_bytes(left)
    assert found(rosters, "fam2999") == ["Fam2999, run-2 run-2"]
    assert found(rosters, "fam5999") == ["Fam5999, run-2 run-2"]


def test_an_index_that_was_not_finished_is_begun_anew(rosters: Path, run: Run) -> None:
    run(1, 300)
    rosters.with_suffix(".indexing").write_bytes(b"SQLite format 3\0" + b"x" * 5000)
    assert found(rosters, "fam299") == ["Fam299, run-1 run-1"]


@pytest.mark.parametrize("part", ["beginning", "middle"])
def test_a_damaged_reading_is_not_told_of_the_roster_data(rosters: Path, run: Run, part: str) -> None:
    run(1, 3000)
    kept = rosters.with_suffix(LAST_READ)
    content = bytearray(kept.read_bytes())
    at = 0 if part == "beginning" else len(content) // 2 // 16384 * 16384
    content[at : at + 3 * 16384] = b"\xff" * (3 * 16384)
    kept.write_bytes(content)
    with pytest.raises(LocalStorage) as caught:
        found(rosters, "fam1")
    assert caught.value.code == "PSC-READING-DAMAGED"
    assert "everything is read again" in word(caught.value).to_do
    run(2, 300)
    assert found(rosters, "fam299") == ["Fam299, run-2 run-2"]
