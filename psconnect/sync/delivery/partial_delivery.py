"""Reduces a plan whose changes were sent one by one to those the destination accepted."""

from __future__ import annotations

import sqlite3

from psconnect.model.entities import SCHOOL
from psconnect.model.problems import Problem
from psconnect.store.history import run_table
from psconnect.store.plan import exclusions, ledger, outcomes, tombstones
from psconnect.store.plan.change_groups import school_of
from psconnect.store.plan.plan import Plan, summarise_plan
from psconnect.store.plan.record_ids import RunIds
from psconnect.sync.job import Job

_REFUSED, _WAITS = "change-refused", "change-waits"
"""Findings about changes that were not made."""


def keep_what_was_made(job: Job, db: sqlite3.Connection, number: int) -> None:
    """Keep only the changes the destination accepted; the rest is planned again, and refusals become findings.

    Changes without an answer also stay, until they are read back. Needs an open transaction.
    """
    plan, ids = Plan(db, number), RunIds(db, number)
    found = []
    for one in outcomes.not_made(db, number):
        school = school_of(plan, one.entity, one.key)
        at = ids.key_of(SCHOOL, school) if school else None
        found.append(Problem(_WAITS if one.waits else _REFUSED, one.entity.key, one.key, at, one.sentence))
    run_table.store_problems(db, number, found)
    outcomes.leave_what_was_made(plan)
    tombstones.update_tombstones(plan)
    run_table.update_run(
        db,
        number,
        changes=summarise_plan(plan).changes,
        problems=run_table.problem_counts(db, number),
        set_aside=exclusions.left_alone_counts(plan, job.kind.underlying),
    )
    ledger.seal_ledger(db)
