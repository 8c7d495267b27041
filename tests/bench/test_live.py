"""How fast a set-up's figures are recounted on this computer, after what was read once."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from psconnect.model.clock import CancelToken
from psconnect.model.connection import from_dict
from psconnect.model.events import ignore
from tests.support.demo import Connect

_TIMES = 5


def _median(work: Callable[[], object]) -> float:
    """Milliseconds of the median of some runs."""
    taken = []
    for _time in range(_TIMES):
        begun = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begun)
    return sorted(taken)[_TIMES // 2] * 1_000


@pytest.mark.thorough
@pytest.mark.parametrize("students", [2_000, 20_000])
@pytest.mark.timeout(900)
def test_recounting(connect: Connect, record_figure: Callable[[str, float, str], None], students: int):
    connected = connect(students=students, settings={"options": {"parents": "all"}})
    service, plugin = connected.service, connected.server.plugins()[0]
    source = {"url": connected.server.url, "client_id": plugin.client_id or ""}
    rules = [{"attribute": "grade", "op": "in", "value": [6, 7, 8]}, {"attribute": "email", "op": "is not empty"}]
    data = {"name": "x", "id": service.connection(connected.name).id, "preset": "oneroster", "source": source}
    settings = from_dict({**data, "options": {"parents": "all"}, "filters": {"student": rules}})
    live = service.live_reading("bench")
    begun = time.perf_counter()
    live.read(settings, str(plugin.client_secret), ignore, CancelToken())
    record_figure(f"live reading, {students:,} students", round(time.perf_counter() - begun, 1), "s")
    samples = live.samples(settings, "student")
    asked: dict[str, Callable[[], object]] = {
        "three samples": lambda: live.samples(settings, "student"),
        "a mapping for three": lambda: live.values_of(settings, samples),
        "one template for three": lambda: live.try_template(settings, "{First_Name}.{Last_Name}", samples),
        "students by filter": lambda: live.filter_counts(settings, "student"),
        "missing values": lambda: live.missing(settings, "student"),
        "classes": lambda: live.counts(settings, "class"),
        "teachers": lambda: live.counts(settings, "teacher"),
        "contacts": lambda: live.counts(settings, "contact"),
        "what there is to choose from": lambda: live.offer(settings),
        "roles": lambda: live.roles(settings),
        "the whole first delivery": lambda: live.delivery(settings),
    }
    for what, work in asked.items():
        record_figure(f"live, {students:,} students: {what}", round(_median(work)), "ms")
    live.wipe()
