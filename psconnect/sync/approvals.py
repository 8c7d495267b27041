"""Decisions about a waiting run: approve, re-validate, exclude and include single records, discard."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection
from datetime import timedelta

from psconnect.model.errors import FixSettings
from psconnect.model.runs import WAITING, Hold, Run
from psconnect.store.database import transaction
from psconnect.store.history import run_table
from psconnect.store.history.facts import SealBroken, get_fact
from psconnect.store.plan import exclusions, ledger, tombstones, undo_plan
from psconnect.store.plan.plan import Plan, PlanSummary, summarise_plan
from psconnect.store.plan.record_ids import changes_ids, mark_of
from psconnect.store.reading.reconciliation import reading_stands_for
from psconnect.sync import guard
from psconnect.sync.applying import apply_plan, end_unchanged
from psconnect.sync.delivery.additions import is_anew, link_existing, plan_derived_entities
from psconnect.sync.figures import note_work, reading_behind, resume_work, store_reconciled
from psconnect.sync.held_cause import store_cause
from psconnect.sync.identity import ID_RULES
from psconnect.sync.job import Job
from psconnect.sync.measures import measured
from psconnect.sync.planning import of_these_settings, read_and_plan
from psconnect.sync.preflight import store_findings
from psconnect.sync.receiver_limits import RECEIVER, receiver_holds
from psconnect.sync.session import FailuresStored, is_fresh, opened, start_run

_APPROVABLE = timedelta(hours=24)
_OF_THE_PLAN = ("create-", "update-", "remove-", "identity-", "role-", "school-", "class-", "returned-", RECEIVER)
"""Prefixes of the rules of holds that depend on the plan's content: excluding records changes these holds."""


def approve(job: Job, run_id: str, reason: str, plan_hash: str = "") -> Run:
    """Apply the plan of a waiting run.

    A plan older than 15 minutes is made again and applied only if it is unchanged. A plan made for other settings is
    also made again but never applied: it may contain other records or go elsewhere. Returns the run, or the new one
    that waits instead. Raises FixSettings if there is no reason, if the run isn't waiting or has waited for more than
    24 hours, or if ``plan_hash`` is given and differs.
    """
    if not reason.strip():
        raise FixSettings("PSC-RUN-REASON")
    with opened(job) as db:
        number, run = _waiting(db, job.connection, run_id)
        _refuse_rehearsal(run)
        _refuse_other_plan(db, number, run, plan_hash)
        age = _age(job, run)
        if age is None or age > _APPROVABLE:
            run_table.update_run(db, number, state="expired", ended=job.clock.now())
            raise _expired(run_id)
        resume_work(job, db, number)
        if not is_fresh(job, run) or not of_these_settings(job, db, number):
            other = _planned_anew(job, db, number, run)
            if other:
                return other
        run_table.update_run(db, number, reason=reason.strip())
        with FailuresStored(job, db, number):
            ledger.check_ledger(db)
            apply_plan(job, db, number, take_over=any(hold.rule == guard.OWNED for hold in run.holds))
        return run_table.read_run(db, job.connection, number)


def revalidate(job: Job, run_id: str) -> Run:
    """Plan a waiting run again: returns it, fresh again, if the plan is unchanged; else the run that replaces it."""
    with opened(job) as db:
        number, run = _waiting(db, job.connection, run_id)
        _refuse_rehearsal(run)
        resume_work(job, db, number)
        other = _planned_anew(job, db, number, run)
        if other:
            return other
        note_work(job, db, number)
        run_table.update_run(db, number, planned=job.clock.now())
        return run_table.read_run(db, job.connection, number)


def discard(job: Job, run_id: str) -> Run:
    """Discard the plan of a waiting run; nothing is delivered."""
    with opened(job) as db:
        number, _run = _waiting(db, job.connection, run_id)
        run_table.update_run(db, number, state="discarded", ended=job.clock.now())
        return run_table.read_run(db, job.connection, number)


def exclude(job: Job, run_id: str, entity: str, keys: Collection[int]) -> Run:
    """Remove changes, and those that would dangle without them, from a waiting plan; raises FixSettings for other keys.

    Refused for a plan that changes ids: every record that refers to one would have to follow.
    """

    def change(db: sqlite3.Connection, number: int) -> None:
        if changes_ids(Plan(db, number)):
            raise _all_or_none(run_id)
        if is_anew(job, Plan(db, number)):
            raise _all_anew(run_id)
        exclusions.exclude_changes(Plan(db, number), entity, keys)

    return _edit(job, run_id, change)


def include(job: Job, run_id: str, entity: str, keys: Collection[int]) -> Run:
    """Put excluded changes back; raises FixSettings for keys that a person did not exclude."""
    return _edit(job, run_id, lambda db, number: exclusions.include_changes(Plan(db, number), entity, keys))


def _edit(job: Job, run_id: str, change: Callable[[sqlite3.Connection, int], None]) -> Run:
    with opened(job) as db:
        number, run = _waiting(db, job.connection, run_id)
        with reading_behind(job, db, number), transaction(db):
            change(db, number)
            if run.kind != "undo":
                plan_derived_entities(job, Plan(db, number))
            judge_again(job, db, number, [hold for hold in run.holds if not hold.rule.startswith(_OF_THE_PLAN)])
        return run_table.read_run(db, job.connection, number)


