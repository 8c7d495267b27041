"""From reading to a stored plan and the guard's decision. Nothing outside this computer changes here."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial

from psconnect.destinations.checked import stop_if_failed
from psconnect.destinations.snapshot import Snapshot
from psconnect.destinations.writer import Writer
from psconnect.model.entities import BY_KEY
from psconnect.model.events import RunEvent
from psconnect.model.ids import split_mark
from psconnect.model.problems import Problem
from psconnect.model.runs import Hold
from psconnect.sources.base import ReadSummary
from psconnect.store.database import transaction
from psconnect.store.history import run_table
from psconnect.store.history.facts import NEXT_FIRST_DAY, PLACE, READ_BEFORE, RECEIPT, get_fact, set_fact
from psconnect.store.plan import difference, ledger, tombstones
from psconnect.store.plan.plan import Plan, summarise_plan
from psconnect.store.plan.record_ids import ids_for, mark_of
from psconnect.store.plan.rekey_plan import plan_with_new_ids
from psconnect.store.reading import staging
from psconnect.store.reading.assigned_values import staff_names
from psconnect.store.reading.fate_counts import FateCounts, count_fates
from psconnect.store.reading.id_clashes import settle_clashes
from psconnect.store.reading.reconciliation import keep_delivered
from psconnect.store.reading.references import leave_out_entities, resolve_references, without_those_along
from psconnect.store.reading.source_keys import forget_unused
from psconnect.sync import frozen_settings, guard
from psconnect.sync.delivery.additions import plan_derived_entities, plan_for_writer
from psconnect.sync.delivery.writer import settle_unanswered
from psconnect.sync.figures import store_reconciled
from psconnect.sync.generated_values import give
from psconnect.sync.held_cause import store_cause
from psconnect.sync.identity import ID_RULES, RosterIdentity, identity_of
from psconnect.sync.incremental import compared, memory_for
from psconnect.sync.job import Job
from psconnect.sync.measures import measured
from psconnect.sync.preflight import store_findings
from psconnect.sync.receiver_limits import receiver_holds
from psconnect.sync.rehearsal import stop_unless_rehearsal
from psconnect.sync.rekey import warn_in_year

AFTER_UNDO, REJECTED_BEFORE = "after-undo", "rejected"
FILLED_BEFORE = "filled"
_BY_V1 = ".v1"


@dataclass(frozen=True)
class Planned:
    """A stored plan.

    Attributes:
        hash: identifies exactly this plan.
        changes: how many changes it has.
        holds: why it has to wait; empty if it doesn't.
        delivers: whether there is anything to deliver: a change, or a roster the destination lacks.
    """

    hash: str
    changes: int
    holds: list[Hold]
    delivers: bool


def read_and_plan(job: Job, db: sqlite3.Connection, number: int, scope: str) -> Planned:
    """Read, shape and store this run's plan; raises what stops the run."""
    _enter(job, db, number, "reading")
    _prepare_destination(job, db)
    stage, started = staging.Staging(job.rosters), job.clock.now()
    try:
        identity = identity_of(job, db, scope)
        source = job.make_source(ids_for(db, job.ids, settled=identity.settled), names := staff_names(db)).keeping(db)
        memory = memory_for(job, db, number, scope, stage)
        summary = source.read(stage, job.on_event, job.cancel, memory=memory)
        if memory:
            memory.read_all()
        job.on_step("read")
        read_before = json.loads(get_fact(db, READ_BEFORE) or "{}")
        stop_unless_rehearsal(job, db, number, read=summary.counts, read_before=read_before)
        _enter(job, db, number, "shaping")
        stage.finish()
    except BaseException:
        stage.abandon()
        raise
    job.on_step("staged")
    staging.attach(db, job.rosters)
    forget_unused(db)
    keep_for = ""
    try:
        leave_out_entities(db, job.kind.left_out)
        found = [*stage.problems(), *give(db, job.naming, names)]
        if identity.may_clash:
            found += settle_clashes(db)
        problems = resolve_references(db, job.between, found, _today(job, summary))
        job.on_step("references")
        job.cancel.check()
        _enter(job, db, number, "planning")
        planned = _plan(job, db, number, scope, summary, problems, read_before, identity)
        if memory:
            memory.leave(job, db, scope, started, summary)
        run_table.update_run(db, number, compared=compared(job, memory, summary))
        keep_for = run_table.id_of(db, number)
        return planned
    finally:
        _let_go(job, db, keep_for)


def _let_go(job: Job, db: sqlite3.Connection, keep_for: str) -> None:
    """End using the staging; it is kept as what the run with that id read, beside what the last delivery read."""
    if keep_for:
        keep_delivered(db, job.rosters)
    staging.detach(db, job.rosters, keep_for=keep_for)


