"""How long it takes to find a record among 50,000 students, in the thorough run: recorded, not asserted."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from functools import partial

import pytest

from tests.support.demo import Connect

_ROUNDS = 20


def _milliseconds(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return (time.perf_counter() - began) * 1000


@pytest.mark.thorough
@pytest.mark.timeout(600)
def test_a_record_among_50000_students(connect: Connect, record_figure) -> None:
    connected = connect(students=50_000)
    run = connected.service.sync(connected.name, plan_only=True)
    assert run.state == "previewed", run.error
    find, explain = connected.service.find, connected.service.explain
    first = _milliseconds(partial(find, connected.name, "Smith"))
    rows = connected.sql("SELECT DCID, STUDENT_NUMBER, LAST_NAME FROM STUDENTS WHERE ENROLL_STATUS = 0 LIMIT 4000")
    chosen = rows[:: len(rows) // _ROUNDS][:_ROUNDS]
    by_number = [_milliseconds(partial(find, connected.name, str(number))) for _d, number, _l in chosen]
    by_name = [_milliseconds(partial(find, connected.name, name)) for _d, _n, name in chosen]
    explained = [_milliseconds(partial(explain, connected.name, "student", int(dcid))) for dcid, *_ in chosen]
    assert all(find(connected.name, str(number))[0].key == int(dcid) for dcid, number, _l in chosen)
    record_figure("find a record, 50,000 students: first search, with the index", round(first), "ms")
    record_figure("find a record, 50,000 students: by number, median", round(statistics.median(by_number), 1), "ms")
    record_figure("find a record, 50,000 students: by name, median", round(statistics.median(by_name), 1), "ms")
    record_figure("explain a record, 50,000 students: median", round(statistics.median(explained), 1), "ms")