def judge_again(job: Job, db: sqlite3.Connection, number: int, others: list[Hold]) -> PlanSummary:
    """Store hash, counts and holds of an edited plan; ``others`` are the holds that don't depend on its content.

    Needs an open transaction.
    """
    plan = Plan(db, number)
    store_findings(job, db, number)
    summary = summarise_plan(plan)
    found = list(guard.returned(tombstones.come_back_as_others(plan)))
    if get_fact(db, ID_RULES):
        found += guard.crossed_limits(measured(job, plan, summary))
    found += receiver_holds(job, db, summary.changes)
    run_table.update_run(
        db,
        number,
        plan_hash=summary.hash,
        changes=summary.changes,
        holds=[*others, *found],
        problems=run_table.problem_counts(db, number),
        set_aside=exclusions.left_alone_counts(plan, job.kind.underlying),
    )
    store_reconciled(job, db, number)
    store_cause(job, db, number, [*others, *found], summary.changes)
    return summary


def _planned_anew(job: Job, db: sqlite3.Connection, number: int, run: Run) -> Run | None:
    """Plan again with the same records excluded: None if the plan is unchanged; else the run that replaces it."""
    same_settings = of_these_settings(job, db, number)
    fresh = start_run(job, db, run.trigger, run.scope, run.kind)
    again = _plan_again(job, db, fresh, number, run)
    if again is None:
        return run_table.read_run(db, job.connection, fresh)
    if again.plan_hash == run.plan_hash and same_settings:
        with transaction(db):
            reading_stands_for(db, again.id, run.id)
            db.execute("DELETE FROM run WHERE no = ?", [fresh])
        return None
    run_table.update_run(db, number, state="expired", ended=job.clock.now())
    if not again.delivers and not again.set_aside:
        end_unchanged(job, db, fresh)
    else:
        note_work(job, db, fresh)
        changed = Hold("plan-changed", case=f"plan-changed/{'records' if same_settings else 'settings'}")
        others = [hold for hold in again.holds if hold.rule != changed.rule]
        run_table.update_run(db, fresh, state="held", holds=[changed, *others])
    return run_table.read_run(db, job.connection, fresh)


def _plan_again(job: Job, db: sqlite3.Connection, fresh: int, number: int, run: Run) -> Run | None:
    with FailuresStored(job, db, fresh):
        if run.kind == "undo":
            store_undo(job, db, fresh, run.undoes, _hold_of_undo(run))
        else:
            read_and_plan(job, db, fresh, run.scope)
        with reading_behind(job, db, fresh), transaction(db):
            if not is_anew(job, Plan(db, fresh)):
                # A plan that delivers everything anew has no last delivery that an excluded record could keep.
                exclusions.exclude_again(Plan(db, fresh), number)
            planned = run_table.read_run(db, job.connection, fresh)
            if run.kind != "undo":
                plan_derived_entities(job, Plan(db, fresh))
            judge_again(job, db, fresh, [h for h in planned.holds if not h.rule.startswith(_OF_THE_PLAN)])
        return run_table.read_run(db, job.connection, fresh)
    return None


def _hold_of_undo(run: Run) -> list[Hold]:
    return [hold for hold in run.holds if hold.rule == "undo"]


def store_undo(job: Job, db: sqlite3.Connection, number: int, undone: str, holds: list[Hold]) -> PlanSummary:
    """Store the plan that undoes the run ``undone``, with these holds beside those of the limits."""
    found = run_table.find_run(db, job.connection, undone)
    if not found:
        raise _not_waiting(undone, "")
    with reading_behind(job, db, number), transaction(db):
        undo_plan.store_inverse(Plan(db, number), found[0])
        link_existing(job, Plan(db, number))
        run_table.update_run(
            db,
            number,
            undoes=undone,
            planned=job.clock.now(),
            school_year=found[1].school_year,
            rules=job.rules + mark_of(db, job.ids),
        )
        return judge_again(job, db, number, holds)


def _age(job: Job, run: Run) -> timedelta | None:
    return None if run.planned is None else job.clock.now() - run.planned


def _waiting(db: sqlite3.Connection, connection: str, run_id: str) -> tuple[int, Run]:
    found = run_table.find_run(db, connection, run_id)
    if not found or found[1].state not in WAITING:
        state = f" It is {found[1].state.replace('_', ' ')}." if found else ""
        raise _not_waiting(run_id, state)
    return found


def _not_waiting(run_id: str, state: str) -> FixSettings:
    return FixSettings("PSC-RUN-NOT-WAITING", where=run_id, run_id=run_id, state=state)


def _all_or_none(run_id: str) -> FixSettings:
    return FixSettings("PSC-RUN-REKEY-WHOLE", where=run_id, run_id=run_id)


def _all_anew(run_id: str) -> FixSettings:
    return FixSettings("PSC-RUN-ANEW-WHOLE", where=run_id, run_id=run_id)


def _refuse_rehearsal(run: Run) -> None:
    if run.kind == "rehearsal":
        raise FixSettings("PSC-RUN-REHEARSAL", where=run.id, id=run.id, school_year=run.school_year)


def _refuse_other_plan(db: sqlite3.Connection, number: int, run: Run, plan_hash: str) -> None:
    """Check that the stored plan is the one that was reviewed: an approval is for one plan."""
    if summarise_plan(Plan(db, number)).hash != run.plan_hash:
        # Every edit of a plan stores its new hash.
        raise SealBroken
    if (plan_hash or run.plan_hash) == run.plan_hash:
        return
    raise FixSettings("PSC-RUN-OTHER-PLAN", where=run.id, id=run.id)


def _expired(run_id: str) -> FixSettings:
    return FixSettings("PSC-RUN-EXPIRED", where=run_id, run_id=run_id)
