"""What is known of a connection's schedule besides its settings: a small file beside its roster data.

It says until when everything that came due is settled, so that nothing runs twice and nothing is lost. It is deleted
with the connection, like everything beside the roster data.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import filelock
import msgspec

from psconnect.model.schedule import ScheduledStart
from psconnect.model.schedule_state import Proof
from psconnect.store.files import storage_errors, write_atomically
from psconnect.store.lock import held_alone
from psconnect.store.settings.kept_note import read_note

_ENDING = ".schedule"
_NOTES_LOCK, _START_LOCK = ".schedulelock", ".startlock"
_PATIENCE = 10.0  # seconds: the notes are locked for a moment only

_Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class ScheduleNotes(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is known of a schedule.

    Attributes:
        settled: everything that came due until then ran, was skipped, or was never to run. None before the first look.
        owed: when a start came due that was missed under settings that have been changed since; None if none was.
        last: the last start that came due.
        begun: the start that is being run, or was when its process was killed; ``tries`` is how often it was begun.
        tonight: when a run "tonight" starts that a person asked for.
        new_year_day: the first day of the next school calendar, from the last reading.
        proof: what the last proved start found.
        registered: whether the system's scheduler was given an entry.
        trouble: why the schedule could not be registered, as PsconnectError.as_dict.
    """

    settled: _Moment | None = None
    owed: _Moment | None = None
    last: ScheduledStart | None = None
    begun: ScheduledStart | None = None
    tries: int = 0
    tonight: _Moment | None = None
    new_year_day: date | None = None
    proof: Proof | None = None
    registered: bool = False
    trouble: dict[str, Any] | None = None


# Prepared before there are threads, like every type that msgspec decodes (model.connection).
_DECODER = msgspec.json.Decoder(ScheduleNotes)


def schedule_notes(rosters: Path) -> ScheduleNotes:
    """What is known; nothing if nothing is."""
    # Of damaged notes nothing is made up, and the schedule goes on from now. The system may have an entry.
    return read_note(rosters.with_suffix(_ENDING), _DECODER, ScheduleNotes(), ScheduleNotes(registered=True))


def change_notes(rosters: Path, change: Callable[[ScheduleNotes], ScheduleNotes]) -> ScheduleNotes:
    """Change what is known, whole and one process at a time; returns what is known now."""
    path = rosters.with_suffix(_ENDING)
    with storage_errors(path), filelock.FileLock(rosters.with_suffix(_NOTES_LOCK), timeout=_PATIENCE, mode=0o600):
        before = schedule_notes(rosters)
        after = change(before)
        if after != before:
            write_atomically(path, msgspec.json.encode(after))
    return after


@contextlib.contextmanager
def starting(rosters: Path, seconds: float = 0) -> Iterator[bool]:
    """Be the one process that looks after this connection's starts; False if another one is, for that many seconds."""
    with held_alone(rosters.with_suffix(_START_LOCK), seconds) as mine:
        yield mine
