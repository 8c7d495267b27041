"""Runs a connection: start, approve, discard. Each takes the lock, settles what a crash left, and stores its run."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from psconnect.model.errors import Bug, Cancelled, FixSettings, PsconnectError
from psconnect.model.runs import WAITING, Hold, Run
from psconnect.store import history, staging
from psconnect.store.database import open_rosters, sqlite_errors, transaction
from psconnect.store.lock import run_lock
from psconnect.sync.applying import apply_plan, end_run, settle, unsettled
from psconnect.sync.job import Job
from psconnect.sync.planning import RECEIPT, RULES, Planned, read_and_plan

PLAN_FRESH = timedelta(minutes=15)


def start(job: Job, *, trigger: str, scope: str, plan_only: bool) -> Run:
    """Run a connection and return the run as it ended or waits.

    Raises AnotherRunActive, and FixSettings or LocalStorage when it could not even begin; whatever stops the run
    later is stored in it.
    """
    with _opened(job) as db:
        _refuse_part_first(db, scope)
        number = _begin(job, db, trigger, scope)
        with _FailuresStored(job, db, number):
            planned = read_and_plan(job, db, number, scope)
            _decide(job, db, number, planned, plan_only=plan_only)
        with transaction(db):
            history.forget_old(db, job.clock.now())
        return history.read_run(db, job.connection, number)


def approve(job: Job, run_id: str, reason: str) -> Run:
    """Apply the plan of a waiting run. A plan older than 15 minutes is made anew and applied only if it is the same.

    Returns that run, or the new one that waits instead. Raises FixSettings when the run does not wait.
    """
    if not reason.strip():
        raise FixSettings(
            "PSC-RUN-REASON",
            "A reason is needed",
            "An approval is stored with its reason.",
            "Give a reason: --reason TEXT",
        )
    with _opened(job) as db:
        number, run = _waiting(db, job.connection, run_id)
        if run.planned is None or job.clock.now() - run.planned > PLAN_FRESH:
            other = _planned_anew(job, db, number, run)
            if other:
                return other
        history.update_run(db, number, reason=reason.strip())
        with _FailuresStored(job, db, number):
            apply_plan(job, db, number)
        return history.read_run(db, job.connection, number)


def _planned_anew(job: Job, db: sqlite3.Connection, number: int, run: Run) -> Run | None:
    """Read again because the plan is old. None when it is still the same; else the run that stands in its place."""
    fresh = _begin(job, db, run.trigger, run.scope)
    planned = _plan_or_none(job, db, fresh, run.scope)
    if planned is None:
        return history.read_run(db, job.connection, fresh)
    if planned.hash == run.plan_hash:
        with transaction(db):
            db.execute("DELETE FROM run WHERE no = ?", [fresh])
        return None
    changed = Hold("plan-changed", "The plan is no longer the one that was looked at: records changed in the meantime.")
    history.update_run(db, number, state="expired", ended=job.clock.now())
    history.update_run(db, fresh, state="held", holds=[changed, *planned.holds])
    return history.read_run(db, job.connection, fresh)


def _plan_or_none(job: Job, db: sqlite3.Connection, number: int, scope: str) -> Planned | None:
    with _FailuresStored(job, db, number):
        return read_and_plan(job, db, number, scope)
    return None


def discard(job: Job, run_id: str) -> Run:
    """Give up the plan of a waiting run; nothing is delivered."""
    with _opened(job) as db:
        number, _run = _waiting(db, job.connection, run_id)
        history.update_run(db, number, state="discarded", ended=job.clock.now())
        return history.read_run(db, job.connection, number)


@contextmanager
def _opened(job: Job) -> Iterator[sqlite3.Connection]:
    """The roster data with the lock held and everything settled that a crash left behind."""
    with run_lock(job.lock, job.connection), sqlite_errors(job.rosters):
        db = open_rosters(job.rosters)
        try:
            staging.discard(job.rosters)
            _recover(job, db)
            yield db
        finally:
            db.close()


def _recover(job: Job, db: sqlite3.Connection) -> None:
    """Settle what was killed; a plan that can't be applied again ends failed, and the new run goes its own way."""
    for number, state in unsettled(db):
        with _FailuresStored(job, db, number):
            planned = history.read_run(db, job.connection, number).planned
            fresh = planned is not None and job.clock.now() - planned <= PLAN_FRESH
            settle(job, db, number, state, plan_is_fresh=fresh)


def _begin(job: Job, db: sqlite3.Connection, trigger: str, scope: str) -> int:
    now = job.clock.now()
    number = history.begin_run(db, history.new_run_id(now), trigger=trigger, scope=scope, started=now)
    job.on_step("begun")
    return number


