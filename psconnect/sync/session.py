"""A connection's roster data in one pair of hands: locked, settled after a crash, and every failure stored.

Everything that changes a run happens inside ``opened``.
"""

from __future__ import annotations

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
from psconnect.sync.applying import delivered_unrecorded, give_up, settle, unsettled
from psconnect.sync.job import Job
from psconnect.sync.planning import of_these_settings
from psconnect.wording.errors import word

PLAN_FRESH = timedelta(minutes=15)


def is_fresh(job: Job, run: Run) -> bool:
    """Whether a plan need not be made anew before it is applied; a clock that was set back does not say so."""
    return run.planned is not None and timedelta() <= job.clock.now() - run.planned <= PLAN_FRESH


@contextmanager
def opened(job: Job) -> Iterator[sqlite3.Connection]:
    """The roster data with the lock held and everything settled that a crash left behind."""
    with run_lock(job.lock, job.connection), sqlite_errors(job.rosters):
        db = open_rosters(job.rosters)
        try:
            check_facts(db)
            staging.discard_staging(job.rosters)
            _recover(job, db)
            yield db
        finally:
            db.close()


def _recover(job: Job, db: sqlite3.Connection) -> None:
    """Settle what was killed; a plan that can't be applied again ends failed, and the new run goes its own way."""
    for number, state in unsettled(db):
        with FailuresStored(job, db, number):
            run = run_table.read_run(db, job.connection, number)
            fresh = is_fresh(job, run) and of_these_settings(job, db, number)
            settle(job, db, number, state, plan_is_fresh=fresh)


def begin(job: Job, db: sqlite3.Connection, trigger: str, scope: str, kind: str = "sync") -> int:
    """Enter a new run in the history; returns its number."""
    now = job.clock.now()
    number = run_table.begin_run(db, run_table.new_run_id(now), trigger=trigger, scope=scope, started=now, kind=kind)
    job.on_step("begun")
    return number


class FailuresStored:
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
            # Who refused it did not take it, though somebody else may have delivered the very same there.
            refused = isinstance(error, DestinationRefused)
            if stage == "applying" and not refused and delivered_unrecorded(job, db, number):
                # The destination has it already; only our own books are missing. The next start writes them.
                error = _unrecorded(job, error) if error else None
                run_table.update_run(db, number, error=error.as_dict() if error else None, failed_in=failed_in)
                return
            give_up(job, db, number, state, failed_in=failed_in, error=error.as_dict() if error else None)
    except PsconnectError:
        # Not even the end can be stored (a full disk): what was wrong first is what the person has to hear; the next
        # start settles the run as one that was killed.
        raise error or Bug("PSC-BUG", "The cancelled run could not be stored", "", "Start again.") from None


def _unrecorded(job: Job, error: PsconnectError) -> PsconnectError:
    """The sentence for what went wrong after the delivery: that of the error itself may say that nothing happened."""
    return LocalStorage(
        "PSC-DATA-UNRECORDED", where=str(job.rosters), title=word(error).title, rosters=str(job.rosters)
    )