def _prepare_destination(job: Job, db: sqlite3.Connection) -> None:
    stop_if_failed(job.destination.check())
    job.destination.sweep()
    if isinstance(job.destination, Writer):
        settle_unanswered(job, db, job.destination)


def _enter(job: Job, db: sqlite3.Connection, number: int, stage: str) -> None:
    run_table.update_run(db, number, state=stage)
    job.tell(stage)


def _plan(
    job: Job,
    db: sqlite3.Connection,
    number: int,
    scope: str,
    summary: ReadSummary,
    problems: list[Problem],
    read_before: dict[str, int],
    identity: RosterIdentity,
) -> Planned:
    with transaction(db):
        _store_changes(db, number, scope, identity)
        # Only now is it known which unusable records are covered by a removal.
        problems = without_those_along(db, problems)
        counts = count_fates(db)
        rejected = _rejected(db, counts)
        doubtful = _with_unlisted(db, counts, rejected)
        stop_unless_rehearsal(job, db, number, rejected=doubtful)
        plan = Plan(db, number)
        not_applied = difference.keep_additions(plan) if job.safety.additions_only else {}
        not_applied |= plan_derived_entities(job, plan)
        anew = plan_for_writer(job, plan)
        store_findings(job, db, number, problems)
        run_table.update_run(
            db,
            number,
            planned=job.clock.now(),
            problems=run_table.problem_counts(db, number),
            left_out=counts.totals,
            not_applied=not_applied,
            rejected={entity: one.count for entity, one in doubtful.items()},
        )
        store_reconciled(job, db, number)
        filled_before = json.loads(get_fact(db, FILLED_BEFORE) or "{}")
        reading = ReadingFacts(
            summary.counts,
            read_before,
            rejected,
            _today(job, summary),
            rules_of(job, summary),
            identity.changed,
            emptied(summary, filled_before),
            anew,
        )
        _store_summary(job, db, number, summary, filled_before, identity)
        planned = judge(job, db, number, reading)
        job.on_step("plan")
    job.on_step("planned")
    job.on_event(RunEvent("planning", done=planned.changes, total=planned.changes))
    return planned


def _store_summary(
    job: Job,
    db: sqlite3.Connection,
    number: int,
    summary: ReadSummary,
    filled_before: Mapping[str, Mapping[str, bool]],
    identity: RosterIdentity,
) -> None:
    """Store what was read and by which rules."""
    if summary.next_first_day is not None:
        set_fact(db, NEXT_FIRST_DAY, summary.next_first_day)
    run_table.update_run(
        db,
        number,
        read=summary.counts,
        way=summary.way,
        calls=summary.calls,
        school_year=summary.school_year,
        rules=rules_of(job, summary) + identity.mark,
        settings=dict(job.settings),
        # A stream that was not read, or had no rows, tells nothing about its fields: keep what was known.
        filled={**filled_before, **summary.filled},
    )


def _rejected(db: sqlite3.Connection, counts: FateCounts) -> dict[str, guard.Rejected]:
    """Unusable records, per entity key: now, at the last delivery, and how many were read."""
    before = json.loads(get_fact(db, REJECTED_BEFORE) or "{}")
    return {
        entity: guard.Rejected(count, before.get(entity, 0), counts.inside[entity] + count)
        for entity, count in counts.rejected.items()
    }


def _with_unlisted(
    db: sqlite3.Connection, counts: FateCounts, rejected: Mapping[str, guard.Rejected]
) -> dict[str, guard.Rejected]:
    """Add records removed along with one that PowerSchool no longer lists, per entity key.

    This run removes them, so they are not reported as unusable. But many such leftovers can be as wrong as unusable
    records, and the next run can't use them either.
    """
    before = json.loads(get_fact(db, REJECTED_BEFORE) or "{}")
    both = dict(rejected)
    for entity, count in counts.along_with_unlisted.items():
        known = both.get(entity, guard.Rejected(0, before.get(entity, 0), counts.inside[entity]))
        both[entity] = guard.Rejected(known.count + count, known.before, known.read + count)
    return {entity: both[entity] for entity in BY_KEY if entity in both}


def emptied(summary: ReadSummary, before: Mapping[str, Mapping[str, bool]]) -> dict[str, list[str]]:
    """Per stream, the display names of fields that had values at the last delivery and have none now."""
    found: dict[str, list[str]] = {}
    for stream, fields in summary.filled.items():
        for name, filled in fields.items():
            if not filled and before.get(stream, {}).get(name):
                meaning = summary.meanings.get(name)
                found.setdefault(stream, []).append(f"{name} ({meaning})" if meaning else name)
    return found


