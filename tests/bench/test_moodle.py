"""Loading a Moodle beside a bare loop of full batches on the same server, which takes as long as a real one did."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from psconnect.model.outcomes import Done
from tests.destinations.moodle.support import Delivery, enrolled, student
from tests.moodle.client import Plain
from tests.moodle.server import MoodleSite

_USERS, _ENROLMENTS = 50, 100
"""Full batches, as measured to be the best (moodle-api.md 8)."""
_LEAST = 0.8
_COURSES = 5


def _portions(rows: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    return (rows[place : place + size] for place in range(0, len(rows), size))


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _bare(site: MoodleSite, students: int) -> float:
    """Users, then their enrolments, with nothing looked up and nothing kept."""
    plain = Plain(site.address, site.token)
    courses = [plain.make_course(f"bare{number}") for number in range(_COURSES)]
    people = [
        {"username": f"bare{number}", "firstname": "Kim", "lastname": f"Learner {number}", "password": "Made-up-1!",
         "email": f"bare{number}@school.invalid", "idnumber": f"B{number}", "auth": "manual"}
        for number in range(students)
    ]  # fmt: skip

    def load() -> None:
        ids = [one for some in _portions(people, _USERS) for one in plain.make_users(*some)]
        rows = [{"roleid": 5, "userid": one, "courseid": course} for one in ids for course in courses]
        for some in _portions(rows, _ENROLMENTS):
            plain.call("enrol_manual_enrol_users", enrolments=some)

    return _seconds(load)


def _product(delivery: Delivery, students: int) -> float:
    courses = [delivery.course(f"c{number}")["sourcedId"] for number in range(_COURSES)]
    people = [student(number) for number in range(students)]
    size = delivery.writer.batch_size
    outcomes: list[Any] = []

    def load() -> None:
        for some in _portions(people, size):
            outcomes.extend(delivery.create("student", *some))
        rows = [enrolled(course, one["sourcedId"]) for one in people for course in courses]
        for some in _portions(rows, size):
            outcomes.extend(delivery.create("moodle-enrollment", *some))

    seconds = _seconds(load)
    assert len(outcomes) == students * (1 + _COURSES)
    assert all(isinstance(one, Done) for one in outcomes)
    return seconds


@pytest.mark.parametrize(
    ("students", "pace"),
    [(100, 0.3), pytest.param(1_000, 1.0, marks=[pytest.mark.thorough, pytest.mark.timeout(900)])],
)
def test_a_load_reaches_four_fifths_of_a_bare_loop(students: int, pace: float, record_figure) -> None:
    with MoodleSite() as site, MoodleSite() as other:
        delivery = Delivery(site)
        site.switches.pace = other.switches.pace = pace
        try:
            product, bare = _product(delivery, students), _bare(other, students)
        finally:
            delivery.close()
    record_figure(f"Moodle, {students:,} students: bare loop / psconnect", round(bare / product, 2), "times")
    assert bare / product >= _LEAST
