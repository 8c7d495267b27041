"""Runs found by what they are and by whom they change, counted, and compared two by two."""

from __future__ import annotations

from datetime import timedelta

import pytest

from psconnect.model.errors import FixSettings
from psconnect.model.run_history import RunQuery
from psconnect.model.runs import RUN_STATES, STARTED_BY, Run
from psconnect.model.schedule import START_REASONS
from psconnect.service import Service
from psconnect.store.history import run_table
from psconnect.wording.history import ROW_DAYS_TOLD, RUN_MONTHS_TOLD
from psconnect.wording.runs import state_word, trigger_word
from tests.support.demo import NAME, Connect, Connected

_SOME = "(SELECT DCID FROM Students WHERE Enroll_Status = 0 ORDER BY DCID LIMIT 1)"


def found(service: Service, query: RunQuery) -> list[str]:
    listed = service.find_runs(NAME, query)
    return [run.id for run, _changed in listed.page(0, listed.total)]


@pytest.fixture
def weeks(connect: Connect) -> tuple[Connected, list[Run]]:
    """A delivery, a renaming, a failure, a preview, an undo: newest first, a day apart."""
    connected = connect(settings={"safety": {"preview": "never"}})
    service, runs = connected.service, []

    def later() -> None:
        connected.clock.time += timedelta(days=1)

    runs.append(service.sync(NAME))
    later()
    connected.sql(f"UPDATE Students SET First_Name = 'Zebulon', Last_Name = 'Quimby' WHERE DCID IN {_SOME}")
    runs.append(service.sync(NAME, trigger="schedule"))
    later()
    right = service.connection(NAME).source.client_id
    service.set_value(NAME, "source.client_id", '"wrong"')
    runs.append(service.sync(NAME, trigger="tonight"))
    later()
    service.set_value(NAME, "source.client_id", f'"{right}"')
    connected.sql(f"UPDATE Students SET Enroll_Status = 2 WHERE DCID IN {_SOME}")
    runs.append(service.sync(NAME, trigger="button", plan_only=True))
    later()
    runs.append(service.undo(runs[1].id))
    return connected, [service.run(run.id) for run in reversed(runs)]


def test_a_record_leads_to_the_runs_that_change_it(weeks: tuple[Connected, list[Run]]) -> None:
    connected, (undo, preview, _failed, renamed, first) = weeks
    listed = connected.service.find_runs(NAME, RunQuery(text="quimby zeb"))
    assert listed.matches == 1
    page = listed.page(0, 10)
    assert [run.id for run, _changed in page] == [undo.id, preview.id, renamed.id, first.id]
    actions = [[(one.title, one.action) for one in changed] for _run, changed in page]
    title = "Quimby, Zebulon"
    assert actions == [[(title, action)] for action in ("update", "remove", "update", "create")]
    number = connected.sql("SELECT Student_Number FROM Students WHERE Last_Name = 'Quimby'")[0][0]
    assert found(connected.service, RunQuery(text=str(number))) == [undo.id, preview.id, renamed.id, first.id]
    assert found(connected.service, RunQuery(text="Quimby", states=("finished_with_problems",))) == [
        renamed.id,
        first.id,
    ]
    assert found(connected.service, RunQuery(text="no such person")) == []
    assert found(connected.service, RunQuery(text=renamed.id[:14])) == [renamed.id], "an id finds its run, too"


def test_filters_work_together(weeks: tuple[Connected, list[Run]]) -> None:
    connected, (undo, preview, failed, renamed, first) = weeks
    every = RunQuery()
    assert found(connected.service, every) == [undo.id, preview.id, failed.id, renamed.id, first.id]
    assert found(connected.service, RunQuery(kinds=("undo",))) == [undo.id]
    assert found(connected.service, RunQuery(triggers=("schedule", "tonight"))) == [failed.id, renamed.id]
    assert found(connected.service, RunQuery(triggers=("schedule", "tonight"), states=("failed",))) == [failed.id]
    between = RunQuery(since=renamed.started, until=preview.started)
    assert found(connected.service, between) == [failed.id, renamed.id]


