"""Runs written straight into a history, for screens that need more of them than a test can run."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from datetime import datetime, timedelta
from typing import Any

from psconnect.model.reconciled import Reconciled
from psconnect.model.runs import ChangeCounts, Hold
from psconnect.store.database import open_rosters, transaction
from psconnect.store.history import run_table
from tests.support.demo import Connected

_CHANGES = ((67, 63, 35), (12, 18, 4), (3, 9, 0), (58, 66, 24), (0, 0, 0), (49, 57, 22), (17, 26, 5), (0, 2, 0))
_STATES = ("finished_with_problems",) * 4 + ("failed", "finished_with_problems", "finished", "cancelled", "skipped")
_TRIGGERS = ("schedule", "schedule", "button", "tonight", "schedule", "catch-up", "new-year", "command line")
_KINDS = {
    "student": 2_781,
    "teacher": 172,
    "contact": 3_353,
    "relationship": 4_518,
    "class": 1_024,
    "enrollment": 23_334,
}


def ordinary_weeks(now: datetime, count: int = 30) -> list[dict[str, Any]]:
    """Runs of twice a day, the newest first, with all that happens in an ordinary district."""
    made = []
    for place in range(count):
        started = now - timedelta(hours=12 * place + 1, minutes=place % 7)
        create, update, remove = _CHANGES[place % len(_CHANGES)]
        state = _STATES[place % len(_STATES)]
        applied = state.startswith("finished")
        made.append(
            {
                "trigger": _TRIGGERS[place % len(_TRIGGERS)],
                "started": started,
                "state": state,
                "ended": started + timedelta(seconds=4 if state == "failed" else 100 + 3 * (place % 9)),
                "planned": started if applied else None,
                "changes": {"student": ChangeCounts(create, update, remove)} if applied else {},
                "problems": {"warning": 71 + place % 5} if applied else {},
                "delivered": "/srv/roster.zip" if applied and create + update + remove else "",
                "reconciled": {key: Reconciled(n, n - place) for key, n in _KINDS.items()} if applied else {},
                "holds": [Hold("first")] if place == 6 else [],
            }
        )
    return made


def add_runs(connected: Connected, runs: Iterable[dict[str, Any]]) -> None:
    """Write runs, given newest first, behind those that are there."""
    with closing(open_rosters(connected.rosters)) as db, transaction(db):
        for run in reversed(list(runs)):
            values = dict(run)
            started, trigger = values.pop("started"), values.pop("trigger")
            number = run_table.begin_run(
                db, run_table.new_run_id(started), trigger=trigger, scope="all", started=started
            )
            run_table.update_run(db, number, **values)
