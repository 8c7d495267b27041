"""Apply: deliver the plan and update the ledger. After a kill, the next start knows how far delivery got.

The journalled receipt tells whether a snapshot is published; outcome and ledger then change in one transaction.
Single changes each have their own outcome, and the ledger follows each of them.
"""

from __future__ import annotations

import json
import sqlite3

from psconnect.destinations.writer import Writer
from psconnect.model.phrases import Phrase, phrase, phrase_as_text
from psconnect.model.runs import WORKING
from psconnect.store.database import transaction
from psconnect.store.history import run_table
from psconnect.store.history.facts import PLACE, READ_BEFORE, RECEIPT, SETTINGS_BEFORE, set_fact
from psconnect.store.plan import ledger, outcomes, tombstones
from psconnect.store.plan.plan import Plan
from psconnect.store.reading.reconciliation import forget_delivered
from psconnect.sync.delivery import snapshot as snapshot_delivery
from psconnect.sync.delivery.partial_delivery import keep_what_was_made
from psconnect.sync.delivery.writer import Delivery, settle_unanswered
from psconnect.sync.figures import reading_behind, resume_work, store_reconciled
from psconnect.sync.identity import ID_RULES, unsettle
from psconnect.sync.job import Job
from psconnect.sync.planning import AFTER_UNDO, FILLED_BEFORE, REJECTED_BEFORE


def apply_plan(job: Job, db: sqlite3.Connection, number: int, *, take_over: bool = False) -> None:
    """Deliver this run's stored plan and update the ledger; raises the destination's errors.

    ``take_over`` delivers even if another connection delivers to the place: a person has just approved it.
    Most of the roster comes from the ledger, so run ``check_ledger`` before applying a plan stored earlier.
    """
    run_table.update_run(db, number, state="applying")
    job.tell("applying")
    job.on_step("apply")
    if isinstance(job.destination, Writer):
        settle_unanswered(job, db, job.destination)
        said = Delivery(job, db, number, job.destination).deliver()
        _end_applied(job, db, number, said)
    else:
        delivered = snapshot_delivery.deliver(job, db, number, job.destination, take_over=take_over)
        _follow(job, db, number, delivered.receipt, delivered.said)


def _follow(job: Job, db: sqlite3.Connection, number: int, receipt: str, said: Phrase) -> None:
    """Once the snapshot is published, change ledger, outcome and history together."""
    with transaction(db):
        tombstones.update_tombstones(Plan(db, number))
        ledger.apply_to_ledger(Plan(db, number))
        set_fact(db, RECEIPT, receipt)
        set_fact(db, PLACE, job.destination.address)
        db.execute("DELETE FROM journal WHERE run = ?", [number])
        _note_end(job, db, number, phrase_as_text(said))
    _forget_older(job, db, number)
    job.on_step("finished")


def _end_applied(job: Job, db: sqlite3.Connection, number: int, delivered: str) -> None:
    """Once every change has an outcome, drop those that were not made from the plan and end the run."""
    with reading_behind(job, db, number), transaction(db):
        keep_what_was_made(job, db, number)
        store_reconciled(job, db, number)
        _note_end(job, db, number, delivered)
    _forget_older(job, db, number)
    job.on_step("finished")


def _note_end(job: Job, db: sqlite3.Connection, number: int, delivered: str) -> None:
    sql = "SELECT read, rules, rejected, filled, settings, kind FROM run WHERE no = ?"
    read, rules, rejected, filled, settings, kind = db.execute(sql, [number]).fetchone()
    ledger.seal_ledger(db)
    if kind == "undo":
        set_fact(db, AFTER_UNDO, run_table.id_of(db, number))
        unsettle(db, number)
    else:
        set_fact(db, AFTER_UNDO, "")
        set_fact(db, ID_RULES, rules)
        set_fact(db, READ_BEFORE, read)
        set_fact(db, REJECTED_BEFORE, rejected)
        set_fact(db, FILLED_BEFORE, filled)
        set_fact(db, SETTINGS_BEFORE, settings)
    end_run(job, db, number, delivered)
    job.on_step("ledger")


def end_run(job: Job, db: sqlite3.Connection, number: int, delivered: str) -> None:
    """Store the end of a run that succeeded."""
    problems = json.loads(db.execute("SELECT problems FROM run WHERE no = ?", [number]).fetchone()[0])
    state = "finished_with_problems" if problems else "finished"
    # An error that was stored when writing the end failed no longer applies.
    run_table.update_run(db, number, state=state, ended=job.clock.now(), delivered=delivered, error=None, failed_in="")


def end_unchanged(job: Job, db: sqlite3.Connection, number: int) -> None:
    """End a run that found nothing to deliver."""
    end_run(job, db, number, "")
    _forget_older(job, db, number)


def _forget_older(job: Job, db: sqlite3.Connection, number: int) -> None:
    """Delete what an earlier delivery read, once the end of this run is stored. An undo has read nothing instead."""
    if run_table.read_run(db, job.connection, number).kind != "undo":
        forget_delivered(job.rosters)


def unsettled(db: sqlite3.Connection) -> list[tuple[int, str]]:
    """Number and state of killed runs. Call with the lock held, so that no run is alive."""
    return [(number, state) for number, _id, state in run_table.runs_in_state(db, WORKING)]


def settle_delivery(job: Job, db: sqlite3.Connection, number: int, state: str, *, plan_is_fresh: bool) -> None:
    """Finish a killed run.

    A run killed before applying delivered nothing and ends ``interrupted``. If it was killed while applying and the
    destination has the journalled snapshot, only the ledger is updated. Otherwise a fresh plan is applied (for single
    changes, the rest of it), and an old one is abandoned as ``interrupted``, because the new run plans again.
    """
    applying = state == "applying"
    if applying and not isinstance(job.destination, Writer):
        # A set of several files may be half in place: it is finished before anybody asks what stands there.
        job.destination.sweep()
    receipt = delivered_unrecorded(job, db, number) if applying else ""
    if receipt:
        resume_work(job, db, number)
        _follow(job, db, number, receipt, phrase("delivered/confirmed", place=job.destination.address))
    elif applying and plan_is_fresh:
        ledger.check_ledger(db)
        resume_work(job, db, number)
        apply_plan(job, db, number)
    else:
        if isinstance(job.destination, Writer):
            settle_unanswered(job, db, job.destination)
        give_up(job, db, number, "interrupted")


def delivered_unrecorded(job: Job, db: sqlite3.Connection, number: int) -> str:
    """The receipt of a published snapshot that the run has not recorded yet; else empty."""
    if isinstance(job.destination, Writer):
        return ""
    return snapshot_delivery.journalled(db, number, job.destination)


def give_up(job: Job, db: sqlite3.Connection, number: int, state: str, **values: object) -> None:
    """End a run early. Its plan is deleted, except for single changes that were made or have no answer."""
    with reading_behind(job, db, number), transaction(db):
        if outcomes.any_sent(db, number):
            keep_what_was_made(job, db, number)
            store_reconciled(job, db, number)
            values["delivered"] = job.destination.address if outcomes.any_made(db, number) else ""
        else:
            run_table.forget_plan(db, number)
        run_table.update_run(db, number, state=state, ended=job.clock.now(), **values)
    if values.get("delivered"):
        _forget_older(job, db, number)