def _store_changes(db: sqlite3.Connection, number: int, scope: str, identity: RosterIdentity) -> None:
    if identity.may_clash:
        plan_with_new_ids(Plan(db, number), partial(difference.store_plan, scope=scope))
    else:
        difference.store_plan(Plan(db, number), scope)


def _today(job: Job, summary: ReadSummary) -> date:
    return summary.today or job.clock.now().date()


def rules_of(job: Job, summary: ReadSummary) -> str:
    """The fingerprint of what decides who is delivered, the v1 interface included: it gives some records other ids."""
    return f"{job.rules}{_BY_V1}" if summary.way == "v1" else job.rules


def of_these_settings(job: Job, db: sqlite3.Connection, number: int) -> bool:
    """Whether a run's plan was made with the connection's current settings and adopted ids."""
    (rules,) = db.execute("SELECT rules FROM run WHERE no = ?", [number]).fetchone()
    others, made, taken = split_mark(rules)
    return others.removesuffix(_BY_V1) == job.rules and made + taken == mark_of(db, job.ids)


@dataclass(frozen=True)
class ReadingFacts:
    """What the guard needs to know about the reading behind a plan.

    Attributes:
        read, read_before: rows per stream of this run, and of the last applied one.
        rejected: unusable records, per entity key.
        today: the date in the district.
        rules: fingerprint of everything that decides who is delivered, except how ids are made.
        ids_changed: how ids differ from the last delivery (guard.Facts).
        emptied: fields that had values at the last delivery and have none now (guard.Facts).
        anew: whether everything is delivered as new, because the ledger describes another destination.
    """

    read: dict[str, int]
    read_before: dict[str, int]
    rejected: dict[str, guard.Rejected]
    today: date
    rules: str
    ids_changed: str = ""
    emptied: Mapping[str, Sequence[str]] = field(default_factory=dict)
    anew: bool = False


def stands(job: Job, db: sqlite3.Connection) -> bool:
    """Whether the destination still has the last delivery as it would be written now; else it is delivered again."""
    receipt = get_fact(db, RECEIPT)
    return not receipt or (not written_otherwise(job, db) and job.destination.standing() == receipt)


def written_otherwise(job: Job, db: sqlite3.Connection) -> bool:
    """Whether a changed setting of the kind gives the same roster other files than the last delivery had."""
    snapshot = isinstance(job.destination, Snapshot)
    return snapshot and frozen_settings.writes_otherwise(db, job.destination_table)


def _replaced(job: Job) -> tuple[str, ...]:
    """What goes at the destination because it holds the roster in another form."""
    return tuple(job.destination.replaces()) if isinstance(job.destination, Snapshot) else ()


def judge(job: Job, db: sqlite3.Connection, number: int, reading: ReadingFacts) -> Planned:
    """Store hash, counts and holds of a run's plan in its present state; needs an open transaction."""
    plan = Plan(db, number)
    summary = summarise_plan(plan)
    rules = get_fact(db, ID_RULES)
    changes = sum(counts.total for counts in summary.changes.values())
    removes = any(counts.remove for counts in summary.changes.values())
    standing = bool(changes) or stands(job, db)
    if changes or not standing:
        ledger.check_ledger(db)
    facts = guard.Facts(
        changes=changes,
        measures=measured(job, plan, summary) if rules or removes else [],
        read=reading.read,
        read_before=reading.read_before,
        first=not rules,
        rules_changed=bool(rules) and split_mark(rules)[0] != reading.rules,
        ids_changed=reading.ids_changed,
        frozen_changed=[one.label for one in frozen_settings.frozen_since_delivery(db, job.destination_table)],
        in_year=warn_in_year(db, reading.today),
        preview=job.safety.preview,
        rejected=reading.rejected,
        today=reading.today,
        freeze=job.safety.freeze,
        returned=tombstones.come_back_as_others(plan),
        after_undo=get_fact(db, AFTER_UNDO),
        places=guard.Places(job.destination.address, get_fact(db, PLACE), _replaced(job)),
        emptied=reading.emptied,
        written_otherwise=not standing and written_otherwise(job, db),
        redelivered=0 if standing else sum(ledger.ledger_counts(db).values()),
        owned_by=job.destination.owned_by() if changes or not standing else None,
    )
    found = [*guard.holds(facts, job.safety.thresholds), *receiver_holds(job, db, summary.changes)]
    again = "" if standing and not reading.anew else job.destination.address
    run_table.update_run(db, number, plan_hash=summary.hash, changes=summary.changes, holds=found, redelivers_to=again)
    store_cause(job, db, number, found, summary.changes)
    return Planned(summary.hash, changes, found, delivers=bool(changes) or not standing)
