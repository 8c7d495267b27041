"""What a destination of single changes adds to a plan: derived entities, and links to records it already has."""

from __future__ import annotations

import sqlite3

from psconnect.destinations.writer import Writer
from psconnect.model.entities import planned_entities
from psconnect.model.runs import ChangeCounts
from psconnect.store.history.facts import RECEIPT, get_fact
from psconnect.store.plan import difference, ledger, remote_ids
from psconnect.store.plan.derived import plan_all_anew, plan_derived
from psconnect.store.plan.exclusions import GOES_ALONG
from psconnect.store.plan.integrity import keep_whole
from psconnect.store.plan.plan import Plan
from psconnect.sync.delivery.roster import PlannedRoster
from psconnect.sync.job import Job


def plan_derived_entities(job: Job, plan: Plan) -> dict[str, ChangeCounts]:
    """Plan the kind's derived entities for the roster after the plan; needs an open transaction.

    Run it again after a person excludes or includes records. Returns the changes that an additions-only connection
    does not make.
    """
    if not isinstance(job.destination, Writer) or not job.kind.derived:
        return {}
    roster = PlannedRoster(job, plan.db, plan.run, "planning")
    for entity in job.kind.derived:
        plan_derived(plan, entity, job.destination.derived(entity, roster))
    keep_whole(plan, GOES_ALONG, [entity.key for entity in job.kind.derived])
    return difference.keep_additions(plan) if job.safety.additions_only else {}


def is_elsewhere(job: Job, db: sqlite3.Connection) -> bool:
    """Whether a destination of single changes differs from the one the ledger describes."""
    receipt = get_fact(db, RECEIPT)
    return bool(receipt) and isinstance(job.destination, Writer) and job.destination.standing() != receipt


def is_anew(job: Job, plan: Plan) -> bool:
    """Whether a plan delivers everything as new although the ledger describes another destination."""
    anew = bool(plan.db.execute("SELECT redelivers_to FROM run WHERE no = ?", [plan.run]).fetchone()[0])
    return anew and isinstance(job.destination, Writer)


def plan_for_writer(job: Job, plan: Plan) -> bool:
    """Complete a plan whose changes are final; needs a transaction. Returns whether everything is delivered as new."""
    if not isinstance(job.destination, Writer):
        return False
    anew = is_elsewhere(job, plan.db) and bool(ledger.ledger_counts(plan.db))
    if anew:
        plan_all_anew(plan)
    link_existing(job, plan)
    return anew


def link_existing(job: Job, plan: Plan) -> None:
    """Ask the destination which of the records to create it already has; needs an open transaction."""
    if not isinstance(job.destination, Writer):
        return
    elsewhere = is_elsewhere(job, plan.db)
    for entity in planned_entities():
        for records in remote_ids.created(plan, entity, elsewhere=elsewhere):
            job.cancel.check()
            remote_ids.keep_links(plan, entity, job.destination.adopt(entity, records), elsewhere=elsewhere)
