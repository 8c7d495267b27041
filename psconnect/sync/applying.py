"""Apply: the roster goes to the destination, then the ledger follows; killed in between, the next start knows which.

Before the snapshot becomes visible, its receipt is journalled. After that, outcome and ledger change in one
transaction. On the next start, what stands at the destination tells: the journalled receipt means done; anything
else means not done.
"""

from __future__ import annotations

import json
import sqlite3

from psconnect.destinations.writer import Writer
from psconnect.model.runs import WORKING
from psconnect.store.database import transaction
from psconnect.store.history import run_table
from psconnect.store.history.facts import set_fact
from psconnect.store.plan import ledger, tombstones
from psconnect.store.plan.plan import Plan
from psconnect.sync.delivery.roster import PlannedRoster
from psconnect.sync.identity import RULES, unsettle
from psconnect.sync.job import Job
from psconnect.sync.planning import AFTER_UNDO, FILLED_BEFORE, PLACE, READ_BEFORE, RECEIPT, REJECTED_BEFORE
from psconnect.transfer.place import Delivered


def apply_plan(job: Job, db: sqlite3.Connection, number: int, *, take_over: bool = False) -> None:
    """Deliver the stored plan of this run and make the ledger follow; raises what the destination says.

    ``take_over``: also where somebody else delivers to the place, because a person has just approved of it.

    Most of what is delivered comes from the ledger: a plan that was stored earlier is applied after ``check_ledger``.
    """
    run_table.update_run(db, number, state="applying")
    job.tell("applying")
    job.on_step("apply")
    if isinstance(job.destination, Writer):
        raise NotImplementedError
    prepared = job.destination.prepare(PlannedRoster(job, db, number), job.cancel)
    job.on_step("prepared")
    try:
        job.cancel.check()
        _journal(job, db, number, prepared.receipt)
        job.on_step("journalled")
        delivered = prepared.publish(take_over=take_over)
    except BaseException:
        prepared.discard()
        raise
    job.on_step("published")
    _follow(job, db, number, delivered)


def _journal(job: Job, db: sqlite3.Connection, number: int, receipt: str) -> None:
    written = job.clock.now().isoformat()
    db.execute("INSERT OR REPLACE INTO journal VALUES (?, ?, ?)", [number, receipt, written])


def _follow(job: Job, db: sqlite3.Connection, number: int, delivered: Delivered) -> None:
    """The destination has it: ledger, outcome and history change together."""
    sql = "SELECT read, rules, rejected, filled, kind FROM run WHERE no = ?"
    read, rules, rejected, filled, kind = db.execute(sql, [number]).fetchone()
    with transaction(db):
        tombstones.update_tombstones(Plan(db, number))
        ledger.apply_to_ledger(Plan(db, number))
        ledger.seal_ledger(db)
        set_fact(db, RECEIPT, delivered.receipt)
        set_fact(db, PLACE, job.destination.address)
        if kind == "undo":
            set_fact(db, AFTER_UNDO, run_table.id_of(db, number))
            unsettle(db, number)
        else:
            set_fact(db, AFTER_UNDO, "")
            set_fact(db, RULES, rules)
            set_fact(db, READ_BEFORE, read)
            set_fact(db, REJECTED_BEFORE, rejected)
            set_fact(db, FILLED_BEFORE, filled)
        db.execute("DELETE FROM journal WHERE run = ?", [number])
        end_run(job, db, number, delivered.description)
        job.on_step("ledger")
    job.on_step("finished")


def end_run(job: Job, db: sqlite3.Connection, number: int, delivered: str) -> None:
    """Write the end of a run that reached its goal."""
    problems = json.loads(db.execute("SELECT problems FROM run WHERE no = ?", [number]).fetchone()[0])
    state = "finished_with_problems" if problems else "finished"
    # What a person was told when its end could not be stored at first no longer holds.
    run_table.update_run(db, number, state=state, ended=job.clock.now(), delivered=delivered, error=None, failed_in="")


def unsettled(db: sqlite3.Connection) -> list[tuple[int, str]]:
    """Number and state of the runs that were killed: with the lock held, none can be alive."""
    return [(number, state) for number, _id, state in run_table.runs_in_state(db, WORKING)]


def settle(job: Job, db: sqlite3.Connection, number: int, state: str, *, plan_is_fresh: bool) -> None:
    """Bring a killed run to its end.

    Killed before applying: nothing was delivered; it ends ``interrupted``. Killed while applying: if the destination
    has the journalled snapshot, only the ledger was missing; else the plan is applied again while it is fresh, and
    given up as ``interrupted`` when it is not, because the new run plans anew.
    """
    row = db.execute("SELECT receipt FROM journal WHERE run = ?", [number]).fetchone()
    if state == "applying" and row and job.destination.standing() == row[0]:
        _follow(job, db, number, Delivered(row[0], "Delivered before an interruption; confirmed by reading it back."))
    elif state == "applying" and plan_is_fresh:
        ledger.check_ledger(db)
        apply_plan(job, db, number)
    else:
        _interrupted(job, db, number)


def _interrupted(job: Job, db: sqlite3.Connection, number: int) -> None:
    with transaction(db):
        run_table.forget_plan(db, number)
        run_table.update_run(db, number, state="interrupted", ended=job.clock.now())