def _refuse_part_first(db: sqlite3.Connection, scope: str) -> None:
    if scope != "all" and not history.get_meta(db, RULES):
        raise FixSettings(
            "PSC-RUN-FIRST-ALL",
            "The first sync is a full one",
            f"Only {scope} were asked for, but nothing was delivered yet.",
            "Sync everything once; after that, parts can be synced alone.",
            where="scope",
        )


def _decide(job: Job, db: sqlite3.Connection, number: int, planned: Planned, *, plan_only: bool) -> None:
    """Let the run go on, wait, or end because nothing changed."""
    if not planned.changes and (plan_only or _stands(job, db)):
        end_run(job, db, number, "")
        return
    if planned.holds or plan_only:
        _expire_waiting(job, db, number)
        history.update_run(db, number, state="previewed" if plan_only else "held")
        return
    _expire_waiting(job, db, number)
    job.cancel.check()
    apply_plan(job, db, number)


def _stands(job: Job, db: sqlite3.Connection) -> bool:
    """Whether the destination still has what was delivered last; if it has not, the same roster is delivered again."""
    receipt = history.get_meta(db, RECEIPT)
    return not receipt or job.destination.standing() == receipt


def _expire_waiting(job: Job, db: sqlite3.Connection, number: int) -> None:
    """A new plan takes the place of those that still wait."""
    for waiting, _id, _state in history.runs_in_state(db, WAITING):
        if waiting != number:
            history.update_run(db, waiting, state="expired", ended=job.clock.now())


def _waiting(db: sqlite3.Connection, connection: str, run_id: str) -> tuple[int, Run]:
    found = history.find_run(db, connection, run_id)
    if not found or found[1].state not in WAITING:
        state = f" It is {found[1].state.replace('_', ' ')}." if found else ""
        raise FixSettings(
            "PSC-RUN-NOT-WAITING",
            "This run does not wait for an approval",
            f"The run {run_id} can’t be approved or discarded.{state}",
            "See the runs of the connection, or start a new one.",
            where=run_id,
        )
    return found


class _FailuresStored:
    """Whatever stops the run inside becomes its end: cancelled, or failed with the five parts of the error."""

    def __init__(self, job: Job, db: sqlite3.Connection, number: int) -> None:
        self._job, self._db, self._number = job, db, number

    def __enter__(self) -> None:
        """Nothing to set up."""

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> bool:
        if not isinstance(error, Exception):
            return False
        try:
            with sqlite_errors(self._job.rosters):
                raise error  # noqa: TRY301 - to have it translated
        except Cancelled:
            _end_early(self._job, self._db, self._number, "cancelled", None)
        except PsconnectError as known:
            _end_early(self._job, self._db, self._number, "failed", known)
        except Exception as unexpected:  # noqa: BLE001 - stored as the run's end, then raised on
            bug = Bug(
                "PSC-BUG",
                "Something went wrong in psconnect itself",
                f"An unexpected error of the kind {type(unexpected).__name__} stopped the run. Nothing was "
                "delivered by halves.",
                "Start again. If it comes back, tell us about it with the run’s id.",
            )
            _end_early(self._job, self._db, self._number, "failed", bug)
            return False
        return True


def _end_early(job: Job, db: sqlite3.Connection, number: int, state: str, error: PsconnectError | None) -> None:
    if db.in_transaction:
        db.execute("ROLLBACK")
    stage = db.execute("SELECT state FROM run WHERE no = ?", [number]).fetchone()[0]
    details = error.as_dict() if error else None
    failed_in = stage if error else ""
    try:
        with sqlite_errors(job.rosters):
            if stage == "applying" and _published(job, db, number):
                # The destination has it already; only our own books are missing. The next start writes them.
                history.update_run(db, number, error=details, failed_in=failed_in)
                return
            with transaction(db):
                db.execute("DELETE FROM change WHERE run = ?", [number])
                db.execute("DELETE FROM journal WHERE run = ?", [number])
                history.update_run(db, number, state=state, ended=job.clock.now(), failed_in=failed_in, error=details)
    except PsconnectError:
        # Not even the end can be stored (a full disk): what was wrong first is what the person has to hear; the next
        # start settles the run as one that was killed.
        raise error or Bug("PSC-BUG", "The cancelled run could not be stored", "", "Start again.") from None


def _published(job: Job, db: sqlite3.Connection, number: int) -> bool:
    row = db.execute("SELECT receipt FROM journal WHERE run = ?", [number]).fetchone()
    return bool(row) and job.destination.standing() == row[0]
