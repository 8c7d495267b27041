"""From reading to a stored plan, and the guard's word on it. Nothing outside this computer is changed here."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass

from psconnect.model.events import RunEvent
from psconnect.model.problems import Problem
from psconnect.model.runs import Hold
from psconnect.sources.base import ReadSummary
from psconnect.store import history, ledger, staging
from psconnect.store.database import transaction
from psconnect.store.references import left_out_counts, resolve_references
from psconnect.sync import guard
from psconnect.sync.job import Job

READ_BEFORE, RULES, RECEIPT = "read", "rules", "receipt"


@dataclass(frozen=True)
class Planned:
    """A stored plan: its hash, how many changes it has, and why it has to wait (if it has to)."""

    hash: str
    changes: int
    holds: list[Hold]


def read_and_plan(job: Job, db: sqlite3.Connection, number: int, scope: str) -> Planned:
    """Read, shape and store the plan of this run; raises what stops the run."""
    _enter(job, db, number, "reading")
    job.destination.check()
    stage = staging.Staging(job.rosters)
    try:
        source = job.make_source()
        summary = source.read(stage, job.on_event, job.cancel)
        job.on_step("read")
        read_before = json.loads(history.get_meta(db, READ_BEFORE) or "{}")
        guard.stop_if_empty(summary.counts, read_before)
        _enter(job, db, number, "shaping")
        stage.finish()
    except BaseException:
        stage.abandon()
        raise
    job.on_step("staged")
    staging.attach(db, job.rosters)
    try:
        problems = [*stage.problems(), *resolve_references(db)]
        job.on_step("references")
        job.cancel.check()
        _enter(job, db, number, "planning")
        return _plan(job, db, number, scope, summary, problems, read_before)
    finally:
        staging.detach(db, job.rosters)


def _enter(job: Job, db: sqlite3.Connection, number: int, stage: str) -> None:
    history.update_run(db, number, state=stage)
    job.tell(stage)


def _plan(
    job: Job,
    db: sqlite3.Connection,
    number: int,
    scope: str,
    summary: ReadSummary,
    problems: list[Problem],
    read_before: dict[str, int],
) -> Planned:
    first = not history.get_meta(db, RULES)
    with transaction(db):
        ledger.store_plan(db, number, scope)
        history.store_problems(db, number, problems)
        plan = ledger.summarise_plan(db, number)
        facts = guard.Facts(
            changes=plan.changes,
            base=ledger.ledger_counts(db),
            read=summary.counts,
            read_before=read_before,
            first=first,
            rules_changed=not first and history.get_meta(db, RULES) != job.rules,
            preview=job.preview,
        )
        found = guard.holds(facts, job.thresholds)
        history.update_run(
            db,
            number,
            planned=job.clock.now(),
            plan_hash=plan.hash,
            changes=plan.changes,
            problems=history.problem_counts(db, number),
            read=summary.counts,
            left_out=left_out_counts(db),
            holds=found,
            way=summary.way,
            calls=summary.calls,
            school_year=summary.school_year,
            rules=job.rules,
        )
        job.on_step("plan")
    job.on_step("planned")
    total = sum(counts.total for counts in plan.changes.values())
    job.on_event(RunEvent("planning", done=total, total=total))
    return Planned(plan.hash, total, found)
