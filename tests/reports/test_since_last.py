"""What changed against the run before: new and corrected findings, where the two runs can be compared."""

from __future__ import annotations

import re

import pytest

from psconnect.model.errors import FixSettings
from psconnect.model.problems import Problem
from psconnect.model.runs import ChangeCounts
from psconnect.wording.errors import word
from tests.reports.conftest import District


def student(key: int) -> Problem:
    return Problem("missing-reported", "student", key, None, "email")


def names(page: bytes) -> list[str]:
    return re.findall(r"student with DCID (\d+)", page.decode())


def test_only_new_and_corrected_findings_are_listed(district: District) -> None:
    district.run([student(1), student(2)])
    number = district.run([student(2), student(3)], changes={"student": ChangeCounts(0, 1)})
    district.student_changes(number, 9, {"grade": "6"}, {"grade": "7", "familyName": "Changed"})
    whole, since = district.page(number), district.page(number, since_last=True)
    assert names(whole) == ["2", "3"]
    new, _mark, corrected = since.partition(b"Corrected since the run before")
    assert (names(new), names(corrected.partition(b"Changes of this run")[0])) == (["3"], ["1"])
    assert b"grade: 6" in since
    assert "Since the run before: 1 new, 1 corrected." in whole.decode()


def test_a_finding_that_is_counted_is_the_same_whatever_its_count(district: District) -> None:
    district.run([Problem("email-shared", "student", 5, None, "email: 8 records")])
    number = district.run([Problem("email-shared", "student", 6, None, "email: 9 records"), student(1)])
    since = district.content(number).view.since
    assert (since.new, since.corrected) == (1, 0)


def test_runs_of_another_scope_are_compared_by_what_both_looked_at(district: District) -> None:
    district.run([student(1), Problem("orphan", "class", 7, None, "calendar")])
    since = district.content(district.run([student(2)], scope="users")).view.since
    assert (since.new, since.corrected) == (1, 1), "the class was not looked at, so it was not corrected"


def test_a_run_is_compared_with_the_last_one_that_was_applied(district: District) -> None:
    district.run([student(1)])
    district.run([student(2)], state="failed")
    district.run([student(2)], state="held")
    district.run([student(2)], kind="undo")
    since = district.content(district.run([student(1)])).view.since
    assert (since.new, since.corrected) == (0, 0)


def test_without_a_run_before_and_without_its_findings_it_is_refused_in_words(district: District) -> None:
    first = district.run([student(1)])
    with pytest.raises(FixSettings) as refused:
        district.content(first, since_last=True)
    assert refused.value.code == "PSC-REPORT-BEFORE"
    second = district.run([student(2)])
    district.db.execute("DELETE FROM problem WHERE run = ?", [first])
    with pytest.raises(FixSettings) as forgotten:
        district.content(second, since_last=True)
    assert "no longer kept" in word(forgotten.value).happened
    assert "are kept no longer" in district.page(second).decode()
