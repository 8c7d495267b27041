"""Undo: a held run that applies the inverse of an earlier plan to today's ledger."""

from __future__ import annotations

import sqlite3

from psconnect.model.errors import FixSettings
from psconnect.model.phrases import Value
from psconnect.model.runs import APPLIED, Hold, Run
from psconnect.store.database import transaction
from psconnect.store.history import run_table
from psconnect.store.plan.plan import Plan
from psconnect.store.plan.record_ids import changes_ids
from psconnect.sync.approvals import store_undo
from psconnect.sync.engine import expire_waiting
from psconnect.sync.figures import note_work
from psconnect.sync.job import Job
from psconnect.sync.session import FailuresStored, opened, start_run
from psconnect.wording.catalogue import counted, marked, tr, translated


def why_not(db: sqlite3.Connection, number: int, run: Run) -> str:
    """A sentence saying why a run can't be undone; empty if it can."""
    if run.state not in APPLIED and not run.in_part:
        return tr("Nothing was delivered by this run, so there is nothing to undo.")
    if not any(counts.total for counts in run.planned_changes.values()):
        return tr("This run changed nothing, so there is nothing to undo.")
    if not db.execute("SELECT EXISTS (SELECT 1 FROM change WHERE run = ?)", [number]).fetchone()[0]:
        return tr("The changes of a run are kept for {days} days; those of this one are gone.", days=run_table.ROW_DAYS)
    return ""


def undo(job: Job, run_id: str, trigger: str) -> Run:
    """Create the held run that undoes an applied one; raises FixSettings if there is nothing to undo."""
    with opened(job) as db:
        found = run_table.find_run(db, job.connection, run_id)
        reason = why_not(db, *found) if found else tr("There is no run {run_id}.", run_id=run_id)
        if not found or reason:
            raise _refused(run_id, reason)
        run = found[1]
        number = start_run(job, db, trigger, run.scope, "undo")
        left, torn = -1, False
        with FailuresStored(job, db, number):
            plan = store_undo(job, db, number, run_id, [])
            left_alone = sum(run_table.read_run(db, job.connection, number).set_aside.values())
            torn = bool(left_alone) and changes_ids(Plan(db, found[0]))
            if plan.changes and not torn:
                _hold(job, db, number, run)
            else:
                left = left_alone
        if left >= 0:
            with transaction(db):
                db.execute("DELETE FROM run WHERE no = ?", [number])
            raise _refused(run_id, translated(_TORN) if torn else _nothing_left(left))
        return run_table.read_run(db, job.connection, number)


def _hold(job: Job, db: sqlite3.Connection, number: int, undone: Run) -> None:
    planned = run_table.read_run(db, job.connection, number)
    total, left = sum(counts.total for counts in planned.changes.values()), sum(planned.set_aside.values())
    values: dict[str, Value] = {"undone": undone.id, "count": total, "left": left}
    hold = Hold("undo", case="undo/partly" if left else "", values=values)
    expire_waiting(job, db, number)
    note_work(job, db, number)
    run_table.update_run(db, number, state="held", holds=[hold, *planned.holds])


_TORN = marked(
    "This run gave records other ids. Some of them were changed since, so that not all can have their old ids back; "
    "use the re-key assistant instead (psconnect connection rekey NAME)."
)


def _nothing_left(left: int) -> str:
    if left:
        return counted(
            left,
            "The record that this run changed was changed since, or others need it.",
            "All {count} records that this run changed were changed since, or others need them.",
        )
    return tr("Everything this run changed is already as it was before.")


def _refused(run_id: str, reason: str) -> FixSettings:
    return FixSettings("PSC-RUN-NOT-UNDOABLE", where=run_id, reason=reason)
