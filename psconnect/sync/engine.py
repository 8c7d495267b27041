"""Runs a connection: takes the lock, recovers from a crash, reads, plans, and delivers or waits."""

from __future__ import annotations

import sqlite3

from psconnect.logs import logger
from psconnect.model.errors import FixSettings
from psconnect.model.runs import RUN_KINDS, WAITING, Run
from psconnect.store.history import run_table
from psconnect.store.history.facts import get_fact
from psconnect.store.history.retention import forget_expired
from psconnect.sync.applying import apply_plan, end_unchanged
from psconnect.sync.figures import note_work
from psconnect.sync.identity import ID_RULES
from psconnect.sync.job import Job
from psconnect.sync.planning import Planned, read_and_plan
from psconnect.sync.session import FailuresStored, opened, start_run


def start(job: Job, *, trigger: str, scope: str, plan_only: bool, rehearse: bool = False) -> Run:
    """Run a connection and return the run, ended or waiting.

    A rehearsal only plans, leaves waiting runs alone and can't be approved. Raises AnotherRunActive, and FixSettings or
    LocalStorage if it can't begin; later errors are stored in the run.
    """
    with opened(job) as db:
        _refuse_part_first(db, scope)
        _forget(job, db)
        number = start_run(job, db, trigger, scope, "rehearsal" if rehearse else "sync")
        with FailuresStored(job, db, number):
            planned = read_and_plan(job, db, number, scope)
            if rehearse:
                expire_waiting(job, db, number, kinds=("rehearsal",))
                note_work(job, db, number)
                run_table.update_run(db, number, state="previewed")
            else:
                _decide(job, db, number, planned, plan_only=plan_only)
        return run_table.read_run(db, job.connection, number)


def _forget(job: Job, db: sqlite3.Connection) -> None:
    """Forget what is kept no longer; before the run, because a failure here must come before any delivery.

    A history that is damaged keeps no roster from being delivered: its pages say so.
    """
    try:
        forget_expired(db, job.rosters, job.clock.now())
    except (sqlite3.DatabaseError, ValueError) as error:
        logger.warning("could not forget what is kept no longer", extra={"data": {"kind": type(error).__name__}})


def _refuse_part_first(db: sqlite3.Connection, scope: str) -> None:
    if scope != "all" and not get_fact(db, ID_RULES):
        raise FixSettings("PSC-RUN-FIRST-ALL", where="scope", scope=scope)


def _decide(job: Job, db: sqlite3.Connection, number: int, planned: Planned, *, plan_only: bool) -> None:
    """Let the run continue, wait, or end because nothing changed."""
    if not planned.delivers:
        # The newer reading is right: the waiting changes are outdated.
        expire_waiting(job, db, number, kinds=("sync",), within=run_table.read_run(db, job.connection, number).scope)
        end_unchanged(job, db, number)
        return
    if planned.holds or plan_only:
        expire_waiting(job, db, number)
        note_work(job, db, number)
        run_table.update_run(db, number, state="previewed" if plan_only else "held")
        return
    expire_waiting(job, db, number)
    job.cancel.check()
    apply_plan(job, db, number)


def expire_waiting(
    job: Job, db: sqlite3.Connection, number: int, kinds: tuple[str, ...] = RUN_KINDS, within: str = "all"
) -> None:
    """Expire waiting plans that a new plan replaces; a rehearsal replaces only rehearsals.

    ``within`` limits it to plans of this scope; ``all`` for any.
    """
    for waiting, run_id, _state in run_table.runs_in_state(db, WAITING):
        found = run_table.find_run(db, job.connection, run_id)
        if waiting != number and found and found[1].kind in kinds and within in ("all", found[1].scope):
            run_table.update_run(db, waiting, state="expired", ended=job.clock.now())
