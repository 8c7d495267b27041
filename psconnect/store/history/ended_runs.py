"""Runs that ended before they began: starts that were skipped, or refused by the settings."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime
from pathlib import Path

from psconnect.model.errors import PsconnectError
from psconnect.model.runs import Run
from psconnect.store.database import open_rosters, sqlite_errors, transaction
from psconnect.store.history import run_table


def note_ended(
    rosters: Path, connection: str, *, trigger: str, state: str, error: PsconnectError, now: datetime
) -> Run:
    """Enter a run that is ``skipped`` or ``failed`` from the start, with its reason; works beside a run at work."""
    with sqlite_errors(rosters), closing(open_rosters(rosters)) as db, transaction(db):
        number = run_table.begin_run(db, run_table.new_run_id(now), trigger=trigger, scope="all", started=now)
        failed_in = "queued" if state == "failed" else ""
        run_table.update_run(db, number, state=state, ended=now, error=error.as_dict(), failed_in=failed_in)
        return run_table.read_run(db, connection, number)