def test_a_page_is_read_when_it_is_wanted(weeks: tuple[Connected, list[Run]]) -> None:
    connected, (undo, preview, failed, _renamed, _first) = weeks
    listed = connected.service.find_runs(NAME)
    assert (listed.total, [run.id for run, _c in listed.page(1, 2)]) == (5, [preview.id, failed.id])
    connected.service.discard(undo.id)
    assert [run.state for run, _c in listed.page(0, 1)] == ["discarded"], "as it is now"
    assert listed.page(5, 10) == []


def test_the_history_is_counted(weeks: tuple[Connected, list[Run]]) -> None:
    connected, runs = weeks
    counts = connected.service.count_history(NAME)
    assert (counts.runs, counts.first, counts.failed, counts.waiting, counts.held) == (5, runs[-1].started, 1, 1, 0)
    assert counts.names_until == runs[-1].started + timedelta(days=run_table.ROW_DAYS)
    assert counts.runs_until == runs[-1].started + timedelta(days=run_table.RUN_DAYS)
    assert (run_table.ROW_DAYS, run_table.RUN_DAYS // 30) == (ROW_DAYS_TOLD, RUN_MONTHS_TOLD)


def test_any_two_runs_are_compared_by_what_stood_there(weeks: tuple[Connected, list[Run]]) -> None:
    connected, (undo, preview, failed, renamed, first) = weeks
    compared = connected.service.compare_runs(failed.id, first.id)
    assert (compared.earlier.run.id, compared.later.run.id) == (first.id, failed.id)
    assert compared.later.left_by is not None
    assert (compared.earlier.delivered, compared.later.delivered, compared.later.left_by.id) == (
        True,
        False,
        renamed.id,
    )
    assert compared.later.standing == renamed.reconciled
    assert compared.findings is None
    waiting = connected.service.compare_runs(renamed.id, preview.id)
    assert waiting.later.standing == renamed.reconciled, "what it would change does not stand there"
    assert waiting.findings is not None
    assert waiting.findings.after == sum(preview.problems.values())
    assert waiting.settings == ()
    assert connected.service.compare_runs(undo.id, renamed.id).findings is None
    with pytest.raises(FixSettings, match="PSC-RUN-NOT-COMPARED/same"):
        connected.service.compare_runs(first.id, first.id)


def test_findings_that_were_corrected_and_new_ones_add_up(connect: Connect) -> None:
    connected = connect(settings={"safety": {"preview": "never"}})
    one, other = (
        dcid
        for (dcid,) in connected.sql("SELECT DCID FROM Students WHERE Enroll_Status = 0 ORDER BY DCID DESC LIMIT 2")
    )
    connected.sql("UPDATE Students SET First_Name = '' WHERE DCID = ?", one)
    first = connected.service.sync(NAME)
    connected.sql("UPDATE Students SET First_Name = 'Ada' WHERE DCID = ?", one)
    connected.sql("UPDATE Students SET First_Name = '' WHERE DCID = ?", other)
    connected.service.set_value(NAME, "options.merge_terms", "true")
    second = connected.service.sync(NAME)
    found = connected.service.compare_runs(first.id, second.id)
    change = found.findings
    assert change is not None
    assert change.corrected >= 1
    assert change.new >= 1
    assert (change.before, change.after) == (sum(first.problems.values()), sum(second.problems.values()))
    assert found.settings == ("options.merge_terms",)


def test_what_is_kept_no_longer_is_not_compared(connected: Connected) -> None:
    first = connected.delivered()
    connected.clock.time += timedelta(days=run_table.ROW_DAYS + 1)
    second = connected.service.sync(NAME)
    assert sum(first.problems.values())
    found = connected.service.compare_runs(first.id, second.id)
    assert found.findings is None
    assert found.earlier.standing == first.reconciled


def test_every_state_and_every_starter_has_words() -> None:
    assert set(START_REASONS) <= set(STARTED_BY.values())
    assert all(state_word(state) for state in RUN_STATES)
    assert all(trigger_word(trigger) != trigger for trigger in STARTED_BY.values())
