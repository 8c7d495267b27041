"""What other processes do with the connections: whether anything moved, and which runs a person has to be told of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from psconnect.model.notices import has_trouble
from psconnect.model.runs import APPLIED, WORKING, Run
from psconnect.service.base import Base
from psconnect.store.files import storage_errors
from psconnect.store.history import run_table
from psconnect.store.settings.home import slug
from psconnect.store.settings.told_runs import ToldRun, note_told, told_run

Marks = dict[str, tuple[int, ...]]
"""File name of a connection -> what changes whenever something of it is written."""
_LOOKED_AT = 20
"""So many runs are looked at, at most: who was away longer is told of the newest."""


@dataclass(frozen=True)
class RunNews:
    """A run that a person has to be told of: it has trouble, waits, or brought the data of a new school year."""

    run: Run
    kind: Literal["problem", "hold", "new-data"]


class Following(Base):
    """What a window asks of time to time, in order to follow runs that it did not start."""

    def marks(self) -> Marks:
        """What to compare with an earlier answer: no file is opened for it."""
        found: dict[str, tuple[int, ...]] = {}
        for folder, endings in (
            (self.home.rosters(), (".sqlite", ".sqlite-wal")),
            (self.home.connections(), (".toml",)),
        ):
            with storage_errors(folder):
                for path in sorted(folder.iterdir()):
                    if path.suffix in endings:
                        key = path.name.partition(".")[0]
                        found[key] = (*found.get(key, ()), *_mark(path))
        return found

    def moved(self, before: Marks, now: Marks) -> list[str]:
        """Names of the connections with another mark than before."""
        changed = {key for key in before.keys() | now.keys() if before.get(key) != now.get(key)}
        return [name for name in self._files.names() if slug(name) in changed] if changed else []

    def take_news(self, name: str, since: datetime) -> list[RunNews]:
        """The runs of a connection that a person has to be told of; each is given once, whatever process asks.

        Where nothing was ever taken, those that ended or began to wait after ``since``. Of several with trouble, the
        newest alone, and only if none went well after it.
        """
        rosters = self.rosters_of(name)
        with self._history(name) as db:
            runs = run_table.list_runs(db, name, limit=_LOOKED_AT) if db else []
        ended = [run for run in runs if run.state not in WORKING and run.kind != "rehearsal"]
        if not ended:
            return []
        told = told_run(rosters)
        newest = ToldRun(ended[0].id, ended[0].state)
        if told == newest:
            return []
        note_told(rosters, newest)
        fresh = [run for run in ended if (run.id >= told.run if told else _moment(run) >= since)]
        return _worth_telling(fresh, ended, told)


def _worth_telling(fresh: Sequence[Run], ended: Sequence[Run], told: ToldRun | None) -> list[RunNews]:
    found = [
        RunNews(run, "new-data")
        for run in fresh
        if run.trigger == "new-year" and run.state in APPLIED and (told is None or run.id != told.run)
    ]
    if fresh:
        newest, before = fresh[0], next((run for run in ended if run.id < fresh[0].id and run.state in APPLIED), None)
        # The findings of a first delivery are no news: a person approved it.
        if has_trouble(newest, before or newest, _told_last(newest, ended, told)):
            found.insert(0, RunNews(newest, "hold" if newest.state == "held" else "problem"))
    return found


def _told_last(newest: Run, ended: Sequence[Run], told: ToldRun | None) -> Run | None:
    """The run before the newest one, if it is what was told last."""
    last = next((run for run in ended if run.id < newest.id), None)
    return last if last and told and last.id == told.run and last.state in (told.state, "expired") else None


def _moment(run: Run) -> datetime:
    return run.ended or run.planned or run.started


def _mark(path: Path) -> tuple[int, ...]:
    """Time and size; of a log its size alone, because opening it to read writes an empty one."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return ()
    if path.suffix == ".sqlite-wal":
        return (found.st_size,) if found.st_size else ()
    return (found.st_mtime_ns, found.st_size)
