"""How far a run is, told from its news."""

from __future__ import annotations

import pytest

from psconnect.desktop.progress import ProgressStep, RunProgress
from psconnect.model.events import RunEvent


def step(progress: RunProgress, title: str) -> ProgressStep:
    return next(found for found in progress.steps if found.title == title)


def test_a_whole_run() -> None:
    progress = RunProgress(100.0)
    assert progress.share == 0
    assert progress.remaining is None
    progress.take([RunEvent("reading"), RunEvent("reading", "student", 0, 1000)], 101)
    assert step(progress, "Students").state == "working"
    assert step(progress, "Staff").state == "waiting"
    progress.take([RunEvent("reading", "student", 1000, 1000)], 105)
    assert step(progress, "Students").state == "done"
    assert step(progress, "Students").in_words() == "1,000 students"
    assert step(progress, "Students").ended - step(progress, "Students").began == pytest.approx(4)
    progress.take([RunEvent("shaping")], 110)
    assert step(progress, "Contacts").state == "left"
    assert step(progress, "Check against the rules").state == "working"
    progress.take([RunEvent("planning"), RunEvent("planning", "", 12, 12)], 111)
    progress.take([RunEvent("applying"), RunEvent("applying", "student", 7)], 112)
    assert step(progress, "Compare with the last delivery").in_words() == "12 changes"
    progress.end(114, reached_goal=True)
    assert step(progress, "Deliver").state == "done"
    assert progress.elapsed == pytest.approx(14)
    assert progress.share == pytest.approx(1)


def test_the_share_never_goes_back_within_a_stage_and_time_left_follows_it() -> None:
    progress = RunProgress(0.0)
    shares = []
    for second in range(1, 11):
        progress.take([RunEvent("reading", "student", second * 100, 1000)], float(second))
        shares.append(progress.share)
    assert shares == sorted(shares)
    assert progress.remaining is not None
    assert progress.remaining == pytest.approx(10 * (1 - shares[-1]) / shares[-1])


def test_two_parts_of_a_step_make_it_done_together() -> None:
    progress = RunProgress(0.0)
    progress.take([RunEvent("reading", "contact", 5, 5)], 1)
    assert step(progress, "Contacts").state == "working"
    progress.take([RunEvent("reading", "relationship", 7, 7)], 2)
    assert step(progress, "Contacts").state == "done"
    assert step(progress, "Contacts").in_words() == "5 contacts, 7 relationships"


def test_a_read_that_begins_again_takes_its_step_back_to_working() -> None:
    progress = RunProgress(0.0)
    progress.take([RunEvent("reading", "student", 5, 5)], 1)
    progress.take([RunEvent("reading", "student", 0, 6)], 2)
    assert step(progress, "Students").state == "working"


def test_a_run_that_stops_says_where() -> None:
    progress = RunProgress(0.0)
    progress.take([RunEvent("reading", "student", 2, 4)], 1)
    progress.end(2, reached_goal=False)
    assert step(progress, "Students").state == "stopped"
    assert step(progress, "Deliver").state == "unreached"
    assert progress.share < 0.5


def test_an_approval_is_delivering_alone() -> None:
    progress = RunProgress(0.0, applying_only=True)
    assert [found.title for found in progress.steps] == ["Deliver"]
    progress.take([RunEvent("applying")], 1)
    assert progress.share == pytest.approx(0.5)


def test_messages_are_kept_in_order() -> None:
    progress = RunProgress(0.0)
    progress.take([RunEvent("reading", message="One."), RunEvent("reading", message="Two.")], 1)
    assert progress.notices == ["One.", "Two."]
