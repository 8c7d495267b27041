"""Exclusive access to a connection's roster data: locked, recovered after a crash, every failure stored.

Everything that changes a run happens inside ``opened``.
"""

from __future__ import annotations

import gc
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from psconnect.model.errors import Bug, Cancelled, DestinationRefused, LocalStorage, PauseAsked, PsconnectError
from psconnect.model.runs import Run
from psconnect.store.database import open_rosters, sqlite_errors
from psconnect.store.history import run_table
from psconnect.store.history.facts import check_facts
from psconnect.store.lock import run_lock
from psconnect.store.reading import staging
from psconnect.sync.applying import delivered_unrecorded, give_up, settle_delivery, unsettled
from psconnect.sync.job import Job
from psconnect.sync.planning import of_these_settings
from psconnect.transfer.placing import HALF
from psconnect.wording.errors import word

PLAN_FRESH = timedelta(minutes=15)
_OBJECTS_BETWEEN = 50_000
_USUAL = gc.get_threshold()


def is_fresh(job: Job, run: Run) -> bool:
    """Whether a plan can be applied without planning again; not if the clock was set back."""
    return run.planned is not None and timedelta() <= job.clock.now() - run.planned <= PLAN_FRESH


@contextmanager
def opened(job: Job) -> Iterator[sqlite3.Connection]:
    """The roster data, with the lock held and any crash recovered from."""
    with _fewer_collections(), run_lock(job.lock, job.connection), sqlite_errors(job.rosters):
        db = open_rosters(job.rosters)
        try:
            check_facts(db)
            staging.discard_staging(job.rosters)
            _recover(job, db)
            yield db
        finally:
            db.close()


@contextmanager
def _fewer_collections() -> Iterator[None]:
    """Let Python look for cyclic garbage less often: records are no garbage, and a tenth of a run would go into it."""
    gc.set_threshold(_OBJECTS_BETWEEN, *_USUAL[1:])
    try:
        yield
    finally:
        gc.set_threshold(*_USUAL)


def _recover(job: Job, db: sqlite3.Connection) -> None:
    """Settle killed runs; a run whose plan can't be applied again ends as failed, and the new run continues."""
    for number, state in unsettled(db):
        with FailuresStored(job, db, number):
            run = run_table.read_run(db, job.connection, number)
            fresh = is_fresh(job, run) and of_these_settings(job, db, number)
            settle_delivery(job, db, number, state, plan_is_fresh=fresh)


def start_run(job: Job, db: sqlite3.Connection, trigger: str, scope: str, kind: str = "sync") -> int:
    """Add a new run to the history; returns its number."""
    now = job.clock.now()
    number = run_table.begin_run(db, run_table.new_run_id(now), trigger=trigger, scope=scope, started=now, kind=kind)
    job.on_step("begun")
    return number


class FailuresStored:
    """Stores whatever stops the run inside as its end: cancelled, or failed with the error."""

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
        except PauseAsked as pause:
            _end_early(self._job, self._db, self._number, "interrupted", pause)
        except PsconnectError as known:
            _end_early(self._job, self._db, self._number, "failed", known)
        except Exception as unexpected:  # noqa: BLE001 - stored as the run's end, then raised on
            bug = Bug("PSC-BUG/run", kind=type(unexpected).__name__)
            _end_early(self._job, self._db, self._number, "failed", bug)
            return False
        return True


def _end_early(job: Job, db: sqlite3.Connection, number: int, state: str, error: PsconnectError | None) -> None:
    if db.in_transaction:
        db.execute("ROLLBACK")
    stage = db.execute("SELECT state FROM run WHERE no = ?", [number]).fetchone()[0]
    failed_in = stage if error else ""
    try:
        with sqlite_errors(job.rosters):
            # A refused snapshot was not taken, even if another connection delivered an identical one.
            refused = isinstance(error, DestinationRefused)
            if stage == "applying" and not refused and delivered_unrecorded(job, db, number):
                # The destination already has it, or the next start finishes it; that start updates the ledger.
                error = _unrecorded(job, error) if error and error.code != HALF else error
                run_table.update_run(db, number, error=error.as_dict() if error else None, failed_in=failed_in)
                return
            give_up(job, db, number, state, failed_in=failed_in, error=error.as_dict() if error else None)
    except PsconnectError:
        # Not even the end can be stored (a full disk). Raise the first error; the next start settles the run as killed.
        raise error or Bug("PSC-BUG/cancelled") from None


def _unrecorded(job: Job, error: PsconnectError) -> PsconnectError:
    """The error to report after the delivery: the original one may say that nothing was delivered."""
    return LocalStorage(
        "PSC-DATA-UNRECORDED", where=str(job.rosters), title=word(error).title, rosters=str(job.rosters)
    )
