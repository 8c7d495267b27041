"""Asking the source, now and then and in a few calls, whether it has changes since the last run."""

from __future__ import annotations

import sqlite3
from datetime import timedelta

from psconnect.model.clock import CancelToken
from psconnect.model.errors import PsconnectError, SignInAgain
from psconnect.model.news import NewsOfSource, ReadBefore
from psconnect.model.runs import WORKING, Run
from psconnect.service.base import Base
from psconnect.store.history import run_table
from psconnect.store.reading.carry_over import read_kept
from psconnect.store.settings.news_file import keep_news, kept_news
from psconnect.sync.compose import choices_of

_EVERY = timedelta(hours=4)
_AFTER_REFUSAL = timedelta(days=1)
"""A sign-in that was refused is not tried again soon: servers lock out who goes on trying."""
_VERSION = "version"


class AskingForNews(Base):
    """What the start page says about the source."""

    def news(self, name: str, cancel: CancelToken | None = None, *, ask: bool = True) -> NewsOfSource | None:
        """What the source has of changes since the last run; None where there was no run, or nothing is known yet.

        It is asked again after four hours at the earliest, and after a new run; without ``ask`` not at all. What goes
        wrong is part of the answer and raises nothing but Cancelled.
        """
        connection = self._files.get(name)
        rosters = self.rosters_of(connection.name)
        with self._history(connection.name) as db:
            found = self._read_before(db, connection.name) if db else None
        if found is None or connection.disabled:
            return None
        run, before = found
        kept = kept_news(rosters)
        kept = kept if kept and kept.run == run.id else None
        now = self.clock.now()
        if not ask or (kept and now - kept.asked < (_AFTER_REFUSAL if kept.refused else _EVERY)):
            return kept
        try:
            with self.opened(choices_of(connection), cancel) as source:
                news = NewsOfSource(run.id, run.started, now, found=source.news(before))
        except PsconnectError as error:
            news = NewsOfSource(run.id, run.started, now, error=error.as_dict(), refused=isinstance(error, SignInAgain))
        keep_news(rosters, news)
        return news

    def _read_before(self, db: sqlite3.Connection, name: str) -> tuple[Run, ReadBefore] | None:
        """The last run that read, and what is known of its reading; None before there is one, and while one works."""
        newest = next(iter(run_table.list_runs(db, name, limit=1)), None)
        if newest is None or newest.state in WORKING:
            return None
        kept = read_kept(db, self.rosters_of(name))
        known = run_table.find_run(db, name, kept.run) if kept.facts.get(_VERSION) else None
        run = known[1] if known else run_table.last_reader(db, name)
        if run is None:
            return None
        whole = run.scope == "all" and not run.compared.taken_over
        return run, ReadBefore(run.started, kept.facts[_VERSION] if known else "", dict(run.read) if whole else {})
