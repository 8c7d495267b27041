"""Stores what most of a held run's changes come from, with the run."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import replace

from psconnect.model.runs import ChangeCounts, Hold
from psconnect.store.history import run_table
from psconnect.store.history.facts import READ_BEFORE, SETTINGS_BEFORE, get_fact
from psconnect.store.plan.plan import Plan
from psconnect.sync.causes import Circumstances, work_out_cause
from psconnect.sync.job import Job


def store_cause(
    job: Job, db: sqlite3.Connection, number: int, holds: Sequence[Hold], changes: Mapping[str, ChangeCounts]
) -> None:
    """Work out and store the cause of a run's holds; none where they are no limits, or its reading is gone."""
    found = None
    (kind,) = db.execute("SELECT kind FROM run WHERE no = ?", [number]).fetchone()
    # What an undo changes comes from the run that it undoes, not from a reading.
    if holds and kind != "undo" and _reading_is_there(db):
        found = work_out_cause(Plan(db, number), holds, changes, _circumstances(job, db, number, holds))
    run_table.update_run(db, number, cause=replace(found, system=job.system) if found else {})


def _reading_is_there(db: sqlite3.Connection) -> bool:
    return any(name == "stage" for _place, name, _path in db.execute("PRAGMA database_list"))


def _circumstances(job: Job, db: sqlite3.Connection, number: int, holds: Sequence[Hold]) -> Circumstances:
    read, year = db.execute("SELECT read, school_year FROM run WHERE no = ?", [number]).fetchone()
    last = run_table.last_reader(db, job.connection)
    emptied = {
        str(hold.values["stream"]): [str(name) for name in _listed(hold.values["fields"])]
        for hold in holds
        if hold.rule == "field-emptied"
    }
    return Circumstances(
        read=json.loads(read),
        read_before=json.loads(get_fact(db, READ_BEFORE) or "{}"),
        year=year,
        year_before=last.school_year if last else "",
        settings=job.settings,
        settings_before=json.loads(get_fact(db, SETTINGS_BEFORE) or "{}"),
        changed_at=job.changed_at,
        delivered_at=last.started.isoformat() if last else "",
        emptied=emptied,
    )


def _listed(value: object) -> Sequence[object]:
    return value if isinstance(value, list | tuple) else [value]
