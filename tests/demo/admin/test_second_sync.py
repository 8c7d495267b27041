"""A district that has changed gives the next sync something to do, and psconnect delivers exactly the new state."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, time

import pytest

from psconnect.demo.district.change import CHANGES
from tests.demo.support import PAGE
from tests.judges.sql_truth import compare
from tests.support.demo import DISTRICT

#: What a sync has to do at least after each change: (entity, what is done) pairs.
EXPECTED = {
    "new-students": {("student", "create"), ("enrollment", "create"), ("contact", "create")},
    "class-changes": {("enrollment", "remove"), ("enrollment", "create")},
    "transfers": {("student", "update"), ("enrollment", "remove"), ("enrollment", "create")},
    "leavers": {("student", "remove"), ("enrollment", "remove")},
    "names": {("student", "update")},
    "close-school": {("student", "update"), ("enrollment", "remove"), ("enrollment", "create")},
    "rollover": {("student", "update"), ("student", "remove"), ("class", "create"), ("enrollment", "create")},
}
STUDENTS = 500


def applied(connected):
    """A sync that is approved where it is held."""
    run = connected.service.sync(connected.name)
    if run.state == "held":
        run = connected.service.approve(run.id, "practice")
    assert run.state.startswith("finished"), run
    return run


def test_every_change_is_delivered_as_the_tables_have_it(connect):
    connected = connect(STUDENTS)
    applied(connected)
    assert set(EXPECTED) == set(CHANGES)
    for kind, wanted in EXPECTED.items():
        outcome = connected.server.change_district(kind, count=12)
        if outcome.today is not None:
            connected.clock.time = datetime.combine(outcome.today, time(17, 30), UTC)
        run = applied(connected)
        done = {
            (entity, what)
            for entity, counts in run.changes.items()
            for what in ("create", "update", "remove")
            if getattr(counts, what)
        }
        assert wanted <= done, kind
        today = connected.server.today
        assert compare(connected.bundle, connected.server.database, today, DISTRICT) == [], kind
    again = connected.service.sync(connected.name)
    assert again.state.startswith("finished"), again
    assert not any(counts.create or counts.update or counts.remove for counts in again.changes.values())


READINGS = {
    "table": lambda caller, dcid: caller.get(f"/ws/schema/table/students/{dcid}?projection=last_name").json["tables"][
        "students"
    ]["last_name"],
    "query": lambda caller, dcid: caller.query(PAGE, {"after": str(dcid - 1), "page_rows": "1"}).records[0][
        "last_name"
    ],
    "v1": lambda caller, dcid: caller.get(f"/ws/v1/student/{dcid}").json["student"]["name"]["last_name"],
}


@pytest.mark.parametrize("way", READINGS)
def test_each_way_of_reading_shows_the_new_state(server, caller, way):
    with closing(sqlite3.connect(server.database)) as database:
        before = dict(database.execute("SELECT DCID, Last_Name FROM Students"))
        assert READINGS[way](caller, 500) == before[500]
        server.change_district("names", count=5)
        after = dict(database.execute("SELECT DCID, Last_Name FROM Students"))
    changed = [dcid for dcid, last in after.items() if before[dcid] != last]
    assert len(changed) == 5
    assert [READINGS[way](caller, dcid) for dcid in changed] == [after[dcid] for dcid in changed]
