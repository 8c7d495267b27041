"""The files of 50,000 students: beside a bare csv + zip writer of the same rows, and beside a quarter as many."""

from __future__ import annotations

import pytest

from tests.bench.__main__ import measured
from tests.bench.bundle import SUBJECTS, figures

STUDENTS = 50_000
_MOST = {
    "OneRoster 1.1": 4.6,
    "OneRoster 1.2": 4.5,
    "ClassLink": 4.5,
    "Clever": 8.8,
    "School Data Sync": 6.1,
    "School Data Sync with contacts": 6.8,
    "Apple School Manager": 7.2,
    "Canvas": 3.7,
    "PowerSchool Learning": 10.2,
}
"""A quarter more than was measured. The bare writer has its rows in memory; to read the stored roster once takes 0.7
(OneRoster 1.2) to 2.4 (School Data Sync) times as long as it."""
_MORE_MB = 60
_GROWN_MB = 25
"""More than for a quarter of the students: caches of 16 MB fill up."""


@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_small_district_is_measured(subject: str) -> None:
    found = figures(subject, students=100, rounds=1)
    assert found["rows"] > 500
    assert found["product"] > 0 < found["bare"]


@pytest.mark.thorough
@pytest.mark.timeout(600)
@pytest.mark.parametrize("subject", SUBJECTS)
def test_files_of_50000_students_take_little_memory_and_no_more_time_than_before(subject: str, record_figure) -> None:
    quarter = measured("tests.bench.bundle", subject, str(STUDENTS // 4), "1")
    found = measured("tests.bench.bundle", subject, str(STUDENTS), "5")
    grown = found["more_mb"] - quarter["more_mb"]
    record_figure(f"files for {subject} / bare csv and zip", round(found["ratio"], 2), "times")
    record_figure(
        f"reading the roster once / bare csv and zip of {subject}", round(found["read"] / found["bare"], 2), "times"
    )
    record_figure(f"processor for {subject}", round(found["product"], 2), "s")
    record_figure(f"memory for {subject}", round(found["more_mb"]), "MB")
    record_figure(f"the same, more than for a quarter of the students, {subject}", round(grown), "MB")
    assert found["ratio"] < _MOST[subject]
    assert found["more_mb"] < _MORE_MB
    assert grown < _GROWN_MB
