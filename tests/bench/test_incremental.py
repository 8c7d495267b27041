"""What an incremental run saves when nothing has changed, in the thorough run: recorded, not asserted as a size."""

from __future__ import annotations

import pytest

from tests.support.demo import Connect


@pytest.mark.thorough
@pytest.mark.timeout(300)
def test_an_unchanged_run_of_5000_students(connect: Connect, record_figure) -> None:
    figures = {}
    for how in ("bulk", "incremental"):
        connected = connect(students=5_000, settings={"source": {"compare": how}})
        connected.delivered()
        run = connected.service.sync(connected.name)
        assert (run.changes, run.compared.how) == ({}, how)
        figures[how] = (run.calls, sum(run.read.values()) - sum(run.compared.taken_over.values()))
    for how, (calls, rows) in figures.items():
        record_figure(f"unchanged run of 5,000 students, {how}: calls", calls, "calls")
        record_figure(f"unchanged run of 5,000 students, {how}: rows read", rows, "rows")
    assert figures["incremental"][1] < figures["bulk"][1] / 5
    assert figures["incremental"][0] <= figures["bulk"][0]
